"""A small codebook, products and runs that the tests of database and reports share."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, text

from modelstores.database.storable import to_json
from modelstores.database.writer import Run, Writer
from modelstores.items import Capture, Product

CODEBOOK = [
    {"id": "owner", "name": "Owner", "dimension": "Product Information", "definition": "Who."},
    {"id": "size", "name": "Size", "dimension": "Product Information", "definition": "How big."},
    {"id": "origin", "name": "Origin", "dimension": "Documentation", "definition": "Where from."},
]
VERSIONS = {"project": "0", "parser": "1", "codebook": "1", "vocabulary": "1"}
EVIDENCE = {
    "algorithm": {"words": "ResNet-50 net", "where": "name"},
    "datasets": {"imagenet": {"words": "ImageNet", "where": "name"}},
    "objective": {"words": "classification", "where": "summary"},
}


def product(native_id: str = "a/one", **changes: Any) -> Product:
    """Return a page that shows its owner, not its size, and whose origin could not be read."""
    made = Product(
        store="hub",
        native_id=native_id,
        url=f"https://hub.example/{native_id}",
        kind="model",
        source="page",
        name=native_id.upper(),
        stated={"owner": "Ada"},
        sections=[{"heading": "", "text": "A net."}, {"heading": "Use", "text": "Call it."}],
        links=["https://arxiv.org/abs/1512.03385"],
        counters={"likes": 3, "downloads": 7.5},
        capture=Capture("hub.warc.gz", 10, "<urn:uuid:0-1>", "2026-01-02T00:00:00Z", True),
        input_domain="Image",
        elements={
            "owner": told("present", "Ada", "stated:owner", "stated"),
            "size": told("absent"),
            "origin": told("unknown"),
        },
        similarity=similarity("resnet/50|imagenet|image-classification"),
    )
    return replace(made, **changes)


def told(
    state: str, evidence: str | None = None, where: str | None = None, rule: str | None = None
) -> dict[str, Any]:
    """Return what a tagger says of an element."""
    return {"state": state, "evidence": evidence, "where": where, "rule": rule}


def similarity(key: str | None) -> dict[str, Any]:
    """Return what the key's maker says of a product."""
    return {
        "key": key,
        "family_key": key,
        "algorithm": "resnet",
        "variant": "50",
        "datasets": ["imagenet"],
        "objective": "image-classification",
        "artefacts": [],
        "vocabulary": "1",
        "evidence": EVIDENCE,
    }


def run(store: str = "hub", **changes: Any) -> Run:
    """Return a run over a store's archive."""
    made = Run(
        store=store,
        title=store.title(),
        kind="model",
        source="archive",
        started_at="2026-02-01T00:00:00Z",
        versions=VERSIONS,
        elements=CODEBOOK,
        scope="full",
    )
    return replace(made, **changes)


def write(
    engine: Engine, *products: Product, status: str = "complete", **changes: Any
) -> tuple[int, Writer]:
    """Write one snapshot; return its number and the writer."""
    writer = Writer(engine, run(**changes))
    number = writer.open()
    for one in products:
        writer.add(one)
    writer.close(status, [], {}, {})
    return number, writer


def rows(engine: Engine, sql: str) -> list[tuple[Any, ...]]:
    """Return what a query finds; JSON as text, which is how SQLite hands it out."""
    with engine.connect() as connection:
        return [tuple(map(plain, row)) for row in connection.execute(text(sql))]


def plain(value: Any) -> Any:
    """Return JSON that the driver has read as the text it was; a decimal is no number of ours."""
    assert not isinstance(value, Decimal), value
    return to_json(value) if isinstance(value, dict | list) else value
