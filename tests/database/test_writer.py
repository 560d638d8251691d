from __future__ import annotations

import gc
import os
import random
import signal
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from modelstores.database.engine import DatabaseError, connect, name_of
from modelstores.database.tables import metadata
from modelstores.database.writer import CaptureFile, Writer
from modelstores.elements.values.value import Value
from modelstores.items import Capture, Policy, Product, Rejection
from tests.conftest import ROOT
from tests.database.samples import CODEBOOK, VERSIONS, product, rows, run, told, write


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def opened(engine: Engine, clock: Clock | None = None, **changes: Any) -> Writer:
    writer = Writer(engine, run(), clock=clock or Clock(), **changes)
    writer.open()
    return writer


def count(engine: Engine, table: str) -> int:
    return int(rows(engine, f"SELECT COUNT(*) FROM {table}")[0][0])


def test_a_product_is_stored_whole(engine: Engine) -> None:
    writer = opened(engine)
    writer.add(
        product(summary="A net.", input_domains=["vision"], unread=["origin"]),
        references=[("arxiv", "1512.03385", "https://arxiv.org/abs/1512.03385")],
        licenses=[("The MIT License", "MIT"), ("own terms", None)],
    )
    writer.close("complete", [], {"requests": 2}, {"listed": 1})
    assert rows(engine, "SELECT name, title, kind FROM store") == [("hub", "Hub", "model")]
    assert rows(engine, "SELECT source, name, summary, stated, links, unread FROM observation") == [
        ("page", "A/ONE", "A net.", '{"owner":"Ada"}', '["https://arxiv.org/abs/1512.03385"]',
         '["origin"]')
    ]  # fmt: skip
    assert rows(engine, "SELECT position, heading, text FROM section") == [
        (0, "", "A net."),
        (1, "Use", "Call it."),
    ]
    assert rows(
        engine,
        "SELECT element, state, evidence, place, rule FROM element_state"
        " JOIN element ON element.id = element_id ORDER BY position",
    ) == [
        ("owner", "present", "Ada", "stated:owner", "stated"),
        ("size", "absent", None, None, None),
        ("origin", "unknown", None, None, None),
    ]
    assert rows(engine, "SELECT vocabulary, key, datasets, input_domain FROM similarity") == [
        ("1", "resnet/50|imagenet|image-classification", '["imagenet"]', "Image")
    ]
    assert rows(engine, "SELECT kind, identifier FROM reference") == [("arxiv", "1512.03385")]
    assert rows(engine, "SELECT COUNT(*) FROM element_value") == [(0,)]
    assert rows(engine, "SELECT raw, spdx FROM license ORDER BY raw") == [
        ("The MIT License", "MIT"),
        ("own terms", None),
    ]
    assert rows(engine, "SELECT name, value FROM counter ORDER BY name") == [
        ("downloads", 7.5),
        ("likes", 3.0),
    ]
    assert rows(
        engine,
        "SELECT status, scope, source, parser, codebook, vocabulary, captured_from, captured_until,"
        " listed, stored, receipt FROM snapshot",
    ) == [
        ("complete", "full", "archive", "1", "1", "1", "2026-01-02T00:00:00Z",
         "2026-01-02T00:00:00Z", 1, 1, '{"requests":2}')
    ]  # fmt: skip
    assert rows(engine, "SELECT present, absent, not_applicable, unknown FROM element_count") == [
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 0, 1),
    ]


VALUES = {
    "owner": [Value("Ada")],
    "size": [
        Value("1.5 GiB", "1610612736", 1610612736.0, "B"),
        Value("\0 MB"),
        Value("x", "x 0.5 % on Y", 0.5, "%", "x", "Y"),
    ],
    "end_user_license": [Value("MIT", "MIT")],
}
SAID = (
    "SELECT codebook, element, element_value.position, raw, value, number, unit, metric, dataset"
    " FROM element_value JOIN element ON element.id = element_id"
    " ORDER BY codebook, element.position, element_value.position"
)


def test_values_are_stored_with_the_states_of_their_codebook(engine: Engine) -> None:
    first = [
        ("1", "owner", 0, "Ada", None, None, None, None, None),
        ("1", "size", 0, "1.5 GiB", "1610612736", 1610612736.0, "B", None, None),
        ("1", "size", 1, "\ufffd MB", None, None, None, None, None),
        ("1", "size", 2, "x", "x 0.5 % on Y", 0.5, "%", "x", "Y"),
    ]
    licence = CODEBOOK[0] | {"id": "end_user_license", "values": "license"}
    elements = [*CODEBOOK, licence]
    write(engine, product(values=VALUES), elements=elements)
    assert rows(engine, SAID) == first
    write(engine, product(values={}), elements=elements)  # this codebook has told all of it
    assert rows(engine, SAID) == first
    later = {"versions": VERSIONS | {"codebook": "2"}}
    write(engine, product(values={"origin": [Value("there", "there")]}), **later)
    second = ("2", "origin", 0, "there", "there", None, None, None, None)
    assert rows(engine, SAID) == [*first, second]
    latest = "SELECT store, native_id, element, raw, value FROM latest_value"
    assert rows(engine, latest) == [("hub", "a/one", "origin", "there", "there")]


def test_what_is_said_again_is_only_sighted_again(engine: Engine) -> None:
    write(engine, product())
    tables = ("product", "observation", "section", "element_state", "similarity", "capture")
    before = {table: count(engine, table) for table in tables}
    write(engine, product(counters={"likes": 9, "downloads": 8}))
    assert {table: count(engine, table) for table in tables} == before
    assert rows(engine, "SELECT snapshot_id, name, value FROM counter ORDER BY 1, 2") == [
        (1, "downloads", 7.5),
        (1, "likes", 3.0),
        (2, "downloads", 8.0),
        (2, "likes", 9.0),
    ]
    write(engine, product(summary="new"))
    assert count(engine, "observation") == 2


def test_new_versions_add_states_and_keys_and_a_new_parser_an_observation(engine: Engine) -> None:
    write(engine, product())
    write(engine, product(), versions=VERSIONS | {"codebook": "2", "vocabulary": "2"})
    assert count(engine, "observation") == 1
    assert count(engine, "element") == 2 * len(CODEBOOK)
    assert count(engine, "element_state") == 2 * len(CODEBOOK)
    assert rows(engine, "SELECT vocabulary FROM similarity ORDER BY 1") == [("1",), ("2",)]
    write(engine, product(), versions=VERSIONS | {"parser": "2"})
    assert rows(engine, "SELECT parser FROM observation ORDER BY 1") == [("1",), ("2",)]
    assert rows(engine, "SELECT parser FROM latest_product") == [("2",)]


def test_a_product_without_key_still_has_its_input_domain(engine: Engine) -> None:
    write(engine, product(similarity={}, input_domain="Audio"), product("b", similarity={},
          input_domain=None))  # fmt: skip
    assert rows(engine, "SELECT native_id, input_domain, similarity_key FROM latest_product") == [
        ("a/one", "Audio", None),
        ("b", None, None),
    ]


def met_twice() -> list[Product]:
    later = Capture("hub.warc.gz", 99, "<urn:uuid:0-2>", "2026-01-05T00:00:00Z")
    return [
        product(summary="early"),
        product(summary="late", capture=later, counters={"likes": 5}),
        product(summary="list", source="list", capture=replace(later, time="2026-01-09T00:00:00Z")),
    ]


@pytest.mark.parametrize("batch", [1, 10])
@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0), (1, 0, 2)])
def test_a_product_met_twice_has_one_sighting(
    engine: Engine, batch: int, order: tuple[int, ...]
) -> None:
    writer = opened(engine, batch=batch)
    for number in order:
        writer.add(met_twice()[number])
    writer.close("complete", [], {}, {"merged": 4})
    assert rows(
        engine,
        "SELECT summary, captured_at, record_offset FROM sighting"
        " JOIN observation ON observation.id = observation_id",
    ) == [("late", "2026-01-05T00:00:00Z", 99)]
    assert rows(engine, "SELECT name, value FROM counter") == [("likes", 5.0)]
    assert count(engine, "observation") == 3
    assert (writer.stored, writer.merged) == (1, 2)
    assert rows(engine, "SELECT listed, stored, merged FROM snapshot") == [(7, 1, 6)]


def contents(engine: Engine) -> dict[str, list[str]]:
    """Return all rows of all tables, without the numbers of rows and the times of the run."""
    hidden = {"id", "ended_at", "started_at"}
    found = {}
    for table in metadata.tables.values():
        names = [c.name for c in table.columns if c.name not in hidden and not c.foreign_keys]
        quoted = ", ".join(f'"{name}"' for name in names)
        found[table.name] = sorted(map(repr, rows(engine, f"SELECT {quoted} FROM {table.name}")))
    return found


def test_two_fresh_databases_hold_the_same_whatever_the_order(
    new_database: Callable[[], str],
) -> None:
    products = [product(f"p{i}", counters={"likes": i}) for i in range(40)] + met_twice()
    found = []
    for number in (1, 2):
        engine = connect(new_database())
        random.Random(number).shuffle(products)
        writer = opened(engine, batch=7 * number)
        for one in products:
            writer.add(one, references=[("doi", one.native_id, "https://doi.example")])
        writer.close("complete", [], {}, {})
        found.append(contents(engine))
        engine.dispose()
    assert found[0] == found[1]
    assert len(found[0]["sighting"]) == 41


def test_a_batch_is_written_when_full_or_after_a_second(engine: Engine) -> None:
    clock = Clock()
    writer = opened(engine, clock, batch=3)
    writer.add(product("a"))
    writer.reject(Rejection("page", "u", ["empty"]))
    assert count(engine, "sighting") == 0
    writer.add(product("b"))
    assert count(engine, "sighting") == 2
    clock.now = 10.0
    writer.add(product("c"))
    clock.now = 10.9
    writer.tick()
    writer.add(product("d"))
    assert count(engine, "sighting") == 2
    clock.now = 11.0
    writer.tick()
    assert count(engine, "sighting") == 4
    clock.now = 20.0
    writer.tick()
    writer.add(product("e"))
    clock.now = 21.5
    writer.add(product("f"))
    assert count(engine, "sighting") == 6


def test_what_failed_is_in_quarantine_with_its_reason(engine: Engine) -> None:
    writer = opened(engine)
    writer.reject(
        Rejection("validation", "https://hub.example/x", ["name: is empty", "url: \ud800"],
                  {"name": "", "url": "\ud800\0"}, Capture("hub.warc.gz", 7, "<x>", "2026"))
    )  # fmt: skip
    writer.close("suspect", ["too many"], {}, {})
    assert rows(engine, "SELECT stage, url, reasons, file, record_offset FROM quarantine") == [
        ("validation", "https://hub.example/x", '["name: is empty","url: \ufffd"]', "hub.warc.gz",
         7)
    ]  # fmt: skip
    assert rows(engine, "SELECT status, reasons, listed, quarantined FROM snapshot") == [
        ("suspect", '["too many"]', 1, 1)
    ]
    assert rows(engine, "SELECT * FROM latest_product") == []


def test_captures_get_their_digest_and_times(engine: Engine) -> None:
    writer = opened(engine)
    writer.add(product())
    writer.flush()
    assert rows(engine, "SELECT file, sha256, bytes FROM capture") == [("hub.warc.gz", "", None)]
    writer.close("complete", [], {}, {}, captures=[CaptureFile("hub.warc.gz", "ab", 5)])
    assert rows(engine, "SELECT file, sha256, bytes, first_at, last_at FROM capture") == [
        ("hub.warc.gz", "ab", 5, "2026-01-02T00:00:00Z", "2026-01-02T00:00:00Z")
    ]
    write(engine, product(), captures=[CaptureFile("hub.warc.gz", "ab", 5)])
    write(engine, product(), captures=[CaptureFile("hub.warc.gz", "cd", 6)])
    assert rows(engine, "SELECT sha256 FROM capture ORDER BY 1") == [("ab",), ("cd",)]
    assert rows(engine, "SELECT capture_id FROM sighting ORDER BY snapshot_id") == [
        (1,),
        (1,),
        (2,),
    ]


def test_a_policy_page_tells_of_elements(engine: Engine) -> None:
    writer = opened(engine)
    page = Policy("hub", "https://hub.example/terms", ["size", "origin"], "Terms", "...")
    writer.add_policy(page, {"size": told("present", "up to 2 GB"), "origin": told("absent")})
    writer.add(product())
    writer.close("complete", [], {}, {})
    assert rows(engine, "SELECT element, present, policies, ticked FROM element_matrix"
                " ORDER BY position") == [
        ("owner", 1, 0, 1),
        ("size", 0, 1, 1),
        ("origin", 0, 0, 0),
    ]  # fmt: skip


def test_a_product_of_another_store_is_a_mistake(engine: Engine) -> None:
    with pytest.raises(ValueError, match="other"):
        opened(engine).add(product(store="other"))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text(st.characters(exclude_categories=[]), max_size=20))
def test_any_words_are_stored_and_found_again(engine: Engine, words: str) -> None:
    said = product(
        f"x{words}", name=words, stated={"owner": words}, counters={words: 1},
        sections=[{"heading": words, "text": words}],
        elements={"owner": told("present", words, words, words)},
    )  # fmt: skip
    first, _ = write(engine, said)
    seen = f"SELECT observation_id FROM sighting WHERE snapshot_id >= {first}"
    second, _ = write(engine, said)
    assert second == first + 1
    assert len(set(rows(engine, seen))) == 1


def test_a_failing_database_is_one_line_and_the_batch_waits(engine: Engine) -> None:
    writer = opened(engine)
    writer.add(product())
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE sighting RENAME TO hidden")
    with pytest.raises(DatabaseError) as caught:
        writer.flush()
    assert "\n" not in str(caught.value)
    assert name_of(engine) in str(caught.value)
    assert "sighting" in str(caught.value)
    assert count(engine, "observation") == 0
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO sighting")
    writer.flush()
    assert count(engine, "sighting") == 1


KILLED = """
import os, signal, sys
from modelstores.database.engine import connect
from modelstores.database.writer import Writer
from tests.database.samples import product, run

writer = Writer(connect(sys.argv[1]), run(), batch=10, seconds=1e9)
writer.open()
for number in range(25):
    writer.add(product(f"p{number}"))
print("flushed", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_run_loses_nothing_that_was_flushed(url: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, url],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (ended.returncode, ended.stdout) == (-signal.SIGKILL, "flushed\n"), ended.stderr
    engine = connect(url)
    if engine.dialect.name == "sqlite":
        assert rows(engine, "PRAGMA integrity_check") == [("ok",)]
    assert count(engine, "sighting") == 20
    assert count(engine, "section") == 40
    assert rows(engine, "SELECT status FROM snapshot") == [("running",)]
    assert rows(engine, "SELECT * FROM latest_product") == []
    write(engine, *(product(f"p{number}") for number in range(25)))
    assert count(engine, "observation") == 25
    assert count(engine, "latest_product") == 25
    engine.dispose()


def test_memory_does_not_grow_with_the_number_of_products(tmp_path: Path) -> None:
    def peak(number: int) -> int:
        engine = connect(f"sqlite:///{tmp_path / f'{number}.db'}")
        writer = opened(engine, batch=50)
        tracemalloc.start()
        for i in range(number):
            writer.add(product(f"p{i}", sections=[{"heading": "h", "text": f"{i:04}" * 500}]))
            if i % writer.batch == 0:
                gc.collect()  # which else decides by itself how much there is
        writer.flush()
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        engine.dispose()
        return found

    peak(100)  # what is made once
    assert peak(2400) < 1.3 * peak(300)
