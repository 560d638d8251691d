"""What a snapshot is called at its end, and what people read of a run."""

from __future__ import annotations

import pytest

from modelstores.account import OUTCOMES, loss, receipt, summary, verdict
from modelstores.items import Rejection
from modelstores.progress import status_line


def counts(listed: int, **outcomes: int) -> dict[str, int]:
    return {"listed": listed, **dict.fromkeys(OUTCOMES, 0), **outcomes}


@pytest.mark.parametrize(
    ("reason", "numbers", "damaged", "lost_listings", "status", "words"),
    [
        ("finished", counts(3, stored=2, merged=1), 0, 0, "complete", ""),
        ("finished", counts(100, stored=99, failed=1), 1, 0, "suspect", "1 damaged"),
        ("finished", counts(3, stored=3), 0, 2, "suspect", "2 listing"),
        ("finished", counts(0), 0, 0, "suspect", "no product was found"),
        ("shutdown", counts(3, stored=3), 0, 0, "failed", "ended early: shutdown"),
    ],
)
def test_verdict(
    reason: str,
    numbers: dict[str, int],
    damaged: int,
    lost_listings: int,
    status: str,
    words: str,
) -> None:
    said, reasons = verdict(reason, numbers, damaged, lost_listings, 0)
    assert said == status
    assert words in "; ".join(reasons)
    assert bool(reasons) is (status != "complete")


@pytest.mark.parametrize(
    ("numbers", "unread", "reasons"),
    [
        (counts(100, stored=100), 5, []),
        (counts(100, stored=100), 6, ["6 of 100 products are unread"]),
    ],
)
def test_unread_products(numbers: dict[str, int], unread: int, reasons: list[str]) -> None:
    status = "suspect" if reasons else "complete"
    assert verdict("finished", numbers, 0, 0, unread) == (status, reasons)


def test_summary_tells_what_is_unread() -> None:
    named = loss(Rejection("page", "https://a.example/x", ["no heading"]), "unread")
    assert summary(counts(9, stored=9), "complete", [], [named], 3) == [
        "unread: https://a.example/x: no heading",
        "and 2 more: see the table quarantine",
        "9 captured = 9 stored + 0 quarantined + 0 failed",
        "3 of them unread: stored, but what was not read is unknown",
        "snapshot complete",
    ]


def test_summary_is_the_sum() -> None:
    lines = summary(counts(5, stored=3, failed=1, refused=1), "suspect", ["why", "and why"])
    assert lines == [
        "5 captured = 3 stored + 0 quarantined + 1 failed + 1 refused",
        "snapshot suspect: why; and why",
    ]


def test_losses_are_named_up_to_a_bound_and_cannot_steer_a_terminal() -> None:
    named = loss(Rejection("page", "https://a.example/\x1b[2J", ["no\nheading"]), "failed")
    assert named == "failed: https://a.example/?[2J: no?heading"
    lines = summary(counts(9, stored=6, failed=3), "complete", [], [named])
    assert lines[:2] == [named, "and 2 more: see the table quarantine"]


def test_receipt_is_plain_data_in_order() -> None:
    assert next(iter(receipt({"b": object, "a": 1}).items())) == ("a", 1)
    assert isinstance(receipt({"b": object})["b"], str)


@pytest.mark.parametrize(
    ("done", "expected", "elapsed", "line"),
    [
        (0, None, 0.0, "store: 0 products, 0.0 pages/s"),
        (10, None, 5.0, "store: 10 products, 2.0 pages/s"),
        (10, 30, 5.0, "store: 10/30 products, 2.0 pages/s, 10 s left"),
        (30, 30, 5.0, "store: 30/30 products, 6.0 pages/s"),
    ],
)
def test_status_line(done: int, expected: int | None, elapsed: float, line: str) -> None:
    assert status_line("store", counts(done, stored=done), expected, elapsed) == line
