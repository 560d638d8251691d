"""The algorithm slot: a family with its variant, from the most trusted place that names one.

Name, stated field, summary, links, headings, opening of the page. What nobody says
stays None: never guessed.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Any

from modelstores.similarity.reading import Match, Part, Reading, evidence
from modelstores.similarity.variants import MAX_TOKENS, read_variant, with_backbone
from modelstores.similarity.vocabulary import Vocabulary


@dataclass
class Algorithm:
    """A family (with its generation), its variant, and the words that named it."""

    entry: str
    family: str
    variant: str
    match: Match | None
    end: int = 0
    shown: dict[str, Any] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The family with its variant."""
        return f"{self.family}-{self.variant}" if self.variant else self.family


def _after(match: Match, part: Part, known: Vocabulary) -> list[int]:
    """Return the places of the tokens after a name in which its variant may stand.

    In names, data sets and languages may stand between: ``bert_zh_L-12``, ``v2_imagenet1k_b0``.
    """
    reach = range(match.end, min(match.end + MAX_TOKENS, len(match.text.tokens)))
    if not part.title:
        return list(reach)
    data = {i for m in part.of("dataset") for i in range(m.start, m.end)}
    tokens = match.text.tokens
    return [
        i for i in reach if i not in data and not (part.handle and tokens[i] in known.languages)
    ]


def _named(match: Match, part: Part, known: Vocabulary) -> Algorithm:
    """Return what a match names, with the variant that follows it."""
    entry = known.algorithms[match.sense.id]
    places = _after(match, part, known)
    tokens = [match.text.tokens[i] for i in places]
    variant = read_variant(tokens, 0, entry["variant"], known.noise, match.sense.stuck)
    family = entry["id"] + (f"-{variant.generation}" if variant.generation else "")
    text = variant.text
    if entry.get("detector"):
        text = with_backbone(text, "", known.necks, entry.get("own", ()))
    end = places[variant.end - 1] + 1 if variant.end else match.end
    seen = Match(match.text, match.start, end, match.sense)
    return Algorithm(entry["id"], family, text, seen, end)


def _named_in(part: Part, known: Vocabulary) -> list[Algorithm]:
    """Return what a part names; names inside the words of an earlier one are not read again."""
    found: list[Algorithm] = []
    free = 0
    for match in part.of("algorithm"):
        if match.start < free:
            continue
        named = _named(match, part, known)
        if match.sense.exact and part.handle and named.name == named.entry:
            continue  # "bit" in a handle is BiT only where a variant of it follows
        free = named.end
        found.append(named)
    return found


def _composed(found: list[Algorithm], known: Vocabulary) -> Algorithm | None:
    """Return the one algorithm that a name or field names.

    A detector takes a backbone and a network a training method as part of its
    variant. General terms count only alone; of a kind and its parent the finer counts.
    """
    if not found:
        return None
    entries = known.algorithms
    above = set().union(*(known.ancestors(a.entry) for a in found))
    fine = [a for a in found if a.entry not in above] or found
    fine = [a for a in fine if not entries[a.entry].get("general")] or fine
    for role, other in (("detector", "backbone"), ("method", "backbone")):
        first = next((a for a in found if entries[a.entry].get(role)), None)
        second = next(
            (a for a in found if entries[a.entry].get(other) and first and a.entry != first.entry),
            None,
        )
        if first and second and role == "detector":
            own = entries[first.entry].get("own", ())
            return _with(first, with_backbone(first.variant, second.name, known.necks, own))
        if first and second:
            return _with(second, "+".join(p for p in (second.variant, first.family) if p))
    # the same family again with a variant says more: small_bert/bert_uncased_L-4_H-512
    return max((a for a in fine if a.entry == fine[0].entry), key=lambda a: bool(a.variant))


def _with(algorithm: Algorithm, variant: str) -> Algorithm:
    return replace(algorithm, variant=variant)


def find_algorithm(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the algorithm of a product, from the most trusted place that names one."""
    title = _composed(_named_in(reading.title, known), known)
    field_part = reading.stated("ml_algorithms")
    stated = _composed(_named_in(field_part, known), known) if field_part else None
    chosen = _finer(title, stated, known)
    for further in () if reading.is_bare else _FURTHER:
        # a general term (neural network) does not end the search, but only its kind refines it
        if chosen is None or known.algorithms[chosen.entry].get("general"):
            chosen = _finer(chosen, further(reading, known), known)
    if chosen is None:
        return None
    if not (chosen.variant or reading.is_bare) and known.algorithms[chosen.entry]["variant"]:
        chosen = _completed(chosen, reading, known)
    if not chosen.shown:
        chosen.shown = evidence(chosen.match)
    return chosen


def _finer(a: Algorithm | None, b: Algorithm | None, known: Vocabulary) -> Algorithm | None:
    """Return the more trusted ``a``, unless ``b`` says the same more finely."""
    if a is None or b is None:
        return a or b
    if a.entry == b.entry:
        if (not a.variant and b.variant) or (a.family == a.entry and b.family != b.entry):
            return b
        return a
    if a.entry in known.ancestors(b.entry):
        # a field that says BiT where the name says ResNet-152x2
        return b if b.variant else _with(b, a.variant)
    return a


def _from_summary(reading: Reading, known: Vocabulary) -> Algorithm | None:
    return _composed(_named_in(reading.summary, known), known)


def _from_links(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the family whose paper or code is linked, if the links stand for one only."""
    special = [(link, f) for link, f in reading.links if not known.algorithms[f].get("general")]
    if len({f for _, f in special}) != 1:
        return None
    link, family = special[0]
    return Algorithm(family, family, "", None, shown=evidence(None, link, "links"))


def _from_headings(reading: Reading, known: Vocabulary) -> Algorithm | None:
    for heading in reading.headings:
        named = _composed(_named_in(heading, known), known)
        if named and not known.algorithms[named.entry].get("general"):
            return named
    return None


def _from_opening(reading: Reading, known: Vocabulary) -> Algorithm | None:
    """Return the family that makes up more than half of what the opening names."""
    found = [a for part in reading.opening for a in _named_in(part, known)]
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
    for parts in ([reading.summary], reading.opening):
        named = [
            a
            for part in parts
            for a in _named_in(part, known)
            if a.entry == chosen.entry and (a.variant or a.family != a.entry)
        ]
        names = {(a.family, a.variant) for a in named}
        if len(names) == 1:
            return named[0]
        if names:
            return chosen
    return chosen
