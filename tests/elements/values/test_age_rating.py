"""Age ratings."""

from __future__ import annotations

import pytest

from modelstores.elements.values.age_rating import read
from modelstores.elements.values.value import Value


@pytest.mark.parametrize(
    ("words", "rating", "years"),
    [
        ("4+", "4+", 4),
        ("17+", "17+", 17),
        ("Rated for 12+", "12+", 12),
        ("Ages 9+", "9+", 9),
        ("13 years and older", "13+", 13),
        ("Everyone", "Everyone", 0),
        ("Everyone 10+", "Everyone 10+", 10),
        ("Content rating: Teen", "Teen", 13),
        ("Mature 17+", "Mature 17+", 17),
        ("Mature 17+, Violence", "Mature 17+", 17),
        ("Mature 17+ Violence", "17+", 17),
        ("Adults only 18+", "Adults Only 18+", 18),
        ("ESRB: E10+", "Everyone 10+", 10),
        ("PEGI 12", "PEGI 12", 12),
        ("pegi 3", "PEGI 3", 3),
        ("USK: Ages 16+", "USK 16", 16),
        ("USK: All ages", "USK 0", 0),
    ],
)
def test_a_rating_has_a_name_and_years(words: str, rating: str, years: float) -> None:
    (value,) = read(words)
    assert (value.value, value.number, value.unit) == (rating, years, "years")


@pytest.mark.parametrize(
    "words",
    ["Unrated", "High Maturity", "PEGI 5", "99+", "Everyone can use it", "1.12+"],
)
def test_what_names_no_age_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]
