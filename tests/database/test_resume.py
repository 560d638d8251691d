from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from modelstores.database.engine import connect
from modelstores.database.resume import Resumable, abandon, resumable
from modelstores.database.tables import metadata
from modelstores.database.writer import CaptureFile, Run, Writer
from modelstores.items import Capture, Policy, Product, Rejection
from tests.database.samples import VERSIONS, plain, product, rows, run, told, write

LIVE = run(source="live", settings={"limit": 5}, capture_file="hub.warc.gz")


def killed(engine: Engine, *products: Product, of: Run = LIVE, batch: int = 1) -> int:
    """Write a snapshot whose run dies: it is never closed, its last batch never written."""
    writer = Writer(engine, of, batch=batch)
    number = writer.open()
    for one in products:
        writer.add(one)
    return number


def test_a_killed_run_is_gone_on_with(engine: Engine) -> None:
    number = killed(engine, product())
    assert resumable(engine, LIVE, 7) == Resumable(number, LIVE.started_at, "hub.warc.gz")
    later = replace(LIVE, started_at="2026-02-07T23:00:00Z", capture_file="later.warc.gz")
    found = resumable(engine, later, 7)
    assert Writer(engine, later).open(found) == number
    assert rows(engine, "SELECT status, started_at, capture_file FROM snapshot") == [
        ("running", LIVE.started_at, "hub.warc.gz")
    ]


@pytest.mark.parametrize(
    "changes",
    [
        {"store": "zoo"},
        {"source": "wayback"},
        {"settings": {"limit": 6}},
        {"settings": {}},
        {"versions": VERSIONS | {"parser": "2"}},
        {"versions": VERSIONS | {"codebook": "2"}},
        {"versions": VERSIONS | {"vocabulary": "2"}},
        {"started_at": "2026-02-08T00:00:01Z"},
    ],
)
def test_another_run_begins_a_new_one(engine: Engine, changes: dict[str, Any]) -> None:
    killed(engine, product())
    assert resumable(engine, replace(LIVE, **changes), 7) is None


@pytest.mark.parametrize("status", ["complete", "suspect"])
def test_a_run_that_came_to_its_end_is_not_gone_on_with(engine: Engine, status: str) -> None:
    killed(engine)
    ended = Writer(engine, LIVE)
    ended.open()
    ended.close(status, [], {}, {})
    assert resumable(engine, LIVE, 7) is None


def test_what_killed_runs_left_is_closed_but_for_one(engine: Engine) -> None:
    killed(engine, product())
    other = killed(engine, product(store="zoo"), of=run("zoo"))
    write(engine, product())
    number = killed(engine, product())
    one = resumable(engine, LIVE, 7)
    assert one is not None
    assert one.snapshot_id == number
    assert abandon(engine, "hub", one) == 1
    assert rows(engine, "SELECT id, status, reasons FROM snapshot ORDER BY id") == [
        (1, "failed", '["the run was killed"]'),
        (other, "running", "[]"),
        (3, "complete", "[]"),
        (number, "running", "[]"),
    ]
    assert abandon(engine, "hub") == 1
    assert abandon(engine, "zoo") == 1


def test_nothing_is_missing_while_it_is_gone_on_with(engine: Engine) -> None:
    killed(engine, *(product(f"p{i}") for i in range(5)))
    writer = Writer(engine, LIVE, batch=1)
    writer.open(resumable(engine, LIVE, 7))
    for i in range(7):
        assert rows(engine, "SELECT COUNT(*) FROM sighting") == [(max(i, 5),)]
        writer.add(product(f"p{i}"))
    assert (writer.stored, writer.merged) == (7, 0)


def test_a_snapshot_that_failed_and_closed_is_gone_on_with(engine: Engine) -> None:
    writer = Writer(engine, replace(LIVE, beyond={"page": ["origin"]}))
    number = writer.open()
    writer.add(product("a"))
    writer.reject(Rejection("page", "u", ["empty"]))
    first = CaptureFile("hub.warc.gz", "ab", 5)
    writer.close("failed", ["no space"], {"requests": 1}, {"failed": 1}, captures=[first])
    again = Writer(engine, replace(LIVE, beyond={"page": ["origin"]}))
    assert again.open(resumable(engine, LIVE, 7)) == number
    assert rows(engine, "SELECT ended_at, listed, reasons, receipt FROM snapshot") == [
        (None, None, "[]", "{}")
    ]
    assert rows(engine, "SELECT sha256, bytes FROM capture") == [("", None)]
    for name in "ab":
        again.add(product(name))
    whole = CaptureFile("hub.warc.gz", "cd", 9)
    assert again.close("complete", [], {}, {}, captures=[whole]) == ("complete", [])
    assert rows(engine, "SELECT status, listed, stored FROM snapshot") == [("complete", 2, 2)]
    assert rows(engine, "SELECT file, sha256, bytes FROM capture") == [("hub.warc.gz", "cd", 9)]
    assert rows(engine, "SELECT COUNT(*) FROM quarantine") == [(0,)]
    assert rows(engine, "SELECT MAX(present) FROM element_count") == [(2,)]


def test_a_breach_makes_it_suspect_and_is_kept_with_its_figures(engine: Engine) -> None:
    writer = Writer(engine, replace(LIVE, beyond={}))
    writer.open()
    writer.add(product())
    status, reasons = writer.close("complete", ["as told"], {}, {})
    assert status == "suspect"
    assert reasons[0] == "as told"
    assert reasons[1].startswith("unknown: ")
    assert rows(engine, "SELECT status FROM snapshot") == [("suspect",)]
    kept = rows(engine, "SELECT name, passed, figure FROM snapshot_check WHERE name = 'unknown'")
    assert [(name, bool(passed), figure) for name, passed, figure in kept] == [
        ("unknown", False, pytest.approx(1 / 3))
    ]


# --- what is gone on with equals what was never disturbed ---

PLACES = st.builds(
    Capture,
    file=st.just("hub.warc.gz"),
    offset=st.integers(0, 9),
    record_id=st.sampled_from(["<urn:uuid:0-1>", "<urn:uuid:0-2>"]),
    time=st.sampled_from(["2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z"]),
    rendered=st.booleans(),
)
PRODUCTS = st.builds(
    product,
    st.sampled_from("abcd"),
    source=st.sampled_from(["page", "record", "list"]),
    summary=st.sampled_from(["x", "y"]),
    counters=st.dictionaries(st.sampled_from(["likes", "stars"]), st.integers(0, 3)),
    capture=st.none() | PLACES,
    elements=st.sampled_from([{}, {"owner": told("present", "Ada")}]),
)
REJECTIONS = st.builds(
    Rejection, st.just("page"), st.sampled_from(["u", "v"]), st.just(["empty"]), capture=PLACES
)
POLICIES = st.builds(
    Policy,
    st.just("hub"),
    st.sampled_from(["https://hub.example/a", "https://hub.example/b"]),
    st.just(["size"]),
    st.just("Terms"),
    st.just("..."),
    capture=PLACES,
)
STEPS = st.lists(PRODUCTS | REJECTIONS | POLICIES, max_size=12)


def work(writer: Writer, steps: Sequence[Product | Rejection | Policy]) -> None:
    for step in steps:
        if isinstance(step, Product):
            writer.add(step, [("doi", step.native_id, step.summary or "")], [("MIT", "MIT")])
        elif isinstance(step, Policy):
            writer.add_policy(step, {"size": told("present", step.url)})
        else:
            writer.reject(step)


def contents(engine: Engine) -> dict[str, list[str]]:
    """Return all rows, with what a row's number stands for instead of the number."""
    names = {
        "product_id": "(SELECT native_id FROM product WHERE id = {})",
        "observation_id": "(SELECT content_hash FROM observation WHERE id = {})",
        "element_id": "(SELECT element FROM element WHERE id = {})",
        "capture_id": "(SELECT file FROM capture WHERE id = {})",
    }
    found = {}
    with engine.connect() as connection:
        for table in metadata.tables.values():
            columns = [
                names.get(c.name, "{}").format(f'{table.name}."{c.name}"')
                for c in table.columns
                if c.name not in ("id", "ended_at")
            ]
            some = connection.execute(text(f"SELECT {', '.join(columns)} FROM {table.name}"))
            found[table.name] = sorted(repr(tuple(map(plain, row))) for row in some)
    return found


@pytest.fixture(scope="module")
def emptied(new_database: Callable[[], str]) -> Callable[[], Engine]:
    """Return what gives a database without rows, always the same two in turn."""
    turns = itertools.cycle([connect(new_database()), connect(new_database())])

    def next_one() -> Engine:
        engine = next(turns)
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                if table.name != "alembic_version":
                    connection.execute(table.delete())
            if engine.dialect.name == "postgresql":
                for table in ("store", "snapshot"):
                    connection.exec_driver_sql(f"ALTER SEQUENCE {table}_id_seq RESTART")
        return engine

    return next_one


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS, st.lists(st.integers(0, 12), max_size=3), st.integers(1, 5), st.booleans())
def test_a_run_killed_anywhere_ends_as_one_that_was_not(
    emptied: Callable[[], Engine],
    steps: list[Product | Rejection | Policy],
    kills: list[int],
    batch: int,
    failing: bool,
) -> None:
    closing = {"captures": [CaptureFile("hub.warc.gz", "ab", 5)]}
    engine = emptied()
    undisturbed = Writer(engine, LIVE, batch=batch)
    undisturbed.open()
    work(undisturbed, steps)
    undisturbed.close("complete", [], {}, {}, **closing)
    expected = contents(engine)

    engine = emptied()
    for kill in kills:
        writer = Writer(engine, LIVE, batch=batch)
        writer.open(resumable(engine, LIVE, 7))
        work(writer, steps[:kill])
        if failing:
            writer.close("failed", ["disk full"], {}, {}, **closing)
    resumed = Writer(engine, LIVE, batch=batch)
    resumed.open(resumable(engine, LIVE, 7))
    work(resumed, steps)
    resumed.close("complete", [], {}, {}, **closing)
    assert contents(engine) == expected
    assert (resumed.stored, resumed.merged) == (undisturbed.stored, undisturbed.merged)
