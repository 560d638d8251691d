"""``scrapy crawl STORE -a at=DAY`` against a server on this machine that plays the archive."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote

import pytest

from modelstores.capture.warc import Record, records
from modelstores.capture.wayback import index_url, memento_url
from tests.crawling import crawl_fake, rows
from tests.miniweb.server import ALLOW_ALL, Answer, MiniServer
from tests.miniweb.stores import pages

STORE = "https://store.example"
DAY = ("-a", "at=2019-03-15")
COUNTS = "select listed, stored, failed, refused, status, scope, source from snapshot"
BLOCKED = (
    "org.archive.util.io.RuntimeIOException: "
    "org.archive.wayback.exception.AdministrativeAccessControlException: Blocked Site Error"
)


def asking(url: str, *, prefix: bool = False, resume: str = "") -> str:
    """Return the path at which the index is asked, as the server sees it."""
    return unquote(index_url("", url, prefix=prefix, resume=resume))


def at(timestamp: str, url: str) -> str:
    return memento_url("", timestamp, url)


def index(*captures: tuple[str, str, str], resume: str = "") -> Answer:
    found = [["timestamp", "original", "statuscode"], *captures] if captures else []
    body = [*found, *([[], [resume]] if resume else [])]
    return Answer(200, {"Content-Type": "application/json"}, json.dumps(body))


def memento(words: str, taken: str, status: int = 200) -> Answer:
    headers = {
        "Content-Type": "text/html; charset=utf-8",
        "Memento-Datetime": taken,
        "X-Archive-Orig-Server": "old",
    }
    return Answer(status, headers, f"<h1>Net {words}</h1><p>Tells {words} apart.</p>")


def captures_of(name: str, *captures: tuple[str, str]) -> dict[str, Answer]:
    """Return the index's answer on one product, and nothing on its record."""
    url = f"{STORE}/models/{name}"
    return {
        asking(url): index(*((when, url, status) for when, status in captures)),
        asking(f"{STORE}/api/{name}"): index(),
    }


def products(*names: str, resume: str = "") -> Answer:
    found = [("20180101000000", f"http://store.example:80/models/{name}", "200") for name in names]
    return index(*found, resume=resume)


ONE = f"{STORE}/models/one"
PREFIX = asking(f"{STORE}/models/", prefix=True)
POLICIES = {asking(f"{STORE}/{path}"): index() for path in ("submit", "terms")}
ONE_NEAR = {
    PREFIX: products("one"),
    **captures_of("one", ("20190316120000", "200")),
    at("20190316120000", ONE): memento("one", "Sat, 16 Mar 2019 12:00:00 GMT"),
}


def travel(
    tmp_path: Path,
    answers: dict[str, Answer | list[Answer]],
    *arguments: str,
    robots: str | None = ALLOW_ALL,
    delay: float = 0.01,
    store: str = "fake",
    environment: Mapping[str, str] | None = None,
) -> tuple[subprocess.CompletedProcess[str], MiniServer, Path]:
    """Run a crawl of the fake store's past; return the run, the server and the database."""
    slots = json.dumps({"wayback-index": {"delay": delay, "concurrency": 1}})
    database = tmp_path / "x.db"
    with MiniServer("pytorch_hub", robots=robots, answers={**POLICIES, **answers}) as server:
        run = crawl_fake(
            database,
            *DAY,
            *("-s", "DOWNLOAD_DELAY=0.01", "-s", "AUTOTHROTTLE_ENABLED=False"),
            *("-s", f"DOWNLOAD_SLOTS={slots}", "-s", "WAYBACK_WAIT=0.2"),
            *("-s", f"CAPTURE_DIR={tmp_path / 'captures'}", "-s", f"WAYBACK_URL={server.url}"),
            *arguments,
            store=store,
            **(environment or {}),
        )
    return run, server, database


def test_the_nearest_capture_of_each_product_is_read_kept_and_replayed(tmp_path: Path) -> None:
    two = f"{STORE}/models/two"
    answers = {
        PREFIX: products("one", "one/", "nothing/of/ours", resume="key+1%2F"),
        asking(f"{STORE}/models/", prefix=True, resume="key+1%2F"): products("two"),
        **captures_of(
            "one",
            ("20170101000000", "200"),
            ("20190314110000", "200"),
            ("20190315120000", "301"),
            ("20210101000000", "200"),
        ),
        at("20190314110000", ONE): memento("one", "Thu, 14 Mar 2019 11:00:00 GMT"),
        **captures_of("two", ("20190101000000", "-"), ("20191201000000", "200")),
        # The archive itself leads to where it keeps the bytes.
        at("20190101000000", two): Answer.redirect(at("20181231235959", two)),
        at("20181231235959", two): memento("two", "Mon, 31 Dec 2018 23:59:59 GMT"),
    }
    run, server, database = travel(tmp_path, answers, "-O", str(tmp_path / "items.jsonl"))
    assert run.returncode == 0, run.stderr
    assert rows(database, COUNTS) == [(2, 2, 0, 0, "complete", "partial", "wayback")]
    said = (
        "select p.native_id, o.url, o.summary, s.captured_at, s.record_offset from sighting s "
        "join observation o on o.id = s.observation_id join product p on p.id = s.product_id "
        "order by 1"
    )
    found = rows(database, said)
    assert [row[:4] for row in found] == [
        ("one", ONE, "Tells one apart.", "2019-03-14T11:00:00Z"),
        ("two", two, "Tells two apart.", "2018-12-31T23:59:59Z"),
    ]
    assert rows(database, "select captured_from, captured_until from snapshot") == [
        ("2018-12-31T23:59:59Z", "2019-03-14T11:00:00Z")
    ]
    assert len(server.paths) == len(set(server.paths)), "something was asked for twice"

    ((settings,),) = rows(database, "select settings from snapshot")
    assert json.loads(str(settings))["at"] == "2019-03-15"

    (capture,) = (tmp_path / "captures" / "fake").iterdir()
    kept = {r.url: r for r in records(capture) if isinstance(r, Record) and r.kind == "response"}
    assert kept[ONE].time == "2019-03-14T11:00:00Z"
    assert b"Net one" in kept[ONE].body
    assert ("X-Archive-Orig-Server", "old") in kept[ONE].headers
    assert not any("/web/" in url for url in kept)
    assert not [r for r in records(capture) if isinstance(r, Record) and r.url == ONE][1:]
    assert f"{server.url}/robots.txt" in kept
    assert f"{STORE}/robots.txt" not in kept

    replayed = tmp_path / "replayed.db"
    run = crawl_fake(replayed, "-a", f"archive={capture}", "-O", str(tmp_path / "replayed.jsonl"))
    assert run.returncode == 0, run.stderr
    assert rows(replayed, said) == found
    lines = [
        sorted((tmp_path / n).read_text().splitlines()) for n in ("items.jsonl", "replayed.jsonl")
    ]
    assert lines[0] == lines[1]


def test_the_archive_is_waited_for_and_never_hammered(tmp_path: Path) -> None:
    busy = Answer(429, {"Retry-After": "1"})
    answers = {
        **ONE_NEAR,
        asking(ONE): [busy, Answer(429), index(("20190316120000", ONE, "200"))],
        at("20190316120000", ONE): [
            Answer(503),
            memento("one", "Sat, 16 Mar 2019 12:00:00 GMT"),
        ],
    }
    run, server, database = travel(tmp_path, answers)
    assert run.returncode == 0, run.stderr
    assert rows(database, COUNTS) == [(1, 1, 0, 0, "complete", "partial", "wayback")]
    times = {path: [r.time for r in server.requests if r.path == path] for path in server.paths}
    first, second, third = times[asking(ONE)]
    assert second - first >= 1.0, "Retry-After was not honoured"
    assert third - second >= 0.4, "the second wait is no longer than the first"
    # While it rests, nothing else is asked either.
    assert not [r.path for r in server.requests if first < r.time < second]
    one, two = times[at("20190316120000", ONE)]
    assert two - one >= 0.2


def test_an_archive_that_goes_on_refusing_ends_the_run(tmp_path: Path) -> None:
    answers = {**ONE_NEAR, PREFIX: products("one", "two", "three"), asking(ONE): Answer(429)}
    run, server, database = travel(tmp_path, answers, "-s", "WAYBACK_WAIT=0.05")
    assert run.returncode == 1
    assert server.paths.count(asking(ONE)) == 5
    assert server.paths[-1] == asking(ONE), "it was asked for something else afterwards"
    assert rows(database, "select status, reasons from snapshot") == [
        ("failed", '["the run ended early: wayback_refuses"]')
    ]
    assert "Traceback" not in run.stderr


def test_one_page_that_fails_or_is_too_large_costs_that_page_alone(tmp_path: Path) -> None:
    when = "20190315000000"
    broken, huge = (f"{STORE}/models/{name}" for name in ("broken", "huge"))
    answers = {
        **ONE_NEAR,
        PREFIX: products("broken", "huge", "one"),
        **captures_of("broken", (when, "200")),
        **captures_of("huge", (when, "200")),
        at(when, broken): Answer(504),
        at(when, huge): memento("x" * 50_000, "Fri, 15 Mar 2019 00:00:00 GMT"),
    }
    limits = ("-s", "WAYBACK_WAIT=0.05", "-s", "DOWNLOAD_MAXSIZE=50000")
    _, server, database = travel(tmp_path, answers, *limits)
    assert rows(database, COUNTS) == [(3, 1, 2, 0, "suspect", "partial", "wayback")]
    found = rows(database, "select url, reasons from quarantine where stage = 'page'")
    assert dict(found)[broken] == '["the archive fails (status 504)"]'
    assert str(dict(found)[huge]).startswith('["the archive: ')
    assert [server.paths.count(at(when, url)) for url in (broken, huge)] == [3, 1]


def test_an_archive_that_is_down_ends_the_run(tmp_path: Path) -> None:
    names = [f"n{number}" for number in range(9)]
    down = {asking(f"{STORE}/models/{name}"): Answer(503) for name in names}
    run, server, database = travel(
        tmp_path, {PREFIX: products(*names), **down}, "-s", "WAYBACK_WAIT=0.02"
    )
    assert run.returncode == 1
    assert sum(path in down for path in server.paths) == 9
    assert rows(database, "select status from snapshot") == [("failed",)]


def test_what_was_never_archived_or_cannot_be_shown_is_reported(tmp_path: Path) -> None:
    names = ("one", "never", "moved", "blocked", "lost", "limited")
    url = f"{STORE}/models"
    lost = [("20190315000000", "200"), ("20190401000000", "200")]
    answers = {
        **ONE_NEAR,
        PREFIX: products(*names),
        **captures_of("never"),
        **captures_of("moved", ("20190315000000", "302"), ("20180315000000", "404")),
        **captures_of("lost", *lost),
        **captures_of("limited", ("20190315000000", "-")),
        asking(f"{url}/blocked"): Answer(403, {"X-Archive-Wayback-Runtime-Error": BLOCKED}),
        **{at(when, f"{url}/lost"): Answer(404) for when, _ in lost},
        at("20190315000000", f"{url}/limited"): memento(
            "limited", "Fri, 15 Mar 2019 00:00:00 GMT", 429
        ),
    }
    run, server, database = travel(tmp_path, answers)
    assert run.returncode == 1
    assert rows(database, COUNTS) == [(6, 1, 5, 0, "suspect", "partial", "wayback")]
    found = rows(database, "select url, stage, reasons from quarantine where stage = 'page'")
    said = {str(u).rpartition("/")[2]: json.loads(str(r)) for u, _, r in found}
    assert said == {
        "never": ["never archived"],
        "moved": ["never archived as a page, only with status 302, 404"],
        "blocked": ["blocked: the archive does not show this site"],
        "lost": ["archived, but the archive cannot show it (status 404)"],
        # An archived 429 is the store's, not the archive's: nothing is waited for.
        "limited": ["archived, but the archive cannot show it (status 429)"],
    }
    assert server.paths.count(at("20190315000000", f"{url}/limited")) == 1
    assert rows(database, "select count(*) from element_state where state = 'absent'") == rows(
        database,
        "select count(*) from element_state e join product p on p.native_id = 'one' "
        "join observation o on o.product_id = p.id and o.id = e.observation_id "
        "where state = 'absent'",
    )


def test_a_blocked_store_is_reported(tmp_path: Path) -> None:
    blocked = Answer(403, {"X-Archive-Wayback-Runtime-Error": BLOCKED})
    run, _, database = travel(tmp_path, {PREFIX: blocked})
    assert run.returncode == 1
    assert "blocked: the archive does not show this site" in run.stderr
    assert rows(database, COUNTS) == [(0, 0, 0, 0, "suspect", "partial", "wayback")]


def test_the_archives_own_robots_txt_is_obeyed_the_stores_is_not_asked(tmp_path: Path) -> None:
    robots = "User-agent: *\nDisallow: /web/\n"
    _, server, database = travel(tmp_path, ONE_NEAR, robots=robots)
    assert rows(database, COUNTS) == [(1, 0, 0, 1, "complete", "partial", "wayback")]
    assert server.paths[0] == "/robots.txt"
    assert not [path for path in server.paths if path.startswith("/web/")]
    assert rows(database, "select reasons from quarantine where stage = 'page'") == [
        ('["the archive: Forbidden by robots.txt"]',)
    ]


def test_a_rendered_store_is_read_without_a_browser_then_and_later(tmp_path: Path) -> None:
    said = "select native_id, name, summary from latest_product"
    page = memento("one", "Sat, 16 Mar 2019 12:00:00 GMT")
    script = "<script>document.querySelector('h1').textContent = 'Of today'</script>"
    scripted = Answer(200, page.headers, page.body + script)
    answers = {**ONE_NEAR, at("20190316120000", ONE): scripted}
    run, _, database = travel(tmp_path, answers, store="rendered")
    assert run.returncode == 0, run.stderr
    assert rows(database, said) == [("one", "Net one", "Tells one apart.")]
    (capture,) = (tmp_path / "captures" / "rendered").iterdir()
    assert {r.kind for r in records(capture) if isinstance(r, Record)} >= {"response"}
    assert "conversion" not in {r.kind for r in records(capture) if isinstance(r, Record)}
    replayed = tmp_path / "replayed.db"
    run = crawl_fake(replayed, "-a", f"archive={capture}", store="rendered")
    assert run.returncode == 0, run.stderr
    assert rows(replayed, said) == rows(database, said)
    places = "select captured_at, record_offset from sighting"
    assert rows(replayed, places) == rows(database, places)


def test_a_store_that_is_gone_is_read_as_it_was(tmp_path: Path) -> None:
    when, taken = "20190301000000", "Fri, 01 Mar 2019 00:00:00 GMT"
    kept = [page for page in pages("modeldepot") if page.holds in {"page", "policy"}]
    shell = "https://modeldepot.io/acme-labs/shell"
    found = [page.url for page in kept if page.holds == "page"]
    listed = [*found, f"{found[0]}/overview", shell, "https://modeldepot.io/static/main.css"]
    head = {"Content-Type": "text/html; charset=utf-8", "Memento-Datetime": taken}
    answers = {
        asking("https://modeldepot.io/", prefix=True): index(*((when, u, "200") for u in listed)),
        **{asking(url): index((when, url, "200")) for url in [*(p.url for p in kept), shell]},
        **{at(when, page.url): Answer(200, head, page.body.decode()) for page in kept},
        at(when, shell): Answer(200, head, "<html><body><div id=root></div></body></html>"),
    }
    spiders = ("-s", "SPIDER_MODULES=spiders")
    run, server, database = travel(tmp_path, answers, *spiders, store="modeldepot")
    assert rows(database, COUNTS) == [(7, 7, 0, 0, "suspect", "partial", "wayback")]
    assert "unread: https://modeldepot.io/acme-labs/shell: an empty shell" in run.stderr
    assert not [path for path in server.paths if "overview" in path or "main.css" in path]
    (capture,) = (tmp_path / "captures" / "modeldepot").iterdir()
    replayed = tmp_path / "replayed.db"
    crawl_fake(replayed, *spiders, "-a", f"archive={capture}", store="modeldepot")
    assert rows(replayed, "select stored, failed from snapshot") == [(7, 0)]
    said = (
        "select p.native_id, s.captured_at, o.content_hash from sighting s "
        "join product p on p.id = s.product_id join observation o on o.id = s.observation_id "
        "order by 1"
    )
    assert rows(replayed, said) == rows(database, said)
    assert {time for _, time, _ in rows(database, said)} == {"2019-03-01T00:00:00Z"}


def test_limit_and_the_pace_of_the_index(tmp_path: Path) -> None:
    answers = {**ONE_NEAR, PREFIX: products("one", "two", "three")}
    run, server, database = travel(tmp_path, answers, "-a", "limit=1", delay=0.6)
    assert run.returncode == 0, run.stderr
    assert rows(database, COUNTS) == [(1, 1, 0, 0, "complete", "partial", "wayback")]
    asked = [seen for seen in server.requests if seen.path.startswith("/cdx/")]
    assert asking(f"{STORE}/models/two") not in server.paths
    assert all(seen.headers["User-Agent"].startswith("modelstores/") for seen in asked)
    assert all(later.time - earlier.time > 0.5 for earlier, later in pairwise(asked))


def test_with_ids_just_those_are_asked_for(tmp_path: Path) -> None:
    ids = tmp_path / "ids.txt"
    ids.write_text("one\n")
    run, server, database = travel(tmp_path, ONE_NEAR, "-a", f"ids={ids}")
    assert run.returncode == 0, run.stderr
    assert rows(database, COUNTS) == [(1, 1, 0, 0, "complete", "partial", "wayback")]
    assert PREFIX not in server.paths


def test_by_default_the_index_is_asked_less_than_24_times_a_minute() -> None:
    from scrapy.utils.project import get_project_settings

    settings = get_project_settings()
    assert 60 / settings.getdict("DOWNLOAD_SLOTS")["wayback-index"]["delay"] < 24
    assert settings["WAYBACK_URL"] == "https://web.archive.org"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fake", "-a", "at=soon"], "at=soon: not a day written as YYYY-MM-DD"),
        (["fake", "-a", "at=20190315"], "at=20190315: not a day"),
        (["fake", "-a", "at=2019-02-30"], "at=2019-02-30: not a day"),
        (["fake", "-a", "at=2999-01-01"], "at=2999-01-01: that day is still to come"),
        (["fake", *DAY, "-a", "archive=x.warc.gz"], "archive and at"),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    run = crawl_fake(tmp_path / "x.db", *arguments[1:], store=arguments[0])
    assert run.returncode == 2
    (line,) = (run.stdout + run.stderr).splitlines()
    assert line.startswith("error: ")
    assert message in line


def test_a_store_that_is_gone_is_not_crawled_live(tmp_path: Path) -> None:
    from tests.crawling import scrapy

    run = scrapy("crawl", "modeldepot", "-s", f"DATABASE_URL=sqlite:///{tmp_path / 'x.db'}")
    assert run.returncode == 2
    (line,) = (run.stdout + run.stderr).splitlines()
    assert line.startswith("error: modeldepot is gone from the web")
    assert not list(tmp_path.iterdir())
