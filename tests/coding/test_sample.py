from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from modelstores.coding.products import (
    DOMAIN,
    EQUAL,
    NEAR,
    Product,
    kind_of,
    some_pairs,
    some_products,
)
from modelstores.coding.sample import rank, sample, shares

SIZES = st.dictionaries(st.text(max_size=3), st.integers(0, 30), max_size=6)


def test_shares_are_equal_and_the_rest_goes_to_the_larger() -> None:
    assert shares({"a": 100, "b": 10, "c": 50}, 9) == {"a": 3, "b": 3, "c": 3}
    assert shares({"a": 100, "b": 10, "c": 50}, 11) == {"a": 4, "b": 3, "c": 4}
    assert shares({"a": 100, "b": 2, "c": 50}, 9) == {"a": 4, "b": 2, "c": 3}
    assert shares({"b": 9, "a": 9}, 3) == {"a": 2, "b": 1}
    assert shares({"a": 1, "b": 2}, 9) == {"a": 1, "b": 2}
    assert shares({}, 3) == {}


@given(SIZES, st.integers(0, 99))
def test_shares_are_fair(sizes: dict[str, int], number: int) -> None:
    taken = shares(sizes, number)
    assert sum(taken.values()) == min(number, sum(sizes.values()))
    assert all(0 <= taken[name] <= size for name, size in sizes.items())
    short = [taken[name] for name, size in sizes.items() if taken[name] < size]
    # who could give more gives as much as any other, or one less
    assert not short or max(taken.values()) - min(short) <= 1


@given(st.sets(st.text(max_size=5)), st.integers(0, 9), st.integers(0, 20), st.randoms())
def test_a_sample_hangs_on_the_seed_alone(
    names: set[str], seed: int, number: int, random: object
) -> None:
    def drawn(things: list[str], many: int) -> list[str]:
        return sample(things, many, stratum=lambda _: 0, place=lambda one: rank(seed, one))

    things = sorted(names)
    first = drawn(things, number)
    random.shuffle(things)  # type: ignore[attr-defined]
    assert drawn(things, number) == first
    assert drawn(things, number + 1)[:number] == first, "a larger sample holds the smaller"


def test_another_seed_is_another_sample() -> None:
    things = [product("hub", str(n)) for n in range(200)]
    samples = {tuple(one.native_id for one in some_products(things, 20, seed)) for seed in range(9)}
    assert len(samples) == 9


def product(
    store: str, native_id: str, key: str | None = None, family: str | None = None,
    algorithm: str | None = None, domain: str | None = "Image", kind: str = "model",
) -> Product:  # fmt: skip
    return Product(
        0, 0, store, native_id, kind, "0" * 64, "", "", "1", key, family, algorithm, domain
    )


def test_products_come_in_equal_shares_of_their_stores() -> None:
    things = [product(store, str(n)) for store, many in (("a", 90), ("b", 30), ("c", 2))
              for n in range(many)]  # fmt: skip
    found = some_products(things, 20, 1)
    assert Counter(one.store for one in found) == {"a": 9, "b": 9, "c": 2}
    assert found == sorted(found, key=lambda one: one.named) == some_products(things[::-1], 20, 1)


def test_pairs_are_of_three_kinds_and_of_all_stores() -> None:
    things = [
        product(store, f"{kind}{n}", *said)
        for store in ("a", "b", "c")
        for n in range(30)
        for kind, said in (
            ("same", (f"k{n}", f"f{n}", f"x{n}")),
            ("near", (f"{store}{n}", f"g{n}", f"y{n}")),
            ("named", (None, None, f"z{n}")),
            ("other", ()),
        )
    ]
    found = some_pairs(things, 36, 1)
    assert Counter(map(kind_of, found)) == {EQUAL: 12, NEAR: 12, DOMAIN: 12}
    assert all(one.store < other.store for one, other in found)
    stores = Counter((kind_of(pair), pair[0].store, pair[1].store) for pair in found)
    assert set(stores.values()) == {4}
    assert found == some_pairs(things[::-1], 36, 1)
    assert set(some_pairs(things, 36, 2)) != set(found)


def test_what_one_kind_of_pairs_lacks_the_others_give() -> None:
    things = [product(store, str(n)) for store in ("a", "b") for n in range(5)]
    assert Counter(map(kind_of, some_pairs(things, 12, 1))) == {DOMAIN: 12}
    assert some_pairs(things[:5], 12, 1) == [], "of one store there are no pairs"
    apps = [product("a", "x"), product("b", "y", kind="app")]
    assert some_pairs(apps, 12, 1) == [], "a model is no app"


def test_a_key_of_many_products_makes_few_pairs() -> None:
    things = [product(store, str(n), "k") for store in ("a", "b") for n in range(5000)]
    assert len(some_pairs(things, 10_000, 1)) == 100
