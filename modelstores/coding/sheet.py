"""A coding sheet: a CSV file with a row for each thing to be judged.

A row is known by the store, the store's own id and the digest of what the page said; names and
links are there to be read, and are not read back. Cells hold the words of pages: none of them
runs as a formula in a spreadsheet.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from modelstores.reports.render import FORMULA, safe
from modelstores.similarity.vocabulary import DOMAINS

#: The codes of each kind of judgement.
CODES: dict[str, tuple[str, ...]] = {
    "elements": ("1", "0"),
    "domains": DOMAINS,
    "origins": ("paper", "repository", "none"),
    "similar": ("1", "0"),
}
#: What a coder fills in.
FILLED = ("code", "remark")
#: What the program says, and its words: only on demand.
SHOWN = ("program", "words", "place")
#: Most bytes and rows of a sheet that is read, and most characters of a remark and a shown cell.
MAX_BYTES, MAX_ROWS, MAX_TEXT = 32 * 2**20, 100_000, 2000
#: Characters of a digest: enough to tell the pages of one product apart.
DIGEST = 16
_DELIMITERS = (",", ";", "\t")
_PREFIX = "sha256:"


class SheetError(ValueError):
    """A file is no sheet that can be read; the message is one line."""


class Page(NamedTuple):
    """What one product said at one time."""

    store: str
    native_id: str
    #: the first :data:`DIGEST` characters of the digest of what was said
    digest: str


class Unit(NamedTuple):
    """One thing that is judged by itself."""

    what: str
    page: Page
    #: of a pair, the other product
    other: Page | None = None
    #: the element, where one is judged
    element: str = ""


@dataclass(frozen=True)
class Row:
    """A row of a sheet."""

    unit: Unit
    code: str = ""
    remark: str = ""
    #: what is there to be read: {column: words}
    shown: Mapping[str, str] = field(default_factory=dict)


def columns(what: str, *, evidence: bool = False) -> tuple[str, ...]:
    """Return the columns of a sheet; ``evidence``: with the program's answer and its words."""
    names = ["what", "seed", "store", "native_id", "page", "name", "url"]
    if what == "similar":
        names += [f"other_{name}" for name in names[2:]]
    if what == "elements":
        names += ["element", "element_name", "definition", "note"]
    return (*names, *(SHOWN if evidence else ()), *FILLED)


def write(what: str, rows: Iterable[Row], *, seed: int, evidence: bool = False) -> str:
    """Return a sheet as CSV: equal rows give an equal text."""
    named = columns(what, evidence=evidence)
    text = io.StringIO()
    writer = csv.DictWriter(text, named, lineterminator="\r\n")
    writer.writeheader()
    for row in rows:
        cells = {name: safe(row.shown.get(name, ""))[:MAX_TEXT] for name in named}
        cells |= {"what": what, "seed": str(seed), "code": row.code, "remark": row.remark}
        cells |= _place(row.unit.page)
        if row.unit.other:
            cells |= {f"other_{name}": cell for name, cell in _place(row.unit.other).items()}
        if row.unit.element:
            cells["element"] = row.unit.element
        writer.writerow({name: _guarded(cell) for name, cell in cells.items()})
    return text.getvalue()


def read(data: bytes) -> Iterator[tuple[int, Row | str]]:
    """Yield the number of the line on which each row begins, and the row or what is wrong with it.

    A sheet may come back with a byte order mark, or with semicolons or tabs for commas, as
    spreadsheets write it; empty rows are passed over.

    Raises:
        SheetError: the file is not UTF-8, too large, or has no header of a sheet.
    """
    if len(data) > MAX_BYTES:
        raise SheetError(f"longer than {MAX_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SheetError(f"not UTF-8 (byte {error.start}): save it as CSV UTF-8") from None
    named, delimiter = _header(text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    next(reader)
    for number in range(1, MAX_ROWS + 2):
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield line, str(error)
            return
        if number > MAX_ROWS:
            yield line, f"more than {MAX_ROWS} rows"
        elif any(cells):
            yield line, _row(named, cells)


def _header(text: str) -> tuple[tuple[str, ...], str]:
    """Return the columns of a sheet, and what stands between its cells."""
    line = text.partition("\n")[0].rstrip("\r")
    known = {columns(what, evidence=evidence) for what in CODES for evidence in (False, True)}
    for delimiter in _DELIMITERS:
        try:
            cells = tuple(next(csv.reader([line], delimiter=delimiter, strict=True), ()))
        except csv.Error:
            continue
        if cells in known:
            return cells, delimiter
    raise SheetError(f"the first line is no header of a coding sheet: {safe(line)[:80]!r}")


def _row(named: tuple[str, ...], cells: list[str]) -> Row | str:
    if len(cells) != len(named):
        return f"{len(cells)} cells, not {len(named)}"
    found = {name: _plain(cell) for name, cell in zip(named, cells, strict=True)}
    what = found["what"]
    if what not in CODES or {*named} - {*SHOWN} != {*columns(what)}:
        return f"what {safe(what)[:80]!r} is not that of the header"
    code = _code(what, found["code"])
    if code is None:
        given = safe(found["code"])[:80]
        return f"code {given!r} is none of: {', '.join(CODES[what])}"
    if len(found["remark"]) > MAX_TEXT:
        return f"the remark is longer than {MAX_TEXT} characters"
    pages = [
        Page(found[f"{side}store"], found[f"{side}native_id"], found[f"{side}page"])
        for side in (("", "other_") if what == "similar" else ("",))
    ]
    if any(not page.digest.startswith(_PREFIX) for page in pages):
        return f"the page is not named by its digest ({_PREFIX}...)"
    named_by = [page._replace(digest=page.digest.removeprefix(_PREFIX)) for page in pages]
    other = named_by[1] if len(named_by) > 1 else None
    unit = Unit(what, named_by[0], other, found.get("element", ""))
    return Row(unit, code, found["remark"])


def _code(what: str, given: str) -> str | None:
    """Return a code as it is kept, "" if the thing was not judged, None if it is no code."""
    if not (given := given.strip()):
        return ""
    return next((code for code in CODES[what] if code.casefold() == given.casefold()), None)


def _place(page: Page) -> dict[str, str]:
    return {"store": page.store, "native_id": page.native_id, "page": f"{_PREFIX}{page.digest}"}


def _guarded(cell: str) -> str:
    """Return a cell that no spreadsheet runs, and from which :func:`_plain` gets it back."""
    return f"'{cell}" if cell.startswith((*FORMULA, "'")) else cell


def _plain(cell: str) -> str:
    return cell.removeprefix("'")
