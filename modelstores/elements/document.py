"""Write ``docs/codebook.md`` from the codebook: ``python -m modelstores.elements.document``."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from modelstores.elements.codebook import Codebook, Element, Pattern, load

#: The page, in a checkout of the project.
PAGE = Path(__file__).parents[2] / "docs" / "codebook.md"

_HEAD = """\
# The codebook

Version {version}. Generated from `schemas/elements.json` by
`python -m modelstores.elements.document`; edit that file, not this one.

{count} information elements, of which those of the paper's Table I have its names, dimensions
and definitions. An element is *present* when the page shows it by one of these proofs, in this
order: what the store states in a field of its own, a counter, a heading with words of the
author below it, a labelled line, a term or pattern in the text, a link. It is *unknown* when
its place could not be read, *not applicable* when this kind of product cannot have it, else
*absent*. Every tag keeps the words that prove it, where they stood, and the rule.

The paper's elements apply to models and apps alike: it counts all of them for all five stores,
and that no model store shows an age rating is a finding of its, which "not applicable" would
hide. Where a definition speaks of what only apps have, such as a user interface, the note says
what stands for it in a model.

To add an element, add an entry to the file, in the shape that `schemas/codebook.json`
describes, give the file its next version, and write this page anew: tagging, database and
reports follow. A new version keeps what was tagged by older ones apart in a database.

These words prove nothing: {placeholders}. Neither do sentences and links that card templates
bring along, nor a heading without words below it.
"""

_FIELDS = """\
## Fields of other standards

The fields that hold the same as an element. None means that the standard has no such field,
not that it could not say it in words. CycloneDX paths stand within a component of type
`machine-learning-model`; SPDX names are properties and relationships of an AI package as
JSON-LD spells them; those of schema.org belong to `SoftwareApplication`; those of Hugging Face
to the metadata at the head of a card.
"""

_MARKUP = re.compile(r"([\\`*_\[\]<>|&#~!])")
#: What makes the first characters of a line a list, and in it the mark: digits take no escape.
_LIST = re.compile(r"^(\d{0,9})((?<!\d)[-+]|(?<=\d)[.)](?= |$))")


def document(codebook: Codebook) -> str:
    """Return the codebook as a Markdown page."""
    parts = [
        _HEAD.format(
            version=codebook.version,
            count=len(codebook.elements),
            placeholders=_codes(codebook.placeholders),
        )
    ]
    for dimension in codebook.dimensions:
        parts.append(f"## {_text(dimension)}\n")
        parts += [_section(e) for e in codebook.elements if e.dimension == dimension]
    parts.append(f"{_FIELDS}\n{_mappings(codebook)}")
    return "\n".join(parts)


def _section(element: Element) -> str:
    rows = {
        "Counts": f"“{_text(element.example)}”",
        "Does not count": f"“{_text(element.counterexample)}”",
        "Level": element.level,
        "Applies to": ", ".join(element.kinds),
        "Values are read as": element.values or "",
        "Is the product's": _codes(element.fields),
        "Also proven by": ", ".join(f"stated {_code(name)}" for name in element.also_stated),
        "Headings": _codes(element.headings),
        "Labels": _codes(element.labels),
        "Below a heading or after a label": _code(element.requires) if element.requires else "",
        "Proves nothing here": _codes(element.nothing),
        "Terms": _codes(element.terms),
        "Patterns": _numbered(element.patterns),
        "On policy pages": _numbered(element.policies),
        "Terms and patterns also in": ", ".join(
            [*map(_code, element.reads), *(["code"] if element.code else [])]
        ),
        "Links": _codes(element.links),
        "Counters": _codes(element.counters),
    }
    listed = "\n".join(f"* {name}: {value}" for name, value in rows.items() if value)
    return (
        f"### {_text(element.name)} ({_code(element.id)})\n\n{_text(element.definition)}.\n\n"
        f"{_text(element.note)}\n\n{listed}\n"
    )


def _mappings(codebook: Codebook) -> str:
    standards = codebook.standards
    head = ["element", *(f"[{_text(s.name)} {s.version}]({s.url})" for s in standards)]
    rows = [head, ["---"] * len(head)]
    for element in codebook.elements:
        fields = (_codes(element.mappings.get(s.id, ())) for s in standards)
        # A bar parts cells even where it stands in code.
        rows.append([_text(element.name), *(each.replace("|", "\\|") for each in fields)])
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _numbered(patterns: Iterable[Pattern]) -> str:
    return "".join(f"\n  {number}. {_code(p.regex)}" for number, p in enumerate(patterns, 1))


def _codes(words: Iterable[str]) -> str:
    return ", ".join(map(_code, words))


def _text(text: str) -> str:
    """Return one line of words that Markdown shows as they stand."""
    return _LIST.sub(r"\1\\\2", _MARKUP.sub(r"\\\1", " ".join(text.split())))


def _code(text: str) -> str:
    """Return code that Markdown shows as it stands: between more backticks than it holds."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    marks = "`" * (longest + 1)
    edge = " " if {text[:1], text[-1:]} & {"`", " "} else ""
    return f"{marks}{edge}{text}{edge}{marks}"


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(document(load()), encoding="utf-8")
