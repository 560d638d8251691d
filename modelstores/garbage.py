"""How often Python looks for garbage in cycles."""

from __future__ import annotations

import gc

#: Objects made and not freed since the last search, and searches of the younger generations
#: before one of the older. A thousand products of a listing, or a program that is being loaded,
#: are far more objects than Python's own 700, which would have it walk through those at hand a
#: hundred times for nothing: they hold no cycles, and go as soon as they are written, or stay.
#: The older generations are few, and searched sooner than Python's 10.
SELDOM = 50_000, 2, 5
#: Python's own: pages hold cycles, and are large.
OFTEN = 700, 10, 10


def search_seldom() -> None:
    """Search seldom, and leave out what is there now: the program itself, which stays.

    For start-up, and for runs over many listings alone.
    """
    gc.freeze()
    gc.set_threshold(*SELDOM)


def search_often() -> None:
    """Search as Python does by itself, but leave out what is there now."""
    gc.freeze()
    gc.set_threshold(*OFTEN)
