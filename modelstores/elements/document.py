"""Write ``docs/codebook.md`` from the codebook: ``python -m modelstores.elements.document``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from modelstores.elements.codebook import Codebook, Element, Pattern, load

#: The page, in a checkout of the project.
PAGE = Path(__file__).parents[2] / "docs" / "codebook.md"

_HEAD = """\
# The codebook

Version {version}. Generated from `schemas/elements.json` by
`python -m modelstores.elements.document`; edit that file, not this one.

The {count} information elements, their dimensions and definitions are those of Table I of
the paper. An element is *present* when the page shows it by one of these proofs, in this
order: what the store states in a field of its own, a counter, a heading with words of the
author below it, a labelled line, a term or pattern in the text, a link. It is *unknown* when
its place could not be read, *not applicable* when this kind of product cannot have it, else
*absent*. Every tag keeps the words that prove it, where they stood, and the rule.

These words prove nothing: {placeholders}. Neither do sentences and links that card templates
bring along, nor a heading without words below it.
"""


def document(codebook: Codebook) -> str:
    """Return the codebook as a Markdown page."""
    parts = [
        _HEAD.format(
            version=codebook.version,
            count=len(codebook.elements),
            placeholders=_words(codebook.placeholders),
        )
    ]
    for dimension in codebook.dimensions:
        parts.append(f"## {dimension}\n")
        parts += [_section(e) for e in codebook.elements if e.dimension == dimension]
    return "\n".join(parts)


def _section(element: Element) -> str:
    rows = {
        "Level": element.level,
        "Applies to": ", ".join(element.kinds),
        "Values are read as": element.values or "",
        "Is the product's": _words(element.fields),
        "Also proven by": _words(f"stated {name}" for name in element.also_stated),
        "Headings": _words(element.headings),
        "Labels": _words(element.labels),
        "Below a heading or after a label": _code(element.requires) if element.requires else "",
        "Proves nothing here": _words(element.nothing),
        "Terms": _words(element.terms),
        "Patterns": _numbered(element.patterns),
        "On policy pages": _numbered(element.policies),
        "Terms and patterns also in": _words((*element.reads, *(["code"] if element.code else []))),
        "Links": _words(element.links),
        "Counters": _words(element.counters),
    }
    listed = "\n".join(f"* {name}: {value}" for name, value in rows.items() if value)
    return (
        f"### {element.name} (`{element.id}`)\n\n{element.definition}.\n\n"
        f"{element.note}\n\n{listed}\n"
    )


def _numbered(patterns: Iterable[Pattern]) -> str:
    return "".join(f"\n  {number}. {_code(p.regex)}" for number, p in enumerate(patterns, 1))


def _words(words: Iterable[str]) -> str:
    return ", ".join(words)


def _code(regex: str) -> str:
    mark = "``" if "`" in regex else "`"
    return f"{mark}{regex}{mark}"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(document(load()), encoding="utf-8")
