"""Tag a product: which of the 26 elements it shows, and the words that show it.

Order of proof: what the spider states, the summary (a description), counters,
headings, labels in the text, terms and patterns, links. The first proof counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import lru_cache
from typing import Any

from modelstores.elements.proofs import (
    MAX_KNOWN,
    by_counters,
    by_link,
    by_stated,
    by_words,
    meets,
    says_nothing,
)
from modelstores.elements.rules import (
    ABSENT,
    NOT_APPLICABLE,
    UNKNOWN,
    Rules,
    State,
    default_rules,
    state,
)
from modelstores.elements.sections import (
    Section,
    as_line,
    is_cut,
    is_left_open,
    labelled,
    read_sections,
    statements,
)
from modelstores.elements.text import (
    LINKS,
    PRODUCT,
    SECTION,
    around,
    bare,
    clean,
    heading_key,
    lower,
)
from modelstores.items import Policy, Product

#: Short records that are remembered with their tags, and how long what they state is at most.
KNOWN_RECORDS, MAX_RECORD = 5_000, 500
#: Blanks in a heading that may be a sentence.
SENTENCE = 4
#: How the names of the rules begin that find words in a text.
FOUND = ("pattern:", "term:")


class _Tags:
    """What is proven so far, and what is still open."""

    def __init__(self, open_: Iterable[str]) -> None:
        self.open = set(open_)
        self.proofs: dict[str, dict[str, Any]] = {}

    def prove(self, element: str, evidence: str, where: str, rule: str) -> None:
        """Keep the first proof of an element that is still open."""
        if element in self.open and evidence:
            self.take(element, state("present", evidence, where, rule))

    def take(self, element: str, proof: State | None) -> None:
        """Keep the proof of an element that is open."""
        if proof:
            self.open.discard(element)
            self.proofs[element] = proof


def tag(product: Product, rules: Rules | None = None) -> dict[str, dict[str, Any]]:
    """Return ``{element id: {"state", "evidence", "where", "rule"}}`` for all elements.

    ``state`` is "present", "absent", "not_applicable" (no element of this kind
    of product) or "unknown" (its place could not be read). ``evidence`` are at
    most 200 characters, harmless to print. The function is pure: the same
    product and codebook give the same answer.

    What the codebook calls an element of the store stands on its policy pages: a product
    that does not show it says nothing of it, and leaves it "unknown".
    """
    rules = rules or default_rules()
    return _short(product, rules) if _is_short(product) else _whole(product, rules)


def _whole(product: Product, rules: Rules) -> dict[str, State]:
    without_proof, applicable = rules.of_kind(product.kind)
    tags = _Tags(() if product.only_listed else applicable)  # an id proves nothing
    _read_stated(product, rules, tags)
    _read_counters(product, rules, tags)
    sections = list(read_sections(product, rules))
    _read_headings(sections, rules, tags)
    _read_labels(sections, rules, tags)
    _read_text(product, sections, rules, tags)
    _read_links(product, rules, tags)
    found = without_proof.copy()
    for element in without_proof if is_cut(product) else product.unread:
        if found.get(element) is ABSENT:
            found[element] = UNKNOWN
    found.update(tags.proofs)
    return found


def _is_short(product: Product) -> bool:
    """Tell whether there is nothing to read but a name, a few stated values, and counters."""
    if product.sections or product.summary or product.links or not product.stated:
        return False
    return len(product.counters) <= MAX_KNOWN and (
        sum(map(len, product.stated.values())) <= MAX_RECORD
    )


def _short(product: Product, rules: Rules) -> dict[str, State]:
    """Return the same for a short record, by what many records of a store say alike.

    Read by themselves are its name, and stated words that stand alone: its owner.
    """
    alone = [element for element in product.stated if element in rules.alone]
    stated = tuple([item for item in product.stated.items() if item[0] not in rules.alone])
    alike, by_name = _known_record(
        product.kind, stated, tuple(product.counters), tuple(product.unread), rules
    )
    found = alike.copy()
    for element in alone:
        if found[element] is not NOT_APPLICABLE:
            value = product.stated[element]
            found[element] = by_stated(value, element, element, rules) or found[element]
    if by_name:
        found.update(by_words(product.name[:SECTION], "name", "name", rules, by_name))
    return found


@lru_cache(KNOWN_RECORDS)
def _known_record(
    kind: str,
    stated: tuple[tuple[str, str], ...],
    counters: tuple[str, ...],
    unread: tuple[str, ...],
    rules: Rules,
) -> tuple[dict[str, State], frozenset[str]]:
    """Return the tags of a record without what is read by itself, and what its name can prove.

    A name comes before what the terms and patterns find in stated values.
    """
    counted = dict.fromkeys(counters, 0.0)
    record = Product("", "", "", kind, "", "", stated=dict(stated), counters=counted)
    record.unread = list(unread)
    found = _whole(record, rules)
    return found, frozenset(
        element
        for element in rules.readers.get("name", ())
        if found[element] is not NOT_APPLICABLE
        and (found[element]["rule"] or FOUND[0]).startswith(FOUND)
    )


def tag_policy(policy: Policy, rules: Rules | None = None) -> dict[str, dict[str, Any]]:
    """Return the same for the elements that a policy page is about, from its words.

    A page without words shows nothing and denies nothing: its elements are "unknown".
    """
    rules = rules or default_rules()
    text = as_line(policy.text[:PRODUCT], PRODUCT)
    found = {}
    for element in policy.elements:
        found[element] = ABSENT if text.low.split() else UNKNOWN
        for rule, called in rules.policies[element]:
            if place := rule.find(text.low, called):
                words = around(text.text, *place)
                found[element] = state("present", words, "policy", rule.name)
                break
    return found


def _read_stated(product: Product, rules: Rules, tags: _Tags) -> None:
    for element, source in rules.sources:
        if source not in product.stated or element not in tags.open:
            continue
        tags.take(element, by_stated(product.stated[source][:SECTION], source, element, rules))
    for element, name in rules.fields:
        value = getattr(product, name)
        value = str(value)[:SECTION] if value else ""
        if value and not says_nothing(lower(value), element, rules):
            tags.prove(element, clean(value), name, f"field:{name}")


def _read_counters(product: Product, rules: Rules, tags: _Tags) -> None:
    for element, proof in by_counters(tuple(product.counters), rules).items():
        if element in tags.open:
            tags.take(element, proof)


def _read_headings(sections: list[Section], rules: Rules, tags: _Tags) -> None:
    for section in sections:
        if not section.lines:
            continue
        synonym, elements = rules.heading(section.heading)
        for element in elements:
            if element not in tags.open:
                continue
            line = _first_line(section, element, rules)
            if line is not None:
                # A counter's element is shown by its place: the words below hold the number.
                evidence = section.heading if rules.by_id[element].counters else line
                tags.prove(element, clean(evidence), section.where, f"heading:{synonym}")


def _first_line(section: Section, element: str, rules: Rules) -> str | None:
    """Return the first line that says something of an element, and is labelled as no other."""
    for label, said, line in statements(section, rules):
        owners = rules.labels.get(heading_key(label), ()) if label else ()
        if (
            (element in owners or not owners)
            and bare(label) not in rules.nothing[element]
            and not says_nothing(said, element, rules)
            and meets(line.low, element, rules)
        ):
            return line.text
    return None


def _read_labels(sections: list[Section], rules: Rules, tags: _Tags) -> None:
    for section in sections:
        for label, value, words in labelled(section):
            key = heading_key(label)
            for element in rules.labels.get(key, ()):
                if (
                    element in tags.open
                    and element not in section.ruled_out
                    and not says_nothing(value, element, rules)
                    and meets(value, element, rules)
                ):
                    tags.prove(element, clean(words), section.where, f"label:{key}")


def _read_text(product: Product, sections: list[Section], rules: Rules, tags: _Tags) -> None:
    for name, value in {"name": product.name, **product.stated}.items():
        if name in rules.readers and tags.open & rules.readers[name]:
            where = "name" if name == "name" else "stated"
            _search(value[:SECTION], where, name, rules, tags)
    if product.summary:
        summary = product.summary[:SECTION]
        if not is_left_open(lower(summary), rules):
            _search(summary, "summary", "text", rules, tags)
    for section in sections:
        prose = "\n".join(line.text for line in section.prose)
        if _is_sentence(section, product.name):
            prose = f"{section.heading}\n{prose}"
        code = "\n".join(line.text for line in section.code)
        _search(prose, section.where, "text", rules, tags, section.ruled_out)
        _search(code, section.where, "code", rules, tags, section.ruled_out)


def _is_sentence(section: Section, name: str) -> bool:
    """Tell whether a heading may be read as text: it is no name, and something stands below."""
    heading = section.heading
    return bool(section.lines) and heading.count(" ") >= SENTENCE and name not in heading


def _search(
    text: str,
    where: str,
    field: str,
    rules: Rules,
    tags: _Tags,
    ruled_out: Collection[str] = (),
) -> None:
    """Look in the text of a field for the terms and patterns that are looked for there."""
    readers = tags.open & rules.readers[field]
    if ruled_out:
        readers = readers.difference(ruled_out)
    if text and readers:
        for element, proof in by_words(text, where, field, rules, readers).items():
            tags.take(element, proof)


def _read_links(product: Product, rules: Rules, tags: _Tags) -> None:
    if not product.links or not any(link.element in tags.open for link in rules.links):
        return
    for url in product.links[:LINKS]:
        for element, proof in by_link(url, rules, tags.open).items():
            tags.take(element, proof)
