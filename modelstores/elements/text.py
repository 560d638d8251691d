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

#: Characters before and after a match that can deny it.
AROUND = 40

_NOT_A_WORD = re.compile(r"[\W_]+")
_OPTIONAL = re.compile(r"[\[(]\s{0,3}optional\s{0,3}[\])]")
_NUMBERING = re.compile(r"\d{1,2}(?: \d{1,2}){0,3} (?=[^\d])")
_ADDRESS = re.compile(
    r"(?:https?://|ftp://|\bwww\.)[^\s<>\"']{1,2000}"
    r"|(?<![\w.+-])[\w.+-]{1,64}@[\w.-]{1,255}"
)
# What follows the host of an address without a scheme.
_PATH = re.compile(r"\.(?:ai|co|com|dev|edu|gov|io|net|org)/[^\s<>\"']{1,2000}")
_NO = r"(?:no|not|never|without|neither|nor|cannot|lacks?|\w{2,6}n['\u2019]t)"
_DENIED_BEFORE = re.compile(
    rf"\b{_NO} (?!(?:forget|just|limited|only)\b)(?:[\w-]{{1,20}} ){{0,2}}[\"'(\[]?\Z"
)
_DENIED_AFTER = re.compile(
    r"['\")\]]? ?[:(\u2013-]? ?(?:is |are |was |were |will be )?(?:currently |still |yet )?"
    r"(?:(?:coming|available|released|added) soon|not (?:yet |currently )?(?:available|released"
    r"|provided|public|tracked|supported)|unavailable|under construction|tba\b|tbd\b"
    r"|to be (?:added|announced|determined|released))"
)
# A value that only says that there is none. That something costs nothing is a price.
_NONE = re.compile(
    r"(?:no|none|not|never|nothing|without)\b(?! (?:charge|cost|fees?|longer|only)\b)"
    r"[^.;,:\n]{0,40}"
)
_NONE_BEGINS = frozenset("nw")
# "[insert a link]", "<your name>", "{{ license }}"
_BLANK = re.compile(
    r"\W{0,4}(?:\{\{|\{%|\$\{|[\[<({] ?(?:add|describe|enter|fill|insert|link to|name of|your)\b"
    r"[^\])>}\n]{0,80}[\])>}]\W{0,4}\Z)"
)
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


def without_addresses(low: str) -> str:
    """Return the text with blanks in place of web and mail addresses, each as long."""
    if "://" in low or "www." in low or "@" in low:
        low = _ADDRESS.sub(_blanks, low)
    return _PATH.sub(_blanks, low) if "/" in low else low


def _blanks(found: re.Match[str]) -> str:
    return " " * len(found[0])


def is_denied(low: str, start: int, end: int) -> bool:
    """Tell whether the words around ``low[start:end]`` say that it is not, or not yet, there."""
    before = low[max(low.rfind("\n", 0, start) + 1, start - AROUND) : start]
    if " " in before and _DENIED_BEFORE.search(before):
        return True
    return end < len(low) and _DENIED_AFTER.match(low, end, end + 2 * AROUND) is not None


def is_none(words: str) -> bool:
    """Tell whether bare words only say that there is none."""
    return words[:1] in _NONE_BEGINS and _NONE.fullmatch(words) is not None


def is_blank(low: str) -> bool:
    """Tell whether a value is a blank that a template leaves to be filled in."""
    # Most values begin with a letter, and no blank does.
    return not low[:1].isalnum() and _BLANK.match(low, 0, 3 * AROUND) is not None
