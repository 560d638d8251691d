"""Words as the tagger compares and keeps them."""

from __future__ import annotations

import re

#: The line before and after code in the text of a section.
FENCE = "```"
#: Characters read of one section, and of a product's texts together. Real cards
#: are far below (the longest recorded ones have some 100,000 characters, most of
#: it tables and licence texts); a page of 10 MB must not hold up a crawl.
SECTION, PRODUCT = 20_000, 200_000
#: Sections and links read of one product, for the same reason.
SECTIONS, LINKS = 1_000, 1_000
#: Longest evidence that is kept: enough to recognise the place, too short to copy a page.
EVIDENCE = 200
#: Longest heading that ``where`` keeps.
HEADING = 80
#: No heading synonym or label is longer than this; what is longer is not compared in full.
COMPARED = 200

_NOT_A_WORD = re.compile(r"[\W_]+")
_OPTIONAL = re.compile(r"[\[(]\s{0,3}optional\s{0,3}[\])]")
_NUMBERING = re.compile(r"\d{1,2}(?: \d{1,2}){0,3} (?=[^\d])")
_EDGES = " \t\r*_-\u2013\u2014\u2022\u00b7[](){}<>.:;!?\"'`\u2026\u3002\uff1a|#"


def clean(text: str, length: int = EVIDENCE) -> str:
    """Return at most ``length`` characters of one harmless line.

    White space is collapsed; control, bidirectional and zero-width characters,
    surrogates and everything else that does not print are taken out, so that
    the words can go to a terminal, a CSV file or a page.
    """
    # Four times as much is read as is kept: enough for any honest mix of spaces.
    line = " ".join(text[: 4 * length].split())
    if not line.isprintable():
        line = " ".join("".join(c for c in line if c.isprintable()).split())
    return line[:length].rstrip()


def lower(text: str) -> str:
    """Return the text in lower case, each character in its old place.

    U+0130 is the only character whose lower case is two characters long.
    """
    return text.replace("\u0130", "i").lower()


def heading_key(heading: str) -> str:
    """Return the form in which headings and labels are compared.

    Lower case, words only: no punctuation, no emoji, no "[optional]", no
    leading number.
    """
    low = heading[:COMPARED].lower()
    if "optional" in low:
        low = _OPTIONAL.sub(" ", low)
    key = _NOT_A_WORD.sub(" ", low).strip()
    return _NUMBERING.sub("", key, count=1) if key[:1].isdigit() else key


def bare(text: str) -> str:
    """Return lower-case words without the brackets and marks around them."""
    return text.strip(_EDGES)


def around(text: str, start: int, end: int) -> str:
    """Return the words around ``text[start:end]``: its line, or a part of that with it inside."""
    left = text.rfind("\n", 0, start) + 1
    right = text.find("\n", end)
    right = len(text) if right < 0 else right
    if right - left > EVIDENCE:
        before = max(left, start - EVIDENCE // 3)
        if before > left:
            space = text.find(" ", before, start)
            before = space + 1 if space >= 0 else before
        left = before
    return clean(text[left:right])
