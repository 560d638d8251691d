"""What a text names: families with their variants, composed where one holds another.

A detector takes a backbone, and a network a training method, as part of its variant.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from modelstores.similarity.part import Match, Part, evidence, once, together
from modelstores.similarity.variants import MAX_TOKENS, read_variant, with_backbone
from modelstores.similarity.vocabulary import Vocabulary


@dataclass
class Algorithm:
    """A family (with its generation), its variant, and the words or the link that named it."""

    entry: str
    family: str
    variant: str
    matches: tuple[Match, ...]
    link: str = ""
    #: whether the variant holds a backbone or a training method
    composed: bool = False

    @property
    def name(self) -> str:
        """The family with its variant."""
        return f"{self.family}-{self.variant}" if self.variant else self.family

    @once
    def shown(self) -> dict[str, Any]:
        """The words that named it, and where they stood."""
        if self.link:
            return evidence(None, self.link, "links")
        return together([evidence(match) for match in self.matches])


def named_in(part: Part, known: Vocabulary) -> list[Algorithm]:
    """Return what a part names; names inside the words of an earlier one are not read again."""
    found: list[Algorithm] = []
    free = 0
    for match in part.of("algorithm"):
        if match.start < free:
            continue
        named = _named(match, part, known)
        doubtful = match.sense.exact and part.handle and named.name == named.entry
        if doubtful and match.words != match.sense.exact:
            # case need not tell here: "bit" is BiT only where a variant follows, or for
            # a detector its backbone
            entry = known.algorithms[named.entry]
            if not (entry.get("detector") and _names_backbone(part, known)):
                continue
        free = named.matches[0].end
        found.append(named)
    return found


def one_named_in(part: Part, known: Vocabulary) -> Algorithm | None:
    """Return the one algorithm that a name, a field or a sentence names.

    General terms count only alone; of a kind and its parent the finer counts.
    """
    found = named_in(part, known)
    if not found:
        return None
    named = _one_of(found, part, known) if len(found) > 1 else found[0]
    return _part_of(named, part) if part.title and part.of("part") else named


def _one_of(found: list[Algorithm], part: Part, known: Vocabulary) -> Algorithm:
    entries = known.algorithms
    for role in ("detector", "method"):
        outer = next((a for a in found if entries[a.entry].get(role)), None)
        inner = _backbone_in(part, found, outer, known) if outer else None
        if outer and inner:
            return compose(outer, inner, known)
    above = set().union(*(known.ancestors(a.entry) for a in found))
    fine = [a for a in found if a.entry not in above] or found
    fine = [a for a in fine if not entries[a.entry].get("general")] or fine
    # the same family again with a variant says more: small_bert/bert_uncased_L-4_H-512
    return max((a for a in fine if a.entry == fine[0].entry), key=lambda a: bool(a.variant))


def compose(outer: Algorithm, inner: Algorithm, known: Vocabulary) -> Algorithm:
    """Return a detector on its backbone, or a network with its training method."""
    entry = known.algorithms[outer.entry]
    matches = (*outer.matches, *inner.matches)
    if not entry.get("detector"):
        variant = "+".join(p for p in (inner.variant, outer.family) if p)
        return replace(inner, variant=variant, matches=matches, composed=True)
    variant = with_backbone(outer.variant, inner.name, known.necks, entry.get("own", ()))
    return replace(outer, variant=variant, matches=matches, composed=True)


def can_hold(outer: Algorithm, inner: Algorithm, known: Vocabulary) -> bool:
    """Whether an algorithm lacks the backbone, or the network, that another one is."""
    entry = known.algorithms[outer.entry]
    return (
        bool(entry.get("detector") or entry.get("method"))
        and not (outer.composed or inner.composed)
        and outer.entry != inner.entry
        and inner.name not in outer.variant
        and bool(known.algorithms[inner.entry].get("backbone"))
    )


def _after(match: Match, part: Part, known: Vocabulary) -> Sequence[int]:
    """Return the places of the tokens after a name in which its variant may stand.

    In names, data sets and languages may stand between: ``bert_zh_L-12``, ``v2_imagenet1k_b0``.
    """
    tokens = match.text.tokens
    reach = range(match.end, min(match.end + MAX_TOKENS, len(tokens)))
    if not part.title or not reach:
        return reach
    skipped: set[int] = set()
    for dataset in part.of("dataset"):
        skipped.update(range(dataset.start, _after_edition(dataset)))
    if part.handle and not known.languages.keys().isdisjoint(tokens):
        # es is Spanish, if it is not the size of an EfficientNet
        slots = known.algorithms[match.sense.id]["variant"]
        skipped.update(
            i
            for i in reach
            if tokens[i] in known.languages and not any(tokens[i] in s["begins"] for s in slots)
        )
    return [i for i in reach if i not in skipped] if skipped else reach


def _after_edition(dataset: Match) -> int:
    """Return where a data set ends with its number: IMAGENET1K_V2 is no version of the network."""
    version = dataset.text.tokens[dataset.end : dataset.end + 2]
    numbered = len(version) == 2 and version[0] == "v" and version[1].isdecimal()
    return dataset.end + 2 * numbered


def _named(match: Match, part: Part, known: Vocabulary) -> Algorithm:
    """Return what a match names, with the variant that follows it."""
    entry = known.algorithms[match.sense.id]
    places = _after(match, part, known)
    tokens = [match.text.tokens[i] for i in places]
    variant = read_variant(tokens, 0, entry["variant"], known.noise, match.sense.stuck, part.title)
    family = entry["id"] + (f"-{variant.generation}" if variant.generation else "")
    end = places[variant.end - 1] + 1 if variant.end else match.end
    seen = Match(match.text, match.start, end, match.sense)
    text = variant.text
    if text and entry.get("detector"):
        text = with_backbone(text, "", known.necks, entry.get("own", ()))
    return Algorithm(entry["id"], family, text, (seen,))


def _names_backbone(part: Part, known: Vocabulary) -> bool:
    return any(known.algorithms[m.sense.id].get("backbone") for m in part.of("algorithm"))


def _backbone_in(
    part: Part, found: list[Algorithm], outer: Algorithm, known: Vocabulary
) -> Algorithm | None:
    """Return the backbone beside a detector or method; in running text, if it is the only one."""
    inner = [
        a for a in found if a.entry != outer.entry and known.algorithms[a.entry].get("backbone")
    ]
    if not inner or (not part.title and len({a.name for a in inner}) > 1):
        return None
    return inner[0]


def _part_of(named: Algorithm, part: Part) -> Algorithm:
    """Return the part of a network that a name means; an encoder with its decoder is all of it."""
    taken = {i for m in named.matches for i in range(m.start, m.end)}
    parts = {m.sense.id: m for m in part.of("part") if m.start not in taken}
    if len(parts) != 1 or "" in parts:
        return named
    ((name, match),) = parts.items()
    variant = f"{named.variant}-{name}" if named.variant else name
    return replace(named, variant=variant, matches=(*named.matches, match))
