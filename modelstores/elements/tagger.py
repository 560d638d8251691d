"""Tag a product: which of the 26 elements it shows, and the words that show it.

Order of proof: what the spider states, the summary (a description), counters,
headings, labels in the text, terms and patterns, links. The first proof counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from modelstores.elements.rules import Rules, default_rules
from modelstores.elements.sections import (
    Line,
    Section,
    as_line,
    is_cut,
    is_left_open,
    labelled,
    read_sections,
    split_label,
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


class _Tags:
    """What is proven so far, and what is still open."""

    def __init__(self, open_: Iterable[str]) -> None:
        self.open = set(open_)
        self.proofs: dict[str, dict[str, Any]] = {}

    def prove(self, element: str, evidence: str, where: str, rule: str) -> None:
        """Keep the first proof of an element that is still open."""
        if element in self.open and evidence:
            self.open.discard(element)
            self.proofs[element] = _state("present", evidence, where, rule)


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
    readable = () if product.only_listed else rules.codebook.elements  # an id proves nothing
    tags = _Tags(e.id for e in readable if product.kind in e.kinds)
    _read_stated(product, rules, tags)
    _read_counters(product, rules, tags)
    sections = list(read_sections(product, rules))
    _read_headings(sections, rules, tags)
    _read_labels(sections, rules, tags)
    _read_text(product, sections, rules, tags)
    _read_links(product, rules, tags)
    unread = {e.id for e in rules.codebook.elements} if is_cut(product) else set(product.unread)
    return {
        element.id: tags.proofs.get(element.id)
        or _state(
            "not_applicable"
            if product.kind not in element.kinds
            else "unknown"
            if element.id in unread or element.level == "store"
            else "absent"
        )
        for element in rules.codebook.elements
    }


def tag_policy(policy: Policy, rules: Rules | None = None) -> dict[str, dict[str, Any]]:
    """Return the same for the elements that a policy page is about, from its words.

    A page without words shows nothing and denies nothing: its elements are "unknown".
    """
    rules = rules or default_rules()
    text = as_line(policy.text[:PRODUCT], PRODUCT)
    found = {}
    for element in policy.elements:
        found[element] = _state("absent" if text.low.split() else "unknown")
        for rule, called in rules.policies[element]:
            if place := rule.find(text.low, called):
                words = around(text.text, *place)
                found[element] = _state("present", words, "policy", rule.name)
                break
    return found


def _state(
    state: str, evidence: str | None = None, where: str | None = None, rule: str | None = None
) -> dict[str, Any]:
    return {"state": state, "evidence": evidence, "where": where, "rule": rule}


def _read_stated(product: Product, rules: Rules, tags: _Tags) -> None:
    stated = product.stated
    for element in rules.codebook.elements:
        for source in (element.id, *element.also_stated):
            value = stated.get(source, "")[:SECTION]
            if not value or _says_nothing(lower(value), element.id, rules):
                continue
            if source == element.id or _meets(lower(value), element.id, rules):
                tags.prove(element.id, clean(value), "stated", f"stated:{source}")
        for name in element.fields:
            value = str(getattr(product, name) or "")[:SECTION]
            if value and not _says_nothing(lower(value), element.id, rules):
                tags.prove(element.id, clean(value), name, f"field:{name}")


def _read_counters(product: Product, rules: Rules, tags: _Tags) -> None:
    """Counters move by themselves, so the evidence never holds their number."""
    for element, counter in rules.counters:
        for name in product.counters:
            if name == counter or name.startswith(f"{counter}_"):
                tags.prove(element, clean(f"counter:{name}"), "counter", f"counter:{counter}")


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
    """Return the first line that says something of an element."""
    for line, low in section.lines:
        label, value = split_label(low)
        said = value if label else low
        if not _says_nothing(said, element, rules) and _meets(low, element, rules):
            return line
    return None


def _read_labels(sections: list[Section], rules: Rules, tags: _Tags) -> None:
    for section in sections:
        for label, value, words in labelled(section):
            key = heading_key(label)
            for element in rules.labels.get(key, ()):
                if (
                    element in tags.open
                    and not _says_nothing(value, element, rules)
                    and _meets(value, element, rules)
                ):
                    tags.prove(element, clean(words), section.where, f"label:{key}")


def _read_text(product: Product, sections: list[Section], rules: Rules, tags: _Tags) -> None:
    for name, value in {"name": product.name, **product.stated}.items():
        readers = {e for e in tags.open if name in rules.by_id[e].reads}
        if readers:
            where = "name" if name == "name" else "stated"
            _search([as_line(value)], where, readers, rules, tags, field=name)
    summary = as_line(product.summary or "")
    if not is_left_open(summary.low, rules):
        _search([summary], "summary", tags.open, rules, tags)
    for section in sections:
        _search(section.prose, section.where, tags.open, rules, tags)
        readers = tags.open & rules.readers_of_code
        _search(section.code, section.where, readers, rules, tags)


def _search(
    lines: list[Line],
    where: str,
    readers: set[str],
    rules: Rules,
    tags: _Tags,
    *,
    field: str = "",
) -> None:
    """Look for the terms and patterns of the elements ``readers`` in the lines."""
    if not lines or not readers:
        return
    low = "\n".join(line.low for line in lines)
    text = None
    for rule, words in rules.called(low):
        if rule.element not in readers or rule.element not in tags.open:
            continue
        if rule.only and field not in rule.only:
            continue
        if span := rule.find(low, words):
            text = text or "\n".join(line.text for line in lines)
            tags.prove(rule.element, around(text, *span), where, rule.name)


def _read_links(product: Product, rules: Rules, tags: _Tags) -> None:
    if not any(link.element in tags.open for link in rules.links):
        return
    for url in product.links[:LINKS]:
        place = _place(url)
        if place is None or f"{place[0]}{place[1]}".startswith(rules.ignored_links):
            continue
        for link in rules.links:
            if link.element in tags.open and _is_at(place, link.host, link.path):
                tags.prove(link.element, clean(url), "link", f"link:{link.name}")


def _place(url: str) -> tuple[str, str] | None:
    """Return host and path of an address, lower case and without "www."; None if it has none."""
    try:
        parts = urlsplit(url[:2_000].lower())
    except ValueError:
        return None
    host = (parts.netloc.rpartition("@")[2].partition(":")[0]).removeprefix("www.")
    return (host, parts.path) if host else None


def _is_at(place: tuple[str, str], host: str, path: str) -> bool:
    found, found_path = place
    return (found == host or found.endswith(f".{host}")) and found_path.startswith(f"/{path}")


def _says_nothing(low: str, element: str, rules: Rules) -> bool:
    words = bare(low)
    return (
        not words
        or words in rules.placeholders
        or words in rules.nothing[element]
        or words.startswith(rules.boilerplate)
    )


def _meets(low: str, element: str, rules: Rules) -> bool:
    requires = rules.requires.get(element)
    return requires is None or requires.search(low) is not None
