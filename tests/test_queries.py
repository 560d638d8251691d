"""Every query of docs/queries.md runs on a real database and finds what was put there."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Engine, text

from modelstores.database.engine import connect
from modelstores.database.writer import Writer
from modelstores.elements.values.value import Value
from modelstores.items import Capture, Policy, Product, Rejection
from tests.conftest import ROOT
from tests.database.samples import plain, product, run, similarity, told

PAGE = (ROOT / "docs" / "queries.md").read_text(encoding="utf-8")
#: A title, words, the query, and the columns it is said to give.
QUERY = re.compile(r"(.+?)\n\n(.+?)\n\n```sql\n(.+?)```\n\nColumns: (.+)\.\n", re.DOTALL)
SECTIONS = [f"{section.rstrip()}\n" for section in PAGE.split("\n## ")[1:]]
QUERIES = [found.groups() for section in SECTIONS if (found := QUERY.fullmatch(section))]
ELEMENTS = ("owner", "permission", "framework", "ml_algorithms", "performance", "origin", "pricing")
CODEBOOK = [
    {"id": name, "name": name.title(), "dimension": "D", "definition": "..."}
    for name in (*ELEMENTS, "size")
]
RESNET = "resnet/50|imagenet|image-classification"
PAPER, REPOSITORY = ("arxiv", "1512.03385", "p"), ("github", "a/b", "g")


def of(store: str, native_id: str, states: str, key: str | None = None, **changes: Any) -> Product:
    """Return a product; ``states`` has a letter for each of ELEMENTS: p, a, n or u."""
    names = {"p": "present", "a": "absent", "n": "not_applicable", "u": "unknown"}
    elements = {
        element: told(names[letter], *(("words", "Use", "rule") if letter == "p" else ()))
        for element, letter in zip(ELEMENTS, states, strict=True)
    }
    made = product(native_id, similarity=similarity(key), elements=elements, store=store, **changes)
    return replace(made, url=f"https://{store}.example/{native_id}")


def sized(*megabytes: int) -> dict[str, list[Value]]:
    """Return sizes of files."""
    return {"size": [Value(f"{n} MB", str(n * 10**6), float(n * 10**6), "B") for n in megabytes]}


UNREAD = {"size": [Value("small")]}
FIGURES = {
    "performance": [
        Value("80%", "accuracy 80 % on ImageNet", 80, "%", "accuracy", "ImageNet"),
        Value("0.9", "accuracy 0.9 on ImageNet-v2", 0.9, None, "accuracy", "ImageNet-v2"),
        Value("0.7", "accuracy 0.7 on Blooms", 0.7, None, "accuracy", "Blooms"),
        Value("0.6", "accuracy 0.6", 0.6, None, "accuracy"),
        Value("fast"),
    ]
}


@pytest.fixture(scope="module")
def five(new_database: Callable[[], str]) -> Engine:
    """Three model stores and one app store, with a policy page and a page that failed."""
    engine = connect(new_database())

    def write(name: str, kind: str, *entries: tuple[Any, ...]) -> None:
        writer = Writer(engine, run(name, kind=kind, elements=CODEBOOK))
        writer.open()
        for one, *cited in entries:
            writer.add(replace(one, kind=kind), *cited)
        if name == "aws":
            page = Policy("aws", "https://aws.example/price", ["pricing"], "Prices", "...")
            writer.add_policy(page, {"pricing": told("present", "per hour", "policy", "price")})
            writer.reject(Rejection("page", "https://aws.example/gone", ["delisted"]))
        writer.close("complete", [], {}, {})

    # letters:           owner permission framework algorithm performance origin pricing
    write(
        "aws", "model",
        (of("aws", "a1", "pappppa", RESNET, values=sized(50) | FIGURES), [PAPER], [("MIT", "MIT")]),
        (of("aws", "a2", "paaaaaa", input_domain="Structured"), [], [("mit", "MIT"), ("x", None)]),
        (of("aws", "a3", "paapauu", input_domain="Structured", unread=["origin"]), []),
        (of("aws", "a4", "paapaaa", input_domain=None, values=UNREAD), [REPOSITORY]),
    )  # fmt: skip
    write("modeldepot", "model", (of("modeldepot", "m", "pauaapa", RESNET), [PAPER, REPOSITORY]))
    capture = Capture("w.warc.gz", 77, "<w>", "2026-01-02T00:00:00Z", True)
    write(
        "wolfram", "model",
        (of("wolfram", "w1", "papaapa", RESNET, capture=capture, values=sized(100, 9)), [PAPER]),
        (
            of("wolfram", "w2", "papaapa", RESNET, values=sized(300)),
            [PAPER, ("doi", "10.1/x", "d")],
        ),
    )  # fmt: skip
    write("apple", "app", (of("apple", "i", "ppnnnnp", input_domain=None), []))
    return engine


#: What each query finds in that database, worked out by hand.
FOUND: dict[str, list[tuple[Any, ...]]] = {
    "Which elements does each store show?": [
        ("D", "Owner", 1, 1, 1, 1, None),
        ("D", "Permission", 0, 0, 0, 1, None),
        ("D", "Framework", 1, 0, 1, 0, None),
        ("D", "Ml_Algorithms", 1, 0, 0, 0, None),
        ("D", "Performance", 1, 0, 0, 0, None),
        ("D", "Origin", 1, 1, 1, 0, None),
        ("D", "Pricing", 1, 0, 0, 1, None),
        ("D", "Size", 0, 0, 0, 0, None),
    ],
    "Which elements are in one or more": [
        ("Owner", 3),
        ("Framework", 2),
        ("Ml_Algorithms", 1),
        ("Performance", 1),
        ("Origin", 3),
        ("Pricing", 1),
    ],
    "Which elements are in all three": [("Owner",), ("Origin",)],
    "Which elements are only in app": [("Permission", 0)],
    "What kinds of models": [
        (None, "aws", 1, 0.25, 0),
        ("Image", "aws", 1, 0.25, 1),
        ("Image", "modeldepot", 1, 1.0, 1),
        ("Image", "wolfram", 2, 1.0, 2),
        ("Structured", "aws", 2, 0.5, 0),
    ],
    "How many models cite papers": [
        ("apple", 1, 0, 0.0, 0, 0),
        ("aws", 4, 1, 0.25, 1, 1),
        ("modeldepot", 1, 1, 1.0, 1, 0),
        ("wolfram", 2, 2, 1.0, 2, 0),
    ],
    "Which papers": [("wolfram", "arxiv", "1512.03385", 2)],
    "Which models are offered": [
        (RESNET, "aws", "a1", "https://aws.example/a1"),
        (RESNET, "modeldepot", "m", "https://modeldepot.example/m"),
        (RESNET, "wolfram", "w1", "https://wolfram.example/w1"),
        (RESNET, "wolfram", "w2", "https://wolfram.example/w2"),
    ],
    "How many AWS models": [
        ("framework", 1, 4, 0.25),
        ("ml_algorithms", 3, 4, 0.75),
        ("performance", 1, 4, 0.25),
        ("origin", 1, 3, 1 / 3),
    ],
    "How large": [("aws", 1, 50e6), ("wolfram", 2, 200e6)],
    "Under which licenses": [("aws", "MIT", 2, 1.0), ("aws", None, 1, 0.5)],
    "Which figures": [
        ("accuracy", 80.0, "%", "ImageNet", "aws", "a1"),
        ("accuracy", 0.9, None, "ImageNet-v2", "aws", "a1"),
    ],
    "Of which products": [
        ("aws", "a3", "origin", "page", "not readable in this source"),
        ("aws", "a3", "pricing", "page", "not read whole"),
        ("modeldepot", "m", "framework", "page", "not read whole"),
    ],
    "Which pages": [("aws", "page", "https://aws.example/gone", '["delisted"]')],
    "Where in the capture": [
        ("w1", "https://wolfram.example/w1", "words", "Use", "rule", "w.warc.gz", 77),
        ("w2", "https://wolfram.example/w2", "words", "Use", "rule", "hub.warc.gz", 10),
    ],
}


def test_every_query_of_the_page_is_tried() -> None:
    assert len(QUERIES) == PAGE.count("```sql") == len(SECTIONS) == len(FOUND)


@pytest.mark.parametrize(
    ("title", "words", "sql", "columns"), QUERIES, ids=[title for title, *_ in QUERIES]
)
def test_a_query_finds_what_the_page_says(
    five: Engine, title: str, words: str, sql: str, columns: str
) -> None:
    (expected,) = (rows for start, rows in FOUND.items() if title.startswith(start))
    assert words.strip().endswith(".")
    with five.connect() as connection:
        found = connection.execute(text(sql))
        assert list(found.keys()) == re.findall(r"`(\w+)`", columns)
        assert [tuple(map(plain, row)) for row in found] == expected


def test_where_an_element_was_not_read_it_is_not_known_to_be_missing(engine: Engine) -> None:
    for store, kind, states in (("wolfram", "model", "puaaaaa"), ("apple", "app", "ppaaaaa")):
        writer = Writer(engine, run(store, kind=kind, elements=CODEBOOK))
        writer.open()
        writer.add(of(store, "x", states, kind=kind))
        writer.close("complete", [], {}, {})
    (sql,) = (sql for title, _, sql, _ in QUERIES if title.startswith("Which elements are only"))
    with engine.connect() as connection:
        assert connection.execute(text(sql)).all() == [("Permission", 1)]
