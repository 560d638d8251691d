"""A database of many products, each with a similarity key."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from itertools import product
from pathlib import Path
from typing import Any

from sqlalchemy import Table

from modelstores.database import tables
from modelstores.database.engine import connect
from modelstores.similarity.files import current_version
from modelstores.similarity.vocabulary import vocabulary

#: Groups of the rows, and stores with their part of the products.
GROUPS = 12_000
STORES = {"huggingface": 0.97, "tfhub": 0.015, "wolfram": 0.01, "pytorch_hub": 0.005}


def keys() -> list[tuple[str, str, str, str, str]]:
    """Return keys as they are: (key, family key, algorithm, data set, objective)."""
    known = vocabulary()
    lot = random.Random(1)
    every = list(product(known.algorithms, known.datasets, known.objectives))
    made = []
    for number, (algorithm, data, objective) in enumerate(lot.sample(every, GROUPS)):
        rest = f"{data}|{objective}"
        family, named = f"{algorithm}|{rest}", f"{algorithm}-{number % 200}|{rest}"
        made.append((named, family, algorithm, data, objective))
    return made


def insert(connection: sqlite3.Connection, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    """Put rows with equal columns into a table."""
    rows = iter(rows)
    first = next(rows)
    names, places = ", ".join(first), ", ".join(f":{name}" for name in first)
    connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", [first])
    connection.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({places})", rows)


def fill(path: Path, number: int) -> None:
    """Make a database of this project's with so many products, each with a key.

    Of the groups few are large and most small: a group's rank is drawn log-uniformly.
    """
    connect(f"sqlite:///{path}").dispose()
    lot, made, version = random.Random(2), keys(), current_version()
    when = "2026-01-01T00:00:00Z"
    stores = list(STORES)
    store_of = lot.choices(range(1, len(stores) + 1), [*STORES.values()], k=number)
    with closing(sqlite3.connect(path)) as connection, connection:
        named = enumerate(stores, 1)
        insert(
            connection,
            tables.store,
            ({"id": i, "name": name, "title": name, "kind": "model"} for i, name in named),
        )
        insert(
            connection,
            tables.snapshot,
            (
                {
                    **{"id": i, "store_id": i, "status": "complete", "scope": "full"},
                    **{"source": "archive", "started_at": when, "ended_at": when},
                    **{"captured_from": when, "captured_until": when, "parser": "1"},
                    **{"codebook": "1", "vocabulary": version, "versions": "{}"},
                    **{"settings": "{}", "reasons": "[]", "receipt": "{}"},
                }
                for i in range(1, len(stores) + 1)
            ),
        )
        numbered = list(enumerate(store_of, 1))
        insert(
            connection,
            tables.product,
            (
                {
                    "id": i,
                    "store_id": s,
                    "native_id": f"owner-{i % 9999}/model-{i}",
                    "kind": "model",
                }
                for i, s in numbered
            ),
        )
        insert(
            connection,
            tables.observation,
            (
                {
                    **{"id": i, "product_id": i, "source": "list", "parser": "1"},
                    **{"content_hash": f"{i:064x}", "url": f"https://x.example/model-{i}"},
                    **{"name": f"model-{i}", "stated": "{}", "input_domains": "[]"},
                    **{"links": "[]", "unread": "[]"},
                }
                for i, _ in numbered
            ),
        )
        insert(
            connection,
            tables.sighting,
            (
                {
                    **{"snapshot_id": s, "product_id": i, "observation_id": i},
                    **{"captured_at": when, "rendered": 0},
                }
                for i, s in numbered
            ),
        )
        domains = {name: entry["domain"] for name, entry in vocabulary().objectives.items()}
        drawn = (made[int(GROUPS ** lot.random()) - 1] for _ in numbered)
        insert(
            connection,
            tables.similarity,
            (
                {
                    **{"observation_id": i, "vocabulary": version, "key": key},
                    **{"family_key": family, "algorithm": algorithm, "datasets": f'["{data}"]'},
                    **{"objective": objective, "input_domain": domains[objective]},
                    **{"artefacts": "[]", "evidence": "{}"},
                }
                for (i, _), (key, family, algorithm, data, objective) in zip(
                    numbered, drawn, strict=True
                )
            ),
        )
