"""The versions a figure depends on."""

from __future__ import annotations

from importlib.metadata import version

from modelstores import PARSER_VERSION, __version__
from modelstores.elements import codebook
from modelstores.similarity.files import current_version


def versions(chromium: str | None = None) -> dict[str, str | None]:
    """Return {what: version} of all that shapes the rows of a run."""
    return {
        "project": __version__,
        "parser": PARSER_VERSION,
        "codebook": codebook.load().version,
        "vocabulary": current_version(),
        "scrapy": version("scrapy"),
        "playwright": version("playwright"),
        "chromium": chromium,
    }
