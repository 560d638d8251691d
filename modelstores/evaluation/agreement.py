"""Agreement of two judges: precision, recall, F1, Cohen's kappa.

Cohen, J. (1960): A coefficient of agreement for nominal scales. Educational and Psychological
Measurement 20(1), 37-46.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Confusion:
    """Yes-or-no answers against the right ones, counted. Nothing wrong counts as 1.0."""

    #: rightly yes, wrongly yes, wrongly no, rightly no
    tp: int = 0
    fp: int = 0
    fn: int = 0
    tn: int = 0

    @classmethod
    def of(cls, pairs: Iterable[tuple[bool, bool]]) -> Confusion:
        """Count pairs of (right answer, given answer)."""
        found = Counter(pairs)
        return cls(
            tp=found[True, True],
            fp=found[False, True],
            fn=found[True, False],
            tn=found[False, False],
        )

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(
            self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn
        )

    @property
    def judged(self) -> int:
        """How many answers were compared."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def support(self) -> int:
        """How often yes was right."""
        return self.tp + self.fn

    @property
    def predicted(self) -> int:
        """How often yes was given."""
        return self.tp + self.fp

    @property
    def precision(self) -> float:
        """Part of the given yes that was right; where none was given, 1 if none was right."""
        return self.tp / self.predicted if self.predicted else float(not self.support)

    @property
    def recall(self) -> float:
        """Part of the right yes that was given; 1 where there was none."""
        return self.tp / self.support if self.support else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; 1 where there was nothing to find or give."""
        judged = 2 * self.tp + self.fp + self.fn
        return 2 * self.tp / judged if judged else 1.0

    @property
    def kappa(self) -> float | None:
        """Cohen's kappa; None where nothing was judged."""
        counts = {
            (True, True): self.tp,
            (False, True): self.fp,
            (True, False): self.fn,
            (False, False): self.tn,
        }
        return _kappa(counts)


def kappa(pairs: Iterable[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two judges' answers about the same things, None without any.

    Where both gave one and the same answer throughout, chance explains it all: kappa is
    not defined there (0/0), and 1.0 stands for it, as for any other full agreement.
    """
    return _kappa(Counter(pairs))


def _kappa(counts: Mapping[Any, int]) -> float | None:
    judged = sum(counts.values())
    if not judged:
        return None
    first: Counter[Hashable] = Counter()
    second: Counter[Hashable] = Counter()
    agreed = 0
    for (one, other), number in counts.items():
        first[one] += number
        second[other] += number
        agreed += number if one == other else 0
    # in whole numbers, so that full agreement is exactly 1
    by_chance = sum(first[answer] * second[answer] for answer in first)
    if by_chance == judged * judged:
        return 1.0
    return (agreed * judged - by_chance) / (judged * judged - by_chance)
