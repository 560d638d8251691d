"""``changes``: exactly what differs between two snapshots."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine

from modelstores.database.views import Selection
from modelstores.database.writer import Writer
from modelstores.items import Capture, Product, Rejection
from modelstores.reports.changes import COLUMNS, changes
from modelstores.reports.render import render
from modelstores.reports.selection import ALL, ReportError
from modelstores.reports.table import Table
from tests.crawling import scrapy
from tests.database.samples import VERSIONS, product, run, told, write
from tests.miniweb.stores import pages
from tests.warcs import Page, write_warc


def at(day: int, native_id: str = "a", owner: str | None = "Ada", **changed: Any) -> Product:
    """Return a page captured on a day of January; its owner is the element that may change."""
    shown = told("present", owner) if owner else told("absent")
    elements = product().elements | {"owner": shown}
    capture = Capture("hub.warc.gz", day, f"<{day}>", f"2026-01-{day:02}T00:00:00Z")
    said = {"stated": {"owner": owner or ""}, "elements": elements, "capture": capture}
    return product(native_id, **said | changed)


def table(engine: Engine, **asked: Any) -> Table:
    with engine.connect() as connection:
        return changes(connection, **asked)


def found(engine: Engine, **asked: Any) -> list[tuple[Any, ...]]:
    """Return change, product, element, before and after (words or share)."""
    rows = [dict(zip(COLUMNS, row, strict=True)) for row in table(engine, **asked).rows]
    return [
        (row["change"], row["native_id"], row["element"], _side(row, "before"), _side(row, "after"))
        for row in rows
    ]


def _side(row: dict[str, Any], when: str) -> Any:
    sides = (row[f"{when}_{what}"] for what in ("words", "state", "share"))
    return next((side for side in sides if side is not None), None)


def pair(engine: Engine, **asked: Any) -> list[tuple[Any, ...]]:
    """Return the snapshots compared: those that every row names."""
    return sorted({(row[0], row[1], row[2]) for row in table(engine, **asked).rows})


def test_what_differs_and_nothing_more(engine: Engine) -> None:
    write(engine, at(1, "same"), at(1, "moves"), at(1, "goes"), at(1, "counts"), at(1, "rephrased"))
    write(
        engine, at(2, "same"), at(2, "moves", "Bea"), at(2, "comes", None),
        at(2, "counts", counters={"likes": 99, "downloads": 0}),
        at(2, "rephrased", summary="In other words."),
    )  # fmt: skip
    made = table(engine)
    assert found(engine) == [
        ("listed", "comes", None, None, None),
        ("delisted", "goes", None, None, None),
        ("changed", "moves", "owner", "Ada", "Bea"),
        ("changed", "rephrased", None, None, None),
        ("share", None, "owner", 1.0, 0.8),
    ]
    assert made.rows[2] == (
        "hub", 1, 2, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "changed", "moves", "MOVES",
        "owner", "present", "Ada", None, "present", "Bea", None,
    )  # fmt: skip
    products, shares = made.layout
    title = "hub: snapshot 1 (2026-01-01) to snapshot 2 (2026-01-02)"
    assert (products.title, shares.title) == (title, f"{title}, shares")
    assert products.rows == [
        ["listed", "comes", "COMES", "", "", ""],
        ["delisted", "goes", "GOES", "", "", ""],
        ["changed", "moves", "MOVES", "owner", "present: Ada", "present: Bea"],
        ["changed", "rephrased", "REPHRASED", "(other words)", "", ""],
    ]
    assert shares.rows == [["owner", "100 %", "80 %"]]
    assert made.findings == [f"{title}: 1 listed, 1 delisted, 2 changed"]
    assert made.remarks == []


def test_counters_alone_change_nothing(engine: Engine) -> None:
    write(engine, at(1))
    write(engine, at(2, counters={"likes": 4, "downloads": 8}))
    made = table(engine)
    assert (made.rows, made.layout) == ([], [])
    assert made.findings[0].endswith("0 listed, 0 delisted, 0 changed")


def test_a_product_that_returns_is_listed_again(engine: Engine) -> None:
    for day, here in enumerate((["a", "b"], ["a"], ["a", "b"]), start=1):
        write(engine, *(at(day, native_id) for native_id in here))
    assert found(engine) == [("listed", "b", None, None, None)]
    assert found(engine, until="2") == [("delisted", "b", None, None, None)]
    assert found(engine, since="1") == []


def test_a_page_that_failed_neither_leaves_nor_returns(engine: Engine) -> None:
    write(engine, at(1), at(1, "breaks"))
    writer = Writer(engine, run())
    writer.open()
    writer.add(at(2))
    writer.reject(Rejection("page", at(2, "breaks").url, ["HTTP status 500"]))
    writer.close("complete", [], {}, {})
    write(engine, at(3), at(3, "breaks"))
    assert found(engine, until="2") == found(engine) == []


def test_a_partial_snapshot_delists_nothing_and_compares_what_both_have(engine: Engine) -> None:
    write(engine, at(1), at(1, "b"), at(1, "c", None))
    write(engine, at(2, "b", None), at(2, "d"), scope="partial")
    assert found(engine) == [
        ("changed", "b", "owner", "Ada", "absent"),
        ("share", None, "owner", 1.0, 0.0),
    ]
    assert table(engine).remarks == [
        "hub: what was listed and delisted is told between full snapshots only"
    ]
    write(engine, at(3), at(3, "c", None))
    assert found(engine)[0] == ("delisted", "b", None, None, None), "with the last full one"
    assert pair(engine) == [("hub", 1, 3)]


def test_shares_compare_equal_kinds_of_source(engine: Engine) -> None:
    write(engine, at(1), scope="partial")
    write(engine, at(2, owner=None, source="list"), scope="partial")
    assert found(engine) == []


def test_only_equal_origins_parsers_and_codebooks_are_compared(engine: Engine) -> None:
    write(engine, at(1))
    write(engine, at(2, owner=None), versions=VERSIONS | {"parser": "2"})
    write(engine, at(3, owner=None), source="live")
    assert table(engine).remarks == ["hub: no two snapshots that can be compared"]
    assert found(engine, since="1", until="2") == []
    (remark,) = table(engine, since="1", until="2").remarks or []
    assert remark == (
        "hub: snapshot 1 (2026-01-01) and snapshot 2 (2026-01-02) cannot be compared:"
        " parser 1 and 2"
    )
    (remark,) = table(engine, since="2026-01-01", until="2026-01-03").remarks or []
    assert "source archive and live" in remark
    write(engine, at(4, owner="Bea"), source="live")
    assert pair(engine) == [("hub", 3, 4)]


def test_each_store_has_its_own_last_two(engine: Engine) -> None:
    write(engine, at(1))
    write(engine, at(1, store="zoo"), store="zoo")
    write(engine, at(2, owner="Bea"))
    write(engine, at(5, owner="Bea", store="zoo"), store="zoo")
    write(engine, at(3, owner="Cy"))
    assert pair(engine) == [("hub", 3, 5), ("zoo", 2, 4)]
    assert pair(engine, selection=Selection(stores=("zoo",))) == [("zoo", 2, 4)]


@pytest.mark.parametrize(
    ("asked", "compared"),
    [
        ({"since": "1"}, [("hub", 1, 3)]),
        ({"since": "1", "until": "2"}, [("hub", 1, 2)]),
        ({"since": "2026-01-01"}, [("hub", 1, 3)]),
        ({"since": "2026-01-04"}, [("hub", 1, 3)]),
        ({"since": "2026-01-05"}, [("hub", 2, 3)]),
        ({"until": "2026-01-08"}, [("hub", 1, 2)]),
        ({"until": "2"}, [("hub", 1, 2)]),
        ({"since": "2", "until": "2026-12-31"}, [("hub", 2, 3)]),
    ],
)
def test_since_and_until(engine: Engine, asked: dict[str, str], compared: list[object]) -> None:
    for day, owner in ((1, "Ada"), (5, "Bea"), (9, "Cy")):
        write(engine, at(day, owner=owner))
    write(engine, at(1, store="zoo"), store="zoo")
    assert pair(engine, **asked) == compared


def test_of_a_day_a_full_snapshot_is_taken_for_a_full_one(engine: Engine) -> None:
    for day, scope in enumerate(["full", "partial", "full"], start=1):
        write(engine, at(day, owner=f"Ada {day}"), scope=scope)
    assert pair(engine, since="2026-01-02") == [("hub", 1, 3)]
    assert pair(engine, since="2") == [("hub", 2, 3)]


@pytest.mark.parametrize(
    ("asked", "remark"),
    [
        ({"since": "2025-12-31"}, "hub: no snapshot captured on or before 2025-12-31"),
        ({"until": "2025-12-31"}, "hub: no snapshot captured on or before 2025-12-31"),
        ({"since": "2"}, "hub: no snapshot captured after snapshot 2 (2026-01-05)"),
        ({"since": "2", "until": "1"}, "hub: no snapshot captured after snapshot 2 (2026-01-05)"),
        ({"until": "1"}, "hub: no two snapshots that can be compared"),
    ],
)
def test_what_cannot_be_compared_is_said(
    engine: Engine, asked: dict[str, str], remark: str
) -> None:
    write(engine, at(1))
    write(engine, at(5, owner="Bea"))
    made = table(engine, **asked)
    assert (made.rows, made.remarks) == ([], [remark])


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("yesterday", "'yesterday'"),
        ("2026-02-30", "'2026-02-30'"),
        ("20260101x", "'20260101x'"),
        ("-1", "'-1'"),
        ("٣", "neither"),
        ("", "''"),
        ("99", "no snapshot 99 in the database"),
        ("9" * 40, "no snapshot 9"),
        ("2", "snapshot 2 is not counted here (it is suspect)"),
    ],
)
@pytest.mark.parametrize("end", ["since", "until"])
def test_no_snapshot_and_no_day(engine: Engine, end: str, asked: str, words: str) -> None:
    write(engine, at(1))
    write(engine, at(2, owner="Bea"), status="suspect")
    with pytest.raises(ReportError) as raised:
        table(engine, **{end: asked})
    assert words in str(raised.value)


def test_suspect_snapshots_are_compared_only_when_asked_for(engine: Engine) -> None:
    write(engine, at(1))
    write(engine, at(2, owner="Bea"), status="suspect")
    made = table(engine)
    assert made.rows == []
    assert made.remarks == [
        "1 suspect snapshot left out; --all includes it",
        "hub: no two snapshots that can be compared",
    ]
    assert pair(engine, selection=Selection(ALL)) == [("hub", 1, 2)]


def test_an_empty_database_has_no_changes(engine: Engine) -> None:
    made = table(engine)
    assert (made.rows, made.remarks) == ([], ["the database holds no snapshot"])


def test_hostile_words_are_cleaned(engine: Engine) -> None:
    write(engine, at(1, owner="=1+1"))
    write(engine, at(2, owner="\x1b[2J<script>"))
    text = render(table(engine), "table")
    assert "present: =1+1" in text
    assert "\x1b" not in text
    assert r"\<script\>" in render(table(engine), "markdown")
    assert "'=1+1" in render(table(engine), "csv")


# --- through the command line ---


def capture(path: Path, day: str, ids: list[str], **edits: tuple[str, str]) -> Path:
    """Write an edited capture of the small Hugging Face: its list, and the pages that it names."""
    mini = {page.path: page.body.decode() for page in pages("huggingface")}
    kept: list[Page] = []
    for native_id in ids:
        like = native_id.replace("152", "101")  # a newcomer that looks like another
        body = mini[f"/{like}"].replace(like, native_id)
        for old, new in [edits[name] for name in edits if name in native_id]:
            assert old in body
            body = body.replace(old, new)
        kept.append((f"https://huggingface.co/{native_id}", "text/html", body.encode()))
    listed = json.dumps([{"id": native_id} for native_id in ids]).encode()
    address = "https://huggingface.co/api/models?limit=1000"
    write_warc(path, [(address, "application/json", listed), *kept], date=f"{day}T00:00:00Z")
    return path


@pytest.fixture(scope="module")
def two_captures(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, str]]:
    """Read two edited captures into a database; return the report of what changed."""
    folder = tmp_path_factory.mktemp("changes")
    setting = ("-s", f"DATABASE_URL=sqlite:///{folder / 'x.db'}")
    same = ["acme-labs/resnet-50", "northwind-vision/detr-resnet-50", "tidepool-ai/coral-chat-7b"]
    same.append("quillworks/bert-base-uncased")
    first = capture(folder / "1.warc.gz", "2026-01-01", [*same, "acme-labs/resnet-101"])
    second = capture(
        folder / "2.warc.gz",
        "2026-02-01",
        [*same, "acme-labs/resnet-152"],
        bert=("apache-2.0", "mit"),
        detr=("&quot;likes&quot;: ", "&quot;likes&quot;: 7"),
    )
    for archive in (first, second):
        ended = scrapy("crawl", "huggingface", "-a", f"archive={archive}", *setting)
        assert ended.returncode == 0, ended.stderr
    ended = scrapy("report", "changes", "--format", "csv", *setting)
    assert ended.returncode == 0, ended.stderr
    return list(csv.DictReader(io.StringIO(ended.stdout)))


def told_of(found: list[dict[str, str]], change: str) -> list[tuple[str, ...]]:
    names = ("native_id", "element", "before_words", "after_words")
    return [tuple(row[name] for name in names) for row in found if row["change"] == change]


def test_two_edited_captures_differ_in_a_licence(two_captures: list[dict[str, str]]) -> None:
    bert = "quillworks/bert-base-uncased"
    assert told_of(two_captures, "changed") == [
        (bert, "developer_license", "apache-2.0", "mit"),
        (bert, "end_user_license", "apache-2.0", "mit"),
    ]


def test_two_edited_captures_differ_in_two_products(two_captures: list[dict[str, str]]) -> None:
    assert told_of(two_captures, "listed") == [("acme-labs/resnet-152", "", "", "")]
    assert told_of(two_captures, "delisted") == [("acme-labs/resnet-101", "", "", "")]
    assert {row["change"] for row in two_captures} == {"listed", "delisted", "changed"}
