"""The small stores' tables against the paper's, by way of the command line."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.crawling import scrapy
from tests.miniweb.pack import pack

STORES = ("aws", "modeldepot", "wolfram", "apple", "google")
MODEL_STORES = STORES[:3]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Crawl the five small stores into one database; return its URL."""
    folder = tmp_path_factory.mktemp("five")
    url = f"sqlite:///{folder}/five.db"
    for store in STORES:
        archive = pack(store, folder / f"{store}.warc.gz")
        run = scrapy("crawl", store, "-a", f"archive={archive}", "-s", f"DATABASE_URL={url}")
        assert run.returncode == 0, run.stderr
    return url


def report(name: str, database: str, *options: str) -> list[dict[str, str]]:
    run = scrapy("report", name, "--format", "csv", *options, "-s", f"DATABASE_URL={database}")
    assert run.returncode == 0, run.stderr
    return list(csv.DictReader(io.StringIO(run.stdout)))


@pytest.mark.browser
@pytest.mark.shared
def test_table_one_agrees_in_every_cell(database: str, shared: Path) -> None:
    with (shared / "paper/table1.csv").open() as file:
        wanted = {
            (row["element"].lower().replace(" ", "_"), store): row[store]
            for row in csv.DictReader(file)
            for store in STORES
        }
    found = {(row["element"], row["store"]): row["ticked"] for row in report("elements", database)}
    assert len(wanted) == 130
    assert found == wanted


@pytest.mark.browser
def test_every_tick_has_its_words(database: str) -> None:
    ticks = [row for row in report("elements", database, "--evidence") if row["ticked"] == "1"]
    assert len(ticks) > 60
    for row in ticks:
        assert row["evidence"], row
        assert row["place"], row
        assert row["rule"], row
        assert row["file"], row
        assert row["record_offset"], row


@pytest.mark.browser
def test_the_papers_example_is_similar_in_all_three_model_stores(database: str) -> None:
    (group,) = {
        row["group"]
        for row in report("similar", database)
        if row["key"] == "resnet-50|imagenet-1k|image-classification"
    }
    members = {row["store"] for row in report("similar", database) if row["group"] == group}
    assert members == set(MODEL_STORES)


@pytest.mark.browser
def test_two_versions_are_one_product(database: str) -> None:
    products = {row["store"]: 0 for row in report("groups", database)}
    for row in report("groups", database):
        products[row["store"]] += int(row["products"])
    assert products["aws"] == 6, "seven listings, of which two are versions of one model"
