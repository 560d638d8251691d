"""Names of libraries and runtimes in one spelling; versions after them are left out."""

from __future__ import annotations

import re

from modelstores.elements.values.names import key, read_names
from modelstores.elements.values.value import Value, spellings, table

_NAMES = {key(spelling): name for spelling, name in spellings(table("framework.yaml")).items()}
_VERSION = re.compile(r"[\s=<>~:v-]{1,6}[0-9][\w.+-]{0,30}$")


def read(words: str) -> list[Value]:
    """Return the frameworks in some words; a name that the table has not is not read."""
    return read_names(words, _name, lambda said: _NAMES.get(key(said)))


def _name(said: str) -> str | None:
    return _NAMES.get(key(said)) or _NAMES.get(key(_VERSION.sub("", said[-200:])))
