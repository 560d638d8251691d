"""The algorithm slot: a family with its variant, from the most trusted place that names one.

Name, stated field, summary, links, headings, opening of the page. What nobody says
stays None: never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import lru_cache

from modelstores.similarity.matcher import tokenise
from modelstores.similarity.named import Algorithm, can_hold, compose, named_in, one_named_in
from modelstores.similarity.reading import Reading
from modelstores.similarity.vocabulary import Vocabulary


def find_algorithm(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the algorithm of a product, from the most trusted place that names one."""
    chosen = one_named_in(reading.title, known)
    if field := reading.fields.algorithm:
        chosen = _finer(chosen, field.tells(one_named_in), known)
    for further in () if reading.is_bare else _FURTHER:
        # a general term (neural network) does not end the search, but only its kind refines it
        if chosen is None or known.algorithms[chosen.entry].get("general"):
            chosen = _finer(chosen, further(reading, known), known)
    if chosen is None or reading.is_bare:
        return chosen
    return _completed(chosen, reading, known)


def _finer(a: Algorithm | None, b: Algorithm | None, known: Vocabulary) -> Algorithm | None:
    """Return the more trusted ``a``, unless ``b`` says more of the same."""
    if a is None or b is None:
        return a or b
    if a.entry == b.entry:
        more = b.composed > a.composed or (not a.variant and b.variant)
        return b if more or (a.family == a.entry and b.family != b.entry) else a
    if can_hold(a, b, known):
        return compose(a, b, known)
    if can_hold(b, a, known):
        return compose(b, a, known)
    if a.entry in known.ancestors(b.entry):
        # a field that says BiT where the name says ResNet-152x2
        return b if b.variant else replace(b, variant=a.variant)
    return a


def _from_summary(reading: Reading, _: Vocabulary) -> Algorithm | None:
    return reading.summary.tells(one_named_in)


def _from_links(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the family whose paper or code is linked, if the links stand for one only."""
    special = [(link, f) for link, f in reading.links if not known.algorithms[f].get("general")]
    if len({f for _, f in special}) != 1:
        return None
    link, family = special[0]
    return Algorithm(family, family, "", (), link)


def _from_headings(reading: Reading, known: Vocabulary) -> Algorithm | None:
    for heading in reading.headings:
        named = one_named_in(heading, known)
        if named and not known.algorithms[named.entry].get("general"):
            return named
    return None


def _from_opening(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the family that makes up more than half of what the opening names."""
    found = [a for part in reading.passages for a in part.tells(named_in)]
    fine = [a for a in found if not known.algorithms[a.entry].get("general")] or found
    if not fine:
        return None
    counts = Counter(a.entry for a in fine)
    entry, count = counts.most_common(1)[0]
    if count * 2 <= len(fine):
        return None
    return next(a for a in fine if a.entry == entry)


#: Where a family is looked for that neither name nor field names, in order of trust.
_FURTHER = (_from_summary, _from_links, _from_headings, _from_opening)


def _completed(chosen: Algorithm, reading: Reading, known: Vocabulary) -> Algorithm:
    """Return the algorithm with the variant that summary or body name, if they name only one."""
    entry = known.algorithms[chosen.entry]
    if entry.get("detector") and not chosen.composed:
        return _on_backbone(chosen, reading, known)
    if chosen.variant or not entry["variant"]:
        return chosen
    for parts in ([reading.summary], reading.passages):
        named = [
            a
            for part in parts
            if part.may_name(_names_of(chosen.entry, known))
            for a in part.tells(named_in)
            if a.entry == chosen.entry and (a.variant or a.family != a.entry)
        ]
        names = {(a.family, a.variant) for a in named}
        if len(names) == 1:
            return named[0]
        if names:
            return chosen
    return chosen


@lru_cache(maxsize=1_000)
def _names_of(family: str, known: Vocabulary) -> tuple[tuple[str, ...], ...]:
    """Return the names of a family as tokens, their words apart."""
    entry = known.algorithms[family]
    names = (name for kind in ("aliases", "exact_case", "titles") for name in entry.get(kind, ()))
    return tuple(tuple(tokenise(name)) for name in names)


def _on_backbone(detector: Algorithm, reading: Reading, known: Vocabulary) -> Algorithm:
    """Return the detector on the backbone that summary or opening name, if they name only one."""
    for part in (reading.summary, *(section.whole for section in reading.opening)):
        if not part.may_name(_names_of(detector.entry, known)):
            continue
        named = part.tells(one_named_in)
        if named and named.entry == detector.entry and named.composed:
            return named
    return detector
