"""Products that say what a test lets them say."""

from __future__ import annotations

from typing import Any

from modelstores.elements.codebook import load
from modelstores.elements.tagger import tag
from modelstores.items import Product

IDS = [element.id for element in load().elements]


def product(*sections: tuple[str, str], **said: Any) -> Product:
    return Product(
        **{
            "store": "wolfram",
            "native_id": "x",
            "url": "https://example.org/x",
            "kind": "model",
            "source": "page",
            "name": "X",
            "sections": [{"heading": heading, "text": text} for heading, text in sections],
            **said,
        }
    )


def proof(element: str, *sections: tuple[str, str], **said: Any) -> tuple[Any, ...]:
    return tuple(tag(product(*sections, **said))[element].values())


ABSENT = ("absent", None, None, None)
UNKNOWN = ("unknown", None, None, None)
