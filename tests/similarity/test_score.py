"""The graded score: what must hold of any pair, and what some pairs must give."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.similarity.score import (
    ARTEFACTS,
    ONE_SILENT,
    WEIGHTS,
    Offering,
    algorithm_chain,
    score,
)
from modelstores.similarity.vocabulary import vocabulary

KNOWN = vocabulary()
RESNET = Offering("resnet", "50", ("imagenet-1k",), "image-classification")

algorithms = st.sampled_from([*sorted(KNOWN.algorithms), "mobilenet-v2", "mobilenet-v3", "unheard"])
variants = st.none() | st.sampled_from(
    ["50", "101", "base", "base-p16", "l-12-h-768", "l-768-h-12"]
)
datasets = st.lists(
    st.sampled_from([*sorted(KNOWN.datasets), "wikipedia-de", "x:mine"]), max_size=4, unique=True
).map(lambda names: tuple(sorted(names)))
objectives = st.none() | st.sampled_from(sorted(KNOWN.objectives))
artefacts = st.lists(st.sampled_from(["a.pth", "b.pth", "c.h5"]), max_size=3, unique=True).map(
    tuple
)
names = st.text(max_size=20)
offerings = st.builds(
    Offering, st.none() | algorithms, variants, datasets, objectives, artefacts, names
)
keyed = st.builds(
    Offering, algorithms, variants, datasets.filter(len), objectives.filter(bool), artefacts, names
)


def key(one: Offering) -> tuple[object, ...]:
    return one.algorithm, one.variant, one.datasets, one.objective


@given(offerings, offerings)
def test_symmetric_and_bounded(left: Offering, right: Offering) -> None:
    there, back = score(left, right, KNOWN), score(right, left, KNOWN)
    assert there == back
    assert 0 <= there.total <= 1
    assert all(part is None or 0 <= part <= 1 for part in there.parts.values())


@given(keyed, keyed)
def test_one_is_for_equal_keys_alone(left: Offering, right: Offering) -> None:
    assert score(left, left._replace(name=right.name, artefacts=right.artefacts), KNOWN).total == 1
    assert (score(left, right, KNOWN).total == 1) == (key(left) == key(right))


@given(keyed, st.data())
def test_a_closer_family_never_scores_less(one: Offering, data: st.DataObject) -> None:
    chain = algorithm_chain(str(one.algorithm), KNOWN)
    above = [score(one, one._replace(algorithm=name), KNOWN).total for name in chain]
    assert above == sorted(above, reverse=True)
    stranger = data.draw(algorithms.filter(lambda name: name not in chain))
    shared = set(algorithm_chain(stranger, KNOWN)) & set(chain)
    if not shared:
        assert score(one, one._replace(algorithm=stranger), KNOWN).total <= above[-1]


@given(offerings, offerings, names)
def test_names_only_put_equals_in_an_order(left: Offering, right: Offering, name: str) -> None:
    with_names = score(left, right, KNOWN).total
    without = score(left._replace(name=""), right, KNOWN).total
    assert without <= with_names <= without + 0.01


@given(keyed, st.sampled_from(["algorithm", "datasets", "objective"]))
def test_what_is_not_stated_is_never_equal(one: Offering, part: str) -> None:
    nothing: dict[str, Any] = {part: () if part == "datasets" else None}
    silent = one._replace(**nothing, artefacts=(), name="")
    for other in (one, silent):
        found = score(silent, other, KNOWN)
        assert found.total <= ONE_SILENT
        assert found.parts[part] is None


def test_weights() -> None:
    assert sum(WEIGHTS.values()) == 100
    assert 1 - min(WEIGHTS["datasets"], WEIGHTS["objective"]) / 100 == ONE_SILENT


@pytest.mark.parametrize(
    ("changes", "least", "most"),
    [
        ({"variant": "101"}, 0.85, 0.85),
        ({"variant": None}, 0.85, 0.85),
        ({"variant": "50-x"}, 0.87, 0.95),
        ({"datasets": ("imagenet-21k",)}, 0.75, 0.85),
        ({"datasets": ("imagenet-1k", "x:mine")}, 0.875, 0.875),
        ({"datasets": ("x:mine",)}, 0.75, 0.75),
        ({"objective": "image-feature-vector"}, 0.77, 0.78),
        ({"objective": "zero-shot-image-classification"}, 0.875, 0.875),
        ({"objective": "text-generation"}, 0.75, 0.75),
        ({"algorithm": "bert"}, 0.5, 0.65),
    ],
)
def test_pairs(changes: dict[str, Any], least: float, most: float) -> None:
    total = score(RESNET, RESNET._replace(**changes), KNOWN).total
    assert least - 1e-9 <= total <= most + 1e-9


def test_the_pieces_of_a_variant_have_an_order() -> None:
    bert = Offering("bert", "l-12-h-768", ("wikipedia",), "fill-mask")
    assert score(bert, bert._replace(variant="l-768-h-12"), KNOWN).total < 1


def test_every_step_halves() -> None:
    assert algorithm_chain("lstm", KNOWN) == ("lstm", "rnn", "neural-network")
    lstm, rnn, net = (RESNET._replace(algorithm=name) for name in algorithm_chain("lstm", KNOWN))
    assert score(lstm, rnn, KNOWN).parts["algorithm"] == 0.5
    assert score(net, lstm, KNOWN).parts["algorithm"] == 0.25


def test_generations_and_languages_are_steps() -> None:
    old, new = (RESNET._replace(algorithm=f"mobilenet-{each}") for each in ("v1", "v2"))
    assert score(old, new, KNOWN).parts["algorithm"] == 0.25
    german, english = (RESNET._replace(datasets=(each,)) for each in ("wikipedia-de", "wikipedia"))
    assert 0 < (score(german, english, KNOWN).parts["datasets"] or 0) < 1
    mine = RESNET._replace(datasets=("x:wikipedia-de",))
    assert score(mine, english, KNOWN).parts["datasets"] == 0


def test_equal_weight_files_tell_what_words_leave_open() -> None:
    silent = RESNET._replace(datasets=(), artefacts=("resnet50-19c8e357.pth",))
    assert score(silent, silent, KNOWN).total == 0.75 + ARTEFACTS * 0.25
    other = silent._replace(artefacts=("resnet50_v2.pth",))
    assert score(silent, other, KNOWN).total == 0.75
    nothing = Offering(None, None, (), None, silent.artefacts)
    assert score(silent, nothing, KNOWN).total == ARTEFACTS


def test_the_name_that_is_more_alike_comes_first() -> None:
    one = RESNET._replace(variant="101", name="ResNet-101")
    near, far = (RESNET._replace(name=name) for name in ("resnet_50", "Picture namer"))
    assert score(one, near, KNOWN).total > score(one, far, KNOWN).total
