"""What all tests share."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import Engine

from modelstores.database.engine import connect
from tests import postgres

# A busy machine is no failure, and the gate gives the same answer to the same code: new
# examples are looked for where people run the suite.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
settings.load_profile("project")

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip, and say why, what needs the real captures where they are not there."""
    if SHARED.is_dir():
        return
    for item in items:
        if item.get_closest_marker("shared"):
            item.add_marker(pytest.mark.skip(reason="real captures not found at ../shared"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """Return the folder of real captures and labels."""
    return SHARED


#: The databases that the same tests run on.
DIALECTS = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[postgres.Server]:
    """Start a PostgreSQL, one a process; skip, and say why, where there is none."""
    with ExitStack() as stack:
        try:
            started = stack.enter_context(postgres.server())
        except postgres.Unavailable as error:
            if os.environ.get(postgres.NEEDED):
                pytest.fail(f"{error}, and {postgres.NEEDED} is set")
            pytest.skip(str(error))
        yield started


@pytest.fixture(scope="session", params=DIALECTS)
def new_database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], str]:
    """Return what makes a new database of each kind, and returns its address."""
    if request.param == "postgresql":
        server: postgres.Server = request.getfixturevalue("postgresql")
        return server.ready
    folder = tmp_path_factory.mktemp("databases")
    numbers = iter(range(1_000_000))
    return lambda: f"sqlite:///{folder / f'{next(numbers)}.db'}"


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    """Return the address of a new database."""
    return new_database()


@pytest.fixture
def engine(url: str) -> Iterator[Engine]:
    """Open a new database."""
    made = connect(url)
    yield made
    made.dispose()


@pytest.fixture
def sqlite_engine(tmp_path: Path) -> Iterator[Engine]:
    """Open a new SQLite database, where a test is of what SQLite alone has."""
    made = connect(f"sqlite:///{tmp_path / 'x.db'}")
    yield made
    made.dispose()
