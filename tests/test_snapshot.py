"""``scrapy snapshot``: many stores at once, one process each, none left behind."""

from __future__ import annotations

import argparse
import io
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest
import yaml
from scrapy.utils.project import get_project_settings

from modelstores.account import OUTCOMES
from modelstores.account import summary as closing_lines
from modelstores.board import Board
from modelstores.capture.order import captures_in
from modelstores.commands.snapshot import Command
from modelstores.fleet import MAX_LINE, Fleet, Run, summary
from modelstores.progress import status_line
from tests.crawling import ROOT, rows, scrapy
from tests.miniweb.pack import pack
from tests.miniweb.server import Answer, MiniServer
from tests.test_live import QUICK, fake_store, listing
from tests.test_replay import product
from tests.warcs import write_warc

SCHEDULES = ROOT / "docs" / "schedules"
FAKE = "SPIDER_MODULES=tests.fake"


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Captures of two stores that need no browser, an empty folder, and one of no store."""
    folder = tmp_path / "archive"
    small_store("huggingface", folder)
    small_store("pytorch_hub", folder)
    (folder / "aws").mkdir()
    (folder / "notes").mkdir()
    return folder


def small_store(store: str, folder: Path) -> None:
    (folder / store).mkdir(parents=True)
    pack(store, folder / store / f"{store}.warc.gz")


# --- what is run ---


def test_stores_side_by_side_and_files_in_the_order_of_capture(
    archive: Path, database: Path
) -> None:
    later = archive / "huggingface" / "a [1].warc.gz"
    write_warc(later, [product("elsewhere")], date="2026-11-02T00:00:00Z")
    (archive / "pytorch_hub" / "bad.warc.gz").write_text("no archive")
    run = scrapy("snapshot", "--archive", archive, "-s", f"DATABASE_URL=sqlite:///{database}")
    assert run.returncode == 1
    assert run.stdout == ""
    *_, first, second, bad, good, total = run.stderr.splitlines()
    assert first == (
        "huggingface huggingface.warc.gz: complete: "
        "10 captured = 8 stored + 0 quarantined + 0 failed + 2 merged"
    )
    assert second.startswith("huggingface a [1].warc.gz: suspect (exit code 1): 0 captured = ")
    assert second.endswith("; no product was found")
    assert bad.startswith("pytorch_hub bad.warc.gz: not started (exit code 2): archive ")
    assert bad.endswith("the file is no WARC (no readable record in it)")
    assert good.startswith("pytorch_hub pytorch_hub.warc.gz: complete: 6 captured = 6 stored")
    assert total == "2 of 4 snapshots complete"
    told = "select s.name, n.status from snapshot n join store s on s.id = n.store_id order by n.id"
    found = rows(database, told)
    assert [status for store, status in found if store == "huggingface"] == ["complete", "suspect"]
    assert [status for store, status in found if store == "pytorch_hub"] == ["complete"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nosuch"], "unknown store 'nosuch' (known: "),
        (["--nosuch"], "unknown store '--nosuch'"),
        (["modeldepot"], "modeldepot is gone from the web: give --at DATE or --archive DIR"),
        (["--at", "2019-3-15"], "at=2019-3-15: not a day written as YYYY-MM-DD"),
        (["--at", ""], "at=: not a day written as YYYY-MM-DD"),
        (["--at", "2999-01-01"], "at=2999-01-01: that day is still to come"),
        (["--at", "2019-03-15", "--archive", "{tmp}"], "--archive and --at"),
        (["--archive", "{tmp}/none"], "{tmp}/none: No such file or directory"),
        (["--archive", "{tmp}/none", "wolfram"], "{tmp}/none: No such file or directory"),
        (["--archive", "{tmp}/archive/notes"], "notes: no folder of a store with captures in it"),
        (["--archive", "{tmp}/archive", "wolfram"], "wolfram: No such file or directory"),
        (["--archive", "{tmp}/archive", "aws"], "{tmp}/archive/aws: no capture in it (.warc.gz"),
        (["--jobs", "0", "wolfram"], "--jobs 0: not a whole number above 0"),
        (["--jobs", "many", "wolfram"], "--jobs many: not a whole number above 0"),
        (["--jobs", "1000", "wolfram"], "--jobs 1000: not a whole number above 0"),
        (["--accept", "x", "--because", "y"], "--accept x: not a whole number above 0"),
        (["--accept", "1"], "to accept a snapshot say which and why"),
        (["--because", "y"], "to accept a snapshot say which and why"),
        (["--accept", "1", "--because", "y", "wolfram"], "--accept takes a number and --because"),
        (["wolfram", "-s", "DATABASE_URL=sqlite:////proc/x.db"], "/proc/x.db"),
        (["wolfram", "-s", "DATABASE_URL=sqlite:///{tmp}/text"], "{tmp}/text"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_is_one_line_and_starts_nothing(
    archive: Path,
    tmp_path: Path,
    arguments: list[str],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (tmp_path / "text").write_text("no database, and long enough to be one" * 100)
    monkeypatch.setattr(subprocess, "Popen", None)
    command = Command()
    command.settings = get_project_settings()
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    given = [argument.format(tmp=tmp_path) for argument in arguments]
    opts, names = parser.parse_known_args(given)
    command.process_options(names, opts)
    before = sorted(tmp_path.rglob("*"))
    command.run(names, opts)
    assert command.exitcode == 2
    said = capsys.readouterr()
    (line,) = (said.out + said.err).splitlines()
    assert line.startswith("error: ")
    assert message.format(tmp=tmp_path) in line
    assert sorted(tmp_path.rglob("*")) == before


def test_without_names_all_stores_that_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    from scrapy.spiderloader import get_spider_loader

    from modelstores.commands.snapshot import plan

    loader = get_spider_loader(get_project_settings())
    live, past = plan(loader, [], None, None), plan(loader, [], None, "2019-03-15")
    assert [run.store for (run,) in past] == sorted(loader.list())
    assert {run.store for (run,) in past} - {run.store for (run,) in live} == {"modeldepot"}
    ((travel,),) = plan(loader, ["apple", "apple"], None, "2019-03-15")
    assert travel.command(["A=b"])[-6:] == ["-a", "at=2019-03-15", "-s", "A=b", "-s", SECOND]


SECOND = "PROGRESS_SECONDS=1"


def test_captures_are_ordered_by_their_first_page_whatever_their_name(tmp_path: Path) -> None:
    import zipfile

    dates = {"z.warc.gz": 2001, "b.warc": 2003, "d.warc.gz": 2004, "c.warc.gz": 2004}
    for name, year in dates.items():
        date = f"{year}-01-01T00:00:00Z"
        write_warc(tmp_path / name, [product("x")], date=date, gzip=name.endswith("gz"))
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as whole:
        write_warc(tmp_path / "inner", [product("x")], date="2002-01-01T00:00:00Z")
        whole.write(tmp_path / "inner", "archive/data.warc.gz")
    (tmp_path / "unreadable.wacz").write_bytes(b"PK")
    (tmp_path / "readme.txt").touch()
    (tmp_path / "folder.warc.gz").mkdir()
    assert [path.name for path in captures_in(tmp_path)] == [
        *("unreadable.wacz", "z.warc.gz", "a.wacz", "b.warc", "c.warc.gz", "d.warc.gz")
    ]


# --- what is seen ---


def test_the_lines_of_a_run_are_understood() -> None:
    counts = dict.fromkeys(("listed", *OUTCOMES), 0) | {"listed": 12, "stored": 9, "merged": 2}
    run = Run("fake")
    assert list(run.read(status_line("fake", counts, 20, 11.0).encode() + b"\nfa")) == []
    assert run.state == "11/20 products, 1.0 pages/s, 9 s left"
    lines = closing_lines(counts, "suspect", ["one", "two; three"], ["failed: x: gone"])
    rest = "\n".join(f"fake: {line}" for line in lines).removeprefix("fa") + "\n"
    assert list(run.read(rest.encode())) == ["fake: failed: x: gone"]
    run.end(1)
    assert summary([run, Run("next")]) == [
        "fake: suspect (exit code 1): "
        "12 captured = 9 stored + 0 quarantined + 0 failed + 2 merged; one; two; three",
        "next: not started",
        "0 of 2 snapshots complete",
    ]


def test_what_a_run_prints_moves_no_cursor_and_fills_no_memory() -> None:
    run = Run("fake")
    (line,) = run.read(b"a\x1b[2J\rb\x07\xff\n")
    assert line == "fake: a?[2J?b?\N{REPLACEMENT CHARACTER}"
    for _ in range(100):
        assert not list(run.read(b"x" * 10_000))
        assert sys.getsizeof(run._torn) < 5 * MAX_LINE
    (line,) = run.read(b"\n")
    assert len(line) <= MAX_LINE + len("fake: ")
    assert sys.getsizeof(run._torn) < 100


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_on_a_terminal_each_run_has_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    monkeypatch.setenv("LINES", "24")
    going, done = Run("fake", state="1 products, and more"), Run("done")
    done.end(0)
    board = Board([going, done, Run("later")], screen := Terminal())
    board.tick()
    assert screen.getvalue() == "fake: 1 products, a\n1 of 3 snapshots do"
    board.say("stays")
    assert screen.getvalue().endswith("\r\x1b[1A\x1b[Jstays\n")
    board.tick()
    assert screen.getvalue().endswith("stays\nfake: 1 products, a\n1 of 3 snapshots do")
    board = Board([going, done], log := io.StringIO())
    board.tick()
    assert log.getvalue() == "", "a log gets a line now and then"


# --- how it ends ---


class Scripted(Run):
    """A run of a few lines of Python in place of a crawl."""

    script = ""

    def command(self, settings: object) -> list[str]:
        return [sys.executable, "-c", self.script]


def scripted(store: str, script: str) -> Scripted:
    run = Scripted(store)
    run.script = script
    return run


@pytest.mark.parametrize(("stores", "jobs"), [("abc", 1), ("a", 9)])
def test_no_more_processes_than_jobs_and_one_a_store(
    tmp_path: Path, stores: str, jobs: int
) -> None:
    os.mkfifo(gate := tmp_path / "gate")
    queues: list[list[Run]] = [
        [scripted(store, f"open({str(gate)!r}).read()") for _ in range(2)] for store in stores
    ]
    runs = [run for queue in queues for run in queue]
    going = []

    class Watching(Board):
        def tick(self) -> None:
            going.append(sum(run.is_going for run in runs))
            if len(going) > 2:  # who waits at the gate may end
                with suppress(OSError):
                    os.close(os.open(gate, os.O_WRONLY | os.O_NONBLOCK))

    Fleet(queues, jobs, [], Watching(runs, io.StringIO())).run()
    assert max(going) == 1
    assert all(run.is_complete for run in runs)


def test_one_that_does_not_end_when_told_is_killed() -> None:
    stubborn = scripted(
        "fake",
        "import signal, subprocess, sys, time; signal.signal(signal.SIGTERM, lambda *_: None)\n"
        "other = subprocess.Popen(['sleep', '60'], start_new_session=True)\n"  # holds the pipe
        "print(other.pid, flush=True)\n"
        "while True: time.sleep(60)",
    )

    class Waiting(Board):
        def say(self, *lines: str) -> None:
            super().say(*lines)
            if lines and lines[0].removeprefix("fake: ").isdigit():
                signal.raise_signal(signal.SIGTERM)

    fleet = Fleet([[stubborn], [waiting := Run("next")]], 1, [], Waiting([], log := io.StringIO()))
    fleet.grace = 0.1
    fleet.run()
    assert stubborn.status == "killed by SIGKILL"
    assert waiting.exit_code is None
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    os.kill(int(log.getvalue().splitlines()[0].removeprefix("fake: ")), signal.SIGKILL)


class Gate(MiniServer):
    """Holds back the answer to one path until told."""

    reached: threading.Event
    go: threading.Event

    def answer(self, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        if path == "/models/two":
            self.reached.set()
            self.go.wait(60)
        return super().answer(path, headers)


@contextmanager
def at_a_page(store: str, tmp_path: Path) -> Iterator[tuple[Gate, subprocess.Popen[str]]]:
    """Start a snapshot of a local store, and stop when it is at its second product."""
    # So many that the run does not come to its end by itself.
    names = ("one", "two", *(f"more-{n}" for n in range(1000)))
    server = fake_store(**{"/list/1": listing(*(f"/models/{name}" for name in names))})
    server.__class__ = Gate
    assert isinstance(server, Gate)
    server.reached, server.go = threading.Event(), threading.Event()
    with server:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "scrapy", "snapshot", store, "-s", FAKE),
                *("-s", f"DATABASE_URL=sqlite:///{tmp_path}/x.db"),
                *("-s", f"CAPTURE_DIR={tmp_path}/captures", "-s", "CONCURRENT_REQUESTS=2", *QUICK),
            ],
            cwd=ROOT,
            env={**os.environ, "FAKE_STORE": server.url},
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            assert server.reached.wait(60)
            yield server, process
        finally:
            server.go.set()
            process.kill()
            process.wait()


ENDED = "select status, reasons from snapshot"


def test_told_to_end_it_ends_its_crawlers_and_the_page_is_finished(
    tmp_path: Path, database: Path
) -> None:
    with at_a_page("fake", tmp_path) as (server, process):
        family = psutil.Process(process.pid).children(recursive=True)
        assert family
        process.send_signal(signal.SIGINT)
        assert process.stderr is not None
        assert "ending" in process.stderr.readline()
        server.go.set()
        said = process.stderr.read()
        assert process.wait(60) == 1
    assert not [child for child in family if child.is_running()]
    assert "2 stored" in said
    assert "fake: failed (exit code 1): " in said
    assert "the run ended early: shutdown" in said
    assert "Traceback" not in said
    assert rows(database, ENDED) == [("failed", '["the run ended early: shutdown"]')]


def test_a_killed_crawler_is_reported(tmp_path: Path) -> None:
    with at_a_page("fake", tmp_path) as (_, process):
        (crawler,) = psutil.Process(process.pid).children()
        crawler.kill()
        _, said = process.communicate(timeout=60)
        assert process.returncode == 1
    assert said.splitlines()[-2:] == ["fake: killed by SIGKILL", "0 of 1 snapshots complete"]


@pytest.mark.browser
def test_a_killed_snapshot_leaves_no_crawler_and_no_browser(tmp_path: Path, database: Path) -> None:
    with at_a_page("rendered", tmp_path) as (server, process):
        family = psutil.Process(process.pid).children(recursive=True)
        assert len(family) > 3, "a crawler, and a browser's processes"
        process.kill()
        server.go.set()
        _, left = psutil.wait_procs(family, timeout=60)
        assert left == []
    assert rows(database, ENDED) == [("failed", '["the run ended early: shutdown"]')]


# --- ready-made schedules ---


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A place to run a schedule in: its ``scrapy snapshot`` reads a small archive."""
    archive = tmp_path / "archive"
    small_store("pytorch_hub", archive)
    folder = tmp_path / "srv"
    commands = folder / ".venv" / "bin"
    commands.mkdir(parents=True)
    (commands / "scrapy").write_text(
        f'#!/bin/sh\n[ "$1" = snapshot ] && set -- "$@" --archive {shlex.quote(str(archive))}\n'
        f"database=sqlite:///$PWD/modelstores.db; cd {shlex.quote(str(ROOT))}\n"
        f'exec {sys.executable} -m scrapy "$@" -s DATABASE_URL="$database"\n'
    )
    (commands / "scrapy").chmod(0o755)
    return folder


def schedule(name: str, checkout: Path) -> str:
    return (SCHEDULES / name).read_text().replace("/srv/modelstores", str(checkout))


def test_the_line_for_cron(checkout: Path) -> None:
    lines = [x for x in schedule("crontab", checkout).splitlines() if not x.startswith("#")]
    environment = dict(line.split("=", 1) for line in lines[:-1])
    *times, command = lines[-1].split(" ", 5)
    assert len(times) == 5
    assert all(part.isdigit() or part == "*" for part in times)
    assert "%" not in command, "cron makes lines of it"
    shell = [environment.pop("SHELL"), "-c", command]
    given = {**environment, "PATH": "/usr/bin:/bin", "HOME": str(checkout)}
    run = subprocess.run(shell, env=given, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
    assert (checkout / "snapshot.log").read_text().endswith("1 of 1 snapshots complete\n")
    (checkout.parent / "archive" / "pytorch_hub" / "pytorch_hub.warc.gz").write_bytes(b"")
    run = subprocess.run(shell, env=given, capture_output=True, text=True, check=False)
    assert run.stdout.endswith("0 of 1 snapshots complete\n"), "what went wrong is mailed"


def test_the_units_for_systemd(checkout: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    for name in ("modelstores.service", "modelstores.timer"):
        (tmp_path / name).write_text(schedule(name, checkout))
    run = subprocess.run(
        [analyze, "verify", tmp_path / "modelstores.timer", tmp_path / "modelstores.service"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_the_workflow_keeps_the_history_from_run_to_run(checkout: Path, tmp_path: Path) -> None:
    workflow = yaml.safe_load(schedule("snapshot.yml", checkout))
    assert workflow[True]["schedule"][0]["cron"].count(" ") == 4  # "on" is YAML 1.1's true
    (job,) = workflow["jobs"].values()
    steps = {step.get("name"): step for step in job["steps"]}
    kept = tmp_path / "kept"
    kept.mkdir()
    tools = tmp_path / "tools"
    tools.mkdir()
    # What the service has of an earlier run, and no make: there is a checkout already.
    (tools / "gh").write_text(
        "#!/bin/sh\n"
        f'[ "$1" = api ] && ls {kept} | sed s/.*/17/ | head -1\n'
        f'[ "$1 $2 $3 $4" = "run download 17 --name" ] && cp {kept}/* .\n'
        "true\n"
    )
    (tools / "make").write_text("#!/bin/sh\n")
    for tool in tools.iterdir():
        tool.chmod(0o755)
    environment = {
        "PATH": f"{tools}:/usr/bin:/bin",
        "GITHUB_REPOSITORY": "somebody/modelstores",
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    for count in (1, 2):
        for step in job["steps"]:
            if "run" not in step:
                continue
            run = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]],
                cwd=checkout,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert run.returncode == 0, run.stderr
        database = checkout / "modelstores.db"
        assert rows(database, "select count(*) from snapshot where status = 'complete'") == [
            (count,)
        ]
        for path in checkout.glob("modelstores.db*"):
            assert path.name.startswith(steps["Keep"]["with"]["path"].split("*")[0])
            shutil.move(path, kept / path.name)
    assert "| " in (tmp_path / "summary.md").read_text()
