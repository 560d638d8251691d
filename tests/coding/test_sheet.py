from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelstores.coding import sheet
from modelstores.coding.sheet import CODES, FILLED, SHOWN, Page, Row, SheetError, Unit, columns
from modelstores.reports.render import FORMULA

HOSTILE = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=40),
    st.sampled_from([*FORMULA, "'", "''", "'=1", '"', '""', ",", ";", "\n", "\r\n", "\ufeff"]),
    st.builds("{}{}".format, st.sampled_from([*FORMULA, "'"]), st.text("a1()'\"\n,;", max_size=9)),
)
PAGES = st.builds(
    Page,
    st.sampled_from(["hub", "zoo"]),
    HOSTILE,
    st.text("0123456789abcdef", min_size=16, max_size=16),
)


@st.composite
def rows(draw: st.DrawFn) -> Row:
    what = draw(st.sampled_from(sorted(CODES)))
    other = draw(PAGES) if what == "similar" else None
    unit = Unit(what, draw(PAGES), other, draw(HOSTILE) if what == "elements" else "")
    code = draw(st.sampled_from(["", *CODES[what]]))
    names = ("name", "url", "element_name", "definition", "note", *SHOWN)
    return Row(unit, code, draw(HOSTILE), {name: draw(HOSTILE) for name in names})


def read(text: str) -> list[Row | str]:
    return [row for _, row in sheet.read(text.encode())]


@given(st.lists(rows(), max_size=4), st.booleans(), st.sampled_from(",;\t"), st.booleans())
def test_what_is_written_is_read(
    given_rows: list[Row], evidence: bool, delimiter: str, mark: bool
) -> None:
    for what in CODES:
        of_kind = [row for row in given_rows if row.unit.what == what]
        text = sheet.write(what, of_kind, seed=1, evidence=evidence)
        cells = list(csv.reader(io.StringIO(text, newline=""), strict=True))
        assert not any(cell.startswith(FORMULA) for row in cells for cell in row)
        again = io.StringIO()
        csv.writer(again, delimiter=delimiter).writerows(cells)
        found = read("\ufeff" * mark + again.getvalue())
        assert [row.unit for row in found] == [row.unit for row in of_kind]
        assert [row.code for row in found] == [row.code for row in of_kind]
        assert [row.remark for row in found] == [row.remark for row in of_kind]


def one(**changes: str) -> str:
    """Return a sheet of one row with its cells changed."""
    unit = Unit("domains", Page("hub", "a", "0" * 16))
    text = sheet.write("domains", [Row(unit, "Image")], seed=1)
    header, line = csv.reader(io.StringIO(text))
    made = io.StringIO()
    csv.writer(made).writerows([header, (dict(zip(header, line, strict=True)) | changes).values()])
    return made.getvalue()


def test_the_program_is_hidden_unless_shown() -> None:
    shown = {"program": "present", "words": "by Ada", "place": "stated"}
    unit = Unit("elements", Page("hub", "a", "0" * 16), element="owner")
    blind = sheet.write("elements", [Row(unit, shown=shown)], seed=7)
    assert not {"program", "words", "place"} & {*blind.splitlines()[0].split(",")}
    assert "by Ada" not in blind
    assert "present,by Ada,stated,," in sheet.write(
        "elements", [Row(unit, shown=shown)], seed=7, evidence=True
    )
    assert blind.splitlines()[1].startswith("elements,7,hub,a,sha256:0000000000000000,")


@pytest.mark.parametrize("what", CODES)
def test_what_is_filled_in_stands_last(what: str) -> None:
    assert columns(what)[-2:] == columns(what, evidence=True)[-2:] == FILLED


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"code": "Picture"}, "code 'Picture' is none of: Image, Video"),
        ({"code": "1"}, "code '1'"),
        ({"what": "origins"}, "code 'Image' is none of: paper"),
        ({"what": "elements"}, "what 'elements' is not that of the header"),
        ({"what": "\x1b[31m"}, "what '' is not"),
        ({"page": "0" * 16}, "digest"),
        ({"remark": "x" * 2001}, "longer than 2000"),
        ({"remark": "\x00" + "y" * 200_000}, "field larger than field limit"),
    ],
)
def test_a_bad_row_says_why(changes: dict[str, str], named: str) -> None:
    (found,) = sheet.read(one(**changes).encode())
    assert found[0] == 2
    assert isinstance(found[1], str)
    assert named in found[1]


def test_a_code_is_read_whatever_its_case_and_white_space() -> None:
    (row,) = read(one(code="  natural LANGUAGE "))
    assert row.code == "Natural language"
    (row,) = read(one(code=" "))
    assert row.code == ""


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    text = one(remark="two\nlines")
    header, row = text.split("\r\n", 1)
    found = list(sheet.read(f"{header}\r\n{row}{','.join([''] * 9)}\r\nshort\r\n".encode()))
    assert [line for line, _ in found] == [2, 5]
    assert found[1][1] == "1 cells, not 9"


def test_an_unclosed_quote_ends_the_sheet() -> None:
    found = read(one() + '"domains')
    assert [isinstance(row, str) for row in found] == [False, True]


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"", "no header"),
        (b"what,seed\n", "no header"),
        (b'"' + one().encode(), "no header"),
        (b"x" * 200_000 + one().encode(), "no header"),
        (one().replace("remark", "Remark").encode(), "no header"),
        (b"\xff\xfe" + one().encode("utf-16-le"), "not UTF-8"),
        (one(remark="né").encode("latin-1"), "not UTF-8"),
        (one().encode() + b" " * sheet.MAX_BYTES, "longer than"),
    ],
)
def test_a_file_that_is_no_sheet(data: bytes, named: str) -> None:
    with pytest.raises(SheetError, match=named):
        list(sheet.read(data))


def test_too_many_rows_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet, "MAX_ROWS", 2)
    header, row = one().split("\r\n", 1)
    found = list(sheet.read(f"{header}\r\n{row * 9}".encode()))
    assert [line for line, _ in found] == [2, 3, 4]
    assert found[2][1] == "more than 2 rows"
