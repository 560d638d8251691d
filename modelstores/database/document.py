"""Write ``docs/database.md`` from tables and views: ``python -m modelstores.database.document``."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Column, Table

from modelstores.database.tables import SCHEMA_VERSION, metadata
from modelstores.database.views import VIEWS

#: The page, in a checkout of the project.
PAGE = Path(__file__).parents[2] / "docs" / "database.md"

_HEAD = """\
# The database

Schema version {version}. Generated from `modelstores/database/tables.py` and `views/` by
`python -m modelstores.database.document`; edit those files, not this one.

One snapshot is one run over one store. Its products are stored in batches, each in a
transaction of its own, so that a killed run keeps what it has written; its status stays
`running` then, and nothing counts it, until the next run of that store goes on with it or
closes it as `failed`. What a source said is an observation, stored once for as long as it
keeps saying it; that it was there is a sighting. No product, observation or closed snapshot
is ever deleted.

`listed = stored + merged + out_of_scope + quarantined + failed + refused` holds in every
closed snapshot, or it is not `complete`.

Times are ISO 8601 texts in UTC, versions are texts. "Latest" means latest captured, then latest
parser: reading pages of 2019 again does not make them the latest word.

The database is SQLite (`sqlite:///FILE`) unless another is named:
`-s DATABASE_URL=postgresql://USER@HOST/NAME`, or the same in `MODELSTORES_DATABASE_URL`. The
PostgreSQL database must be there, empty (`createdb --encoding=UTF8 NAME`), and the user must
own it; the first crawl makes the tables. Keep the password out of the address, in `~/.pgpass`.
Text sorts by code point there too, so that reports are equal on both.

A database of an older version is upgraded by the first crawl into it, whole or not at all; a
line says so. Reports, which only read, ask for that. A newer one is refused. Make a copy
before: there is no way back. Views are made anew then; views of your own that stand on them
must be dropped first on PostgreSQL.

Open the file read-only (`sqlite3 'file:modelstores.db?mode=ro'`) while a crawl runs. SQLite's
write-ahead log does not work on network file systems.

Start with the views. They count complete snapshots only.
"""


def document() -> str:
    """Return the tables and views as a Markdown page."""
    views = (_section(name, view.comment, view.columns) for name, view in VIEWS.items())
    tables = (
        _section(table.name, str(table.comment), {c.name: _told(c) for c in table.columns})
        for table in metadata.tables.values()
    )
    parts = [_HEAD.format(version=SCHEMA_VERSION), "## Views\n", *views, "## Tables\n", *tables]
    return "\n".join(parts)


def _section(name: str, comment: str, columns: dict[str, str]) -> str:
    rows = "".join(f"| `{column}` | {meaning} |\n" for column, meaning in columns.items())
    return f"### {name}\n\n{comment}\n\n| column | meaning |\n| --- | --- |\n{rows}"


def _told(column: Column[object]) -> str:
    marks = ["key"] if column.primary_key else []
    marks += [f"links to `{key.target_fullname}`" for key in column.foreign_keys]
    marks += ["may be null"] if column.nullable else []
    return f"{column.comment} ({'; '.join(marks)})" if marks else str(column.comment)


def documented(table: Table) -> bool:
    """Return whether a table and all its columns say what they are."""
    return bool(table.comment) and all(column.comment for column in table.columns)


if __name__ == "__main__":
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(document(), encoding="utf-8")
