"""``scrapy crawl STORE -a archive=...``: every captured product accounted for, no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from modelstores.database.tables import metadata
from tests.crawling import crawl_fake, rows, scrapy
from tests.warcs import Page, flip, write_warc

STORE = "https://store.example"


def product(native_id: str, words: str = "A model that tells birds apart.") -> Page:
    body = f"<html><body><h1>Net {native_id}</h1><p>{words}</p></body></html>"
    return f"{STORE}/models/{native_id}", "text/html; charset=utf-8", body.encode()


def record(native_id: str) -> Page:
    body = json.dumps({"name": f"Net {native_id}", "license": "MIT", "likes": 3})
    return f"{STORE}/api/{native_id}", "application/json", body.encode()


PAGES = [product("one"), product("two"), record("two"), record("three"), product("four")]


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "pages.warc.gz"
    write_warc(path, [(f"{STORE}/style.css", "text/css", b""), *PAGES])
    return path


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "x.db"


COUNTS = "select listed, stored, merged, quarantined, failed, status, scope, source from snapshot"


def test_pages_and_records_become_products(archive: Path, database: Path) -> None:
    items = archive.parent / "items.jsonl"
    run = crawl_fake(database, "-a", f"archive={archive}", "-O", items)
    assert run.returncode == 0, run.stderr
    assert "5 captured = 4 stored + 0 quarantined + 0 failed + 1 merged" in run.stderr
    assert rows(database, COUNTS) == [(5, 4, 1, 0, 0, "complete", "partial", "archive")]
    found = {item["native_id"]: item for item in map(json.loads, items.open())}
    assert sorted(found) == ["four", "one", "three", "two"]
    two, three = found["two"], found["three"]
    assert (two["source"], two["summary"]) == ("page", "A model that tells birds apart.")
    assert two["stated"] == {"end_user_license": "MIT"}
    assert two["elements"]["user_feedback"]["evidence"] == "counter:likes"
    assert three["source"] == "record"
    # What a record cannot hold is unread; what the page left out is absent.
    assert three["elements"]["description"]["state"] == "unknown"
    assert found["one"]["elements"]["user_feedback"]["state"] == "absent"


POLICY = (
    f"{STORE}/submit",
    "text/html",
    b"<html><title>Submit</title><body><h1>Submit</h1><p>Upload your model here.</p></body></html>",
)


def test_policy_pages_are_evidence_and_no_products(archive: Path, database: Path) -> None:
    write_warc(archive, [POLICY])
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert run.returncode == 0, run.stderr
    assert "5 captured = 4 stored" in run.stderr
    told = "select e.element, p.state, p.evidence, p.url, p.title from policy p join element e"
    assert rows(database, f"{told} on e.id = p.element_id order by 1") == [
        ("online_submission", "present", "Upload your model here.", POLICY[0], "Submit"),
        ("store_review_policy", "absent", None, POLICY[0], "Submit"),
    ]
    ticks = "select element, ticked, present, policies from element_matrix where ticked"
    assert ("online_submission", 1, 0, 1) in rows(database, ticks)
    assert "store_review_policy" not in {row[0] for row in rows(database, ticks)}


def test_words_can_be_found_again_in_the_capture(archive: Path, database: Path) -> None:
    assert crawl_fake(database, "-a", f"archive={archive}").returncode == 0
    ((file, offset),) = rows(
        database,
        "select c.file, s.record_offset from sighting s join capture c on c.id = s.capture_id "
        "join product p on p.id = s.product_id where p.native_id = 'four'",
    )
    from modelstores.capture.warc import record_at

    assert file == archive.name
    assert b"Net four" in record_at(archive, int(str(offset))).body
    ((completed_by,),) = rows(
        database, "select completed_by from sighting where completed_by is not null"
    )
    place = json.loads(str(completed_by))
    assert place["file"] == archive.name
    assert b'"license": "MIT"' in record_at(archive, place["offset"]).body


@pytest.mark.parametrize("damage", ["flipped", "torn"])
def test_a_damaged_record_is_reported_and_the_rest_stored(
    tmp_path: Path, database: Path, damage: str
) -> None:
    archive = tmp_path / "pages.warc.gz"
    offsets = write_warc(archive, [product("one"), product("two"), product("three")])
    if damage == "flipped":
        flip(archive, offsets[2] + 100)
    else:
        archive.write_bytes(archive.read_bytes()[:-30])
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert run.returncode == 1
    assert "3 captured = 2 stored + 0 quarantined + 1 failed" in run.stderr
    assert "snapshot suspect: 1 damaged record(s) in the archive" in run.stderr
    assert f"failed: {archive.name}: record at byte {offsets[2]}: " in run.stderr
    assert rows(database, "select status from snapshot") == [("suspect",)]
    assert rows(database, "select stage, file, record_offset from quarantine") == [
        ("record", archive.name, offsets[2])
    ]


def test_a_page_that_shows_no_product_is_stored_as_listed(tmp_path: Path, database: Path) -> None:
    archive = tmp_path / "pages.warc.gz"
    broken = (f"{STORE}/models/resnet50-imagenet", "text/html", b"<html>Are you a human?</html>")
    crashing = (f"{STORE}/api/crashing", "application/json", b"[1]")
    empty = (f"{STORE}/models/empty", "text/html", b"")
    others = [product(f"net-{n}") for n in range(60)]
    offset, *_ = write_warc(archive, [broken, *others, crashing, empty])
    items = tmp_path / "items.jsonl"
    run = crawl_fake(database, "-a", f"archive={archive}", "-O", items)
    assert run.returncode == 0, run.stderr
    assert "63 captured = 63 stored + 0 quarantined + 0 failed" in run.stderr
    assert "3 of them unread" in run.stderr
    assert f"unread: {broken[0]}: no heading" in run.stderr
    reasons = dict(rows(database, "select url, reasons from quarantine"))
    assert "no heading" in str(reasons[broken[0]])
    assert "TypeError" in str(reasons[crashing[0]])
    assert "Traceback" not in run.stderr
    listed = {
        item["native_id"]: item
        for item in map(json.loads, items.open())
        if item["source"] == "list"
    }
    assert sorted(listed) == ["crashing", "empty", "resnet50-imagenet"]
    assert listed["crashing"]["url"] == f"{STORE}/models/crashing"
    states = [e["state"] for item in listed.values() for e in item["elements"].values()]
    assert states == ["unknown"] * 3 * 26
    # An id is no name: nothing is read from its words.
    guessed = "select input_domain, similarity_key from latest_product where source = 'list'"
    assert set(rows(database, guessed)) == {(None, None)}
    assert listed["resnet50-imagenet"]["capture"]["offset"] == offset


def test_a_store_that_answers_with_something_else_makes_the_snapshot_suspect(
    tmp_path: Path, database: Path
) -> None:
    archive = tmp_path / "pages.warc.gz"
    login = [(f"{STORE}/models/net-{n}", "text/html", b"<p>Please log in") for n in range(3)]
    write_warc(archive, [*(product(f"good-{n}") for n in range(20)), *login])
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert run.returncode == 1
    assert "snapshot suspect: 3 of 23 products are unread" in run.stderr
    assert rows(database, COUNTS) == [(23, 23, 0, 0, 0, "suspect", "partial", "archive")]
    absent = "select count(*) from element_state e join observation o on o.id = e.observation_id"
    assert rows(database, f"{absent} where o.source = 'list' and e.state <> 'unknown'") == [(0,)]


def test_where_a_page_shows_no_product_its_record_is_the_product(
    tmp_path: Path, database: Path
) -> None:
    archive = tmp_path / "pages.warc.gz"
    write_warc(archive, [(f"{STORE}/models/two", "text/html", b"<p>Please log in"), record("two")])
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert f"unread: {STORE}/models/two: no heading" in run.stderr
    assert rows(database, "select source, name from observation") == [("record", "Net two")]
    assert rows(database, COUNTS) == [(2, 1, 1, 0, 0, "suspect", "partial", "archive")]


def test_errors_are_no_products(tmp_path: Path, database: Path) -> None:
    archive = tmp_path / "pages.warc.gz"
    write_warc(archive, [product(f"net-{n}") for n in range(40)])
    write_warc(archive, [product("gone")], status="404 Not Found")
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert "41 captured = 40 stored + 0 quarantined + 1 failed" in run.stderr
    assert rows(database, "select reasons from quarantine") == [('["HTTP status 404"]',)]


def test_what_fails_validation_is_kept_with_its_reasons(tmp_path: Path, database: Path) -> None:
    archive = tmp_path / "pages.warc.gz"
    endless = product("endless", "word " * 2000)
    write_warc(archive, [*(product(f"net-{n}") for n in range(40)), endless])
    run = crawl_fake(database, "-a", f"archive={archive}")
    assert "41 captured = 40 stored + 1 quarantined + 0 failed" in run.stderr
    ((stage, url, reasons, item),) = rows(
        database, "select stage, url, reasons, item from quarantine"
    )
    assert (stage, url) == ("validation", f"{STORE}/models/endless")
    assert "summary: breaks maxLength 5000" in str(reasons)
    assert json.loads(str(item))["native_id"] == "endless"


def test_the_same_archive_gives_the_same_rows(archive: Path, tmp_path: Path) -> None:
    contents = []
    for name in ("a.db", "b.db"):
        assert crawl_fake(tmp_path / name, "-a", f"archive={archive}").returncode == 0
        contents.append({t.name: content(tmp_path / name, t.name) for t in metadata.sorted_tables})
    assert contents[0] == contents[1]
    assert contents[0]["element_state"]


def content(database: Path, table: str) -> list[str]:
    """Return the rows of a table without ids and times of the run, in order."""
    aside = {"id", "started_at", "ended_at", "receipt"}
    names = [
        str(name)
        for (name,) in rows(database, f"select name from pragma_table_info('{table}')")
        if name not in aside and not str(name).endswith("_id")
    ]
    quoted = ", ".join(f'"{name}"' for name in names)
    return sorted(map(repr, rows(database, f'select {quoted} from "{table}"'))) if names else []


def test_a_replay_asks_nobody(tmp_path: Path, database: Path) -> None:
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    asked: list[str] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Listener)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    store = f"http://127.0.0.1:{server.server_port}"
    archive = tmp_path / "pages.warc.gz"
    links = f"<h1>x</h1><a href='{store}/models/two'>two</a>"
    write_warc(archive, [(f"{store}/models/one", "text/html", links.encode())])
    try:
        run = crawl_fake(database, "-a", f"archive={archive}", FAKE_STORE=store)
    finally:
        server.shutdown()
    assert run.returncode == 0, run.stderr
    assert rows(database, "select count(*) from sighting") == [(1,)]
    assert asked == []


def test_limit_stops_early_and_older_captures_are_merged(archive: Path, database: Path) -> None:
    write_warc(archive, [product("one", "Newer words.")], date="2025-01-01T00:00:00Z")
    run = crawl_fake(database, "-a", f"archive={archive}", "-a", "limit=1")
    assert run.returncode == 0, run.stderr
    assert "2 captured = 1 stored + 0 quarantined + 0 failed + 1 merged" in run.stderr
    assert rows(database, "select summary from observation") == [("Newer words.",)]


def test_chosen_ids_alone_are_read(archive: Path, database: Path, tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("# mine\none\n\ntwo\none\nabsent\n")
    run = crawl_fake(database, "-a", f"archive={archive}", "-a", f"ids={tmp_path}/ids.txt")
    assert run.returncode == 0, run.stderr
    assert "3 captured = 2 stored + 0 quarantined + 0 failed + 1 merged" in run.stderr
    assert rows(database, "select native_id from product order by 1") == [("one",), ("two",)]


GOOD = ("-a", "archive={tmp}/good.warc.gz")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["fake", "-a", "archive={tmp}/empty.warc.gz"], "empty.warc.gz: the file is empty"),
        (["fake", "-a", "archive={tmp}/page.html"], "page.html: the file is no WARC"),
        (["fake", "-a", "archive={tmp}/none-*.warc.gz"], "none-*.warc.gz: no such file"),
        (["nosuch", "-a", "archive={tmp}/good.warc.gz"], "unknown store 'nosuch'"),
        (["rendered", *GOOD, "MODELSTORES_BROWSER=/none"], "no Chromium to render with: /none"),
        (["fake", "-s", "CAPTURE_DIR={tmp}/page.html"], "captures folder {tmp}/page.html/fake"),
        (["fake", "-a", "ids={tmp}/none.txt"], "none.txt: No such file"),
        (["fake", "-a", "ids={tmp}/empty.warc.gz"], "no line in it"),
        (["fake", *GOOD, "-a", "ids={tmp}/page.html"], "is no id of a product of fake"),
        (["fake", "-a", "limit=abc"], "limit=abc: not a whole number"),
        (["fake", "-a", "limit=0"], "limit=0: not a whole number"),
        (["fake", "-a", f"limit={'9' * 5000}"], "999: not a whole number"),
        (["fake", "-a", "limt=3"], "unknown argument 'limt'"),
        (["fake", *GOOD, "-s", "DATABASE_URL=sqlite:////proc/x.db"], "/proc/x.db"),
        (["fake", *GOOD, "-s", "DATABASE_URL=nonsense"], "nonsense"),
        (["fake", *GOOD, "-s", "DATABASE_URL=sqlite:///{tmp}/page.html"], "page.html"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: list[str], message: str) -> None:
    (tmp_path / "empty.warc.gz").touch()
    (tmp_path / "page.html").write_text("<html>no archive, no database</html>" * 100)
    write_warc(tmp_path / "good.warc.gz", [product("one")])
    database = tmp_path / "x.db"
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    environment = {}
    if arguments[-1].startswith("MODELSTORES_BROWSER="):
        environment["MODELSTORES_BROWSER"] = arguments[-1].partition("=")[2]
        arguments = arguments[:-1]
    run = scrapy(
        *("crawl", "-s", "SPIDER_MODULES=tests.fake", "-s", f"DATABASE_URL=sqlite:///{database}"),
        *(argument.format(tmp=tmp_path) for argument in arguments),
        **environment,
    )
    assert run.returncode == 2
    lines = (run.stdout + run.stderr).splitlines()
    assert len(lines) == 1, run.stderr
    assert lines[0].startswith("error: ")
    assert message.format(tmp=tmp_path) in lines[0]
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
