"""The training-data slot: what a model was trained on, as far as somebody says it.

Stated field and name, else the words after "trained on" and sections on training.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from modelstores.similarity.matcher import tokenise
from modelstores.similarity.objective import Objective
from modelstores.similarity.part import KNOWN_FIELDS, MAX_KNOWN, Match, Part, evidence, together
from modelstores.similarity.reading import Reading
from modelstores.similarity.told import Told, earlier_rounds, of_training, told_by_passage
from modelstores.similarity.vocabulary import Vocabulary, slug

#: Words that an unknown name of a data set may have.
MAX_UNKNOWN_WORDS = 6

#: Letters of a code for a language (ISO 639).
CODE_LENGTHS = (2, 3)

#: What a list of names does not hold: the end of a sentence, an explanation.
_PROSE = re.compile(r"[.!?](?:\s|$)|:\s")

#: What a place names: (id of a data set, the words that show it).
Named = tuple[str, dict[str, Any]]


class Data(NamedTuple):
    """A data set that a model was trained on.

    ``name`` is canonical: the id with the language of a corpus, and the part that was
    used. ``shown`` holds the words of each. ``told``: only running text told it, as ``role``.
    """

    id: str
    name: str
    shown: tuple[dict[str, Any], ...]
    told: bool = False
    role: str = ""


def find_datasets(reading: Reading, known: Vocabulary) -> list[Data]:
    """Return the training data that a product states, by name; none where it states none."""
    found = dict(_from_title(reading.title, known))
    if field := reading.stated("training_set"):
        found.update(field.tells(_from_field))
    if reading.is_bare and not found:
        return []
    stated = frozenset(found)
    passages: list[list[Told]] = []
    if not reading.is_bare:
        passages += told_by_passage(reading, known, bool(stated))
        for told in earlier_rounds(passages, stated) if stated else of_training(passages):
            found.setdefault(told.id, evidence(told.match))
    if not found:
        return []
    _without_collections(found, known)
    roles = _roles(passages)
    data = [
        Data(
            id_, _in_language(id_, reading, known), (shown,), id_ not in stated, roles.get(id_, "")
        )
        for id_, shown in found.items()
    ]
    return sorted(_with_subset(data, reading, passages, known), key=lambda one: one.name)


def shown(data: list[Data]) -> dict[str, Any]:
    """Return the words that named the data sets, the places of these, and their roles if told."""
    said = together([each for one in data for each in one.shown])
    roles = {one.name: one.role for one in data if one.role}
    return {**said, "roles": roles} if len(set(roles.values())) > 1 else said


def without_backbone_data(
    data: list[Data], objective: Objective | None, known: Vocabulary
) -> list[Data]:
    """Drop what only the backbone was trained on, where running text tells it.

    Detectors, segmenters and the like start from an ImageNet backbone; stores
    hardly ever state that as their training data, so it would part equals.
    """
    if not objective or not known.objectives[objective.id].get("on_backbone"):
        return data
    return [d for d in data if not (d.told and known.datasets[d.id].get("backbone_data"))]


def _roles(passages: list[list[Told]]) -> dict[str, str]:
    """Return what each data set was for, in the words of the page that come first."""
    roles: dict[str, str] = {}
    for told in (told for passage in passages for told in passage):
        roles.setdefault(told.id, told.role)
    return roles


def _with_subset(
    data: list[Data], reading: Reading, passages: list[list[Told]], known: Vocabulary
) -> list[Data]:
    """Name the part of a data set on which a model was trained, if it names one.

    A model of one data set may call this otherwise where it tells of its part.
    """
    only = data[0].id if len(data) == 1 else ""
    parts: dict[str, dict[str, dict[str, Any]]] = {one.id: {} for one in data}
    for told in (told for passage in passages for told in passage if told.subset):
        words = evidence(None, told.subset, told.match.text.where)
        parts.get(told.id, parts.get(only, {})).setdefault(slug(told.subset), words)
    if only and not parts[only]:
        parts[only] = _subset_in_title(reading.title, known)
    return [_part_of(one, parts[one.id]) for one in data]


def _part_of(data: Data, parts: dict[str, dict[str, Any]]) -> Data:
    if len(parts) != 1:
        return data
    ((subset, words),) = parts.items()
    return data._replace(name=f"{data.name}:{subset}", shown=(*data.shown, words))


def _subset_in_title(title: Part, known: Vocabulary) -> dict[str, dict[str, Any]]:
    """Return the part of a data set that a handle numbers: ``defects/class_3``."""
    tokens = title.text.tokens
    if not title.handle or known.subset_words.isdisjoint(tokens):
        return {}
    for i, (token, number) in enumerate(pairwise(tokens)):
        if token in known.subset_words and number.isdecimal():
            words = evidence(None, title.text.words(i, i + 2), title.text.where)
            return {f"{token}-{number}": words}
    return {}


def _from_field(part: Part, known: Vocabulary) -> list[Named]:
    """Return the data sets of a stated field; unknown ones if it is a list of names."""
    raw = part.text.raw
    pieces = [p.strip() for p in raw.replace(";", ",").replace("\n", ",").split(",")]
    listed = not _PROSE.search(raw) and all(len(p.split()) <= MAX_UNKNOWN_WORDS for p in pieces)
    if not listed:
        return [(match.sense.id, evidence(match)) for match in part.of("dataset")]
    return [named for piece in pieces for named in _one(piece, part.text.where, known)]


def _one(piece: str, where: str, known: Vocabulary) -> Iterable[Named]:
    """Return what one name of a list of data sets means; names met again are read once."""
    return (_known if len(piece) <= MAX_KNOWN else _read)(piece, where, known)


@lru_cache(KNOWN_FIELDS)
def _known(piece: str, where: str, known: Vocabulary) -> tuple[Named, ...]:
    return tuple(_read(piece, where, known))


def _read(piece: str, where: str, known: Vocabulary) -> Iterable[Named]:
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


def _from_title(part: Part, known: Vocabulary) -> Iterable[Named]:
    """Yield the data sets that the name names; "Trained on X Data" may name an unknown X."""
    raw = part.text.raw
    start = raw.lower().find("trained on ")
    if start < 0:
        for match in _without_beginnings(part.of("dataset")):
            # COCO_WITH_VOC_LABELS was not trained on VOC
            if part.text.tokens[match.end : match.end + 1] != ["labels"]:
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


def _without_collections(found: dict[str, Any], known: Vocabulary) -> None:
    """Drop a collection where a data set of it is named: GLUE beside CoLA."""
    for name in list(found):
        found.pop(known.datasets.get(name, {}).get("part_of", ""), None)


def _in_language(name: str, reading: Reading, known: Vocabulary) -> str:
    """Return a corpus that exists per language with the language that name or field names.

    Both languages of a pair belong to it: ``en-fr`` is no ``en-de``.
    """
    if not known.datasets.get(name, {}).get("by_language"):
        return name
    language = _language_of(reading.title, known)
    field = reading.stated("language")
    if not language and field:
        language = field.tells(_languages_stated)
    return f"{name}-{language}" if language not in ("", "en") else name


def _language_of(part: Part, known: Vocabulary) -> str:
    """Return the language that a part names, or the pair that stands side by side in it."""
    # hr-net is not Croatian
    taken = {i for m in part.matches for i in range(m.start, m.end)}
    named = [
        (i, known.languages[t])
        for i, t in enumerate(part.text.tokens)
        if t in known.languages and (part.handle or len(t) > 2) and i not in taken
    ]
    languages = list(dict.fromkeys(language for _, language in named))
    if "multi" in languages:
        return "multi"
    if len(languages) == 2 and named[-1][0] - named[0][0] <= 2:
        return "-".join(languages)
    return languages[0] if len(languages) == 1 else ""


def _languages_stated(field: Part, known: Vocabulary) -> str:
    """Return the languages that a field lists, by code or name; of more than two, ``multi``."""
    stated = {
        known.languages.get(token, token)
        for token in field.text.tokens
        if token in known.languages or (token.isalpha() and len(token) in CODE_LENGTHS)
    }
    return "-".join(sorted(stated)) if len(stated) <= 2 and "multi" not in stated else "multi"


def _short(piece: str) -> bool:
    return 0 < len(piece.split()) <= MAX_UNKNOWN_WORDS
