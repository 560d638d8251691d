"""Snapshots after snapshots: what is told again, what is trusted, and how a store's runs follow."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from modelstores.capture.warc import Record, records
from tests.crawling import crawl_fake, rows, scrapy
from tests.miniweb.server import Answer
from tests.miniweb.stores import pages
from tests.test_live import QUICK, fake_store, page
from tests.warcs import write_warc

STORED = "select status, scope, listed, stored from snapshot order by id"


def archive(
    path: Path, store: str, *, change: Callable[[str], str] = str, without: str = ""
) -> Path:
    """Write a small store's pages as an archive, each as ``change`` makes it."""
    made = [page for page in pages(store) if page.holds != without]
    write_warc(path, [(p.url, p.type, change(p.body.decode()).encode()) for p in made])
    return path


def crawl(
    store: str, read: Path, database: Path, *options: str
) -> subprocess.CompletedProcess[str]:
    url = f"DATABASE_URL=sqlite:///{database}"
    return scrapy("crawl", store, "-a", f"archive={read}", "-s", url, *options)


def execute(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database)) as connection, connection:
        connection.execute(statement)


def renamed(body: str) -> str:
    """Return a page all of whose headings have other words."""
    return re.sub(r"(<h[2-6][^>]*>)[^<]*", r"\1Something", body)


def test_a_new_layout_is_suspect_and_the_last_good_figures_stand(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    good = crawl("pytorch_hub", archive(tmp_path / "1.warc.gz", "pytorch_hub"), database)
    assert good.returncode == 0, good.stderr
    url = f"DATABASE_URL=sqlite:///{database}"
    before = scrapy("report", "coverage", "--format", "csv", "-s", url).stdout
    broken = archive(tmp_path / "2.warc.gz", "pytorch_hub", change=renamed)
    run = crawl("pytorch_hub", broken, database)
    assert run.returncode == 1
    assert "snapshot suspect: " in run.stderr
    assert [status for status, *_ in rows(database, STORED)] == ["complete", "suspect"]
    breach = "select name, detail from snapshot_check where not passed"
    ((name, detail),) = rows(database, breach)
    assert name == "headings"
    report = scrapy("report", "coverage", "--format", "csv", "-s", url)
    assert report.stdout == before
    assert "1 suspect snapshot left out" in report.stderr
    told = scrapy("report", "snapshots", "--format", "json", "-s", url)
    assert str(detail) in json.loads(told.stdout)[1]["reasons"]

    # The store has really changed: a person says so, and the next one is compared with it.
    why = ("--because", "the store has\nnew headings")
    said = scrapy("snapshot", "--accept", "2", *why, "-s", url)
    assert (said.returncode, said.stderr) == (
        0,
        "pytorch_hub: snapshot 2 accepted, reports count it\n",
    )
    again = crawl("pytorch_hub", broken, database)
    assert again.returncode == 0, again.stderr
    assert [status for status, *_ in rows(database, STORED)] == ["complete"] * 3
    told = scrapy("report", "snapshots", "--format", "json", "-s", url)
    reasons = json.loads(told.stdout)[1]["reasons"]
    assert str(detail) in reasons
    assert reasons.endswith(": the store has new headings")
    assert rows(database, breach) == [(name, detail)]


def test_what_is_known_is_not_told_again(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    read = archive(tmp_path / "1.warc.gz", "huggingface")
    counts = [
        f"select count(*) from {table}"
        for table in ("observation", "element_state", "similarity", "section", "sighting")
    ]
    found = []
    for _ in range(2):
        run = crawl("huggingface", read, database)
        assert run.returncode == 0, run.stderr
        found.append([rows(database, count)[0][0] for count in counts])
    first, second = found
    assert second[:-1] == first[:-1]
    assert second[-1] == 2 * int(str(first[-1]))


def test_a_replay_with_its_listing_is_full_and_without_it_is_not(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.warc.gz", "pytorch_hub")
    run = crawl("pytorch_hub", whole, tmp_path / "whole.db")
    assert run.returncode == 0, run.stderr
    assert rows(tmp_path / "whole.db", "select scope from snapshot") == [("full",)]
    part = archive(tmp_path / "part.warc.gz", "pytorch_hub", without="listing")
    run = crawl("pytorch_hub", part, tmp_path / "part.db")
    assert run.returncode == 0, run.stderr
    assert rows(tmp_path / "part.db", "select scope from snapshot") == [("partial",)]


def test_a_second_live_run_asks_for_changes_only(tmp_path: Path) -> None:
    database, captures = tmp_path / "x.db", tmp_path / "captures"
    tagged = {"ETag": '"1"', "Content-Type": "text/html; charset=utf-8"}
    with fake_store() as server:
        same = page("one")
        server.change({"/models/one": Answer(200, tagged, same.body)})
        options = (*QUICK, "-s", f"CAPTURE_DIR={captures}")
        first = crawl_fake(database, *options, FAKE_STORE=server.url)
        assert first.returncode == 0, first.stderr
        server.requests.clear()
        server.change({"/models/one": Answer(304, {"ETag": '"1"'}, "")})
        second = crawl_fake(database, *options, FAKE_STORE=server.url)
        assert second.returncode == 0, second.stderr
        asked = {seen.path: seen.headers.get("If-None-Match") for seen in server.requests}
    assert asked["/models/one"] == '"1"'
    assert rows(database, "select count(distinct observation_id) from sighting") == [(3,)]
    last = sorted((captures / "fake").iterdir())[-1]
    kept = [r for r in records(last) if isinstance(r, Record) and r.kind == "revisit"]
    assert [r.url.partition("/models/")[2] for r in kept] == ["one"]


def test_two_runs_never_work_on_one_store(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    read = archive(tmp_path / "1.warc.gz", "huggingface")
    assert crawl("huggingface", read, database).returncode == 0
    held = (
        "insert into lease select id, 'other', 'elsewhere.example', 'm', 1, 0,"
        " '2026-01-01T00:00:00.000Z', '2999-01-01T00:00:00.000Z' from store"
    )
    execute(database, held)
    run = crawl("huggingface", read, database)
    assert run.returncode == 2
    assert run.stderr.count("\n") == 1
    assert "elsewhere.example" in run.stderr
    assert rows(database, "select count(*) from snapshot") == [(1,)]


def test_an_improved_parser_makes_new_observations_beside_the_old(tmp_path: Path) -> None:
    database = tmp_path / "x.db"
    read = archive(tmp_path / "1.warc.gz", "huggingface")
    assert crawl("huggingface", read, database).returncode == 0
    execute(database, "update observation set parser = '0'")
    execute(database, "update snapshot set parser = '0'")
    assert crawl("huggingface", read, database).returncode == 0
    pairs = "select count(*), count(distinct product_id) from observation"
    ((observations, products),) = rows(database, pairs)
    assert int(str(observations)) == 2 * int(str(products))
    assert rows(database, "select distinct parser from latest_product") == [("1",)]
