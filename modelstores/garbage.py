"""How often Python looks for garbage in cycles."""

from __future__ import annotations

import gc

# Objects made and not freed since the last search, and searches of the younger generations before
# one of the older. Python's own are the last.

#: For a program that is being loaded: hundreds of thousands of objects that stay. With ten times as
#: many, what is thrown away meanwhile would leave the memory in pieces.
LOADING = 5_000, 10, 10
#: For listings: a thousand products are far more objects than Python's 700, which would have it
#: walk through those at hand a hundred times for nothing: they hold no cycles, and go as soon as
#: they are written. The older generations are few, and searched sooner than Python's 10.
SELDOM = 200_000, 2, 5
#: For pages: they hold cycles, and are large.
OFTEN = 700, 10, 10


def search_while_loading() -> None:
    """Search less often than Python does by itself."""
    gc.set_threshold(*LOADING)


def search_seldom() -> None:
    """Search seldom, and leave out what is there now: the program itself, which stays."""
    gc.freeze()
    gc.set_threshold(*SELDOM)


def search_often() -> None:
    """Search as Python does by itself, but leave out what is there now."""
    gc.freeze()
    gc.set_threshold(*OFTEN)
