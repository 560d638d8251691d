"""What running text tells of training: the data sets after "trained on", each with its role.

A passage is a paragraph, or a whole section whose heading says that it is about training.
Data that measured a model is not what it was trained on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from modelstores.similarity.part import Match, Part
from modelstores.similarity.reading import Reading
from modelstores.similarity.vocabulary import Vocabulary

#: Characters before and after a data set in which a part of it may be named.
SUBSET_REACH = 100

#: The roles of data, as the vocabulary's cues name them.
TRAINING, PRETRAINING, FINETUNING = "training", "pre-training", "fine-tuning"

#: "carnivore" subtree; subset 'small': a part of a data set has its name in quotes.
_SUBSET = re.compile(
    r"[\"'\u201c\u2018`]([\w][\w -]{0,40})[\"'\u201d\u2019`] (?:subset|subtree)\b"
    r"|\b(?:subset|subtree) [\"'\u201c\u2018`]([\w][\w -]{0,40})[\"'\u201d\u2019`]"
)
#: Parts that all data sets have: to be trained on them is to be trained on the data set.
_EVERY_SUBSET = frozenset({"train", "training", "test", "val", "validation", "dev", "full", "all"})


#: Words by which a text speaks of more than the model of the page.
_SEVERAL_MODELS = frozenset({"models", "variants", "checkpoints", "families"})


class Told(NamedTuple):
    """A data set, what it was for, and the name of the part of it that was used, or ""."""

    match: Match
    role: str
    subset: str = ""

    @property
    def id(self) -> str:
        """The data set."""
        return self.match.sense.id

    @property
    def before(self) -> list[str]:
        """The tokens of its passage up to it."""
        return self.match.text.tokens[: self.match.start]


def told_by_passage(reading: Reading, known: Vocabulary, stated: bool) -> Iterator[list[Told]]:
    """Yield what each passage on training tells, in page order; none is empty.

    Beside ``stated`` data only fine-tuning and parts of data sets are of interest.
    """

    def speaks_beside(raw: str) -> bool:
        return known.speaks_of_finetuning(raw) or _speaks_of_subset(raw)

    for part, training in reading.on_training(
        speaks_beside if stated else known.speaks_of_training
    ):
        told = list(_told_in(part, TRAINING if training else ""))
        if told:
            yield told


def of_training(passages: list[list[Told]]) -> Iterator[Told]:
    """Yield the training data among what a page tells that states it nowhere else.

    Fine-tuning counts where it belongs to the training told with it. A later passage
    that tells nothing else speaks of what the model was tried on.
    """
    for index, passage in enumerate(passages):
        alone = all(told.role == FINETUNING for told in passage)
        if index == 0 or not alone:
            yield from passage


def earlier_rounds(passages: list[list[Told]], stated: frozenset[str]) -> Iterator[Told]:
    """Yield what a model was trained on before it was fine-tuned on the data that is stated.

    What a passage tells of several models may be true of another one.
    """
    for passage in passages:
        last = max(
            (i for i, t in enumerate(passage) if t.role == FINETUNING and t.id in stated),
            default=-1,
        )
        if last < 0 or _SEVERAL_MODELS.intersection(passage[last].before):
            continue
        for i, told in enumerate(passage):
            if told.role == PRETRAINING or (told.role == TRAINING and i < last):
                yield told


def _told_in(part: Part, role: str) -> Iterator[Told]:
    """Yield the data sets of a passage; ``role`` is theirs where no cue says another."""
    if not part.of("dataset"):
        return
    cue, until = "", -1
    for match in part.matches:
        if match.sense.kind == "cue":
            cue, until = match.sense.id, part.text.sentence_end(match.end)
        elif match.sense.kind == "dataset":
            found = cue if match.start < until else role
            if found and found != "evaluation":
                yield Told(match, found, _subset_at(match))


def _speaks_of_subset(raw: str) -> bool:
    return "subset" in raw or "subtree" in raw


def _subset_at(match: Match) -> str:
    """Return the part of a data set that is named beside it, or ""."""
    start, end = match.text.span(match.start, match.end)
    near = match.text.raw[max(0, start - SUBSET_REACH) : end + SUBSET_REACH]
    if not _speaks_of_subset(near):
        return ""
    found = _SUBSET.search(near)
    name = found[1] or found[2] if found else ""
    return "" if name.lower() in _EVERY_SUBSET else name
