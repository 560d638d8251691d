"""``unknown-terms``: what stores state and the vocabulary does not know."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import Engine

from modelstores.database.views import Selection
from modelstores.items import Product
from modelstores.reports.render import render
from modelstores.reports.selection import ALL
from modelstores.reports.table import Table
from modelstores.reports.unknown_terms import unknown_terms
from tests.database.samples import VERSIONS, product, similarity, write


def of(native_id: str, store: str = "hub", **changes: Any) -> Product:
    """Return a product of which the vocabulary knows every part but those that ``changes`` has."""
    said = {name: changes.pop(name) for name in ("stated", "input_domains") if name in changes}
    return product(native_id, store=store, similarity=similarity(None) | changes, **said)


def made(engine: Engine, **options: Any) -> Table:
    with engine.connect() as connection:
        return unknown_terms(connection, **options)


def test_the_most_frequent_come_first_with_one_of_their_products(engine: Engine) -> None:
    mynet = {"stated": {"ml_algorithms": " MyNet\n v2 "}, "algorithm": None}
    write(
        engine,
        of("b", datasets=["imagenet", "x:our-birds", "x:our-fish"], **mynet),
        of("a", datasets=["x:our-birds"]),
        of("c", datasets=["x:our-birds"], stated={"objective": "telling birds"}, objective=None),
    )
    write(engine, of("z", "zoo", datasets=["x:our-birds"], **mynet), store="zoo")
    assert made(engine).rows == [
        ("dataset", "our-birds", "hub", 3, "a"),
        ("algorithm", "MyNet v2", "hub", 1, "b"),
        ("algorithm", "MyNet v2", "zoo", 1, "z"),
        ("dataset", "our-birds", "zoo", 1, "z"),
        ("dataset", "our-fish", "hub", 1, "b"),
        ("objective", "telling birds", "hub", 1, "c"),
    ]
    of_zoo = made(engine, selection=Selection(stores=("zoo",)))
    assert of_zoo.rows == [row for row in made(engine).rows if row[2] == "zoo"]


DOMAIN = {"input_domain": {"words": "robot", "where": "input_domains"}}


@pytest.mark.parametrize(
    ("changes", "terms"),
    [
        # What was found elsewhere on the page is found.
        (
            {
                "stated": {"ml_algorithms": "MyNet", "objective": "my task"},
                "input_domains": ["robot"],
                "datasets": ["x:a"],
            },
            ["a"],
        ),
        ({"stated": {"objective": "my task"}, "objective": None}, ["my task"]),
        ({"input_domains": ["robot", "arm"], "objective": None, "evidence": {}}, ["arm", "robot"]),
        ({"input_domains": ["robot"], "objective": None, "evidence": DOMAIN}, []),
        ({"input_domains": ["robot"], "objective": None, "stated": {"objective": "x"}}, ["x"]),
        # A product counts once, whatever it repeats; a word may look like a field's name.
        ({"input_domains": ["a", "a", " "], "objective": None, "evidence": {}}, ["a"]),
        ({"stated": {"owner": '"ml_algorithms" "x:a"'}, "algorithm": None}, []),
        ({"datasets": ["imagenet", "imagenet-x:1"]}, []),
    ],
)
def test_what_is_unknown(engine: Engine, changes: dict[str, Any], terms: list[str]) -> None:
    write(engine, of("a", **changes))
    assert [row[1] for row in made(engine).rows] == terms
    says_none = "the vocabulary knows every name" in render(made(engine), "table")
    assert says_none == (not terms)
    assert {row[3] for row in made(engine).rows} <= {1}


def test_products_count_as_they_were_last_seen_in_its_vocabulary(engine: Engine) -> None:
    write(engine, of("a", datasets=["x:old"]))
    newer = VERSIONS | {"vocabulary": "2"}
    write(engine, of("a", datasets=["x:new"]), versions=newer)
    write(engine, of("b", datasets=["x:doubtful"]), status="suspect")
    assert [row[1] for row in made(engine).rows] == ["new"]
    assert {row[1] for row in made(engine, selection=Selection(ALL)).rows} == {"new", "doubtful"}


def test_hostile_words_steer_no_terminal(engine: Engine) -> None:
    words = "\x1b[31mnet\x07 \u202eevil"
    write(engine, of("a", stated={"ml_algorithms": words}, algorithm=None))
    assert "net evil  hub" in render(made(engine), "table")
    assert "\x1b" not in render(made(engine), "markdown")
