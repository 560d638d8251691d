"""Agreement, against figures worked out by hand, and by its properties."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.evaluation.agreement import Confusion, kappa

ANSWERS = st.lists(st.tuples(st.booleans(), st.booleans()), max_size=50)


def test_figures_of_a_table_of_four() -> None:
    # 20 yes-yes, 5 no-yes, 10 yes-no, 15 no-no: observed 0.7, by chance 0.5
    counted = Confusion(tp=20, fp=5, fn=10, tn=15)
    assert counted.precision == 20 / 25
    assert counted.recall == 20 / 30
    assert counted.f1 == pytest.approx(40 / 55)
    assert counted.kappa == pytest.approx(0.4)


def test_more_than_two_answers() -> None:
    pairs = [("a", "a")] * 4 + [("b", "b")] * 3 + [("c", "a")] * 2 + [("c", "c")]
    # observed 0.8; chance (4*6 + 3*3 + 3*1) / 100 = 0.36
    assert kappa(pairs) == pytest.approx((0.8 - 0.36) / 0.64)


def test_nothing_judged_has_no_kappa() -> None:
    assert kappa([]) is None
    assert Confusion().kappa is None
    assert (Confusion().precision, Confusion().recall, Confusion().f1) == (1.0, 1.0, 1.0)


def test_what_was_never_given_is_not_precise() -> None:
    assert Confusion(fn=3, tn=1).precision == 0.0


@given(ANSWERS)
def test_the_two_ways_to_kappa_are_one(pairs: list[tuple[bool, bool]]) -> None:
    assert Confusion.of(pairs).kappa == kappa(pairs)


@given(ANSWERS)
def test_kappa_is_symmetric_and_at_most_one(pairs: list[tuple[bool, bool]]) -> None:
    found = kappa(pairs)
    assert found == kappa([(b, a) for a, b in pairs])
    assert found is None or -1.0 <= found <= 1.0
    if pairs and all(a == b for a, b in pairs):
        assert found == 1.0


@given(ANSWERS, ANSWERS)
def test_counts_add_up(some: list[tuple[bool, bool]], more: list[tuple[bool, bool]]) -> None:
    assert Confusion.of(some) + Confusion.of(more) == Confusion.of(some + more)
