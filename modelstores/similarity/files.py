"""The files of the vocabulary, and the version of what they say."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources
from typing import Any

import yaml

FILES = ("algorithms", "datasets", "objectives")

#: Their number, which stands in a line of its own.
_NUMBER = re.compile(r'^version: "(\w+)"$', re.MULTILINE)


def raw(name: str) -> dict[str, Any]:
    """Return one file of the vocabulary as plain data."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    data: dict[str, Any] = yaml.load(_text(name), Loader=loader)  # noqa: S506
    return data


@lru_cache(maxsize=1)
def current_version() -> str:
    """Return the version of the vocabulary that comes with this program; it is not parsed."""
    texts = [_text(name) for name in FILES]
    (number,) = {found for text in texts for found in _NUMBER.findall(text)}
    return version(number, texts)


def version(number: str, texts: Iterable[str]) -> str:
    """Return the version of a vocabulary: the number in its files, and a digest of all they say.

    Keys compare only within a version, so no change may leave it as it was.
    """
    digest = hashlib.sha256("\0".join(texts).encode()).hexdigest()
    return f"{number}-{digest[:8]}"


def _text(name: str) -> str:
    path = resources.files("modelstores.similarity") / "vocabulary" / f"{name}.yaml"
    return path.read_text(encoding="utf-8")
