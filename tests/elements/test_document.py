"""The page of the codebook: equal to its data, and words stand there as they are."""

from __future__ import annotations

import re
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from modelstores.elements.codebook import Codebook, load
from modelstores.elements.document import PAGE, document

LINES = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), min_size=1)
HOSTILE = st.text("`\\*_[]<>|&#~!-+1.) a", min_size=1)
WORDS = (LINES | HOSTILE).map(lambda text: " ".join(text.split())).filter(bool)


def with_owner(**changes: object) -> Codebook:
    book = load()
    return replace(book, elements=(replace(book["owner"], **changes), *book.elements[1:]))


def section(page: str, name: str) -> str:
    """Return what stands below a heading."""
    return re.split(r"^#+ ", page.partition(f"\n### {name} ")[2], maxsplit=1, flags=re.M)[0]


def read_text(markdown: str) -> str:
    """Return what Markdown shows of a line; it may hold no markup."""
    assert not re.match(r"[-+#>] |\d{1,9}[.)]( |$)|[-+]$", markdown)
    plain = re.sub(r"\\[!-/:-@\[-`{-~]", "", markdown)
    assert not re.search(r"[\\`*_\[\]<>|&#~]", plain)
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown)


def read_code(markdown: str) -> str:
    """Return the code between the backticks that a text begins and ends with."""
    marks = re.match("`+", markdown)
    assert marks
    inner, closing = markdown[marks.end() : -marks.end()], markdown[-marks.end() :]
    assert closing == marks[0]
    assert marks[0] not in re.findall("`+", inner)
    if inner.startswith(" ") and inner.endswith(" ") and inner.strip(" "):
        inner = inner[1:-1]
    return inner


def test_the_document_is_the_codebooks() -> None:
    assert PAGE.read_text("utf-8") == document(load())


@given(WORDS, WORDS)
def test_words_stand_as_they_are(note: str, example: str) -> None:
    page = document(with_owner(note=note, example=example))
    lines = section(page, "Owner").split("\n")
    assert read_text(lines[4]) == note
    (shown,) = (line for line in lines if line.startswith("* Counts: “"))
    assert read_text(shown.removeprefix("* Counts: “").removesuffix("”")) == example


@given(WORDS, st.text("`a |", min_size=1).filter(str.strip))
def test_code_stands_as_it_is(label: str, regex: str) -> None:
    page = document(with_owner(labels=(label,), requires=regex))
    rows = dict(row.split(": ", 1) for row in section(page, "Owner").split("\n* ")[1:])
    assert read_code(rows["Labels"].rstrip("\n")) == label
    assert read_code(rows["Below a heading or after a label"].rstrip("\n")) == regex


def test_all_that_an_element_is_stands_in_its_section() -> None:
    page = document(load())
    for element in load().elements:
        shown = section(page, element.name)
        assert f"\n* Counts: “{element.example[:8]}" in shown.replace("\\", "")
        assert f"\n* Does not count: “{element.counterexample[:8]}" in shown.replace("\\", "")
        assert f"\n* Level: {element.level}\n" in shown
        for word in (*element.headings, *element.labels, *element.terms, *element.links):
            assert f"`{word}`" in shown


def test_a_table_ends_the_page_with_the_fields_of_other_standards() -> None:
    book = with_owner(name="A | B", mappings={"spdx": ("a|b", "c")})
    rows = document(book).rpartition("\n\n")[2].splitlines()
    assert {len(re.findall(r"(?<!\\)\|", row)) for row in rows} == {2 + len(book.standards)}
    assert all(f"[{s.name} {s.version}]({s.url})" in rows[0] for s in book.standards)
    assert rows[2] == r"| A \| B |  | `a\|b`, `c` |  |  |"
    assert len(rows) == 2 + len(book.elements)
