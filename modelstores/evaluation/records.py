"""Records of models that people labelled, made the products that a spider would have read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from modelstores import page
from modelstores.evaluation import gold
from modelstores.items import Product
from modelstores.page import FENCE, clean, words
from modelstores.similarity.prose import without_code

#: What the program is given: ``text``: name, text and fields; ``page``: also what is declared.
MODES = ("page", "text")
#: {part of a key: the field in which a store states it}
SLOTS = {"algorithm": "ml_algorithms", "datasets": "training_set", "objective": "objective"}

# Parts of Markdown that a page shows otherwise: no nested or unbounded repetition.
_IMAGE = re.compile(r"!\[[^\[\]]{0,500}\]\([^()\s]{1,2000}\)")
_LINK = re.compile(r"\[([^\[\]]{0,500})\]\(([^()\s]{1,2000})\)")
_ADDRESS = re.compile(r"https?://[^\s<>\"'`()\[\]]{1,2000}")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,500}>")
_HEADING = re.compile(r"<h[1-6][ >]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]{3,}")


@dataclass(frozen=True)
class Record:
    """A line of the gold: what a store shows of a model, and the key that people gave it.

    ``id`` and all from ``group`` on are for scoring: no part of the product.
    """

    id: str
    store: str
    name: str
    #: text of the page, in Markdown
    text: str
    #: fields of the page that are no part of a key
    fields: Mapping[str, Any]
    #: {part of a key: what the store declares}
    declared: Mapping[str, Sequence[str]]
    #: whether people looked at it at all
    labelled: bool
    #: equal groups are similar offerings; None where a part of the key is not known
    group: str | None
    #: {part of a key: names of what it is}
    slots: Mapping[str, Sequence[str]]
    #: image, text, audio, video, or anything else
    domain: str | None

    def names_its_data(self) -> bool:
        """Tell whether name or prose hold the names of all data sets that it was trained on.

        By the gold's names, without any vocabulary: each word of three letters or more has to
        stand there, in any case, also as part of a word ("imagenet-1k" is named by "ImageNet").
        Code, addresses and file names are no prose. That a set is named does not say that the
        text calls it training data: these are at least the records whose text states it.
        """
        named = [_WORD.findall(name.lower()) for name in self.slots["datasets"]]
        prose = f"{self.name}\n{without_code(self.text)}".lower()
        return bool(named) and all(
            parts and all(part in prose for part in parts) for parts in named
        )


def read(path: Path) -> list[Record]:
    """Return the records of a gold file.

    Raises:
        GoldError: the file cannot be read, or a line lacks a field or has one of another type.
    """
    return [_record(line) for line in gold.read(path)]


def _record(line: gold.Line) -> Record:
    declared, slots = _object(line, "declared"), _object(line, "gold")
    return Record(
        id=line.text("id"),
        store=line.text("store"),
        name=clean(_text(line, "name")),
        text=_text(line, "text"),
        fields=_object(line, "fields"),
        declared={slot: words(declared.get(slot)) for slot in SLOTS},
        labelled="group" in line.fields,
        group=_text(line, "group") or None,
        slots={slot: words(slots.get(slot)) for slot in SLOTS},
        domain=_text(line, "domain") or None,
    )


def _text(line: gold.Line, name: str) -> str:
    value = line.fields.get(name)
    if value is None and name != "name":
        return ""
    if not isinstance(value, str):
        raise line.error(f"{name!r} is no text" if value is not None else f"no {name!r}")
    return value


def _object(line: gold.Line, name: str) -> dict[str, Any]:
    value = line.fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise line.error(f"{name!r} is no JSON object")
    return value


def product(record: Record, mode: str) -> Product:
    """Return what a spider would make of a record's page, in one of MODES.

    Nothing that is for scoring is in it.
    """
    sections, links = _parts(record.text)
    told = {name: _shown(value) for name, value in record.fields.items()}
    addresses = [one for value in told.values() for one in value if _ADDRESS.fullmatch(one)]
    labelled = "\n".join(f"{name}: {', '.join(value)}" for name, value in told.items() if value)
    if labelled:
        sections.append({"heading": "", "text": labelled})
    declared = record.declared if mode == "page" else {}
    return Product(
        store=record.store,
        native_id=record.name,
        url="",
        kind="model",
        source="page",
        name=record.name,
        summary=page.summary(sections, record.name),
        stated={SLOTS[slot]: ", ".join(said) for slot, said in declared.items() if said},
        input_domains=list(declared.get("objective", ())),
        sections=sections,
        links=list(dict.fromkeys([*links, *addresses]))[: page.MAX_LINKS],
    )


def _shown(value: object) -> list[str]:
    """Return a field's value as the texts that a page would show."""
    number = page.number(value)
    return words(value) if number is None else [str(number)]


def _parts(markdown: str) -> tuple[list[dict[str, str]], list[str]]:
    """Return sections and links of a text in Markdown, as of the page that it makes."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    links: list[str] = []
    fence = ""
    for line in markdown.split("\n"):
        start = line.lstrip()
        if start[:3] in ("```", "~~~") and fence in ("", start[:3]):
            fence = "" if fence else start[:3]
            sections[-1][1].append(FENCE)
        elif fence:
            sections[-1][1].append(line)
        elif (heading := _heading(start)) and len(sections) <= page.MAX_SECTIONS:
            sections.append((_prose(heading, links)[: page.MAX_HEADING].strip(), []))
        else:
            sections[-1][1].append(_prose(line, links))
    found = [{"heading": heading, "text": "\n".join(body)} for heading, body in sections]
    return found if found[0]["text"].strip() else found[1:], links


def _heading(line: str) -> str:
    """Return the heading that a line is, in Markdown or HTML, else ""."""
    rest = line.lstrip("#")
    if 0 < len(line) - len(rest) <= 6 and rest[:1].isspace():
        return rest.strip().rstrip("#").rstrip()
    return line if _HEADING.match(line) else ""


def _prose(line: str, links: list[str]) -> str:
    """Return a line as a page shows it, and add where it leads."""

    def leads(found: re.Match[str]) -> str:
        if _ADDRESS.fullmatch(found[2]):
            links.append(found[2])
        return found[1]

    if "](" in line:
        line = _LINK.sub(leads, _IMAGE.sub("", line))
    if "://" in line:
        links += _ADDRESS.findall(line)
    return _TAG.sub(" ", line) if "<" in line else line
