"""Nearly similar products, and why two products are similar."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine

from modelstores.items import Product
from modelstores.reports.explain import COLUMNS, explain
from modelstores.reports.near import threshold
from modelstores.reports.render import render
from modelstores.reports.selection import ReportError
from modelstores.reports.similar import similar
from modelstores.reports.table import Table
from tests.coding.judging import judge, pair
from tests.database.samples import EVIDENCE, VERSIONS, product, write

PARTS: dict[str, Any] = {
    "algorithm": "resnet",
    "variant": "50",
    "datasets": ["imagenet-1k"],
    "objective": "image-classification",
    "artefacts": [],
    "vocabulary": "1",
}


def of(store: str, native_id: str, name: str = "A net", **changes: Any) -> Product:
    parts = PARTS | changes
    model = "-".join(filter(None, (parts["algorithm"], parts["variant"])))
    rest = ["+".join(parts["datasets"]), parts["objective"]]
    stated = all([model, *rest])
    keys = {
        "key": "|".join([model, *rest]) if stated else None,
        "family_key": "|".join([parts["algorithm"], *rest]) if stated else None,
        "evidence": {k: v for k, v in EVIDENCE.items() if parts[k]},
    }
    made = product(native_id, name=name, similarity=parts | keys)
    return replace(made, store=store)


@pytest.fixture
def stores(engine: Engine) -> Engine:
    """A hub and a zoo with nets that are more or less alike."""
    write(
        engine,
        of("hub", "a", "Names pictures"),
        of("hub", "owner/b", "ResNet 101", variant="101"),
        of("hub", "c", algorithm="vgg", variant="16"),
        of("hub", "d", datasets=[]),
    )
    write(
        engine,
        of("zoo", "a", "ResNet-50"),
        of("zoo", "e", "resnet_101", variant="101"),
        of("zoo", "x", "Net", datasets=["x:mine"]),
        of("zoo", "f", objective=None),
        store="zoo",
    )
    return engine


def nearly(engine: Engine, near: str) -> Table:
    with engine.connect() as connection:
        return similar(connection, near=near)


def explained(engine: Engine, left: str, right: str) -> Table:
    with engine.connect() as connection:
        return explain(connection, left, right)


def test_nearly_similar(stores: Engine) -> None:
    table = nearly(stores, "0.8")
    key = "resnet-101|imagenet-1k|image-classification"
    assert ",".join(table.columns) == "group,key,store,native_id,name,url,score"
    assert [row[:4] for row in table.rows] == [
        (1, key, "hub", "owner/b"),
        (1, key, "zoo", "e"),
        (1, key, "zoo", "a"),  # its name is more like that of the first
        (1, key, "hub", "a"),
    ]
    scores = [float(str(row[6])) for row in table.rows]
    assert scores[:2] == [1, 1]
    assert scores == sorted(scores, reverse=True)
    assert 0.85 < scores[3] < 0.86
    printed = render(table, "table")
    assert f"1. {key}" in printed
    assert json.loads(render(table, "json"))[0]["score"] == 1.0


def test_groups_by_threshold(stores: Engine) -> None:
    def members(near: str) -> set[str]:
        return {f"{row[2]}/{row[3]}" for row in nearly(stores, near).rows}

    assert members("1") == {"hub/a", "zoo/a", "hub/owner/b", "zoo/e"}
    assert "zoo/x" not in members("0.8")
    assert "zoo/x" in members("0.75")
    assert "hub/d" not in members("0.8"), "what is not stated is not equal"


def test_one_file_tells_what_words_leave_open(engine: Engine) -> None:
    write(engine, of("hub", "f", datasets=[], artefacts=["net.pth"]))
    write(engine, of("zoo", "f", objective=None, artefacts=["net.pth"]), store="zoo")
    assert [row[1:4] for row in nearly(engine, "0.75").rows] == [
        ("resnet-50|?|image-classification", "hub", "f"),
        ("resnet-50|?|image-classification", "zoo", "f"),
    ]
    assert nearly(engine, "0.8").rows == []


def test_none_is_near(engine: Engine) -> None:
    assert render(nearly(engine, "0.8"), "table") == ""
    write(engine, of("hub", "a"), of("hub", "b"))
    assert nearly(engine, "0.8").rows == []
    assert "no products of different stores score 0.8 or more" in render(
        nearly(engine, "0.8"), "table"
    )


def test_keys_of_two_vocabularies_are_not_compared(engine: Engine) -> None:
    write(engine, of("hub", "a"))
    later = VERSIONS | {"vocabulary": "2"}
    write(engine, of("zoo", "a"), store="zoo", versions=later)
    assert nearly(engine, "0.1").rows == []
    table = explained(engine, "hub/a", "zoo/a")
    assert table.findings == ["not compared: read with vocabularies 1 and 2"]
    assert {row[-1] for row in table.rows} == {row[-3] for row in table.rows} == {None}


@pytest.mark.parametrize("near", ["1.01", "-0.1", "nan", "inf", "", "0,8", "x" * 1000])
def test_what_is_no_threshold(near: str) -> None:
    with pytest.raises(ReportError, match="not a number from 0 to 1") as error:
        threshold(near)
    assert len(str(error.value)) < 200


def test_explain(stores: Engine) -> None:
    table = explained(stores, "hub/a", "zoo/e")
    assert table.columns == COLUMNS
    rows = {row[0]: row[1:] for row in table.rows}
    words = ("ResNet-50 net", "name")
    assert rows["algorithm"] == ("resnet", *words, "resnet", *words, 1, 0.35, 1.0)
    assert rows["variant"] == ("50", *words, "101", *words, 0, 0.15, 0.0)
    assert rows["datasets"][:3] == ("imagenet-1k", "ImageNet", "name")
    assert rows["objective"][1:3] == ("classification", "summary")
    assert rows["input_domain"][0] == "Image"
    assert rows["artefacts"] == (*[None] * 7, 0.5, None)
    assert rows["key"][6] == 0
    assert rows["family_key"][6] == 1
    assert 0.85 < rows["score"][-1] < 0.86
    assert table.findings[0] == (
        "not similar, but equal family keys: the variant of the algorithm is another"
    )


@pytest.mark.parametrize(
    ("left", "right", "said"),
    [
        ("hub/a", "zoo/a", "similar: equal keys"),
        ("hub/owner/b", "zoo/e", "similar: equal keys"),
        ("hub/a", "hub/a", "equal keys, but in one store: similar offerings are those of two"),
        ("hub/c", "zoo/x", "not similar: algorithm, training data differ"),
        ("hub/a", "zoo/x", "not similar: training data differ"),
        ("zoo/a", "hub/d", "not similar: hub/d: training data not stated, so no key"),
        ("zoo/f", "hub/a", "not similar: zoo/f: objective not stated, so no key"),
    ],
)
def test_verdicts(stores: Engine, left: str, right: str, said: str) -> None:
    for pair_of in ((left, right), (right, left)):
        assert explained(stores, *pair_of).findings[0] == said


def test_what_people_say_of_a_pair(stores: Engine) -> None:
    judge(stores, "xy", (pair(stores, ("hub", "a"), ("zoo", "x")), "1"))
    assert explained(stores, "zoo/x", "hub/a").findings[1] == "people agree that they are similar"
    judge(stores, "xy", (pair(stores, ("hub", "a"), ("zoo", "a")), "0"))
    assert "not similar" in explained(stores, "hub/a", "zoo/a").findings[1]


def test_what_a_page_says_steers_no_terminal(engine: Engine) -> None:
    hostile = of("hub", "a\x1b[2J", "\x1b]0;mine\x07<b>|", datasets=["x:\u202emine"])
    write(engine, hostile, of("hub", "b"))
    for style in ("table", "markdown"):
        printed = render(explained(engine, "hub/a\x1b[2J", "hub/b"), style)
        assert not {"\x1b", "\x07", "\u202e"} & set(printed)
        assert style == "table" or "<b>" not in printed


def test_no_product_of_that_name(stores: Engine) -> None:
    for asked in ("hub/none", "none/a", "hub/", "/a", "hub", "hub/' OR '1'='1"):
        with pytest.raises(ReportError):
            explained(stores, asked, "hub/a")
