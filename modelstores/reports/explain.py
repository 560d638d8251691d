"""``explain``: why two products are similar or not, part by part, with the words."""

from __future__ import annotations

from sqlalchemy import JSON, Connection, RowMapping, text

from modelstores.database.views import COMPLETE, Selection, query
from modelstores.reports.near import DECIMALS, offering
from modelstores.reports.selection import ReportError
from modelstores.reports.similar import words
from modelstores.reports.table import Block, Cell, Table
from modelstores.similarity.score import ARTEFACTS, NAME, WEIGHTS, Offering, score
from modelstores.similarity.vocabulary import vocabulary

COLUMNS = (
    "part", "left", "left_words", "left_where", "right", "right_words", "right_where",
    "equal", "weight", "score",
)  # fmt: skip
#: Parts of a key as people call them, in its order.
KEY_PARTS = {"algorithm": "algorithm", "datasets": "training data", "objective": "objective"}
NOTES = (
    "equal: whether both state the same; empty where one states nothing, which is never equal",
    "score: weight x score of algorithm, variant, datasets and objective, added up; equal weight",
    "files and, a little, names make up for a part of what is missing to 1",
)


def explain(
    connection: Connection, left: str, right: str, *, selection: Selection = COMPLETE
) -> Table:
    """Return what two products state of each part of a key, and what follows from it.

    A product is ``STORE/NATIVE_ID``.

    Raises:
        ReportError: the snapshots selected hold no such product.
    """
    one, other = (_product(connection, asked, selection) for asked in (left, right))
    comparable = one["vocabulary"] == other["vocabulary"]
    offered = [offering(row, row["name"]) for row in (one, other)]
    scores = score(offered[0], offered[1], vocabulary())
    weights = {part: hundredths / 100 for part, hundredths in WEIGHTS.items()}
    weights |= {"artefacts": ARTEFACTS, "name": NAME}
    rows: list[tuple[Cell, ...]] = []
    said_lines, equal_lines = [], []
    states = [_states(row, each) for row, each in zip((one, other), offered, strict=True)]
    for part in states[0]:
        said = [each[part] for each in states]
        behind = [_behind(row, part) for row in (one, other)]
        equal = int(said[0] == said[1]) if comparable and None not in said else None
        points = scores.parts.get(part) if comparable else None
        shown = [cell for each, more in zip(said, behind, strict=True) for cell in (each, *more)]
        tail = (equal, weights.get(part), _rounded(points))
        rows.append((part, *shown, *tail))
        for name, asked, each, more in zip((part, ""), (left, right), said, behind, strict=True):
            said_lines.append([name, asked, *(cell or "" for cell in (each, *more))])
        equal_lines.append([part, *("" if cell is None else f"{cell:g}" for cell in tail)])
    total = _rounded(scores.total) if comparable else None
    rows.append(("score", *[None] * 8, total))
    findings = _verdict(one, other)
    findings += _judged(connection, one, other, selection)
    if total is not None:
        findings.append(f"score: {total:g}")
    layout = [
        Block("What they state", ["part", "product", "states", "words", "where"], said_lines),
        Block("What is equal", ["part", "equal", "weight", "score"], equal_lines),
    ]
    return Table(COLUMNS, rows, layout, NOTES, findings)


def _product(connection: Connection, asked: str, selection: Selection) -> RowMapping:
    """Return a product as it was last seen."""
    store, slash, native_id = asked.partition("/")
    if not (store and slash and native_id):
        raise ReportError(f"{asked[:300]!r} is no product: STORE/NATIVE_ID")
    sql = text(
        "SELECT latest.*, algorithm, variant, objective, similarity.key, similarity.evidence,"  # noqa: S608 - constants
        " COALESCE(CAST(datasets AS TEXT), '[]') AS datasets,"
        " COALESCE(CAST(artefacts AS TEXT), '[]') AS artefacts"
        f" FROM ({query('latest_product', selection)}) AS latest"
        " LEFT JOIN similarity ON similarity.observation_id = latest.observation_id"
        " AND similarity.vocabulary = latest.vocabulary"
        " WHERE latest.store = :store AND latest.native_id = :native_id"
    ).columns(evidence=JSON)
    named = {"store": store, "native_id": native_id}
    row = connection.execute(sql, named).mappings().one_or_none()
    if row is None:
        raise ReportError(f"no product {asked[:300]!r} in the snapshots that count")
    return row


def _states(row: RowMapping, one: Offering) -> dict[str, str | None]:
    """Return what a product says of each part."""
    return {
        "algorithm": one.algorithm,
        "variant": one.variant,
        "datasets": ", ".join(one.datasets) or None,
        "objective": one.objective,
        "input_domain": row["input_domain"],
        "artefacts": ", ".join(one.artefacts) or None,
        "name": one.name,
        "key": row["key"],
        "family_key": row["family_key"],
    }


def _behind(row: RowMapping, part: str) -> tuple[str | None, str | None]:
    """Return the words behind a part, and where they stood."""
    shown = (row["evidence"] or {}).get("algorithm" if part == "variant" else part)
    return words(shown) or None, words(shown, "where") or None


def _verdict(left: RowMapping, right: RowMapping) -> list[str]:
    """Return whether two products are similar, and why not."""
    versions = [row["vocabulary"] for row in (left, right)]
    if versions[0] != versions[1]:
        return [f"not compared: read with vocabularies {' and '.join(versions)}"]
    silent = []
    for row in (left, right):
        missing = [called for part, called in KEY_PARTS.items() if row[part] in (None, "[]")]
        if missing and not row["key"]:
            product = f"{row['store']}/{row['native_id']}"
            silent.append(f"not similar: {product}: {', '.join(missing)} not stated, so no key")
    if silent:
        return silent
    if left["key"] == right["key"]:
        if left["store"] == right["store"]:
            return ["equal keys, but in one store: similar offerings are those of two"]
        return ["similar: equal keys"]
    if left["family_key"] == right["family_key"]:
        return ["not similar, but equal family keys: the variant of the algorithm is another"]
    differing = [called for part, called in KEY_PARTS.items() if left[part] != right[part]]
    if "algorithm" not in differing and left["variant"] != right["variant"]:
        differing.insert(0, "variant")
    return [f"not similar: {', '.join(differing)} differ"]


def _judged(
    connection: Connection, left: RowMapping, right: RowMapping, selection: Selection
) -> list[str]:
    """Return what coders agree on of the pair, if they do."""
    sql = text(
        f"SELECT code FROM ({query('coded_pair', selection)}) AS pair"  # noqa: S608 - constants
        " WHERE product_id = :one AND other_product_id = :other"
    )
    pair = {"one": left["product_id"], "other": right["product_id"]}
    code = connection.scalar(sql, pair)
    if code is None:
        return []
    return [f"people agree that they are {'similar' if code == '1' else 'not similar'}"]


def _rounded(points: float | None) -> float | None:
    return None if points is None else round(points, DECIMALS)
