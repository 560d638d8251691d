"""The vocabulary: families, data sets and objectives, read once from ``vocabulary/*.yaml``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise, starmap
from itertools import product as combinations
from typing import Any, NamedTuple

from modelstores.similarity.files import FILES, current_version, raw
from modelstores.similarity.matcher import Trie, tokenise
from modelstores.similarity.variants import beginnings

DOMAINS = (
    "Image", "Video", "Natural language", "Audio", "Structured", "Multimodal", "Other",
)  # fmt: skip

#: Names of more words than this are not also matched written together.
MAX_JOINED = 5
#: Names of more words than this are not matched with the word of a variant written to them,
#: nor with words shorter than this.
MAX_STUCK = 2
MIN_STUCK = 4


class Sense(NamedTuple):
    """What a name means.

    ``kind`` is ``algorithm``, ``dataset``, ``objective``, ``generic``, ``domain``, ``cue``,
    ``part`` (of a network), ``other use`` or ``none``.
    ``exact`` is the spelling that a short name needs in running text, or "".
    ``stuck``: the words of a variant that were written as part of the name (yolov3,
    EfficientNetB0, NASNetLarge, tiny YOLO).
    ``titles``: the name counts only in names and stated fields.
    """

    kind: str
    id: str
    exact: str = ""
    stuck: tuple[str, ...] = ()
    titles: bool = False


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """Everything that is known, by id, with one trie over all names."""

    version: str
    algorithms: Mapping[str, Mapping[str, Any]]
    datasets: Mapping[str, Mapping[str, Any]]
    objectives: Mapping[str, Mapping[str, Any]]
    #: {generic task word: {input domain: objective}}
    generic: Mapping[str, Mapping[str, str]]
    generic_in_text: frozenset[str]
    noise: Mapping[str, Any]
    #: what may join backbone and head of a detector
    necks: frozenset[str]
    #: {language name or code: code}
    languages: Mapping[str, str]
    #: words for a domain that others may narrow: vision is images or video
    wide_domain_words: frozenset[str]
    #: whether a text in lower case can hold a cue of training, or of a later round of it
    speaks_of_training: Callable[[str], bool]
    speaks_of_finetuning: Callable[[str], bool]
    #: words with whose number a handle names a part of a data set
    subset_words: frozenset[str]
    no_dataset: frozenset[tuple[str, ...]]
    training_headings: frozenset[tuple[str, ...]]
    #: {arXiv id or "owner/repository" in lower case: family}
    links: Mapping[str, str]
    trie: Trie = field(repr=False)

    def ancestors(self, family: str) -> set[str]:
        """Return the families that ``family`` is a kind of (not itself)."""
        found: set[str] = set()
        parent = self.algorithms[family].get("is_a")
        while parent and parent not in found:
            found.add(parent)
            parent = self.algorithms[parent].get("is_a")
        return found


def spellings(alias: str) -> Iterator[tuple[str, ...]]:
    """Yield the token sequences of an alias, its words apart and written together.

    ``Res Net`` yields (res, net) and (resnet): people write ResNet, Res-Net, resnet.
    """
    tokens = tokenise(alias)
    joints = [a.isalpha() and b.isalpha() for a, b in pairwise(tokens)]
    if sum(joints) >= MAX_JOINED:
        yield tuple(tokens)
        return
    for choice in combinations(*[(False, True) if joint else (False,) for joint in joints]):
        out = [tokens[0]]
        for token, together in zip(tokens[1:], choice, strict=True):
            if together:
                out[-1] += token
            else:
                out.append(token)
        yield tuple(out)


def _names(kind: str, entry: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Sense]]:
    """Yield every spelling of an entry with its sense, those that need their case last."""
    endings = _written_together(entry.get("variant", ()))
    for name, titles in (("aliases", False), ("titles", True)):
        for alias in entry.get(name, ()):
            for before in ((), *((word,) for word in entry.get("prefixes", ()))):
                for tokens in spellings(" ".join((*before, alias))):
                    yield tokens, Sense(kind, entry["id"], stuck=before, titles=titles)
                    if not tokens[-1].isalpha():
                        continue
                    for word in endings if len(tokens) <= MAX_STUCK else endings & {"v"}:
                        stuck = Sense(kind, entry["id"], stuck=(*before, word), titles=titles)
                        yield (*tokens[:-1], tokens[-1] + word), stuck
    for alias in entry.get("exact_case", ()):
        yield tuple(tokenise(alias)), Sense(kind, entry["id"], exact=alias)
        if "v" in endings and alias.isalpha():
            # as MATv2: the v is written small after a short name
            yield (alias.lower() + "v",), Sense(kind, entry["id"], exact=alias + "v", stuck=("v",))


def _written_together(slots: Iterable[Mapping[str, Any]]) -> frozenset[str]:
    """Return the words of a grammar that people write together with the name before them.

    The v of a version, the letter of a code (EfficientNetB0), and long words for a size
    (NASNetLarge): a short one could as well end another word.
    """
    found: set[str] = set()
    for slot in slots:
        if slot["kind"] == "version":
            found.add("v")
        elif slot["kind"] == "code":
            found.update(slot["values"])
        elif slot["kind"] == "word":
            found.update(w for w in slot["values"] if w.isalpha() and len(w) >= MIN_STUCK)
        found.update(slot.get("stuck", ()))
    return frozenset(found)


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    """Return the vocabulary that comes with this version of the program."""
    algorithms, datasets, objectives = (raw(name) for name in FILES)
    grammars = algorithms["grammars"]
    families = [
        {**e, "variant": [s for part in e.get("variant", ()) for s in _slots(part, grammars)]}
        for e in algorithms["entries"]
    ]
    noise = algorithms["noise"]
    cues = datasets["cues"]
    return Vocabulary(
        version=current_version(),
        algorithms={e["id"]: e for e in families},
        datasets={e["id"]: e for e in datasets["entries"]},
        objectives={e["id"]: e for e in objectives["entries"]},
        generic=objectives["generic"],
        generic_in_text=frozenset(objectives["generic_in_text"]),
        noise={name: frozenset(map(str, values)) for name, values in noise.items()},
        necks=frozenset(algorithms["necks"]),
        languages={
            word: code for code, words in datasets["languages"].items() for word in (code, *words)
        },
        wide_domain_words=frozenset(objectives["wide_domain_words"]),
        speaks_of_training=_holds_cue(
            (cue for role, phrases in cues.items() if role != "evaluation" for cue in phrases),
            datasets["cue_stems"],
        ),
        speaks_of_finetuning=_holds_cue(cues["fine-tuning"], datasets["cue_stems"]),
        subset_words=frozenset(datasets["subset_words"]),
        no_dataset=frozenset(t for name in datasets["no_dataset"] for t in spellings(name)),
        training_headings=frozenset(
            tuple(tokenise(name)) for name in datasets["training_headings"]
        ),
        links={
            key.lower(): e["id"]
            for e in families
            for key in (*e.get("arxiv", ()), *e.get("repositories", ()))
        },
        trie=_trie(families, algorithms, datasets, objectives),
    )


def _trie(
    families: list[dict[str, Any]],
    algorithms: Mapping[str, Any],
    datasets: Mapping[str, Any],
    objectives: Mapping[str, Any],
) -> Trie:
    """Return all names with what they mean."""
    trie = Trie()
    for kind, entries in (
        ("algorithm", families),
        ("dataset", datasets["entries"]),
        ("objective", objectives["entries"]),
    ):
        for entry in entries:
            for tokens, sense in _names(kind, entry):
                trie.add(tokens, sense)
    for phrase, ids in datasets["together"].items():
        for dataset in ids:
            for tokens in spellings(phrase):
                trie.add(tokens, Sense("dataset", dataset, titles=True))
    for kind, meanings in (
        ("none", {"": datasets["no_name"]}),
        ("part", algorithms["parts"]),
        ("cue", datasets["cues"]),
        ("generic", {word: [word] for word in objectives["generic"]}),
        ("other use", {"": objectives["other_uses"]}),
        ("domain", objectives["domains"]),
    ):
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                trie.add(tokenise(phrase), Sense(kind, meaning))
    return trie


def _holds_cue(phrases: Iterable[str], stems: Iterable[str]) -> Callable[[str], bool]:
    """Return a cheap test, for text in lower case, whether one of the phrases can be in it.

    Each has a word with one of the stems and an ending, and a word after it.
    """
    after: dict[str, dict[str, set[str]]] = {}
    for first, second in (pair for phrase in phrases for pair in pairwise(tokenise(phrase))):
        for stem in stems:
            if stem in first:
                ending = first.split(stem, 1)[1]
                after.setdefault(stem, {}).setdefault(ending, set()).add(second)
    cues = [
        (stem, re.compile(rf"{stem}(?:{'|'.join(starmap(_before, endings.items()))})\b"))
        for stem, endings in after.items()
    ]

    def holds(text: str) -> bool:
        for stem, cue in cues:  # noqa: SIM110 -- a generator would cost more than the search
            if stem in text and cue.search(text):
                return True
        return False

    return holds


def _before(ending: str, words: set[str]) -> str:
    """Return an expression for the ending of a word before one of the words."""
    return rf"{ending}\W{{1,3}}(?:{'|'.join(sorted(words))})"


def _slots(part: Any, grammars: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the slots that an item of a grammar stands for: itself, or a shared one by name."""
    slots = map(_strings, grammars[part] if isinstance(part, str) else [part])
    return [{**slot, "begins": beginnings(slot)} for slot in slots]


def _strings(slot: dict[str, Any]) -> dict[str, Any]:
    """Return the slot with lists of numbers as the strings that tokens are."""
    if slot["kind"] == "width":
        return {**slot, "values": frozenset(map(float, slot["values"]))}
    values: Any = slot.get("values")
    if isinstance(values, list):
        return {**slot, "values": frozenset(map(str, values))}
    if slot["kind"] == "code":
        return {**slot, "values": {str(k): [str(n) for n in v] for k, v in values.items()}}
    if isinstance(values, dict):
        return {**slot, "values": {str(k): str(v) for k, v in values.items()}}
    return slot


def slug(words: str) -> str:
    """Return words as a slug: lower-case letters and digits, joined by ``-``."""
    return "-".join(re.findall(r"[^\W_]+", " ".join(tokenise(words))))
