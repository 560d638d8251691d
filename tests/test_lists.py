"""Hubs whose list entries are products: no page a product, unless one is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelstores.capture.warc import Record, records
from tests.crawling import rows, scrapy
from tests.miniweb.stores import pages
from tests.warcs import write_warc

LIST = "https://huggingface.co/api/models?limit=1000"
NEXT = f"{LIST}&cursor=bmV4dA%3D%3D"
SEEN = (
    "select native_id, source from sighting join observation on"
    " observation.id = observation_id join product on product.id = sighting.product_id order by 1"
)


def entry(number: int, **changes: Any) -> dict[str, Any]:
    """Return an entry as the list API gives it."""
    return {
        "_id": f"{number:024x}",
        "id": f"acme-labs/net-{number}",
        "likes": number,
        "private": False,
        "downloads": 10 * number,
        "tags": ["transformers", "pytorch", "license:mit", "region:us"],
        "library_name": "transformers",
        "createdAt": "2024-01-02T03:04:05.000Z",
        **changes,
    }


def lists(path: Path, first: list[Any], second: list[Any], *, whole: bool = True) -> Path:
    """Write an archive of two list pages, of which the first names the second."""
    kind = "application/json; charset=utf-8"
    link = (("Link", f'<{NEXT}>; rel="next"'),)
    write_warc(path, [(LIST, kind, json.dumps(first).encode())], headers=link)
    if whole:
        write_warc(path, [(NEXT, kind, json.dumps(second).encode())])
    return path


def crawl(read: Path, database: Path, *options: str) -> str:
    url = f"DATABASE_URL=sqlite:///{database}"
    run = scrapy("crawl", "huggingface", "-a", f"archive={read}", "-s", url, *options)
    assert run.returncode == 0, run.stderr
    return run.stderr


def test_each_entry_is_a_product(tmp_path: Path) -> None:
    made = [entry(number) for number in range(1, 6)]
    read = lists(tmp_path / "1.warc.gz", [*made[:3], "no entry", {"id": "no/id/at/all"}], made[2:])
    said = crawl(read, tmp_path / "x.db")
    assert "5 captured = 5 stored + 0 quarantined + 0 failed" in said
    assert rows(tmp_path / "x.db", SEEN) == [(one["id"], "list") for one in made]
    assert rows(tmp_path / "x.db", "select scope, status from snapshot") == [("full", "complete")]
    likes = "select sum(value) from counter where name = 'likes'"
    assert rows(tmp_path / "x.db", likes) == [(15.0,)]


def test_what_a_list_cannot_hold_is_unknown_without_a_row(tmp_path: Path) -> None:
    read = lists(tmp_path / "1.warc.gz", [entry(1)], [])
    crawl(read, tmp_path / "x.db")
    states = dict(
        rows(
            tmp_path / "x.db",
            "select element.element, state from element_state"
            " join element on element.id = element_id",
        )
    )
    assert states["framework"] == "present"
    assert states["training_set"] == "absent"
    assert "performance" not in states
    matrix = "select element, present, absent, unknown from element_matrix"
    found = {name: told for name, *told in rows(tmp_path / "x.db", matrix)}
    assert found["performance"] == [0, 0, 1]
    assert found["training_set"] == [0, 1, 0]
    unknown = "select unknown from element_count join element on element.id = element_id"
    assert rows(tmp_path / "x.db", f"{unknown} where element = 'performance'") == [(1,)]


def test_a_list_that_goes_on_outside_the_archive_is_a_part(tmp_path: Path) -> None:
    read = lists(tmp_path / "1.warc.gz", [entry(1)], [], whole=False)
    crawl(read, tmp_path / "x.db")
    assert rows(tmp_path / "x.db", "select scope, status from snapshot") == [
        ("partial", "complete")
    ]


def test_a_list_that_cannot_be_read_is_lost(tmp_path: Path) -> None:
    read = lists(tmp_path / "1.warc.gz", [entry(1)], [])
    write_warc(read, [(f"{LIST}&cursor=eA%3D%3D", "application/json", b"[{")])
    url = f"DATABASE_URL=sqlite:///{tmp_path / 'x.db'}"
    run = scrapy("crawl", "huggingface", "-a", f"archive={read}", "-s", url)
    assert run.returncode == 1
    assert "1 listing page(s) could not be read" in run.stderr


def test_a_page_says_more_than_its_entry(tmp_path: Path) -> None:
    (shown,) = [p for p in pages("huggingface") if p.holds == "page"][:1]
    named = shown.url.removeprefix("https://huggingface.co/")
    read = lists(tmp_path / "1.warc.gz", [entry(1, id=named), entry(2)], [])
    write_warc(read, [(shown.url, shown.type, shown.body)])
    said = crawl(read, tmp_path / "x.db")
    assert "2 captured = 2 stored" in said
    assert dict(rows(tmp_path / "x.db", SEEN)) == {named: "page", "acme-labs/net-2": "list"}


def test_a_limit_holds_within_a_list_and_a_feed_has_a_line_a_product(tmp_path: Path) -> None:
    read = lists(tmp_path / "1.warc.gz", [entry(n) for n in range(5)], [])
    feed = tmp_path / "items.jsonl"
    for _ in range(2):
        crawl(read, tmp_path / "x.db", "-a", "limit=3", "-O", str(feed))
        items = [json.loads(line) for line in feed.read_text().splitlines()]
        assert [item["native_id"] for item in items] == [f"acme-labs/net-{n}" for n in range(3)]
        assert all(len(item["elements"]) == 26 for item in items), "known ones, too"


def test_lists_beyond_a_limit_are_not_read(tmp_path: Path) -> None:
    read = lists(tmp_path / "1.warc.gz", [entry(n) for n in range(5)], [entry(9)], whole=False)
    for page in range(20):
        write_warc(read, [(f"{LIST}&cursor={page}", "application/json", b"[]")])
    crawl(read, tmp_path / "x.db", "-a", "limit=3")
    ((receipt,),) = rows(tmp_path / "x.db", "select receipt from snapshot")
    assert json.loads(receipt)["downloader/request_count"] < 6


@pytest.mark.shared
def test_real_lists(shared: Path, tmp_path: Path) -> None:
    read = tmp_path / "1.warc.gz"
    found = (r for r in records(shared / "captures/huggingface/lists.warc.gz"))
    real = [r for r in found if isinstance(r, Record) and r.kind == "response"][:2]
    for one in real:
        write_warc(
            read,
            [(one.url, "application/json", one.body)],
            headers=tuple(pair for pair in one.headers if pair[0] == "Link"),
        )
    ids = {entry["id"] for one in real for entry in json.loads(one.body)}
    said = crawl(read, tmp_path / "x.db")
    assert f"{len(ids)} captured = {len(ids)} stored + 0 quarantined + 0 failed" in said
