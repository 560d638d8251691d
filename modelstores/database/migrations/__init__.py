"""The schema's versions, and the way from each to the next, by Alembic.

What stands here as ``versions/v0001.py`` is what version 0001 was. A change of the tables
is made in ``tables.py``, with a new SCHEMA_VERSION, and here, as a new version: a test
compares the two.
"""

from __future__ import annotations

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext, RevisionStep
from alembic.script import ScriptDirectory
from sqlalchemy import Connection


def versions() -> list[str]:
    """Return the known versions of the schema, oldest first."""
    return [script.revision for script in _scripts().walk_revisions()][::-1]


def upgrade(connection: Connection, version: str) -> None:
    """Change the tables to those of a later version, within the connection's transaction.

    Views must not be there: those of another version may stand in the way.
    """
    scripts = _scripts()

    def steps(found: str, _: MigrationContext) -> list[RevisionStep]:
        return scripts._upgrade_revs(version, found)

    context = MigrationContext.configure(connection, opts={"fn": steps})
    with Operations.context(context):
        context.run_migrations()


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", f"{__name__}:")
    return ScriptDirectory.from_config(config)
