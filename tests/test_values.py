"""The values of small stores, from their pages to the items and the database."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.crawling import rows, scrapy
from tests.miniweb.pack import pack

LATEST = (
    "SELECT element, raw, value, number, unit, metric, dataset FROM latest_value"
    " WHERE native_id = '{}' ORDER BY element, position"
)


@pytest.mark.parametrize(
    ("store", "native_id", "expected"),
    [
        (
            "huggingface",
            "tidepool-ai/coral-chat-7b",
            [
                ("framework", "Transformers", "Transformers", None, None, None, None),
                ("language", "English", "en", None, None, None, None),
                ("language", "French", "fr", None, None, None, None),
                (
                    *("performance", "Accuracy 61.4 on MMLU", "accuracy 61.4 on MMLU", 61.4),
                    *(None, "accuracy", "MMLU"),
                ),
                ("release_notes", "June 2024", "2024-06", None, None, None, None),
            ],
        ),
        (
            "apple",
            "900000002",
            [
                ("age_rating", "4+", "4+", 4.0, "years", None, None),
                ("language", "English", "en", None, None, None, None),
                ("language", "German", "de", None, None, None, None),
                ("language", "Danish", "da", None, None, None, None),
                ("pricing", "Free", "free", 0.0, None, None, None),
                ("pricing", "$0.99", "0.99 USD", 0.99, "USD", None, None),
                ("pricing", "$4.99", "4.99 USD", 4.99, "USD", None, None),
                (
                    *("release_notes", "A calmer board.\nNew puzzles every day.", None, None),
                    *(None, None, None),
                ),
                ("size", "64.2 MB", "64200000", 64_200_000.0, "B", None, None),
                ("version_number", "2.7.0", "2.7.0", None, None, None, None),
            ],
        ),
    ],
)
def test_a_small_store_gives_values(
    store: str, native_id: str, expected: list[tuple[Any, ...]], tmp_path: Path
) -> None:
    archive, database, items = (tmp_path / name for name in ("x.warc.gz", "x.db", "x.jsonl"))
    pack(store, archive)
    url = f"DATABASE_URL=sqlite:///{database}"
    run = scrapy("crawl", store, "-a", f"archive={archive}", "-s", url, "-O", items)
    assert run.returncode == 0, run.stderr
    assert rows(database, LATEST.format(native_id)) == expected
    found = {item.get("native_id"): item for item in map(json.loads, items.open())}
    values = found[native_id]["values"]
    assert [
        (element, *one.values())
        for element in sorted(values)
        if "license" not in element
        for one in values[element]
    ] == expected


def test_licences_stand_in_their_own_table(tmp_path: Path) -> None:
    archive, database = tmp_path / "x.warc.gz", tmp_path / "x.db"
    pack("huggingface", archive)
    url = f"DATABASE_URL=sqlite:///{database}"
    run = scrapy("crawl", "huggingface", "-a", f"archive={archive}", "-s", url)
    assert run.returncode == 0, run.stderr
    named = "SELECT DISTINCT raw, spdx FROM license ORDER BY raw"
    assert rows(database, named) == [
        ("apache-2.0", "Apache-2.0"),
        ("mit", "MIT"),
        ("tidepool-community-license", None),
    ]
    values = "SELECT DISTINCT element FROM latest_value"
    assert rows(database, f"{values} WHERE element LIKE '%license'") == []
