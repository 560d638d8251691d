"""A run that is killed at any moment, and gone on with, ends as one that nobody disturbed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from modelstores.capture.warc import Record, records
from tests.crawling import ROOT, rows
from tests.dump import dump
from tests.miniweb.server import Answer, MiniServer
from tests.test_live import QUICK, fake_store, listing, page

MODELS = [f"/models/m{number}" for number in range(4)]
#: (store, whom to kill) of each of the twenty kills
KILLS = [
    *[("fake", "crawler")] * 8,
    *[("rendered", "crawler")] * 4,
    *[("rendered", "browser")] * 4,
    *[("rendered", "both")] * 4,
]


class Deadly(MiniServer):
    """Kills, a moment after a certain request has come."""

    #: number of requests until then, seconds after it, and whom to kill
    after: tuple[int, float] | None = None
    victim: subprocess.Popen[str] | None = None
    whom: str = "crawler"
    #: names of the processes that were killed
    killed: list[str]

    def answer(self, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        said = super().answer(path, headers, body)
        if self.after and self.victim and len(self.requests) >= self.after[0]:
            threading.Timer(self.after[1], kill, (self.victim, self.whom, self.killed)).start()
            self.after = None
        return said


def kill(run: subprocess.Popen[str], whom: str, killed: list[str]) -> None:
    """Kill a run, its browser, or both, as ``kill -9`` does; note whom."""
    with suppress(psutil.NoSuchProcess):
        crawler = psutil.Process(run.pid)
        below = crawler.children(recursive=True)
        if whom in {"crawler", "both"}:
            crawler.send_signal(signal.SIGKILL)
            killed.append("crawler")
        for one in below if whom in {"browser", "both"} else []:
            with suppress(psutil.NoSuchProcess):
                if "chrom" in one.name():
                    one.send_signal(signal.SIGKILL)
                    killed.append("browser")


def start(server: MiniServer, store: str, folder: Path) -> subprocess.Popen[str]:
    """Start a crawl of the store into FOLDER/x.db and FOLDER/captures."""
    command = [sys.executable, "-m", "scrapy", "crawl", store, *QUICK]
    command += ["-s", "SPIDER_MODULES=tests.fake", "-s", f"DATABASE_URL=sqlite:///{folder}/x.db"]
    command += ["-s", f"CAPTURE_DIR={folder}/captures"]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, "FAKE_STORE": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def crawl(server: MiniServer, store: str, folder: Path) -> None:
    """Crawl to the end; it must be complete."""
    folder.mkdir(exist_ok=True)
    run = start(server, store, folder)
    _, said = run.communicate(timeout=120)
    assert run.returncode == 0, said


@pytest.fixture(scope="module")
def server() -> Iterator[Deadly]:
    """Serve a store of four models in two lists, with policy pages; one of those is not there."""
    pages = {path: page(path[-2:]) for path in MODELS}
    lists = {"/list/1": listing(*MODELS[:2], "/list/2"), "/list/2": listing(*MODELS[2:])}
    with fake_store(kind=Deadly, **lists, **pages) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(server: Deadly, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    """Return, by store, what an undisturbed run leaves, and how many requests it made."""
    found: dict[str, object] = {}
    for store in ("fake", "rendered"):
        folder = tmp_path_factory.mktemp(store)
        before = len(server.requests)
        crawl(server, store, folder)
        found[store] = dump(folder / "x.db"), len(server.requests) - before
    return found


def read_whole(folder: Path, store: str) -> set[str]:
    """Return the addresses of the pages that the capture of a killed run holds as they are read."""
    (path,) = (folder / "captures" / store).iterdir()
    kind = "conversion" if store == "rendered" else "response"
    found = {r.url for r in records(path) if isinstance(r, Record) and r.kind == kind}
    return {url for url in found if "/models/" in url}


@pytest.fixture(params=[400, 500, 600])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of so many kB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={request.param}k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_corrupts_nothing_and_is_gone_on_with(small_disk: Path, tmp_path: Path) -> None:
    chance = random.Random(1)
    models = {path: page(path[-2:]) for path in MODELS}
    models = {
        path: Answer(200, said.headers, f"{said.body}<p>{chance.randbytes(60_000).hex()}</p>")
        for path, said in models.items()
    }
    with fake_store(**{"/list/1": listing(*MODELS)}, **models) as server:
        crawl(server, "fake", tmp_path / "whole")
        run = start(server, "fake", small_disk)
        _, said = run.communicate(timeout=120)
        assert run.returncode in {1, 2}, said
        assert "No space left on device" in said or "disk is full" in said
        assert "Traceback" not in said
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)
        if run.returncode == 1:  # it had begun
            assert rows(small_disk / "x.db", "pragma integrity_check") == [("ok",)]
        for capture in (small_disk / "captures").rglob("*.warc.gz"):
            assert all(isinstance(record, Record) for record in records(capture)), "damaged"
        crawl(server, "fake", small_disk)
    assert dump(small_disk / "x.db") == dump(tmp_path / "whole" / "x.db")


@pytest.mark.browser
@pytest.mark.parametrize("number", range(len(KILLS)))
def test_killed_at_any_moment(
    number: int, server: Deadly, undisturbed: dict[str, tuple[object, int]], tmp_path: Path
) -> None:
    store, whom = KILLS[number]
    wanted, requests = undisturbed[store]
    chance = random.Random(number)
    server.requests.clear()
    server.whom, server.killed = whom, []
    server.victim = start(server, store, tmp_path)
    # Of a rendered store the first request, for robots.txt, is not yet a browser's.
    first = 2 if store == "rendered" else 1
    server.after = (chance.randint(first, requests - 1), chance.uniform(0, 0.1))
    _, said = server.victim.communicate(timeout=120)
    assert set(server.killed) == ({"crawler", "browser"} if whom == "both" else {whom})
    if whom != "browser":
        assert server.victim.returncode == -signal.SIGKILL, said
        assert rows(tmp_path / "x.db", "select status from snapshot") == [("running",)]
        before = read_whole(tmp_path, store)
        stored = set(rows(tmp_path / "x.db", "select native_id from product"))
        server.requests.clear()
        crawl(server, store, tmp_path)
        assert not {server.url + path for path in server.paths} & before, "asked for again"
        assert stored <= set(rows(tmp_path / "x.db", "select native_id from product"))
    elif server.victim.returncode != 0:
        crawl(server, store, tmp_path)
    assert dump(tmp_path / "x.db") == wanted
    (capture,) = (tmp_path / "captures" / store).iterdir()
    assert all(isinstance(record, Record) for record in records(capture)), "damaged"
