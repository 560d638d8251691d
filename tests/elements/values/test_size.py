"""Sizes on disk."""

from __future__ import annotations

import pytest

from modelstores.elements.values.size import read
from modelstores.elements.values.value import Value


@pytest.mark.parametrize(
    ("words", "size"),
    [
        ("1.2 GB", 1_200_000_000),
        ("523 MB", 523_000_000),
        ("523MB", 523_000_000),
        ("5 kB", 5_000),
        ("1,024 KiB", 1_048_576),
        ("1.5 GiB", 1_610_612_736),
        ("1,5 GB", 1_500_000_000),
        ("2 TB", 2_000_000_000_000),
        ("158574592 bytes", 158_574_592),
        ("1,234,567 bytes", 1_234_567),
        # a letter, or nothing, where nothing else stands
        ("12M", 12_000_000),
        ("158574592", 158_574_592),
    ],
)
def test_a_size_is_bytes_in_the_unit_as_written(words: str, size: int) -> None:
    assert read(words) == [Value(words, str(size), size, "B")]


@pytest.mark.parametrize(
    ("words", "raws"),
    [
        ("Three files (1.2 GB)", ["1.2 GB"]),
        ("model.bin 1.1 GB\nvocab.txt 226 kB", ["1.1 GB", "226 kB"]),
        ("Model size: 1.2 GB, GPU memory 8 GB", ["1.2 GB"]),
        ("Download of 90 MB. Needs 2 GB RAM.", ["90 MB"]),
    ],
)
def test_sizes_are_found_in_a_text(words: str, raws: list[str]) -> None:
    assert [one.raw for one in read(words) if one.value] == raws


@pytest.mark.parametrize(
    "words",
    [
        "7B",
        "7B params",
        "110M parameters",
        "25 million",
        "16 GB GPU memory",
        "fits a GPU with 8 GB",
        "24GB VRAM",
        "100 GB/s",
        "10 Gbps",
        "1.2.3 GB",
        "99999999999 TB",
        "large",
    ],
)
def test_what_is_no_size_on_disk_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]
