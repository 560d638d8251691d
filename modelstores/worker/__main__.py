"""``python -m modelstores.worker MODULE CLASS``: the second process itself, of a store's class."""

import sys

from modelstores.garbage import search_seldom


def main() -> None:
    """Answer on standard output what comes in on standard input."""
    search_seldom()  # also while all the rest is loaded
    from modelstores.worker.process import run  # noqa: PLC0415

    replies = sys.stdout.buffer
    sys.stdout = sys.stderr  # what is printed is no reply
    module, name = sys.argv[1:]
    run(module, name, sys.stdin.buffer, replies)


main()
