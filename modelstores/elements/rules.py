"""The codebook's rules, compiled once into tables that are fast to look up."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple

from modelstores.elements.codebook import Codebook, Element, Pattern, load
from modelstores.elements.text import heading_key, is_denied

#: Words of a heading that are compared with synonyms that headings begin with.
MOST_WORDS = 8
#: Letters of its first word that are, in scripts that write words together.
MOST_LETTERS = 20

#: Everything but ASCII letters and digits parts words.
_WORDS = bytes(c if chr(c).isalnum() and c < 128 else 32 for c in range(256))


# A term in a file's name ("keras.md") names the file.
_NO_FILE = r"(?!\.(?:csv|gif|html?|ipynb|jpe?g|js|json|md|pdf|png|py|sh|svg|txt|ya?ml)(?![a-z0-9]))"

#: What a product tells of one element: {"state", "evidence", "where", "rule"}.
State = dict[str, Any]


def state(
    name: str, evidence: str | None = None, where: str | None = None, rule: str | None = None
) -> State:
    """Return what is told of one element; a state without proof says nothing else."""
    return {"state": name, "evidence": evidence, "where": where, "rule": rule}


# All products share these: nobody may change them.
ABSENT, NOT_APPLICABLE, UNKNOWN = map(state, ("absent", "not_applicable", "unknown"))


class Rule(NamedTuple):
    """A compiled pattern or term of one element."""

    order: int
    element: str
    name: str
    regex: re.Pattern[str]
    lines: int
    #: where it is looked for: "text", "code", "name", or what is stated
    reads: frozenset[str]
    addresses: bool

    def find(self, low: str, called: Iterable[str]) -> tuple[int, int] | None:
        """Return where the rule matches first on a line with one of the words that called it.

        A match that the words around it deny ("no ...", "... coming soon") is none.
        """
        starts = sorted(set(_lines_with(called, low))) if "\n" in low else (0,)
        for start in starts:
            end = start - 1
            for _ in range(self.lines):
                end = low.find("\n", end + 1)
                if end < 0:
                    end = len(low)
                    break
            lines = low[start:end]
            for found in self.regex.finditer(lines):
                if not is_denied(lines, *found.span()):
                    return start + found.start(), start + found.end()
        return None


def _lines_with(words: Iterable[str], low: str) -> Iterator[int]:
    """Yield where lines begin that hold one of the words."""
    for word in words:
        at = low.find(word)
        while at >= 0:
            yield low.rfind("\n", 0, at) + 1
            end = low.find("\n", at)
            at = low.find(word, end) if end >= 0 else -1


class Link(NamedTuple):
    """A link that shows an element: to a host, and a path that begins with these parts."""

    element: str
    name: str
    host: str
    parts: tuple[str, ...]


def words(low: str) -> list[bytes]:
    """Return the ASCII words of a lower-case text."""
    return low.encode("ascii", "replace").translate(_WORDS).split()


class Rules:
    """A codebook, compiled."""

    def __init__(self, codebook: Codebook) -> None:
        self.codebook = codebook
        self.by_id = {element.id: element for element in codebook.elements}
        self.placeholders = frozenset(codebook.placeholders)
        self.boilerplate = codebook.boilerplate
        self.ignored_links = codebook.ignored_links
        self.requires = {e.id: re.compile(e.requires) for e in codebook.elements if e.requires}
        self.nothing = {e.id: frozenset(e.nothing) for e in codebook.elements}
        self.headings = _table((e.id, e.headings) for e in codebook.elements)
        self.not_below = _table((e.id, e.not_below) for e in codebook.elements)
        self.other_products = _table([("", codebook.other_products)])
        self.labels = _table((e.id, e.labels) for e in codebook.elements)
        self.ignored_files = frozenset(codebook.ignored_files)
        self.counters = [(e.id, c) for e in codebook.elements for c in e.counters]
        #: (element, what can be stated that proves it), the element itself first
        self.sources = [(e.id, s) for e in codebook.elements for s in (e.id, *e.also_stated)]
        #: (element, field of a product that is this element)
        self.fields = [(e.id, f) for e in codebook.elements for f in e.fields]
        self._of_kind: dict[str, tuple[dict[str, State], frozenset[str]]] = {}
        self.links = [
            Link(e.id, link, link.partition("/")[0], tuple(link.split("/")[1:]))
            for e in codebook.elements
            for link in e.links
        ]
        self.policies = {
            e.id: [
                (_rule(e, f"{name}:{number}", p), p.words)
                for name, found in (("policy", e.policies), ("pattern", e.patterns))
                for number, p in enumerate(found, 1)
                if not p.only
            ]
            for e in codebook.elements
        }
        #: {what is read: {word: the rules that it calls}}
        self._by_word: dict[str, dict[bytes, list[Rule]]] = defaultdict(lambda: defaultdict(list))
        #: words in other scripts are looked for as substrings
        self._by_part: dict[str, list[tuple[str, Rule]]] = defaultdict(list)
        #: {what is read: elements of which terms or patterns are looked for in it}
        self.readers: dict[str, set[str]] = defaultdict(set)
        for order, (rule, keys) in enumerate(_rules(codebook)):
            for field in rule.reads:
                self.readers[field].add(rule.element)
                for key in keys:
                    if key.isascii():
                        self._by_word[field][key.encode()].append(rule._replace(order=order))
                    else:
                        self._by_part[field].append((key, rule._replace(order=order)))
        by_name = self.readers.get("name", ())
        #: elements of which the stated words prove nothing else, and that no name proves
        self.alone = frozenset(
            e
            for e in self.by_id
            if e not in self.readers
            and e not in by_name
            and all(element == e for element, source in self.sources if source == e)
        )

    def called(
        self, low: str, field: str, elements: Collection[str]
    ) -> list[tuple[Rule, list[str]]]:
        """Return the elements' rules that a lower-case text of a field calls, with those words.

        The order is the codebook's.
        """
        found: dict[int, tuple[Rule, list[str]]] = {}
        by_word = self._by_word[field]
        called_by = by_word.keys() & words(low)
        if not called_by and low.isascii():
            return []
        for word in called_by:
            for rule in by_word[word]:
                if rule.element in elements:
                    found.setdefault(rule.order, (rule, []))[1].append(word.decode())
        if not low.isascii():
            for part, rule in self._by_part[field]:
                if rule.element in elements and part in low:
                    found.setdefault(rule.order, (rule, []))[1].append(part)
        return [found[order] for order in sorted(found)]

    def of_kind(self, kind: str) -> tuple[dict[str, State], frozenset[str]]:
        """Return what is said of a product of this kind that shows and hides nothing.

        Both are the same objects each time: {element: state}, and the elements that such a
        product can have.
        """
        if kind not in self._of_kind:
            told = {
                e.id: NOT_APPLICABLE
                if kind not in e.kinds
                else UNKNOWN
                if e.level == "store"
                else ABSENT
                for e in self.codebook.elements
            }
            applicable = frozenset(e for e in told if told[e] is not NOT_APPLICABLE)
            self._of_kind[kind] = told, applicable
        return self._of_kind[kind]

    def heading(self, heading: str) -> tuple[str, tuple[str, ...]]:
        """Return the synonym that a heading is, or begins with, and the elements it shows."""
        key = heading_key(heading)
        return next(_matches(self.headings, key), (key, ()))

    def ruled_out(self, heading: str) -> frozenset[str]:
        """Return the elements for which labels and text below a heading prove nothing."""
        found = _matches(self.not_below, heading_key(heading))
        return frozenset(element for _, elements in found for element in elements)

    def is_of_others(self, heading: str) -> bool:
        """Tell whether a heading stands above what is told of other products."""
        return any(_matches(self.other_products, heading_key(heading)))


@cache
def default_rules() -> Rules:
    """Return the rules of the codebook that is shipped, compiled once."""
    return Rules(load())


def _table(entries: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for element, synonyms in entries:
        for synonym in synonyms:
            key = heading_key(synonym) + ("*" if synonym.endswith("*") else "")
            if element not in table.get(key, ()):
                table[key] = (*table.get(key, ()), element)
    return table


def _matches(table: dict[str, tuple[str, ...]], key: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the synonyms in a table that a key is, or begins with, and what stands there."""
    if key in table:
        yield key, table[key]
    start = key
    for _ in range(MOST_WORDS):
        if f"{start}*" in table:
            yield start, table[f"{start}*"]
        start = start.rpartition(" ")[0]
        if not start:
            break
    word = key.partition(" ")[0]
    if not word.isascii():  # words that are written together
        for end in range(min(len(word), MOST_LETTERS) - 1, 1, -1):
            if f"{word[:end]}*" in table:
                yield word[:end], table[f"{word[:end]}*"]


def _rules(codebook: Codebook) -> Iterable[tuple[Rule, tuple[str, ...]]]:
    """Yield each rule with the words that call it."""
    for element in codebook.elements:
        for number, pattern in enumerate(element.patterns, 1):
            yield _rule(element, f"pattern:{number}", pattern), pattern.words
        for term in element.terms:
            # A term is called by its longest word; the expression checks the rest.
            parts = re.findall(r"[a-z0-9]+", term)
            # It begins with its letters, which are found fastest, and looks back from their end.
            letters = re.escape(term)
            regex = rf"{letters}(?<![a-z0-9]{letters})(?![a-z0-9]){_NO_FILE}"
            words = (max(parts, key=len),)
            yield _rule(element, f"term:{term}", Pattern(words, regex)), words


def _rule(element: Element, name: str, pattern: Pattern) -> Rule:
    reads = frozenset(
        pattern.only or ("text", *element.reads, *(("code",) if element.code else ()))
    )
    regex = re.compile(pattern.regex)
    return Rule(0, element.id, name, regex, pattern.lines, reads, pattern.addresses)
