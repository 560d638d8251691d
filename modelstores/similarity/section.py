"""A section of a page, which is read by paragraphs or as a whole."""

from __future__ import annotations

from functools import lru_cache

from modelstores.similarity.matcher import tokenise
from modelstores.similarity.part import KNOWN_FIELDS, MAX_KNOWN, Part, once
from modelstores.similarity.prose import without_code
from modelstores.similarity.vocabulary import Vocabulary


class Section:
    """A heading with its text; code in it is not read."""

    def __init__(self, heading: str, raw: str, known: Vocabulary) -> None:
        self.heading = heading
        self.raw = raw
        self._known = known

    @once
    def whole(self) -> Part:
        """All of it as one part."""
        return Part(self.raw, where(self.heading), self._known, code=True)

    @once
    def passages(self) -> list[Part]:
        """Its paragraphs."""
        if "\n\n" not in self.raw:
            return [self.whole]
        place, known = where(self.heading), self._known
        # code may go on over several paragraphs
        return [Part(piece, place, known) for piece in without_code(self.raw).split("\n\n")]

    @property
    def is_on_training(self) -> bool:
        """Whether its heading says that it is about training."""
        asked = _known_on_training if len(self.heading) <= MAX_KNOWN else _on_training
        return asked(self.heading, self._known)


def where(heading: str) -> str:
    """Return where the text under a heading stands."""
    return f"section: {heading}".strip()


def _on_training(heading: str, known: Vocabulary) -> bool:
    return tuple(tokenise(heading)) in known.training_headings


_known_on_training = lru_cache(KNOWN_FIELDS)(_on_training)
