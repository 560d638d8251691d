from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from modelstores.database.engine import connect


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """Open a new database in a real file."""
    made = connect(f"sqlite:///{tmp_path / 'x.db'}")
    yield made
    made.dispose()
