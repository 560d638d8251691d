"""Read a page by what it says: its text, sections, links and labelled values.

A page is hostile input. Every function here walks the document once, without
recursion, and bounds what it returns, so that neither deep nesting nor a huge page
costs more than time linear in its size.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Collection
from typing import Any
from urllib.parse import urljoin, urlsplit

import parsel
from lxml import etree
from scrapy.http import Response

from modelstores.lines import HEADINGS, MAX_TEXT, Line, collapse, element, lines, tags

#: Most links kept of one page: real model cards have up to about a hundred.
MAX_LINKS = 500
#: Longest address kept, in characters: what browsers and search engines agree on.
MAX_ADDRESS = 2_000
#: Longest label, and longest line that can be a plain "Label: value", in characters:
#: what is longer is a sentence that happens to hold a colon.
MAX_LABEL, MAX_LABELLED_LINE = 40, 200
#: Most labels kept of one page.
MAX_LABELS = 500

#: Most sections kept of one page, and longest heading: what follows is still kept as text.
MAX_SECTIONS, MAX_HEADING = 1_000, 500
#: Longest summary and shortest sentence, in characters; blanks in a line that counts as a
#: sentence although no stop ends it; blanks before a colon that make no label.
MAX_SUMMARY, MIN_SENTENCE, SENTENCE_WORDS, LABEL_WORDS = 500, 20, 6, 4

#: What encloses code in the text of a section, on a line of its own.
FENCE = "```"

# What headings say below which a product is described, and what rules a heading out.
_ABOUT: tuple[str, ...] = (
    *("about", "abstract", "description", "introduction", "model details", "model summary"),
    *("overview", "what is"),
)
_NOT_ABOUT = ("data", "evaluat", "licen", "train", "usage")
_SENTENCE_END = re.compile("(?<=[.!?]) (?<![^a-z][A-Z][.] )|(?<=[\u3002\uff01\uff1f])")
_STOPS = frozenset(".!?:\u3002\uff01\uff1f")


class NotAProduct(ValueError):
    """The page shows no product. The message is one line without words of the page."""


class EmptyShell(NotAProduct):
    """The page shows nothing: scripts would fill it in."""


def root(response: Response) -> etree._Element:
    """Return the root element of an HTML page, parsed once with libxml2's own limits.

    ``response.selector`` would lift them (parsel sets ``huge_tree``).

    Raises:
        NotAProduct: there is no HTML in the body, or more of it than the limits allow.
    """
    body: str = getattr(response, "text", "")
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        found = etree.fromstring(body.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        found = None
    if found is None:
        raise NotAProduct("the page holds no HTML")
    error = parser.error_log.last_error
    if error is not None and error.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
        raise NotAProduct("the page is nested too deeply to be read to its end")
    return found


def clean(value: object) -> str:
    """Return a string of page or record on one line, without control characters; else ""."""
    if not isinstance(value, str):
        return ""
    return collapse(value[:MAX_TEXT])


def text(node: etree._Element | parsel.Selector) -> str:
    """Return the visible text of a node on one line, at most MAX_TEXT characters."""
    return collapse(" ".join(line.text for line in lines(node)))[:MAX_TEXT].rstrip()


def sections(
    root: etree._Element | parsel.Selector, *, levels: str = "h1 h2 h3 h4 h5 h6"
) -> list[dict[str, str]]:
    """Return ``[{"heading", "text"}]`` in page order: each heading and the text up to the next.

    Text before the first heading has the heading ""; a heading without words starts no
    section. The text has a line for each block, " | " between the cells of a row, and
    keeps code between two lines that are exactly FENCE (FENCE in the page's own text
    becomes three apostrophes, so that no page can open or close code).
    """
    wanted = tags(levels)
    found: list[tuple[str, list[str]]] = [("", [])]
    for line in lines(root):
        words = line.text.replace(FENCE, "'''")
        if line.tag in wanted:
            if words and len(found) <= MAX_SECTIONS:
                found.append((words[:MAX_HEADING], []))
            elif words:
                found[-1][1].append(words)
        elif line.tag == "pre":
            found[-1][1].extend((FENCE, words, FENCE))
        else:
            found[-1][1].append(words)
    result = [{"heading": heading, "text": "\n".join(body)} for heading, body in found]
    return result if result[0]["text"] else result[1:]


def summary(
    sections: list[dict[str, str]], name: str = "", boilerplate: Collection[str] = ()
) -> str | None:
    """Return the first one or two sentences that say what a product is, or None.

    They are looked for at the beginning, and below headings that hold the product's name or
    a word like "description". Passed over are code, rows, labelled values, names in a row,
    and sentences with a boilerplate phrase (in lower case): what a template says of all.
    """
    for number, section in enumerate(sections):
        heading = section["heading"].lower()
        about = number == 0 or any(word in heading for word in _ABOUT)
        named = name and name.lower() in heading
        if not (named or (about and not heading.startswith(_NOT_ABOUT))):
            continue
        prose = "\n".join(section["text"].split(FENCE)[::2])
        for line in prose.split("\n"):
            if found := _description(line, boilerplate):
                return found
    return None


def _description(line: str, boilerplate: Collection[str]) -> str:
    """Return the first one or two sentences of a line that is prose, else ""."""
    label, value = _split_label(Line("p", line, ""))
    if any(word in label for word in _ABOUT):
        line = value
    elif label and (label.count(" ") < LABEL_WORDS or len(value) < MIN_SENTENCE):
        return ""
    told = _SENTENCE_END.split(line[: 2 * MAX_SUMMARY])
    told = [one for one in told if not any(phrase in one.lower() for phrase in boilerplate)]
    if not told or not _is_sentence(told[0]):
        return ""
    more = [one for one in told[1:2] if one[-1:] != ":" and "://" not in one]
    return " ".join([told[0], *more]).strip()[:MAX_SUMMARY]


def _is_sentence(words: str) -> bool:
    """Whether words are prose: enough of them, and some in small letters or without case."""
    if len(words) < MIN_SENTENCE or " | " in words or "://" in words:
        return False
    if any(letter > "\u2e7f" for letter in words[:MIN_SENTENCE]):  # scripts without blanks
        return True
    plain = [word for word in words.split() if word[0].isalpha() and not word[0].isupper()]
    return len(plain) > 1 and (words[-1] in _STOPS or words.count(" ") >= SENTENCE_WORDS)


def links(root: etree._Element | parsel.Selector, base_url: str) -> list[str]:
    """Return the absolute http(s) addresses that a node links to, in order, each once.

    Left out are places on the same page, addresses with a user or password in them, and
    what exceeds MAX_LINKS or MAX_ADDRESS.
    """
    found: dict[str, None] = {}
    here = base_url.partition("#")[0]
    for anchor in element(root).iter("a", "area"):
        address = _address(anchor.get("href") or "", base_url)
        if address and address.partition("#")[0] != here:
            found[address] = None
            if len(found) == MAX_LINKS:
                break
    return list(found)


def labelled(root: etree._Element | parsel.Selector) -> dict[str, str]:
    """Return {label in lower case: value} of what the page labels; the first of a label counts.

    Labels are ``<dt>`` (value: the ``<dd>`` after it), the ``<th>`` or bold cell of a row
    with two cells, the bold start of a line that ends with a colon, and the start of a
    short line before a colon.
    """
    found: dict[str, list[str]] = {}
    term = ""
    for line in lines(root):
        if line.tag == "dt":
            term = _label(line.text)
        elif line.tag == "dd" and term:
            found.setdefault(term, []).append(line.text)
        else:
            if line.tag != "dd":
                term = ""
            label, value = _split_label(line)
            if label and value and label not in found:
                found[label] = [value]
        if len(found) >= MAX_LABELS:
            break
    return {label: " ".join(values) for label, values in found.items()}


def _label(words: str) -> str:
    label = words.rstrip(" :").lower()
    return label if len(label) <= MAX_LABEL else ""


def _split_label(line: Line) -> tuple[str, str]:
    """Return (label, value) of a line, each "" if it has none."""
    if line.tag in HEADINGS or line.tag == "pre":
        return "", ""
    if line.tag == "tr":
        return _label(line.lead), line.text[len(line.lead) :].lstrip(" |") if line.lead else ""
    rest = line.text[len(line.lead) :].lstrip()
    if line.lead and (line.lead.endswith(":") or rest.startswith(":")):
        return _label(line.lead), rest.lstrip(" :")
    label, colon, value = line.text.partition(":")
    if not colon or len(line.text) > MAX_LABELLED_LINE or not value.startswith(" "):
        return "", ""
    return _label(label), value.strip()


def _address(href: str, base_url: str) -> str:
    """Return an absolute http(s) address without user, white space or control, else ""."""
    href = href.strip().replace(" ", "%20")
    if not href or href[0] == "#" or len(href) > MAX_ADDRESS or not href.isprintable():
        return ""
    try:
        address = urljoin(base_url, href)
        parts = urlsplit(address)
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        return ""
    return address if len(address) <= MAX_ADDRESS else ""


def read_json(body: str | bytes | None) -> Any:
    """Return the JSON value in a body or attribute.

    Raises:
        NotAProduct: it is no JSON, or nested beyond the interpreter's limit.
    """
    try:
        return json.loads(body or "")
    except (ValueError, RecursionError):
        raise NotAProduct("the JSON of the page cannot be read") from None


def dig(value: object, *path: str) -> Any:
    """Return what stands at a path of keys, or None where a step is no object or lacks the key."""
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def words(value: object) -> list[str]:
    """Return the strings in a JSON string or list of strings, cleaned, without empty ones."""
    if not value:
        return []
    items = value if isinstance(value, list) else [value]
    return [item for one in items if (item := clean(one))]


def objects(value: object) -> list[dict[str, Any]]:
    """Return the objects in a JSON list, without anything else."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def number(value: object) -> float | None:
    """Return a finite JSON number, else None: ``true`` is none, nor is ``NaN``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return value if math.isfinite(value) else None
    except OverflowError:  # an integer that no float holds
        return None
