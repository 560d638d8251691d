"""The account of a run: each listed product ends in exactly one outcome."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from scrapy.crawler import Crawler

from modelstores.items import Rejection

#: Sent with ``rejection`` for whatever could not be stored, so that it is kept with its reason.
rejected = object()

#: Where a listed product can end (DESIGN, Database: "The sum must hold").
OUTCOMES = ("stored", "merged", "out_of_scope", "quarantined", "failed", "refused")

#: Most losses that the closing lines name; all of them stand in the table ``quarantine``.
MAX_NAMED = 10

#: Largest share of listed products that may be unread in a complete snapshot.
MAX_UNREAD = 0.05


class Account:
    """Counts in the crawl's stats, under ``products/``, what becomes of each product."""

    def __init__(self, crawler: Crawler):
        self._crawler = crawler
        #: the first losses, in words
        self.losses: list[str] = []

    def add(self, name: str, number: int = 1) -> None:
        """Add to ``listed`` or to an outcome."""
        self._crawler.stats.inc_value(f"products/{name}", number)

    def reject(self, rejection: Rejection, outcome: str = "failed") -> None:
        """Count a product that cannot be stored, and hand it on to be kept."""
        self.add(outcome)
        self._lose(rejection, outcome)

    def unread(self, rejection: Rejection) -> None:
        """Count a product that is stored although its page was not read, or not as expected."""
        self.add("unread")
        self._lose(rejection, "unread")

    def _lose(self, rejection: Rejection, outcome: str) -> None:
        if len(self.losses) < MAX_NAMED:
            self.losses.append(loss(rejection, outcome))
        self.note(rejection)

    def note(self, rejection: Rejection) -> None:
        """Hand on what was lost and is no product: it is kept, and counts for nothing."""
        self._crawler.signals.send_catch_log(signal=rejected, rejection=rejection)

    @property
    def counts(self) -> dict[str, int]:
        """The number listed, and of each outcome."""
        return {name: self._count(name) for name in ("listed", *OUTCOMES)}

    @property
    def unread_number(self) -> int:
        """The number of products stored unread: no outcome, they count as stored as well."""
        return self._count("unread")

    def _count(self, name: str) -> int:
        number: int = self._crawler.stats.get_value(f"products/{name}", 0)
        return number


def verdict(
    finish_reason: str, counts: dict[str, int], damaged: int, lost_listings: int, unread: int = 0
) -> tuple[str, list[str]]:
    """Return a snapshot's status and the reasons for it.

    ``failed``: the run did not come to its end. ``suspect``: it did, but a figure
    from it could mislead. ``complete``: otherwise.
    """
    if finish_reason != "finished":
        return "failed", [f"the run ended early: {finish_reason}"]
    reasons = []
    if damaged:
        reasons.append(f"{damaged} damaged record(s) in the archive")
    if lost_listings:
        reasons.append(f"{lost_listings} listing page(s) could not be read")
    if not counts["listed"]:
        reasons.append("no product was found")
    if unread > MAX_UNREAD * counts["listed"]:
        reasons.append(f"{unread} of {counts['listed']} products are unread")
    return ("suspect", reasons) if reasons else ("complete", [])


def loss(rejection: Rejection, outcome: str) -> str:
    """Return in one line what was lost and why, safe for a terminal."""
    what = f"{rejection.url}: " if rejection.url else ""
    words = f"{outcome}: {what}{'; '.join(rejection.reasons)}"
    return "".join(c if c.isprintable() else "?" for c in words)[:500]


def summary(
    counts: dict[str, int],
    status: str,
    reasons: list[str],
    losses: Sequence[str] = (),
    unread: int = 0,
) -> list[str]:
    """Return the closing lines of a run, for people."""
    parts = [f"{counts['stored']} stored", f"{counts['quarantined']} quarantined"]
    parts.append(f"{counts['failed']} failed")
    others = ("merged", "out_of_scope", "refused")
    parts += [f"{counts[name]} {name.replace('_', ' ')}" for name in others if counts[name]]
    lines = [*losses]
    lost = sum(counts[name] for name in ("quarantined", "failed", "refused"))
    more = lost + unread - len(losses)
    if losses and more > 0:
        lines.append(f"and {more} more: see the table quarantine")
    lines.append(f"{counts['listed']} captured = {' + '.join(parts)}")
    if unread:
        lines.append(f"{unread} of them unread: stored, but what was not read is unknown")
    lines.append(f"snapshot {status}")
    if reasons:
        lines[-1] += f": {'; '.join(reasons)}"
    return lines


def receipt(stats: dict[str, Any]) -> dict[str, Any]:
    """Return the final stats as plain JSON data, in order: the receipt of the run."""
    plain = (int, float, str, bool, type(None))
    return {
        key: value if isinstance(value, plain) else str(value)
        for key, value in sorted(stats.items())
    }
