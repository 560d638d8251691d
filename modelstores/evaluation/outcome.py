"""What every evaluation gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from modelstores.reports.table import Table


@dataclass(frozen=True)
class Outcome:
    """The program's answers to a gold file, and how good they are."""

    #: a JSON object for each line of the gold, in its order
    predictions: Sequence[dict[str, Any]]
    #: the figures; None where nothing is labelled
    table: Table | None
    #: a line for each page that could not be read
    unread: Sequence[str] = field(default=())
