from __future__ import annotations

import pytest
from sqlalchemy import Engine

from modelstores.database.document import PAGE, document, documented
from modelstores.database.tables import metadata
from modelstores.database.views import VIEWS, Selection, query
from tests.database.samples import rows


def test_the_page_is_what_the_code_says() -> None:
    assert PAGE.read_text(encoding="utf-8") == document()


def test_every_table_and_column_says_what_it_is() -> None:
    assert [t.name for t in metadata.tables.values() if not documented(t)] == []


def test_the_tables_are_those_of_the_design_and_a_few_more() -> None:
    design = (
        "store snapshot capture product observation sighting section element element_state counter"
        " reference license similarity policy quarantine"
    )
    assert set(design.split()) == set(metadata.tables) - {
        "alembic_version", "coding", "element_count", "element_value", "lease", "snapshot_check"
    }  # fmt: skip


@pytest.mark.parametrize("name", [name for name in VIEWS if name != "complete_snapshot"])
def test_columns_of_views_are_documented(engine: Engine, name: str) -> None:
    with engine.connect() as connection:
        found = connection.exec_driver_sql(f"SELECT * FROM {name}")
        assert list(found.keys()) == list(VIEWS[name].columns)
        found = connection.exec_driver_sql(query(name, Selection(("complete", "suspect"))))
        assert list(found.keys()) == list(VIEWS[name].columns)


def test_a_query_takes_no_words_but_statuses_and_names() -> None:
    with pytest.raises(ValueError, match="statuses"):
        query("latest_product", Selection(("'; DROP TABLE store",)))
    with pytest.raises(ValueError, match="stores"):
        query("latest_product", Selection(stores=("'; DROP TABLE store",)))


def test_links_between_rows_are_kept(engine: Engine) -> None:
    with engine.begin() as connection:
        dialect = connection.dialect.dbapi
        with pytest.raises(dialect.IntegrityError):
            connection.connection.execute("INSERT INTO product VALUES (1, 99, 'x', 'model')")


def test_what_reports_group_is_indexed(sqlite_engine: Engine) -> None:
    sql = "SELECT COUNT(*) FROM similarity WHERE vocabulary = '1' AND key = 'x'"
    assert "similarity_key" in str(rows(sqlite_engine, f"EXPLAIN QUERY PLAN {sql}"))
