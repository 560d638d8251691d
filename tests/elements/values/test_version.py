"""Version numbers."""

from __future__ import annotations

import pytest

from modelstores.elements.values.value import Value
from modelstores.elements.values.version import read


@pytest.mark.parametrize(
    ("words", "version"),
    [
        ("v1.0.2", "1.0.2"),
        ("V2", "2"),
        ("3", "3"),
        ("4.8.8.4", "4.8.8.4"),
        ("Version 4.8", "4.8"),
        ("Current Version 4.8", "4.8"),
        ("2.0-beta", "2.0-beta"),
        ("2.0 Beta 3", "2.0-beta-3"),
        ("1.2b3", "1.2b3"),
        ("1.0.0+cu113", "1.0.0+cu113"),
        ("1.4-cpu-py38", "1.4-cpu-py38"),
    ],
)
def test_a_version_that_stands_alone(words: str, version: str) -> None:
    assert read(words) == [Value(words, version)]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("street-net-7B-v0.1-GGUF", [("v0.1", "0.1")]),
        ("Mixer_V0.5", [("V0.5", "0.5")]),
        ("This is version 2.1 of the net.", [("version 2.1", "2.1")]),
        ("Version | 0.3.0", [("Version | 0.3.0", "0.3.0")]),
        ("v1.0 was slow, v1.1 is not", [("v1.0", "1.0"), ("v1.1", "1.1")]),
    ],
)
def test_versions_in_a_text_are_marked(words: str, found: list[tuple[str, str]]) -> None:
    assert read(words) == [Value(*one) for one in found]


@pytest.mark.parametrize(
    "words",
    [
        "Varies with device",
        "2019-03-15",
        "7B",
        "a net of 1.5 stages",
        "v1.2.3rd",
        "latest",
        "0.\u0130",
    ],
)
def test_what_is_no_version_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]
