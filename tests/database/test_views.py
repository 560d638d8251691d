from __future__ import annotations

from dataclasses import replace

from sqlalchemy import Engine

from modelstores.database.writer import Writer
from modelstores.items import Capture, Product, Rejection
from tests.database.samples import VERSIONS, product, rows, run, told, write


def at(day: int, native_id: str = "a", **changes: object) -> Product:
    capture = Capture("hub.warc.gz", day, f"<{day}>", f"2026-01-{day:02}T00:00:00Z")
    return product(native_id, capture=capture, **changes)


def test_latest_means_latest_captured_then_latest_parser(engine: Engine) -> None:
    write(engine, at(5, summary="new page"))
    write(engine, at(2, summary="old page"), versions=VERSIONS | {"parser": "9"})
    latest = "SELECT summary, parser FROM latest_product"
    assert rows(engine, latest) == [("new page", "1")]
    write(engine, at(5, summary="read better"), versions=VERSIONS | {"parser": "10"})
    write(engine, at(5, summary="read worse"), versions=VERSIONS | {"parser": "9"})
    assert rows(engine, latest) == [("read better", "10")]


def test_only_complete_snapshots_count(engine: Engine) -> None:
    write(engine, at(1, summary="good"))
    for status in ("suspect", "failed"):
        write(engine, at(9, summary=status), status=status)
    Writer(engine, run()).open()
    assert rows(engine, "SELECT summary FROM latest_product") == [("good",)]


def test_papers_and_repositories(engine: Engine) -> None:
    writer = Writer(engine, run())
    writer.open()
    writer.add(product("a"), references=[("arxiv", "1", "u"), ("github", "x/y", "v")])
    writer.add(product("b"), references=[("arxiv", "1", "u"), ("doi", "10.1/2", "w")])
    writer.add(product("c"), references=[("github", "x/y", "v"), ("url", "z", "z")])
    writer.add(product("d"), references=[("url", "z", "z")])
    writer.close("complete", [], {}, {})
    assert rows(engine, "SELECT * FROM origin_counts") == [("hub", 4, 2, 0.5, 2, 1)]


def changes(engine: Engine) -> list[tuple[object, ...]]:
    return rows(
        engine,
        "SELECT change, native_id, element, before_state, before_words, after_state, after_words"
        " FROM changes ORDER BY change, native_id, element",
    )


def test_changes_between_full_snapshots_and_nothing_more(engine: Engine) -> None:
    sized = product().elements | {"size": told("present", "9 MB")}
    write(engine, at(1, "same"), at(1, "grows"), at(1, "goes"), at(1, "breaks"))
    writer = Writer(engine, run())
    writer.open()
    for one in (
        at(2, "same", counters={"likes": 99}),
        at(2, "grows", stated={"size": "9 MB"}, elements=sized),
        at(2, "comes"),
    ):
        writer.add(one)
    writer.reject(Rejection("page", "https://hub.example/breaks", ["empty"]))
    writer.close("complete", [], {}, {})
    assert changes(engine) == [
        ("changed", "grows", "size", "absent", None, "present", "9 MB"),
        ("delisted", "goes", None, None, None, None, None),
        ("listed", "comes", None, None, None, None, None),
    ]
    write(engine, at(3, "same"), scope="partial")
    assert len(changes(engine)) == 3
    write(engine, at(4, "same"), versions=VERSIONS | {"parser": "2"})
    assert len(changes(engine)) == 3, "another parser compares with none of these"


def test_changes_follow_the_time_of_capture_not_of_reading(engine: Engine) -> None:
    write(engine, at(9, "a"), at(9, "b"))
    write(engine, at(2, "a"))
    assert changes(engine) == [("listed", "b", None, None, None, None, None)]


def test_a_list_record_is_not_compared_with_a_page(engine: Engine) -> None:
    write(engine, at(1))
    unread = {name: told("unknown") for name in product().elements}
    write(engine, replace(at(2), source="list", elements=unread))
    assert changes(engine) == []
