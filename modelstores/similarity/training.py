"""The training-data slot: what a model was trained on, as far as somebody says it.

Stated field and name, else the words after "trained on" and sections on training.
Data that measured a model is not what it was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from modelstores.similarity.matcher import tokenise
from modelstores.similarity.objective import Objective
from modelstores.similarity.part import KNOWN_FIELDS, MAX_KNOWN, Match, Part, evidence
from modelstores.similarity.reading import Reading
from modelstores.similarity.vocabulary import Vocabulary, slug

#: Tokens that a "trained on" reaches, if no sentence ends before.
CUE_REACH = 40
#: Words that an unknown name of a data set may have.
MAX_UNKNOWN_WORDS = 6

#: What a list of names does not hold: the end of a sentence, an explanation.
_PROSE = re.compile(r"[.!?](?:\s|$)|:\s")


@dataclass
class TrainingData:
    """Canonical data sets, sorted, with the words that named them.

    ``told``: running text told them, not a name or a field.
    """

    datasets: list[str]
    shown: dict[str, Any] = field(default_factory=dict)
    told: bool = False


def find_datasets(reading: Reading, known: Vocabulary) -> TrainingData:
    """Return the training data that a product states; an empty list where none is stated."""
    trusted: dict[str, dict[str, Any]] = {}
    for name, shown in _from_field(reading, known):
        name = _in_language(name, reading, known)  # noqa: PLW2901
        trusted.setdefault(name, shown)
    for name, shown in _from_title(reading, known):
        name = _in_language(name, reading, known)  # noqa: PLW2901
        trusted.setdefault(name, shown)
    found = trusted
    if not found and not reading.is_bare:
        found = {}
        for match in _in_windows(reading):
            found.setdefault(_in_language(match.sense.id, reading, known), evidence(match))
    names = _most_specific(found, known)
    return TrainingData(sorted(names), _all_words(found, names), told=not trusted)


def without_backbone_data(
    data: TrainingData, objective: Objective | None, known: Vocabulary
) -> TrainingData:
    """Drop what only the backbone was trained on, where running text tells it.

    Detectors, segmenters and the like start from an ImageNet backbone; stores
    hardly ever state that as their training data, so it would part equals.
    """
    if not data.told or not objective or not known.objectives[objective.id].get("on_backbone"):
        return data
    names = [n for n in data.datasets if not known.datasets.get(n, {}).get("backbone_data")]
    if names == data.datasets:
        return data
    return TrainingData(names, data.shown if names else {}, told=True)


def _all_words(found: dict[str, dict[str, Any]], names: list[str]) -> dict[str, Any]:
    """Return the words that named each data set, with the place of the first."""
    words = dict.fromkeys(str(found[name]["words"]) for name in names)
    return evidence(None, ", ".join(words), found[names[0]]["where"]) if names else {}


def _most_specific(found: Iterable[str], known: Vocabulary) -> list[str]:
    """Drop a data set where a part or edition of it is named too (``parent``)."""
    names = list(found)
    parents = {known.datasets[n].get("parent") for n in names if n in known.datasets}
    return [n for n in names if n not in parents]


def _from_field(reading: Reading, known: Vocabulary) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the data sets of the stated field; unknown ones if it is a list of names."""
    part = reading.stated("training_set")
    if part is None:
        return
    raw = part.text.raw
    pieces = [p.strip() for p in raw.replace(";", ",").replace("\n", ",").split(",")]
    listed = not _PROSE.search(raw) and all(len(p.split()) <= MAX_UNKNOWN_WORDS for p in pieces)
    if not listed:
        for match in part.of("dataset"):
            yield match.sense.id, evidence(match)
        return
    for piece in pieces:
        yield from _one(piece, part.text.where, known)


def _one(piece: str, where: str, known: Vocabulary) -> Iterable[tuple[str, dict[str, Any]]]:
    """Return what one name of a list of data sets means; names met again are read once."""
    return (_known if len(piece) <= MAX_KNOWN else _read)(piece, where, known)


@lru_cache(KNOWN_FIELDS)
def _known(piece: str, where: str, known: Vocabulary) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple(_read(piece, where, known))


def _read(piece: str, where: str, known: Vocabulary) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the data sets that a name names: known ones, else the name as a slug."""
    part = Part(piece, where, known, title=True)
    matches = part.of("dataset")
    for match in matches:
        yield match.sense.id, evidence(match)
    if not matches and not _is_no_dataset(piece, known):
        yield f"x:{slug(piece)}", evidence(None, piece, where)


def _is_no_dataset(piece: str, known: Vocabulary) -> bool:
    """Whether a name, with or without its owner, stands for no data set (imagefolder, custom)."""
    names = (tuple(tokenise(piece)), tuple(tokenise(piece.rsplit("/", 1)[-1])))
    return not all(names) or any(name in known.no_dataset for name in names)


def _from_title(reading: Reading, known: Vocabulary) -> Iterable[tuple[str, dict[str, Any]]]:
    """Yield the data sets that the name names; "Trained on X Data" may name an unknown X."""
    part = reading.title
    raw = part.text.raw
    start = raw.lower().find("trained on ")
    if start < 0:
        for match in _without_beginnings(part.of("dataset")):
            yield match.sense.id, evidence(match)
        return
    rest = raw[start + len("trained on ") :].split(" (", 1)[0]
    named = rest
    for ending in ("Data", "Dataset", "Datasets", "Corpus"):
        if rest.lower().endswith(" " + ending.lower()):
            named = rest[: -len(ending) - 1]
    for piece in named.replace(" and ", ",").replace("&", ",").split(","):
        for name, shown in _one(piece.strip(), part.text.where, known):
            if not name.startswith("x:") or (named != rest and _short(piece)):
                yield name, shown


def _without_beginnings(matches: list[Match]) -> list[Match]:
    """Drop a name that only begins a longer one: ``imagenet/..._imagenet21k`` is the latter."""
    if len(matches) < 2:
        return matches
    names = [tuple(m.text.tokens[m.start : m.end]) for m in matches]
    return [
        m
        for m, name in zip(matches, names, strict=True)
        if not any(len(n) > len(name) and n[: len(name)] == name for n in names)
    ]


def _in_language(name: str, reading: Reading, known: Vocabulary) -> str:
    """Return a corpus that exists per language with the language that the title names."""
    if not known.datasets.get(name, {}).get("by_language"):
        return name
    title = reading.title
    named = {
        known.languages[t]
        for t in title.text.tokens
        if t in known.languages and (title.handle or len(t) > 2)
    }
    language = named.pop() if len(named) == 1 else ""
    return f"{name}-{language}" if language not in ("", "en") else name


def _short(piece: str) -> bool:
    return 0 < len(piece.split()) <= MAX_UNKNOWN_WORDS


def _in_windows(reading: Reading) -> Iterable[Match]:
    """Yield the data sets after "trained on" and in sections on training, in page order."""
    for part, training in reading.on_training():
        tokens = part.text.tokens
        training_until = len(tokens) if training else -1
        blocked_until = -1
        for match in part.matches:
            if match.sense.kind == "cue":
                end = _sentence_end(tokens, match.end)
                if match.sense.id == "training":
                    training_until = max(training_until, end)
                    blocked_until = -1
                else:
                    blocked_until = end
            elif match.sense.kind == "dataset" and blocked_until < match.start < training_until:
                yield match


def _sentence_end(tokens: list[str], start: int) -> int:
    """Return where the sentence ends in which token ``start`` stands, or the reach of a cue."""
    for i in range(start, min(start + CUE_REACH, len(tokens))):
        if tokens[i] in ".!?" or tokens[i][0] == "\n":
            return i
    return start + CUE_REACH
