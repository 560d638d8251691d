"""Dates."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.elements.values.date import read
from modelstores.elements.values.value import Value


@pytest.mark.parametrize(
    ("words", "date"),
    [
        ("2019-03-15", "2019-03-15"),
        ("2018/05/31", "2018-05-31"),
        ("May 31, 2018", "2018-05-31"),
        ("May 31st 2018", "2018-05-31"),
        ("31 May 2018", "2018-05-31"),
        ("31-May-2018", "2018-05-31"),
        ("Sept. 3, 2020", "2020-09-03"),
        ("may 2018", "2018-05"),
        ("December, 2021", "2021-12"),
        ("2018-05", "2018-05"),
        ("2018", "2018"),
        # one number can only be the day, or both are the same
        ("05/31/2018", "2018-05-31"),
        ("31/05/2018", "2018-05-31"),
        ("31.05.2018", "2018-05-31"),
        ("03/03/2019", "2019-03-03"),
        # neither is known to be the month
        ("03/04/2019", None),
        ("3.4.2019", None),
        ("05/31/18", None),
    ],
)
def test_a_date(words: str, date: str | None) -> None:
    assert read(words) == [Value(words, date)]


def test_dates_in_a_text() -> None:
    words = "Updated 2018-05-31T10:00:00Z; first release: Jan. 2, 2017."
    assert read(words) == [Value("2018-05-31", "2018-05-31"), Value("Jan. 2, 2017", "2017-01-02")]


@pytest.mark.parametrize(
    "words",
    [
        "Bug fixes.",
        "2018-13-01",
        "31 February 2019",
        "version 1.2.3",
        "may 31",
        "1.12.2018.4",
        "0018-05-31",
        "2018-19",
        "maybe 2018",
    ],
)
def test_what_is_no_date_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]


@given(day=st.dates(datetime.date(1900, 1, 1), datetime.date(2099, 12, 31)))
def test_every_day_is_read_in_each_form(day: datetime.date) -> None:
    for form in ("%Y-%m-%d", "%Y/%m/%d", "%B %d, %Y", "%d %B %Y", "%b %d, %Y"):
        assert [one.value for one in read(day.strftime(form))] == [day.isoformat()]
