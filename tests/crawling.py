"""Run ``scrapy`` as users do: in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from sqlalchemy import create_engine, text

ROOT = Path(__file__).parents[1]


def scrapy(
    *arguments: str | Path, timeout: float = 120, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a ``scrapy`` command in the project; return what it printed and its exit code."""
    inherited = {
        k: v for k, v in os.environ.items() if not k.startswith(("MODELSTORES_DA", "FAKE"))
    }
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *map(str, arguments)],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def crawl_fake(
    database: Path, *arguments: str | Path, store: str = "fake", **environment: str
) -> subprocess.CompletedProcess[str]:
    """Crawl the fake store into a database file."""
    return scrapy(
        *("crawl", store, "-s", "SPIDER_MODULES=tests.fake"),
        *("-s", f"DATABASE_URL=sqlite:///{database}"),
        *arguments,
        **environment,
    )


def rows(database: Path, query: str) -> list[tuple[object, ...]]:
    """Return the rows of a query."""
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        found = [tuple(row) for row in connection.execute(text(query))]
    engine.dispose()
    return found
