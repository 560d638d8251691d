"""Pages that scripts fill in: rendered live, captured, read again, rendered from raw captures."""

from __future__ import annotations

from pathlib import Path

import pytest

from modelstores.capture.warc import Record, records
from tests.crawling import crawl_fake, rows, scrapy
from tests.miniweb.pack import pack
from tests.miniweb.server import Answer, MiniServer
from tests.miniweb.stores import pages
from tests.warcs import write_warc

pytestmark = pytest.mark.browser

QUICK = ("-s", "DOWNLOAD_DELAY=0.01", "-s", "AUTOTHROTTLE_ENABLED=False")
SAID = (
    "select p.native_id, o.content_hash from sighting s "
    "join observation o on o.id = s.observation_id "
    "join product p on p.id = s.product_id order by 1"
)
NO_BROWSER = "/nonexistent/chromium"


def test_live_capture_and_replay_without_a_browser(tmp_path: Path) -> None:
    database, captures = tmp_path / "x.db", tmp_path / "captures"
    wolfram = {"store": "wolfram"}
    with MiniServer("wolfram") as server:
        store = server.url
        run = crawl_fake(
            database, *QUICK, "-s", f"CAPTURE_DIR={captures}", FAKE_STORE=store, **wolfram
        )
    assert run.returncode == 0, run.stderr
    wanted = [page.path for page in pages("wolfram") if page.holds == "page"]
    assert rows(database, "select listed, stored, scope, status from snapshot") == [
        (len(wanted), len(wanted), "full", "complete")
    ]
    ((versions,),) = rows(database, "select versions from snapshot")
    assert '"chromium":"' in str(versions)

    (capture,) = (captures / "wolfram").iterdir()
    kept = [r for r in records(capture) if isinstance(r, Record)]
    responses = {r.id: r for r in kept if r.kind == "response"}
    documents = [r for r in kept if r.kind == "conversion"]
    asked = {r.url for r in responses.values()}
    assert {
        store + page.path for page in pages("wolfram") if page.type.startswith("application/json")
    } <= asked
    assert store + "/robots.txt" in asked
    assert {d.url for d in documents} >= {store + path for path in wanted}
    for document in documents:
        raw = responses[document.refers_to]
        assert raw.url == document.url
        if "/resources/" in raw.url:
            assert b"Trained size" not in raw.body, "the response as received has no words yet"
            assert b"Requirements" in document.body, "the document has them"

    replayed = tmp_path / "replayed.db"
    run = crawl_fake(
        replayed,
        *("-a", f"archive={capture}"),
        FAKE_STORE=store,
        MODELSTORES_BROWSER=NO_BROWSER,
        **wolfram,
    )
    assert run.returncode == 0, run.stderr
    assert rows(replayed, SAID) == rows(database, SAID)


def test_a_raw_archive_is_rendered_from_itself_alone(tmp_path: Path) -> None:
    archive, database = pack("wolfram", tmp_path / "w.warc.gz"), tmp_path / "x.db"
    run = scrapy(
        *("crawl", "wolfram", "-a", f"archive={archive}"),
        *("-s", f"DATABASE_URL=sqlite:///{database}"),
    )
    assert run.returncode == 0, run.stderr
    wanted = sum(page.holds == "page" for page in pages("wolfram"))
    assert rows(database, "select stored, failed from snapshot") == [(wanted, 0)]
    assert rows(database, "select distinct rendered from sighting") == [(1,)]
    ((size,),) = rows(
        database, "select count(*) from element_state where state = 'present' and rule like '%size'"
    )
    assert size, "words that only a script writes"


def page_with(script: str) -> bytes:
    return f"<html><body><h1>Net</h1><p>x</p><script>{script}</script></body></html>".encode()


def test_hostile_pages_cost_themselves_alone_and_reach_nobody(tmp_path: Path) -> None:
    with MiniServer("wolfram") as outside:
        out = outside.url
        store = "https://store.example"
        scripts = {
            "good": "document.querySelector('p').textContent = 'filled in'",
            "leaks": f"fetch('{out}/a'); new Image().src = '{out}/b';"
            f"new WebSocket('ws{out[4:]}/c')",
            "leaves": f"location = '{out}/models/elsewhere'",
            "spins": "addEventListener('load', () => setTimeout(() => { for (;;) {} }, 50))",
            "grows": "document.body.append(document.createComment('x'.repeat(34e6)))",
            "polls": "setInterval(() => fetch('/nothing'), 400)",
        }
        archive, database = tmp_path / "a.warc.gz", tmp_path / "x.db"
        write_warc(
            archive,
            [
                (f"{store}/models/{name}", "text/html", page_with(script))
                for name, script in scripts.items()
            ],
        )
        items = tmp_path / "items.jsonl"
        run = crawl_fake(database, "-a", f"archive={archive}", "-O", items, store="rendered")
        assert outside.requests == []
    assert run.returncode == 1
    reasons = dict(rows(database, "select url, reasons from quarantine"))
    lost = {str(url).rpartition("/")[2]: str(reason) for url, reason in reasons.items()}
    assert "did not come to rest" in lost["spins"]
    assert "over 33554432 characters" in lost["grows"]
    stored = {native_id for (native_id,) in rows(database, "select native_id from product")}
    assert {"good", "leaks", "polls"} <= stored
    assert "led out of the store" in lost["leaves"]
    assert stored | set(lost) == set(scripts)
    assert '"filled in"' in items.read_text()
    assert "Traceback" not in run.stderr


def test_a_page_that_leads_elsewhere_is_not_believed(tmp_path: Path) -> None:
    """A redirect or navigation within the browser passes no middleware of Scrapy's."""
    with MiniServer("wolfram") as other:
        elsewhere = f"http://localhost:{other.url.rpartition(':')[2]}/models/x"
        listing = "".join(f"<a href='/models/{n}'>{n}</a>" for n in ("moved", "good", "secret"))
        answers = {
            "/list/1": Answer(200, {}, listing),
            "/models/moved": Answer.redirect(elsewhere),
            "/models/good": Answer(200, {}, page_with("").decode()),
            "/models/secret": Answer.redirect("/hidden"),
            "/hidden": Answer(200, {}, page_with("").decode()),
        }
        robots = "User-agent: *\nDisallow: /hidden\n"
        with MiniServer("wolfram", robots=robots, answers=answers) as server:
            run = crawl_fake(
                tmp_path / "x.db",
                *QUICK,
                *("-s", f"CAPTURE_DIR={tmp_path}"),
                store="rendered",
                FAKE_STORE=server.url,
            )
        assert other.requests == [], "the browser reached another host"
    assert rows(tmp_path / "x.db", "select listed, stored, failed, refused from snapshot") == [
        (3, 2, 0, 1)
    ], run.stderr
    assert "/models/moved: redirected outside the store" in run.stderr
    moved = "select o.source from observation o join product p on p.id = o.product_id"
    assert rows(tmp_path / "x.db", f"{moved} where p.native_id = 'moved'") == [("list",)]
