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
    assert rows(engine, "SELECT * FROM origin_counts") == [("hub", 4, 2, 0.5, 2, 1, 0)]


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
        at(2, "same", counters={"likes": 99, "downloads": 0}),
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


def test_latest_is_the_greatest_by_capture_parser_and_reading(engine: Engine) -> None:
    """Snapshots that overlap in every way, against the rule in plain words."""
    days = [(1, 4), (2, 2), (4, 1), (4, 4), (3, 5), (5, 5)]
    parsers = ["9", "10", "9", "10", "2", "2"]
    expected: dict[str, tuple[object, ...]] = {}
    for number, (of_a, of_b) in enumerate(days, start=1):
        parser = parsers[number - 1]
        seen = {"a": of_a, "b": of_b} | ({"c": 6} if number == 2 else {})
        write(
            engine,
            *(at(day, name, summary=f"{number}") for name, day in seen.items()),
            versions=VERSIONS | {"parser": parser},
        )
        for name, day in seen.items():
            recency = (day, int(parser), number)
            expected[name] = max(expected.get(name, recency), recency)
        found = rows(engine, "SELECT native_id, snapshot_id FROM latest_product ORDER BY native_id")
        assert found == [(name, expected[name][2]) for name in sorted(expected)]


def test_counts_of_a_snapshot_hold_less_what_was_seen_since(engine: Engine) -> None:
    states = {letter: product().elements | {"owner": told(state)} for letter, state in
              (("p", "present"), ("a", "absent"), ("n", "not_applicable"))}  # fmt: skip

    def of(name: str, letter: str, day: int) -> Product:
        return at(day, name, summary=letter, elements=states[letter])

    owner = "SELECT products, present, absent, not_applicable FROM element_matrix"
    owner += " WHERE element = 'owner'"
    whole = [of(name, letter, 1) for name, letter in zip("vwxyz", "ppaan", strict=True)]
    write(engine, *whole)
    assert rows(engine, owner) == [(5, 2, 2, 1)]
    write(engine, of("v", "a", 2), of("z", "p", 2), scope="partial")
    kept = "SELECT snapshot_id, products, superseded FROM counted_snapshot ORDER BY snapshot_id"
    assert rows(engine, kept) == [(1, 3, 2), (2, 2, 0)]
    assert rows(engine, owner) == [(5, 2, 3, 0)]
    write(engine, of("w", "n", 3), of("v", "p", 3), scope="partial")
    assert rows(engine, kept) == [(2, 1, 1), (3, 2, 0)], "of the first too little is left"
    assert rows(engine, owner) == [(5, 2, 2, 1)]


def test_a_snapshot_is_compared_with_the_last_of_equal_scope_if_it_is_full(engine: Engine) -> None:
    for day, scope in enumerate(["partial", "full", "partial", "full", "partial"], start=1):
        write(engine, at(day), scope=scope)
    assert rows(engine, "SELECT * FROM previous_snapshot ORDER BY snapshot") == [
        (1, None), (2, 1), (3, 2), (4, 2), (5, 4),
    ]  # fmt: skip
