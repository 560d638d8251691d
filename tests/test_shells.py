"""Archived pages that their scripts filled in: rendered from the archive, or stored as listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelstores.capture.warc import Record, records
from modelstores.rendering import MAX_ASKED
from tests.crawling import crawl_fake, rows, scrapy
from tests.miniweb.server import Answer, MiniServer
from tests.miniweb.stores import pages
from tests.test_time_travel import asking, at, index, travel
from tests.warcs import Page, write_warc

pytestmark = pytest.mark.browser

COUNTS = "select listed, stored, failed, status from snapshot"
STATES = "select distinct state from element_state order by 1"
NO_BROWSER = "/nonexistent/chromium"
SHELL = "<html><body><div id='root'></div><script src='/app.js'></script></body></html>"
SCRIPT = """
const here = location.pathname;
fetch('/data' + here + '.json').then(answer => answer.json()).then(said => {
  const page = document.getElementById('root');
  page.appendChild(document.createElement('h1')).textContent = said.name;
  page.appendChild(document.createElement('p')).textContent = said.about;
});
history.replaceState(null, '', location.pathname + '/');
fetch('http://elsewhere.example/beacon', {method: 'POST', body: 'seen'});
"""
DATA = json.dumps({"name": "Net one", "about": "Tells one apart."})
SAID = (
    "select p.native_id, o.name, o.summary, o.source, s.captured_at, s.rendered, s.record_offset "
    "from sighting s join observation o on o.id = s.observation_id "
    "join product p on p.id = s.product_id order by 1"
)


def shell_pages(store: str, *, script: bool = True) -> list[Page]:
    pages = [
        (f"{store}/models/one", "text/html", SHELL.encode()),
        (f"{store}/data/models/one.json", "application/json", DATA.encode()),
    ]
    return [*pages, (f"{store}/app.js", "text/javascript", SCRIPT.encode())] if script else pages


def test_a_shell_is_rendered_from_its_archive_alone(tmp_path: Path) -> None:
    with MiniServer("pytorch_hub") as store:
        archive, database = tmp_path / "a.warc.gz", tmp_path / "x.db"
        write_warc(archive, shell_pages(store.url))
        run = crawl_fake(database, "-a", f"archive={archive}", store="shells", FAKE_STORE=store.url)
        assert store.requests == []
    assert run.returncode == 0, run.stderr
    ((*said, _),) = rows(database, SAID)
    assert said == ["one", "Net one", "Tells one apart.", "page", "2024-05-06T07:08:09Z", 1]


def test_a_shell_of_modeldepot_gives_the_item_that_its_page_would(tmp_path: Path) -> None:
    page = next(one for one in pages("modeldepot") if one.holds == "page")
    body = page.body.decode().partition("<body>")[2].partition("</body>")[0]
    assert body
    origin = "https://modeldepot.io"
    filling = (
        "fetch('/api/page.json').then(answer => answer.json())"
        ".then(said => { document.body.innerHTML = said.body; });"
    )
    shell = [
        (page.url, "text/html", SHELL.encode()),
        (f"{origin}/app.js", "text/javascript", filling.encode()),
        (f"{origin}/api/page.json", "application/json", json.dumps({"body": body}).encode()),
    ]
    found = {}
    for name, kept in {"shell": shell, "page": [(page.url, page.type, page.body)]}.items():
        archive, items = tmp_path / f"{name}.warc.gz", tmp_path / f"{name}.jsonl"
        write_warc(archive, kept)
        run = scrapy(
            *("crawl", "modeldepot", "-a", f"archive={archive}", "-O", items),
            *("-s", f"DATABASE_URL=sqlite:///{tmp_path / name}.db"),
        )
        assert run.returncode == 0, run.stderr
        found[name] = json.loads(items.read_text())
    places = [found[name].pop("capture") for name in ("shell", "page")]
    assert found["shell"] == found["page"]
    assert [place["rendered"] for place in places] == [True, False]


@pytest.mark.parametrize(
    ("script", "browser", "why"),
    [
        (False, {}, "no heading"),
        (True, {"MODELSTORES_BROWSER": NO_BROWSER}, "no heading; rendering it failed: no Chromium"),
    ],
    ids=["script is missing", "browser is missing"],
)
def test_a_shell_that_stays_one_is_stored_as_listed(
    tmp_path: Path, script: bool, browser: dict[str, str], why: str
) -> None:
    archive, database = tmp_path / "a.warc.gz", tmp_path / "x.db"
    write_warc(archive, shell_pages("https://store.example", script=script))
    run = crawl_fake(database, "-a", f"archive={archive}", store="shells", **browser)
    assert run.returncode == 1
    assert f"unread: https://store.example/models/one: {why}" in run.stderr
    assert rows(database, COUNTS) == [(1, 1, 0, "suspect")]
    assert [row[:4] for row in rows(database, SAID)] == [("one", "one", None, "list")]
    assert "absent" not in str(rows(database, STATES))
    assert "Traceback" not in run.stderr


def past(
    body: str, kind: str = "text/html", taken: str = "Sat, 16 Mar 2019 12:00:00 GMT"
) -> Answer:
    return Answer(200, {"Content-Type": kind, "Memento-Datetime": taken}, body)


def past_of(store: str, pages: dict[str, Answer], *missing: str) -> dict[str, Answer]:
    """Return what the archive answers on addresses of the store: a page each, or nothing."""
    when = "20190316120000"
    return {
        **{asking(store + path): index((when, store + path, "200")) for path in pages},
        **{at(when, store + path): page for path, page in pages.items()},
        **{asking(store + path): index() for path in ("/submit", "/terms", *missing)},
    }


def test_a_shell_of_the_past_is_rendered_from_the_wayback_machine(tmp_path: Path) -> None:
    with MiniServer("pytorch_hub") as store:
        when = "20190316120000"
        found = [(when, f"{store.url}/models/{name}", "200") for name in ("one", "two")]
        answers = {
            asking(f"{store.url}/models/", prefix=True): index(*found),
            **past_of(
                store.url,
                {
                    "/models/one": past(SHELL),
                    "/models/two": past(SHELL),
                    "/app.js": past(SCRIPT, "text/javascript", "Fri, 01 Mar 2019 00:00:00 GMT"),
                    "/data/models/one.json": past(DATA, "application/json"),
                },
                "/data/models/two.json",
            ),
        }
        run, server, database = travel(
            tmp_path, answers, store="shells", environment={"FAKE_STORE": store.url}
        )
        assert store.requests == [], "the store was asked"
        assert run.returncode == 1
        assert rows(database, COUNTS) == [(2, 2, 0, "suspect")], run.stderr
        assert [row[:6] for row in rows(database, SAID)] == [
            ("one", "Net one", "Tells one apart.", "page", "2019-03-16T12:00:00Z", 1),
            ("two", "two", None, "list", "2019-03-16T12:00:00Z", 1),
        ]
        assert "1 of 2 products are unread" in run.stderr
        asked = [path for path in server.paths if path != "/robots.txt"]
        assert len(asked) == len(set(asked)), "the archive was asked twice for something"
        assert not [path for path in asked if "elsewhere" in path]

        (capture,) = (tmp_path / "captures" / "shells").iterdir()
        kept = [r for r in records(capture) if isinstance(r, Record)]
        times = {r.url: r.time for r in kept if r.kind == "response"}
        assert times[f"{store.url}/app.js"] == "2019-03-01T00:00:00Z"
        assert times[f"{store.url}/models/one"] == "2019-03-16T12:00:00Z"
        responses = {r.id: r.url for r in kept if r.kind == "response"}
        documents = [r for r in kept if r.kind == "conversion"]
        assert [responses[d.refers_to] for d in documents] == [d.url for d in documents]
        assert b"Tells one apart." in documents[0].body + documents[1].body

        replayed = tmp_path / "replayed.db"
        run = crawl_fake(
            replayed,
            *("-a", f"archive={capture}"),
            store="shells",
            FAKE_STORE=store.url,
            MODELSTORES_BROWSER=NO_BROWSER,
        )
        assert store.requests == []
    assert rows(replayed, SAID) == rows(database, SAID)
    assert rows(replayed, COUNTS) == rows(database, COUNTS)


def test_a_page_waits_for_the_archive_longer_than_for_itself(tmp_path: Path) -> None:
    """Silence of the network is waited for five seconds; the archive rests for seven here."""
    store, when = "https://store.example", "20190316120000"
    answers = {
        asking(f"{store}/models/", prefix=True): index((when, f"{store}/models/one", "200")),
        **past_of(
            store,
            {
                "/models/one": past(SHELL),
                "/app.js": past(SCRIPT, "text/javascript"),
                "/data/models/one.json": past(DATA, "application/json"),
            },
        ),
    }
    late = asking(f"{store}/data/models/one.json")
    rest = {late: [Answer(429, {"Retry-After": "7"}), answers[late]]}
    run, _, database = travel(tmp_path, {**answers, **rest}, store="shells")
    assert run.returncode == 0, run.stderr
    assert [row[:2] for row in rows(database, SAID)] == [("one", "Net one")]


def test_a_page_that_asks_without_end_costs_the_archive_little(tmp_path: Path) -> None:
    store, when = "https://store.example", "20190316120000"
    endless = "for (let n = 0; n < 200; n++) fetch('/nothing/' + n).catch(() => 0);"
    script = f"<body><div id='root'></div><script>{endless}</script></body>"
    answers = {
        asking(f"{store}/models/", prefix=True): index((when, f"{store}/models/one", "200")),
        **past_of(store, {"/models/one": past(script)}),
    }
    _, server, database = travel(tmp_path, answers, store="shells")
    assert rows(database, COUNTS) == [(1, 1, 0, "suspect")]
    asked = [path for path in server.paths if "/nothing/" in path]
    assert 0 < len(asked) < MAX_ASKED
