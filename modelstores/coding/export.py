"""The rows of a new sheet: a sample of what can be judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from modelstores.coding.products import Product, products, some_pairs, some_products
from modelstores.coding.program import Answer, answers
from modelstores.coding.sheet import Row, Unit
from modelstores.database.views import Selection
from modelstores.elements.codebook import Element, load

#: The seed unless another is given.
SEED = 1905


def rows(
    connection: Connection,
    what: str,
    number: int,
    *,
    seed: int = SEED,
    selection: Selection,
    evidence: bool = False,
) -> list[Row]:
    """Return the rows of a sheet: so many products, or pairs of products for ``similar``.

    Of ``elements`` each product has a row for each element of the codebook that applies to its
    kind. Input domains are asked of models only, as the paper does. With ``evidence`` the
    rows say what the program answers, and by which words.
    """
    found = products(connection, selection)
    shown: list[tuple[Unit, tuple[Product, ...], Element | None]]
    if what == "similar":
        pairs = some_pairs(found, number, seed)
        shown = [(Unit(what, one.page, other.page), (one, other), None) for one, other in pairs]
    else:
        asked = [one for one in found if what != "domains" or one.kind == "model"]
        shown = [
            (Unit(what, one.page, element=element.id if element else ""), (one,), element)
            for one in some_products(asked, number, seed)
            for element in _elements(what, one)
        ]
    told: Mapping[Unit, Answer] = {}
    if evidence:
        ids = {
            unit: (named[0].observation_id, named[1].observation_id if named[1:] else None,
                   unit.element)
            for unit, named, _ in shown
        }  # fmt: skip
        said = answers(connection, what, ids.values())
        told = {unit: said[asked] for unit, asked in ids.items()}
    return [
        Row(unit, shown=_read(named) | _defined(element) | _told(told.get(unit)))
        for unit, named, element in shown
    ]


def _elements(what: str, one: Product) -> Iterable[Element | None]:
    if what != "elements":
        return [None]
    return [element for element in load().elements if one.kind in element.kinds]


def _read(named: Iterable[Product]) -> dict[str, str]:
    sides = zip(("", "other_"), named, strict=False)
    return {
        f"{side}{column}": value
        for side, one in sides
        for column, value in (("name", one.name), ("url", one.url))
    }


def _defined(element: Element | None) -> dict[str, str]:
    if element is None:
        return {}
    return {
        "element_name": element.name,
        "definition": element.definition,
        "note": element.note,
    }


def _told(answer: Answer | None) -> dict[str, str]:
    if answer is None:
        return {}
    return {"program": answer.told, "words": answer.words, "place": answer.place}
