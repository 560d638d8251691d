from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest
from sqlalchemy import Engine

from modelstores.coding import sheet
from modelstores.coding.judgements import BadRows, Imported, write
from modelstores.coding.sheet import Page, Row, Unit
from tests.coding.judging import element, judge, page, pair
from tests.conftest import ROOT
from tests.database import samples
from tests.database.samples import product, rows

HELD = "SELECT coder, what, element, code FROM coding ORDER BY coder, what, element, id"


@pytest.fixture
def hub(engine: Engine) -> Engine:
    """A hub with two products and a zoo with one."""
    samples.write(engine, product("a"), product("b"))
    samples.write(engine, product("z", store="zoo"), store="zoo")
    return engine


def test_judgements_are_kept_with_what_was_judged(hub: Engine) -> None:
    told = judge(
        hub,
        "x",
        (element(hub, "hub", "a", "owner"), "1"),
        (Unit("domains", page(hub, "hub", "a")), "Image"),
        (pair(hub, ("zoo", "z"), ("hub", "b")), "0"),
    )
    assert told == Imported(3, 0, 0)
    sql = """
SELECT coding.what, one.native_id, judged.product_id = one.id, other.native_id,
       other_judged.product_id = other.id, coding.element, coding.code
  FROM coding JOIN product AS one ON one.id = coding.product_id
  JOIN observation AS judged ON judged.id = coding.observation_id
  LEFT JOIN product AS other ON other.id = coding.other_product_id
  LEFT JOIN observation AS other_judged ON other_judged.id = coding.other_observation_id
 ORDER BY coding.what"""
    assert rows(hub, sql) == [
        ("domains", "a", True, None, None, "", "Image"),
        ("elements", "a", True, None, None, "owner", "1"),
        ("similar", "b", True, "z", True, "", "0"),
    ]


def test_a_later_judgement_of_the_same_coder_stands_for_the_earlier(hub: Engine) -> None:
    owner, size = (element(hub, "hub", "a", name) for name in ("owner", "size"))
    both = pair(hub, ("hub", "a"), ("zoo", "z"))
    judge(hub, "xy", (owner, "1"), (size, "1"), (both, "1"))
    turned = Unit("similar", both.other, both.page)
    told = judge(hub, "x", (owner, "0"), (size, ""), (turned, "0"))
    assert told == Imported(2, 2, 1), "nothing was said of the size"
    assert rows(hub, HELD) == [
        ("x", "elements", "owner", "0"), ("x", "elements", "size", "1"), ("x", "similar", "", "0"),
        ("y", "elements", "owner", "1"), ("y", "elements", "size", "1"), ("y", "similar", "", "1"),
    ]  # fmt: skip


def test_a_page_that_changed_is_judged_anew(hub: Engine) -> None:
    old = element(hub, "hub", "a", "owner")
    samples.write(hub, product("a", summary="changed"), scope="partial")
    new = element(hub, "hub", "a", "owner")
    assert old != new
    judge(hub, "x", (old, "1"))
    assert judge(hub, "x", (new, "0")) == Imported(1, 1, 0)
    sql = "SELECT summary FROM coding JOIN observation ON observation.id = coding.observation_id"
    assert rows(hub, sql) == [("changed",)]


def test_every_bad_row_is_named_and_nothing_is_imported(hub: Engine) -> None:
    good = page(hub, "hub", "a")
    judge(hub, "x", (element(hub, "hub", "a", "owner"), "1"))
    before = rows(hub, HELD)
    bad: list[Row | str] = [
        Row(Unit("elements", good, element="owner"), "0"),
        "2 cells, not 3",
        Row(Unit("elements", good._replace(store="nil"), element="owner"), "1"),
        Row(Unit("elements", good._replace(native_id="q\0"), element="owner"), "1"),
        Row(Unit("elements", good._replace(digest="f" * 16), element="owner"), "1"),
        Row(Unit("elements", good, element="colour"), "1"),
        Row(Unit("elements", good, element="owner"), "1"),
        Row(Unit("similar", good, page(hub, "hub", "b")), "1"),
    ]
    with pytest.raises(BadRows) as caught, hub.begin() as connection:
        write(connection, "x", list(enumerate(bad, start=2)))
    assert caught.value.reasons == [
        "line 3: 2 cells, not 3",
        "line 4: no store 'nil' in the database",
        "line 5: no product 'q\\x00' of hub in the database",
        "line 6: hub 'a' never said what was judged",
        "line 7: no element 'colour' in the codebook",
        "line 8: the same as line 2",
        "line 9: both products are of one store",
    ]
    assert rows(hub, HELD) == before


def test_a_pair_given_twice_the_other_way_round_is_one_thing(hub: Engine) -> None:
    both = pair(hub, ("hub", "a"), ("zoo", "z"))
    with pytest.raises(BadRows, match="1 bad"):
        judge(hub, "x", (both, "1"), (Unit("similar", both.other, both.page), "1"))


KILLED = """
import os, signal, sys
from modelstores.coding import judgements, sheet
from modelstores.database.engine import connect

def die(connection, found):
    (name, rows), = found.items()
    insert_all(connection, {name: rows[:1]})
    os.kill(os.getpid(), signal.SIGKILL)

insert_all, judgements.insert_all = judgements.insert_all, die
with connect(sys.argv[1]).begin() as connection:
    judgements.write(connection, "x", list(sheet.read(sys.stdin.buffer.read())))
"""


def test_an_import_that_is_killed_changes_nothing(hub: Engine, url: str) -> None:
    units = [element(hub, "hub", "a", name) for name in ("owner", "size")]
    judge(hub, "x", *((unit, "1") for unit in units))
    text = sheet.write("elements", [Row(unit, "0") for unit in units], seed=1)
    ended = subprocess.run(
        [sys.executable, "-c", KILLED, url], cwd=ROOT, input=text.encode(), check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=60,
    )  # fmt: skip
    assert ended.returncode == -signal.SIGKILL
    assert rows(hub, "SELECT code FROM coding") == [("1",), ("1",)]


def test_an_unknown_digest_of_another_product_is_no_page(hub: Engine) -> None:
    other = page(hub, "hub", "b")
    with pytest.raises(BadRows):
        judge(hub, "x", (Unit("origins", Page("hub", "a", other.digest)), "paper"))
