"""Figures of performance as (metric, number, data set).

Three forms are read: statements ("WER 4.2 % on LibriSpeech", one a line or between "; "),
of any metric unless there is a mark after it ("batch size: 8" is none); rows and columns of
tables with cells between "|", under a known metric or beside one; and in running text a
known metric with a figure ("an accuracy of 91.3%", "mAP: 37.4 on COCO val2017", "76.1%
top-1 accuracy"), where a bare whole number counts only after ":", "=" or "of". Figures stay
in the unit they are given in: "%" if it is there, else none. Losses of training, epochs,
speeds and sizes are no performance.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from modelstores.elements.values.names import key
from modelstores.elements.values.number import NUMBER, START, number, plain
from modelstores.elements.values.value import (
    MAX_WORDS,
    Value,
    any_of,
    first,
    spellings,
    table,
    unread,
)

_TABLE = table("performance.yaml")
_METRICS = {key(spelling): name for spelling, name in spellings(_TABLE["metrics"]).items()}
_NO_METRIC = frozenset(map(key, _TABLE["none"]))
_ROWS = frozenset(map(key, _TABLE["rows"]))
_BEFORE = re.compile(r"(?:eval|evaluation|test|val|validation)[ _-]", re.IGNORECASE)
#: Most words of a metric that the table has not, and of a data set in running text.
_MAX_METRIC, _MAX_DATASET = 4, 6
#: Most characters of a statement, and of the name of a data set.
_MAX_STATEMENT, _MAX_NAME = 400, 200

_FIGURE = rf"[-+]?(?:{NUMBER})(?:[eE][-+]?[0-9]{{1,2}})?"
_STATEMENT = re.compile(
    rf"[-*\u2022 ]{{0,4}}(?P<metric>[^\W\d_][^|:]{{0,80}}?)(?P<mark> ?[:=\u2192])?[ ]"
    rf"(?P<figure>{_FIGURE})(?P<percent> ?%)?(?: ?(?:\+/-|\u00b1) ?(?P<spread>{NUMBER}))?"
    rf"(?: on (?P<dataset>.{{1,200}}))?\.?"
)

#: Known metrics in running text, whatever stands between their words.
_KNOWN = re.sub(r"(?:\\[ -]|_)", "[ _-]?", any_of(spellings(_TABLE["metrics"])))
_METRIC = (
    rf"(?<!\w)(?<!train )(?<!training )"
    rf"(?:(?:eval|test|val|validation)_)?(?:{_KNOWN})(?!\w|[@+])"
)
_MARK = r"(?P<mark> ?[:=\u2192] ?| (?:score )?(?:of|is|was|at) | )"
_IN_TEXT = re.compile(
    rf"(?P<metric>{_METRIC})(?: ?\([^()\n]{{1,40}}\))?{_MARK}"
    rf"(?P<figure>{_FIGURE})(?P<percent> ?%)?(?![.,]?\w)"
    rf"|{START}(?P<leading>{_FIGURE}) ?% (?:[A-Za-z]{{1,15}} )?(?P<after>{_METRIC})",
    re.IGNORECASE,
)
_ON = re.compile(r" on (?:the )?")
_TOKEN = re.compile(r"[^\s|;()]+")
_STOP = frozenset(_TABLE["stops"])
_CELL = re.compile(rf"({_FIGURE})( ?%)?(?: ?(?:\+/-|\u00b1) ?({NUMBER}))?")


def read(words: str) -> list[Value]:
    """Return the figures in some words; the number is as the page gives it."""
    return first(_figures(words[:MAX_WORDS])) or unread(words)


def _figures(words: str) -> Iterator[Value]:
    head: list[str] = []
    for line in words.split("\n"):
        row = line.strip().removeprefix("|").removesuffix("|")
        cells = [cell.strip() for cell in row.split("|")]
        if len(cells) == 1:
            head = []
        elif any(map(_metric, cells)) and not any(map(_CELL.fullmatch, cells)):
            head = cells
            continue
        found = list(_row(cells, head)) if len(cells) > 1 else []
        if not found:
            for part in line.split("; "):
                found += _stated(part) or _in_text(part)
        yield from found


def _row(cells: list[str], head: list[str]) -> Iterator[Value]:
    """Yield the figures of a row: beside a metric, or below the metrics of the head."""
    for place, cell in enumerate(cells):
        if not (found := _CELL.fullmatch(cell)):
            continue
        if place and (metric := _metric(cells[place - 1])):
            before = cells[place - 2] if place > 1 else ""
            is_name = before and not _CELL.fullmatch(before) and not _metric(before)
            dataset = before if is_name else None
        elif len(head) == len(cells) and (metric := _metric(head[place])):
            dataset = cells[0] if place and key(head[0]) in _ROWS else None
        else:
            continue
        if value := _value(cell, metric, found[1], found[2], found[3], dataset):
            yield value


def _stated(part: str) -> list[Value]:
    """Return the figure of a part that is a statement and nothing else."""
    said = part.strip()
    if len(said) > _MAX_STATEMENT or not (found := _STATEMENT.fullmatch(" ".join(said.split()))):
        return []
    metric = _metric(found["metric"])
    if not metric:
        metric = " ".join(found["metric"].split())
        if found["mark"] or key(metric) in _NO_METRIC or not _is_name(metric):
            return []
    value = _value(
        said, metric, found["figure"], found["percent"], found["spread"], found["dataset"]
    )
    return [value] if value else []


def _in_text(part: str) -> Iterator[Value]:
    for found in _IN_TEXT.finditer(part):
        name, figure = found["metric"] or found["after"], found["figure"] or found["leading"]
        percent = found["leading"] or found["percent"]
        bare = figure.lstrip("+-").isdigit() and not percent
        if bare and not found["mark"].strip():
            continue
        dataset, end = _dataset(part, found.end())
        raw = part[found.start() : end]
        if value := _value(raw, _metric(name) or name, figure, percent, None, dataset):
            yield value


def _dataset(text: str, start: int) -> tuple[str | None, int]:
    """Return the data set that is named from a place on, and where its name ends."""
    if not (on := _ON.match(text, start)):
        return None, start
    at = end = on.end()
    for _ in range(_MAX_DATASET):
        token = _TOKEN.match(text, at)
        if not token or (at == end and at > on.end()) or token[0].lower() in _STOP:
            break
        name = token[0].rstrip(".,:!?")
        end = token.start() + len(name)
        at = token.end() + 1
        if name != token[0] or text[token.end() : at] != " ":
            break
    dataset = text[on.end() : end]
    return (dataset, end) if any(map(str.isalnum, dataset)) else (None, start)


def _metric(words: str) -> str | None:
    """Return the canonical name of a metric, or None if it is none that the table has."""
    if len(words) > 80:
        return None
    return _METRICS.get(key(words)) or _METRICS.get(key(_BEFORE.sub("", words, count=1)))


def _is_name(metric: str) -> bool:
    words = metric.split(" ")
    return len(words) <= _MAX_METRIC and not any(word.lower() in _STOP for word in words)


def _value(
    raw: str, metric: str, figure: str, percent: str | None, spread: str | None, dataset: str | None
) -> Value | None:
    if (amount := _number(figure)) is None:
        return None
    unit = "%" if percent else None
    value = f"{metric} {plain(amount)}{' %' if unit else ''}"
    if spread and (about := number(spread)) is not None:
        value += f" \u00b1 {plain(about)}"
    dataset = _bare(dataset)
    value += f" on {dataset}" if dataset else ""
    return Value(raw, value, float(amount), unit, metric, dataset)


def _bare(dataset: str | None) -> str | None:
    """Return a data set's name without spaces and points around it, and without "the"."""
    name = " ".join((dataset or "")[:_MAX_NAME].split()).strip(" .")
    while name.startswith("the "):
        name = name.removeprefix("the ").strip(" .")
    return name or None


def _number(figure: str) -> Decimal | None:
    mantissa, _, exponent = figure.lower().lstrip("+").partition("e")
    amount = number(mantissa.lstrip("-"))
    if amount is None:
        return None
    amount = amount.scaleb(int(exponent or 0))
    return -amount if mantissa.startswith("-") else amount
