"""What holds of every normaliser, whatever the words."""

from __future__ import annotations

import math
import time
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelstores.elements import codebook
from modelstores.elements.values.normalise import NORMALISERS
from modelstores.elements.values.value import MAX_RAW, MAX_VALUES, MAX_WORDS, Value, unread

#: Pieces of which the words of stores are made, so that properties meet what is read.
PIECES = st.sampled_from(
    [
        *(
            "1",
            "12",
            "2018",
            "0.40",
            "3,50",
            "1,234",
            "10,000+",
            "1.2M",
            "3.5k",
            "99999999999",
            "-",
        ),
        *("GB", "MiB", "kB", "bytes", "v1.0", "version", "beta", "May", "31", "-05", "/05", "T"),
        *("$", "US$", "\u20ac", "\u00a5", "USD", "/hr", "per month", "for 12 months", "free"),
        *("4+", "PEGI", "USK", "Everyone", "Teen", "en", "zh-Hans", "English", "multilingual"),
        *("PyTorch", "TensorFlow 2", "torch", "mit", "apache-2.0", "License", "under", "OR"),
        *("accuracy", "top-1", "F1", "mAP", "WER", "loss", "%", "on", "ImageNet", "\u00b1", "+/-"),
        *(
            " ",
            "  ",
            ", ",
            "; ",
            "\n",
            " | ",
            ": ",
            " = ",
            "(",
            ")",
            ".",
            "e-5",
            "\u0130",
            "\u0661",
        ),
    ]
)
WORDS = (
    st.text(max_size=200)
    | st.lists(PIECES, max_size=20).map("".join)
    | st.lists(PIECES, max_size=20).map(" ".join)
)
NAMES = sorted(NORMALISERS)


def test_the_normalisers_are_those_that_the_codebook_names() -> None:
    assert {one.values for one in codebook.load().elements} - {None} == set(NORMALISERS)


@pytest.mark.parametrize("name", NAMES)
@given(words=WORDS)
@example(words="A=  0")
@settings(deadline=None, max_examples=300)
def test_any_words_give_values_that_hold_together(name: str, words: str) -> None:
    read = NORMALISERS[name]
    found = read(words)
    assert bool(found) == bool(words.strip())
    assert len(found) <= MAX_VALUES
    assert len(set(found)) == len(found)
    for one in found:
        assert one.raw in words
        assert one.raw.strip()
        if one.value is None:
            assert one == Value(one.raw)
        else:
            assert one.value.strip()
            assert one.number is None or math.isfinite(one.number)
            again = read(one.value)
            assert [twice.value for twice in again] == [one.value]
            (same,) = again
            assert (same.number, same.unit) == (one.number, one.unit)
            assert (same.metric, same.dataset) == (one.metric, one.dataset)
    assert read(words) == found


HOSTILE = [
    "1" * 9_999,
    "1," * 5_000,
    "1.1," * 2_500,
    "$1 - " * 2_000,
    "$" * 9_999,
    "v1." * 3_000,
    "2018-05-" * 1_200,
    "May 31, " * 1_200,
    "accuracy (" * 900,
    "accuracy: " * 900,
    "a" * 9_999,
    "a " * 5_000,
    " " * 9_999 + "x",
    "\n" * 9_999 + "x",
    "|" * 9_999,
    "accuracy | 0.9 | " * 600,
    "under the " * 900,
    "license: " * 900,
    "English " * 1_200,
    "English, " * 1_200,
    "torch " * 1_600,
    "a b, " * 2_000,
    "1 GB " * 2_000,
    "(" * 9_999,
    "9 years and " * 800,
    "0.1 % a " * 1_200,
    "mit " * 2_400,
    "a-" * 5_000,
    "; " * 5_000,
    "\u00b1" * 9_999,
]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: words[:12])
def test_no_text_holds_up_a_crawl(name: str, words: str) -> None:
    """What a text repeats takes no time to speak of, and of a long text a part is read."""
    read = NORMALISERS[name]

    def seconds(text: str) -> float:
        start = time.process_time()
        read(text)
        return time.process_time() - start

    read("x")  # tables are read once
    assert min(seconds(words) for _ in range(2)) < 0.5
    assert min(seconds(words * 100) for _ in range(2)) < 1.0


def test_what_stands_behind_a_long_text_is_not_read() -> None:
    assert NORMALISERS["size"]("x " * MAX_WORDS + "5 GB")[0].value is None


@given(words=st.text())
@example(words=" ")
def test_words_that_are_not_read_stay_as_they_are(words: str) -> None:
    found = unread(words)
    assert [one.raw for one in found] == [words.strip()[:MAX_RAW].rstrip()][: len(found)]
    assert bool(found) == bool(words.strip())


@pytest.mark.parametrize("value", [Value("x")])
def test_values_do_not_change(value: Any) -> None:
    with pytest.raises(AttributeError):
        value.raw = "y"
