"""Pairs and B-cubed, against figures worked out by hand, and by their definitions."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.evaluation.agreement import Confusion
from modelstores.evaluation.clusters import Placed, Quality, b_cubed, pairs

THINGS = [
    Placed("r", "1", "x"),
    Placed("r", "1", "y"),
    Placed("r", None, "y"),
    Placed("v", "1", "x"),
    Placed("w", None, "x"),
]
ANY = st.lists(
    st.builds(
        Placed,
        st.sampled_from("rvw"),
        st.one_of(st.none(), st.sampled_from("123")),
        st.sampled_from("xy"),
    ),
    max_size=12,
)


def test_figures_worked_out_by_hand() -> None:
    # gold: the three r make 3 pairs; given: the three 1 make 3 pairs; both: one pair of r
    assert pairs(THINGS) == Confusion(tp=1, fp=2, fn=2)
    # of different stores: r has 2, 1 has 2, both 1
    assert pairs(THINGS, across=True) == Confusion(tp=1, fp=1, fn=1)
    # purity 2/3, 2/3, 1, 1/3, 1; wholeness 2/3, 2/3, 1/3, 1, 1
    assert b_cubed(THINGS) == pytest.approx((11 / 15, 11 / 15))
    assert b_cubed(THINGS).f1 == pytest.approx(11 / 15)


def test_nothing_to_group_and_nothing_grouped_is_perfect() -> None:
    assert (b_cubed([]), pairs([])) == (Quality(1.0, 1.0), Confusion())
    assert Quality(0.0, 0.0).f1 == 0.0


@given(ANY)
def test_pairs_are_those_of_the_definition(things: list[Placed]) -> None:
    for across in (False, True):
        some = [(a, b) for a, b in combinations(things, 2) if not across or a.store != b.store]
        counted = Confusion.of((a.group == b.group, _equal(a, b)) for a, b in some)
        found = pairs(things, across=across)
        assert (found.tp, found.fp, found.fn) == (counted.tp, counted.fp, counted.fn)


def _equal(a: Placed, b: Placed) -> bool:
    return a.key is not None and a.key == b.key


@given(ANY)
def test_b_cubed_is_that_of_the_definition(things: list[Placed]) -> None:
    pure, whole = [], []
    for one in range(len(things)):
        with_it = [i for i in range(len(things)) if i == one or _equal(things[one], things[i])]
        alike = [i for i in range(len(things)) if things[one].group == things[i].group]
        both = len(set(with_it) & set(alike))
        pure.append(both / len(with_it))
        whole.append(both / len(alike))
    if things:
        assert b_cubed(things) == pytest.approx((sum(pure) / len(pure), sum(whole) / len(whole)))


@given(ANY)
def test_the_gold_itself_is_perfect(things: list[Placed]) -> None:
    perfect = [Placed(one.group, one.group, one.store) for one in things]
    assert pairs(perfect).f1 == pairs(perfect, across=True).f1 == 1.0
    assert b_cubed(perfect) == pytest.approx((1.0, 1.0))
