"""Groups of nearly similar offerings, against all pairs."""

from __future__ import annotations

import random
import time
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.similarity import near as near_module
from modelstores.similarity.near import MAX_SHARING, Seen, near_groups
from modelstores.similarity.score import Offering, score
from modelstores.similarity.vocabulary import vocabulary

KNOWN = vocabulary()
RESNET = Offering("resnet", "50", ("imagenet-1k",), "image-classification")

#: Few names, near to each other, so that pairs of every score occur.
offerings = st.builds(
    Offering,
    st.sampled_from([None, "resnet", "resnext", "cnn", "mobilenet-v1", "mobilenet-v2", "bert"]),
    st.sampled_from([None, "50", "50-d", "101"]),
    st.sampled_from(
        [(), ("imagenet-1k",), ("imagenet-21k",), ("imagenet-1k", "x:mine"), ("wikipedia-de",)]
    ),
    st.sampled_from([
        None, "image-classification", "image-feature-vector", "zero-shot-image-classification",
        "object-detection", "face-detection",
    ]),
    st.sampled_from([(), ("a.pth",), ("a.pth", "b.pth")]),
)  # fmt: skip
seen = st.builds(
    Seen, st.frozensets(st.sampled_from(["hub", "zoo", "farm"]), min_size=1), st.integers(1, 9)
)
many = st.dictionaries(offerings, seen, max_size=12)
thresholds = st.sampled_from([0.3, 0.5, 0.6, 0.75, 0.775, 0.8, 0.85, 0.875, 0.9, 1.0])


def near(one: Offering, other: Offering) -> float:
    return score(one, other, KNOWN).total


def touch(one: Offering, other: Offering) -> bool:
    """Whether two share what the least threshold asks for: kin of algorithm or data, or a file."""
    parts = score(one, other, KNOWN).parts
    return any(parts[part] for part in ("algorithm", "datasets", "artefacts"))


@given(many, thresholds)
def test_groups(found: dict[Offering, Seen], least: float) -> None:
    groups = near_groups(found, least, KNOWN)
    grouped = [one for group in groups for one in group.members]
    assert len(grouped) == len(set(grouped)), "in one group at most"
    for group in groups:
        assert next(iter(group.members)) == group.centre
        assert group.members == {one: near(group.centre, one) for one in group.members}
        assert min(group.members.values()) >= least
        assert len(frozenset().union(*(found[one].stores for one in group.members))) > 1
    for one, other in combinations(found, 2):
        if near(one, other) >= least and len(found[one].stores | found[other].stores) > 1:
            assert one in grouped or other in grouped or not touch(one, other)


@given(offerings, offerings, st.sets(st.sampled_from(range(5)), max_size=2))
def test_a_pair_that_just_reaches_the_threshold(
    one: Offering, model: Offering, changed: set[int]
) -> None:
    other = Offering(*(model[i] if i in changed else one[i] for i in range(5)))
    least = near(one, other)
    if one != other and least and touch(one, other):
        found = {each: Seen(frozenset([s]), 1) for each, s in ((one, "hub"), (other, "zoo"))}
        assert len(near_groups(found, least, KNOWN)) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"algorithm": "lstm"}, {"algorithm": "rnn"}),
        ({"algorithm": "lstm"}, {"algorithm": "neural-network"}),
        ({"algorithm": "mobilenet-v1"}, {"algorithm": "mobilenet-v2"}),
        ({"variant": "50"}, {"variant": "50-d"}),
        ({"variant": None}, {"variant": None, "artefacts": ("a.pth",)}),
        ({"datasets": ("imagenet-1k",)}, {"datasets": ("imagenet-21k",)}),
        ({"datasets": ("wikipedia-de",)}, {"datasets": ("wikipedia",)}),
        ({}, {"objective": "zero-shot-image-classification"}),
        ({}, {"objective": "image-feature-vector"}),
        ({"objective": "semantic-segmentation"}, {"objective": "instance-segmentation"}),
    ],
)
def test_a_part_that_is_only_kin_is_compared(one: Any, other: Any) -> None:
    pair = [RESNET._replace(**each) for each in (one, other)]
    found = {each: Seen(frozenset([s]), 1) for each, s in zip(pair, ("hub", "zoo"), strict=True)}
    assert len(near_groups(found, near(*pair), KNOWN)) == 1


@given(many, thresholds, st.randoms(use_true_random=False))
def test_the_order_of_offerings_changes_nothing(
    found: dict[Offering, Seen], least: float, chance: random.Random
) -> None:
    shuffled = list(found.items())
    chance.shuffle(shuffled)
    assert near_groups(dict(shuffled), least, KNOWN) == near_groups(found, least, KNOWN)


def test_no_chains() -> None:
    """Each is near to the next, and the last is not near to the first."""
    data = ["imagenet-1k", "x:a", "x:b", "x:c", "x:d", "x:e", "x:f"]
    chain = [RESNET._replace(datasets=tuple(sorted(data[i : i + 3]))) for i in range(5)]
    hub, zoo = (Seen(frozenset([store]), 1) for store in ("hub", "zoo"))
    groups = near_groups({one: (hub, zoo)[i % 2] for i, one in enumerate(chain)}, 0.8, KNOWN)
    assert near(chain[0], chain[1]) >= 0.8 > near(chain[0], chain[4])
    assert len(groups) > 1
    assert all(near(group.centre, one) >= 0.8 for group in groups for one in group.members)


def test_what_is_not_stated_is_near_to_nothing() -> None:
    both = Seen(frozenset(["hub", "zoo"]), 2)
    silent = RESNET._replace(datasets=())
    assert near_groups({silent: both}, 0.8, KNOWN) == []
    assert len(near_groups({silent: both}, 0.75, KNOWN)) == 1
    assert len(near_groups({silent._replace(artefacts=("a.pth",)): both}, 0.8, KNOWN)) == 1


def test_a_file_that_everybody_names_is_no_reason_to_compare() -> None:
    found = {
        Offering(None, None, (f"x:{i}",), None, ("a.pth",)): Seen(frozenset(["hz"[i % 2]]), 1)
        for i in range(MAX_SHARING + 1)
    }
    assert near_groups(found, 0.5, KNOWN) == []
    found.popitem()
    assert len(near_groups(found, 0.5, KNOWN)) == 1


def test_fifty_thousand_products_on_one_data_set() -> None:
    """All pairs would be more than 10^8; one store has nearly all of them, as in practice."""
    hub, zoo = (Seen(frozenset([store]), 25) for store in ("hub", "zoo"))
    found = {
        Offering(family, f"{i}", ("imagenet-1k", f"x:{i % 7}"), "image-classification"):
        zoo if i % 100 == 0 else hub
        for family in ("resnet", "vgg", "densenet", "vit")
        for i in range(500)
    }  # fmt: skip
    started = time.process_time()
    assert 4 <= len(near_groups(found, 0.8, KNOWN)) < 40
    assert near_groups(found, 0.95, KNOWN) == [], "a variant and a data set apart"
    assert time.process_time() - started < 5


def test_what_is_shared_by_thousands_and_near_to_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rare data sets come first, so that a pair is found among thousands that share another."""
    found = {
        RESNET._replace(datasets=("imagenet-1k", f"x:{i}")): Seen(frozenset(["hz"[i % 2]]), 1)
        for i in range(600)
    }
    pair = [RESNET._replace(datasets=("imagenet-1k", *more)) for more in (("x:a",), ("x:a", "x:b"))]
    found |= {one: Seen(frozenset([s]), 1) for one, s in zip(pair, "hz", strict=True)}
    compared = 0

    def counted(*pair: Any) -> Any:
        nonlocal compared
        compared += 1
        return score(*pair)

    monkeypatch.setattr(near_module, "score", counted)
    monkeypatch.setattr(near_module, "MAX_MISSES", 50)
    (group,) = near_groups(found, 0.9, KNOWN)
    assert set(group.members) == set(pair)
    assert compared < 600 * 55, "all pairs would be 180,000"
