"""Runs that know an earlier one: gone on with, asked conditionally, and out of disk space."""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from modelstores.capture.warc import Damage, Record, records
from tests import test_time_travel
from tests.crawling import crawl_fake, rows
from tests.miniweb.server import Answer, MiniServer
from tests.test_live import QUICK, fake_store, listing, page

SPIDERS = ("-s", "SPIDER_MODULES=tests.capture.spiders")
SAID = (
    "select p.native_id, o.source, o.content_hash from sighting s "
    "join observation o on o.id = s.observation_id "
    "join product p on p.id = s.product_id order by 1"
)
PLACES = "select captured_at, record_offset from sighting order by 1"


def crawl(
    tmp_path: Path, name: str, server: MiniServer, *arguments: str, **environment: str
) -> CompletedProcess[str]:
    """Crawl the fake store into NAME.db and NAME/STORE/."""
    return crawl_fake(
        tmp_path / f"{name}.db",
        *SPIDERS,
        *QUICK,
        *("-s", f"CAPTURE_DIR={tmp_path / name}"),
        *arguments,
        FAKE_STORE=server.url,
        **environment,
    )


def capture_of(tmp_path: Path, name: str, store: str = "fake") -> Path:
    """Return the one capture of a run."""
    (path,) = (tmp_path / name / store).iterdir()
    return path


def kept(path: Path, *kinds: str) -> list[Record]:
    """Return the records of these kinds, of a capture that is whole."""
    found = list(records(path))
    assert not [one for one in found if isinstance(one, Damage)]
    return [one for one in found if isinstance(one, Record) and one.kind in kinds]


# --- going on ---


def test_a_run_goes_on_where_a_killed_one_left_off(tmp_path: Path) -> None:
    changes = {
        "/list/1": listing("/models/old", "/models/one", "/models/gone", "/list/2"),
        "/list/2": listing("/models/two"),
        "/models/old": Answer.redirect("/models/secret"),
        "/models/gone": [Answer(410), page("gone")],
    }
    with fake_store(**changes) as server:
        whole = crawl(tmp_path, "whole", server)
        paths, before = list(server.paths), len(server.paths)
        first = capture_of(tmp_path, "whole")
        responses = kept(first, "response")
        cut = next(one for one in responses if one.url.endswith("/api/one"))
        torn = tmp_path / "torn" / "fake" / "run.warc.gz"
        torn.parent.mkdir(parents=True)
        torn.write_bytes(first.read_bytes()[: cut.offset + 50])
        there = {one.url for one in kept_of(torn) if one.kind == "response" and one.status < 400}
        run = crawl(tmp_path, "torn", server, RESUMED=str(torn))
        asked = server.paths[before:]
    assert "410" in whole.stderr
    assert run.returncode == 0, run.stderr
    assert set(asked) & {url.removeprefix(server.url) for url in there} == set()
    assert set(asked) - {"/api/gone"} < set(paths)
    assert {"/models/gone", "/api/one"} <= set(asked), "errors, and what was torn, are asked again"
    assert {"/robots.txt", "/list/1", "/models/old"}.isdisjoint(asked)
    assert capture_of(tmp_path, "torn") == torn
    assert [one.kind for one in kept(torn, "warcinfo")] == ["warcinfo"] * 2
    good = [one.url for one in kept(torn, "response") if one.status < 400]
    assert len(good) == len(set(good)), "nothing is kept twice"
    both = {row for row in rows(tmp_path / "torn.db", SAID) if row[0] != "gone"}
    assert both == set(rows(tmp_path / "whole.db", SAID))
    offsets = {one.offset for one in kept(torn, "response")}
    assert {row[1] for row in rows(tmp_path / "torn.db", PLACES)} <= offsets


def kept_of(path: Path) -> Iterator[Record]:
    """Yield the whole records of a torn capture."""
    return (one for one in records(path) if isinstance(one, Record))


@pytest.mark.browser
def test_a_rendered_page_is_not_rendered_again(tmp_path: Path) -> None:
    with fake_store() as server:
        first = crawl_fake(
            tmp_path / "a.db",
            *SPIDERS,
            *QUICK,
            *("-s", f"CAPTURE_DIR={tmp_path / 'a'}"),
            store="rendered",
            FAKE_STORE=server.url,
        )
        assert first.returncode == 0, first.stderr
        path, before = capture_of(tmp_path, "a", "rendered"), len(server.paths)
        documents = kept(path, "conversion")
        last = documents[-1]
        path.write_bytes(path.read_bytes()[: last.offset])  # its raw answer is there
        again = crawl_fake(
            tmp_path / "b.db",
            *SPIDERS,
            *QUICK,
            store="rendered",
            FAKE_STORE=server.url,
            RESUMED=str(path),
        )
        asked = [one for one in server.paths[before:] if one != "/favicon.ico"]
    assert again.returncode == 0, again.stderr
    assert set(asked) <= {last.url.removeprefix(server.url), "/terms"}
    assert rows(tmp_path / "b.db", SAID) == rows(tmp_path / "a.db", SAID)


def test_time_travel_goes_on_with_the_mementos_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: dict[str, Answer | list[Answer]] = dict(test_time_travel.ONE_NEAR)
    one = test_time_travel.ONE
    run, _, database = test_time_travel.travel(tmp_path, answers, *SPIDERS)
    assert run.returncode == 0, run.stderr
    path, first = capture_of(tmp_path, "captures"), rows(database, PLACES)
    monkeypatch.setenv("RESUMED", str(path))
    database.unlink()
    run, server, database = test_time_travel.travel(tmp_path, answers, *SPIDERS)
    assert run.returncode == 0, run.stderr
    assert not [asked for asked in server.paths if asked.startswith("/web/")]
    assert rows(database, PLACES) == first, "with its own time"
    assert len([found for found in kept(path, "response") if found.url == one]) == 1


# --- asking only for what changed ---


class Validating(MiniServer):
    """A store that compresses, and answers conditional requests. ``bytes`` is what it sent."""

    def __init__(self, base: Mapping[str, Answer], validator: str | None):
        super().__init__("pytorch_hub", robots=None, answers=dict(base))
        self._validator = validator
        self.bytes = 0
        self.statuses: list[int] = []

    def answer(self, path: str, headers: Mapping[str, str], body: bytes = b"") -> Answer:
        said = super().answer(path, headers)
        if said.status == 200:
            said = self._validated(said, headers)
        self.bytes += len(said.body)
        self.statuses.append(said.status)
        return said

    def _validated(self, said: Answer, headers: Mapping[str, str]) -> Answer:
        assert isinstance(said.body, str)
        mark = hashlib.md5(said.body.encode(), usedforsecurity=False).hexdigest()
        date = f"Mon, 01 Jan 2024 00:00:{int(mark, 16) % 60:02} GMT"
        marks = {
            "ETag": {"ETag": f'W/"{mark}"'},
            "Last-Modified": {"Last-Modified": date},
        }.get(self._validator or "", {})
        asked = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
        for name, value in marks.items():
            if headers.get(asked[name]) == value:
                # A careless server: its 304 speaks of a body of its own.
                return Answer(304, {**marks, "Content-Type": "text/plain"})
        coded = gzip.compress(said.body.encode(), mtime=0)
        return Answer(200, {**said.headers, **marks, "Content-Encoding": "gzip"}, coded)


def big(name: str) -> Answer:
    words = " ".join(hashlib.sha256(f"{name}{n}".encode()).hexdigest() for n in range(70))
    return replace(page(name), body=f"<h1>Net {name}</h1><p>Tells {name} apart. {words}</p>")


ANSWERS = {
    "/robots.txt": Answer(200, {"Content-Type": "text/plain"}, "User-agent: *\nDisallow: /no\n"),
    "/list/1": listing("/models/one", "/models/two"),
    "/models/one": big("one"),
    "/models/two": big("two"),
    "/api/two": Answer(
        200,
        {"Content-Type": "application/json"},
        json.dumps({"name": "Net two", "license": "MIT", "likes": 3}),
    ),
}


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified", None])
def test_only_what_changed_is_sent_again(tmp_path: Path, validator: str | None) -> None:
    folder, captures, sent, statuses = tmp_path / "live", [], [], []
    with Validating(ANSWERS, validator) as server:
        for name in ("first", "second", "third"):
            if name == "third":
                server.change({"/models/two": big("other")})
            server.bytes, server.statuses = 0, []
            done = crawl_fake(
                tmp_path / f"{name}.db",
                *(*SPIDERS, *QUICK, "-s", f"CAPTURE_DIR={folder}"),
                FAKE_STORE=server.url,
                PREVIOUS=str(captures[-1]) if captures else "",
            )
            assert done.returncode == 0, done.stderr
            captures.append(max((folder / "fake").iterdir()))
            sent.append(server.bytes)
            statuses.append(sorted(server.statuses))
    first, second, third = captures
    assert statuses[0] == [200] * 5 + [404] * 3
    if validator:
        assert statuses[1] == [304] * 5 + [404] * 3
        assert statuses[2] == [200] + [304] * 4 + [404] * 3
        assert sent[1] < sent[0] / 20
        assert [len(kept(path, "revisit")) for path in captures] == [0, 5, 4]
        answers = {one.id for one in kept(first, "response")}
        referred = {one.reference.id for one in kept(third, "revisit") if one.reference}
        assert referred <= answers, "not to a revisit in its turn"
        conditions = {"ETag": "if-none-match", "Last-Modified": "if-modified-since"}
        asked = [one for one in kept(second, "request") if conditions[validator] in names(one)]
        assert len(asked) == 5
    else:
        assert statuses[1:] == statuses[:1] * 2
        assert not kept(second, "revisit")
    assert rows(tmp_path / "second.db", SAID) == rows(tmp_path / "first.db", SAID)
    assert rows(tmp_path / "third.db", SAID) != rows(tmp_path / "first.db", SAID)
    for name, path in (("second", second), ("third", third)):
        replayed = tmp_path / f"{name}-replayed.db"
        done = crawl_fake(replayed, *SPIDERS, "-a", f"archive={path}", FAKE_STORE=server.url)
        assert done.returncode == 0, done.stderr
        for query in (SAID, PLACES):
            found = rows(replayed, query)
            assert found == rows(tmp_path / f"{name}.db", query)
            assert len(found) == 2


def names(record: Record) -> set[str]:
    return {name.lower() for name, _ in record.headers}


def test_conditions_stay_with_their_address_and_304_needs_one(tmp_path: Path) -> None:
    marked = replace(page("one"), headers={"ETag": '"1"'})
    old = {"/list/1": listing("/models/one"), "/models/one": marked}
    new = {
        **old,
        "/list/1": listing("/models/one", "/models/two"),
        "/models/one": Answer.redirect("/models/elsewhere"),
        "/models/elsewhere": page("one"),
        "/models/two": Answer(304),
    }
    with fake_store(**old) as server:
        done = crawl(tmp_path, "old", server)
        assert done.returncode == 0, done.stderr
        server.change(new)
        previous = str(capture_of(tmp_path, "old"))
        done = crawl(tmp_path, "new", server, PREVIOUS=previous)
        seen = {one.path: one.headers for one in server.requests}
    assert seen["/models/one"]["If-None-Match"] == '"1"'
    assert "If-None-Match" not in seen["/models/elsewhere"]
    assert done.returncode == 1
    said = rows(tmp_path / "new.db", "select url, reasons from quarantine where stage = 'page'")
    assert [str(url).rpartition("/")[2] for url, _ in said] == ["two"]
    assert "304 (not modified), which was not asked for" in str(said[0][1])
    status = {
        one.url.rpartition("/")[2]: one.status
        for one in kept(capture_of(tmp_path, "new"), "response")
    }
    assert status["two"] == 304, "kept as what it is"


@pytest.mark.browser
def test_a_page_that_is_rendered_is_asked_for_in_full(tmp_path: Path) -> None:
    with fake_store(**{"/models/one": replace(page("one"), headers={"ETag": '"1"'})}) as server:
        for name, previous in (("a", ""), ("b", tmp_path / "a")):
            done = crawl_fake(
                tmp_path / f"{name}.db",
                *(*SPIDERS, *QUICK, "-s", f"CAPTURE_DIR={tmp_path / name}"),
                store="rendered",
                FAKE_STORE=server.url,
                PREVIOUS=f"{previous}/rendered/*" if previous else "",
            )
            assert done.returncode == 0, done.stderr
        assert server.paths.count("/models/one") == 2
        assert not [one for one in server.requests if "If-None-Match" in one.headers]


# --- no space left ---


FILLING = """
import resource, signal, sys
from pathlib import Path
from tests.capture.test_resume import exchange
from modelstores.capture.writer import CaptureError, CaptureWriter

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
try:
    writer = CaptureWriter(Path(sys.argv[1]), {"software": "tests"})
    for number in range(100):
        writer.exchange(exchange(f"/{number}", number.to_bytes(2, "big") * 700))
except CaptureError as error:
    print(error)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    try:
        writer.exchange(exchange("/after", b"space again"))
    except NameError:
        pass
"""


@pytest.mark.parametrize("limit", [0, 100, 1_000, 1_001, 1_300, 3_000, 5_555])
def test_a_record_that_does_not_fit_is_not_there_at_all(tmp_path: Path, limit: int) -> None:
    path = tmp_path / "run.warc.gz"
    done = subprocess.run(
        [sys.executable, "-c", FILLING, str(path), str(limit)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{path}: File too large\n"
    if limit <= 100:
        assert not path.exists(), "not even its first record fits"
        return
    found = kept(path, "warcinfo", "response")
    assert found[0].kind == "warcinfo"
    assert found[-1].url.endswith("/after"), "what follows stands at its right place"


def test_a_full_disk_ends_the_run_with_a_line_and_a_whole_capture(tmp_path: Path) -> None:
    with fake_store(**{"/models/two": big("two")}) as server:
        done = crawl(tmp_path, "full", server, "-s", "EXTENSIONS_BASE={}", LIMIT_FILE_SIZE="3000")
        path = capture_of(tmp_path, "full")
        before = len(server.paths)
        (status,) = rows(tmp_path / "full.db", "select status, reasons from snapshot")
        again = crawl(tmp_path, "full", server, RESUMED=str(path))
        asked = server.paths[before:]
    assert done.returncode == 1
    assert done.stderr.count(f"[modelstores.capture.storage] ERROR: {path}: File too large") == 1
    assert "Traceback" not in done.stderr
    assert (status[0], "capture_error" in str(status[1])) == ("failed", True)
    assert again.returncode == 0, again.stderr
    assert "/robots.txt" not in asked
    assert kept(path, "response")
