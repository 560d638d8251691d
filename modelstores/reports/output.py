"""Where a report goes: the options that say so, and the writing itself."""

from __future__ import annotations

import argparse
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from modelstores.reports.render import FORMATS
from modelstores.reports.selection import ReportError


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add ``--format`` and ``--output``."""
    parser.add_argument("--format", metavar="FORMAT", default="table", help=", ".join(FORMATS))
    parser.add_argument("--output", metavar="FILE", help="write to a file, whole or not at all")


def check_format(style: str) -> None:
    """Object to a format that there is not.

    Raises:
        ReportError: it is none of FORMATS.
    """
    if style not in FORMATS:
        raise ReportError(f"no format {style!r} (known: {', '.join(FORMATS)})")


def own_options(
    function: Callable[..., Any], called: str, opts: argparse.Namespace, names: Iterable[str]
) -> dict[str, Any]:
    """Return those of some options that were given: they are parameters of a function.

    Raises:
        ReportError: the function, as it is ``called``, has no such parameter.
    """
    given = {name: value for name in names if (value := getattr(opts, name)) is not None}
    for name in given:
        if name not in inspect.signature(function).parameters:
            raise ReportError(f"{called} has no --{name}")
    return given


def write(text: str, output: str | None) -> None:
    """Print a text, or put it into a file at once.

    Raises:
        ReportError: the file cannot be written; what was there before still is.
    """
    if output is None:
        # A terminal without UTF-8 gets a question mark, not a traceback.
        encoding = sys.stdout.encoding or "utf-8"
        try:
            sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
            sys.stdout.flush()
        except BrokenPipeError:  # whoever read it has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return
    path = Path(output)
    try:
        if path.exists() and not path.is_file():  # a pipe or device cannot be replaced
            path.write_text(text, encoding="utf-8")
            return
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ReportError(f"{output}: cannot be written: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
