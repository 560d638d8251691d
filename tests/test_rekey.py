"""``scrapy rekey``: the keys that a crawl would make, from what is stored."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from modelstores import rekey as rekeying
from modelstores.database import keys, lease
from modelstores.database.engine import connect
from modelstores.database.writer import Writer
from modelstores.description import add_key
from modelstores.digest import content_hash
from modelstores.items import Product
from modelstores.rekey import Rekeyed, StoreRow, rekey
from modelstores.similarity.vocabulary import vocabulary
from tests.conftest import ROOT
from tests.crawling import scrapy
from tests.database.samples import VERSIONS, product, rows, run, told, write
from tests.miniweb.pack import pack

CURRENT = vocabulary().version
OLD = "0"
HUB = StoreRow("hub", "Hub", "model")
#: Small stores without a browser; of the first, products are pages, records and list entries.
CRAWLED = ("huggingface", "pytorch_hub", "aws", "apple")

KEYS = """
SELECT observation_id, vocabulary, key, family_key, algorithm, variant, datasets, objective,
       input_domain, artefacts, evidence FROM similarity WHERE vocabulary = '{}'
 ORDER BY observation_id
"""


def silent(done: int, total: int) -> None:
    """Show nothing."""


def kept(engine: Engine, version: str = CURRENT) -> list[tuple[Any, ...]]:
    return rows(engine, KEYS.format(version))


def execute(engine: Engine, *statements: str) -> None:
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def grow_old(engine: Engine) -> None:
    """Make all keys those of an older vocabulary, in which all was something else."""
    execute(
        engine,
        f"UPDATE similarity SET vocabulary = '{OLD}', key = 'a|b|c', algorithm = 'a',"
        " input_domain = 'Other'",
        f"UPDATE snapshot SET vocabulary = '{OLD}'",
    )


def nets(number: int, **changes: Any) -> list[Product]:
    """Return products without a key, each with a net of its own."""
    common: dict[str, Any] = {"similarity": {}, "input_domain": None, **changes}
    return [
        product(f"n/{n}", name=f"ResNet-{n} Trained on ImageNet Competition Data", **common)
        for n in range(18, 18 + number)
    ]


def keyed(*products: Product) -> list[Product]:
    """Return products with the keys that a crawl gives them."""
    for one in products:
        one.similarity, one.input_domain = {}, None
        add_key(one, known=())
    return list(products)


def versions(vocabulary: str) -> dict[str, str]:
    return VERSIONS | {"vocabulary": vocabulary}


def test_keys_are_those_of_a_new_crawl_in_every_field(url: str, tmp_path: Path) -> None:
    setting = ("-s", f"DATABASE_URL={url}")
    for store in CRAWLED:
        archive = pack(store, tmp_path / f"{store}.warc.gz")
        crawl = scrapy("crawl", store, "-a", f"archive={archive}", *setting)
        assert crawl.returncode == 0, crawl.stderr
    engine = connect(url)
    crawled = kept(engine)
    reports = [scrapy("report", name, *setting).stdout for name in ("similar", "groups")]
    assert len(crawled) > 20
    assert "imagenet-1k" in reports[0]
    assert sum(row[2] is not None for row in crawled) > 5
    grow_old(engine)
    old = kept(engine, OLD)

    done = scrapy("rekey", *setting)
    told = f"{len(crawled)} observations keyed with vocabulary {CURRENT}; 0 had it already\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")
    assert kept(engine) == crawled
    assert kept(engine, OLD) == old, "they are history"
    again = scrapy("report", "similar", *setting)
    assert [again.stdout, scrapy("report", "groups", *setting).stdout] == reports
    assert again.stderr == ""

    done = scrapy("rekey", *setting)
    told = f"0 observations keyed with vocabulary {CURRENT}; {len(crawled)} had it already\n"
    assert (done.returncode, done.stdout, done.stderr) == (0, told, "")
    engine.dispose()


def test_what_is_only_listed_gets_no_key_and_what_is_counted_does(engine: Engine) -> None:
    common: dict[str, Any] = {
        **{"source": "list", "stated": {}, "sections": [], "links": []},
        **{"name": "resnet50-imagenet", "counters": {}},
    }
    listed = product("resnet50-imagenet", **common)
    counted = product("bert-base-uncased", **common | {"name": "bert-base-uncased"})
    counted.counters = {"likes": 3}
    assert (listed.only_listed, counted.only_listed) == (True, False)
    write(engine, *keyed(listed, counted), versions=versions(CURRENT))
    crawled = kept(engine)
    assert [row[4] for row in crawled] == ["bert"]
    grow_old(engine)
    assert rekey(engine, HUB, silent) == Rekeyed(keyed=1, had=0, only_listed=1)
    assert kept(engine) == crawled


WORDS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
NAMES = st.sampled_from(["ResNet-50 ", "trained on COCO ", "image classification ", "x.onnx "])
SAID = st.builds("".join, st.lists(NAMES | WORDS, max_size=4))
SECTION = st.fixed_dictionaries({"heading": SAID, "text": SAID})


@given(
    st.builds(
        product,
        name=SAID,
        source=st.sampled_from(["page", "record", "list"]),
        summary=st.none() | SAID,
        stated=st.dictionaries(st.sampled_from(["objective", "ml_algorithms", "size"]), SAID),
        input_domains=st.lists(SAID, max_size=3),
        sections=st.lists(SECTION, max_size=3),
        links=st.lists(SAID, max_size=3),
        unread=st.lists(st.sampled_from(["owner", "size"]), unique=True),
        counters=st.dictionaries(st.sampled_from(["likes"]), st.integers(0, 9)),
        similarity=st.just({}),
    )
)
def test_a_product_comes_back_as_it_was_said(one: Product) -> None:
    engine = connect("sqlite://")
    write(engine, one)
    with engine.begin() as connection:
        ((_, back),) = keys.stored_products(connection, [1])
    engine.dispose()
    back.counters = one.counters
    assert content_hash(back) == content_hash(one)
    back.capture = one.capture
    assert back.as_stated() == one.as_stated()


def test_until_all_are_keyed_reports_go_on_with_the_old_ones(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 2)
    write(engine, *keyed(*nets(5)), versions=versions(CURRENT))
    crawled = kept(engine)
    grow_old(engine)
    seen = "SELECT DISTINCT vocabulary, similarity_key FROM latest_product"

    def stop(done: int, total: int) -> None:
        assert total == 5
        if done == 4:
            raise MemoryError

    with pytest.raises(MemoryError):
        rekey(engine, HUB, stop)
    assert kept(engine) == crawled[:4]
    assert rows(engine, seen) == [(OLD, "a|b|c")]
    assert rows(engine, "SELECT * FROM lease") == [], "a run may begin"
    assert rekey(engine, HUB, silent) == Rekeyed(keyed=1, had=4, only_listed=0)
    assert kept(engine) == crawled
    assert set(rows(engine, seen)) == {(CURRENT, row[2]) for row in crawled}


KILLED = """
import os, signal, sys
from modelstores import rekey
from modelstores.database.engine import connect

rekey.BATCH = 2
rekey.rekey(
    connect(sys.argv[1]),
    rekey.StoreRow("hub", "Hub", "model"),
    lambda done, total: os.kill(os.getpid(), signal.SIGKILL),
)
"""


def test_after_a_kill_the_next_goes_on(url: str) -> None:
    engine = connect(url)
    write(engine, *keyed(*nets(5)), versions=versions(CURRENT))
    crawled = kept(engine)
    grow_old(engine)
    killed = subprocess.run([sys.executable, "-c", KILLED, url], cwd=ROOT, check=False, timeout=60)
    assert killed.returncode == -9
    assert kept(engine) == crawled[:2]
    done = scrapy("rekey", "-s", f"DATABASE_URL={url}")
    told = f"3 observations keyed with vocabulary {CURRENT}; 2 had it already\n"
    assert (done.returncode, done.stdout) == (0, told), done.stderr
    assert kept(engine) == crawled
    engine.dispose()


def test_a_store_that_a_run_is_at_work_on_is_left_out(url: str) -> None:
    engine = connect(url)
    write(engine, *nets(1))
    write(engine, *nets(1, store="zoo"), store="zoo")
    held = lease.acquire(engine, *HUB)
    done = scrapy("rekey", "-s", f"DATABASE_URL={url}")
    assert done.returncode == 1
    assert "hub is being read by process" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout.startswith("1 observation keyed")
    seen = "SELECT vocabulary FROM snapshot ORDER BY id"
    execute(engine, "UPDATE snapshot SET vocabulary = 'x' WHERE store_id = 1")
    assert rows(engine, seen) == [("x",), (CURRENT,)]
    held.release()
    assert scrapy("rekey", "--stores", "hub", "-s", f"DATABASE_URL={url}").returncode == 0
    assert rows(engine, seen) == [(CURRENT,), (CURRENT,)]
    engine.dispose()


def test_who_lost_the_store_writes_no_more(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 1)
    write(engine, *nets(3), versions=versions(OLD))

    def lose(done: int, total: int) -> None:
        execute(engine, "DELETE FROM lease")

    with pytest.raises(lease.Lost):
        rekey(engine, HUB, lose)
    assert len(kept(engine)) == 1
    assert rows(engine, "SELECT vocabulary FROM snapshot") == [(OLD,)]


def test_others_write_between_the_batches(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rekeying, "BATCH", 1)
    write(engine, *nets(3))
    other = connect(engine.url.render_as_string(hide_password=False))
    numbers = iter("abc")

    def crawl(done: int, total: int) -> None:
        write(other, product(next(numbers), store="zoo"), store="zoo")

    assert rekey(engine, HUB, crawl).keyed == 3
    assert rows(engine, "SELECT COUNT(*) FROM observation") == [(6,)]
    other.dispose()


def test_what_was_rekeyed_is_known_to_the_next_crawl(engine: Engine) -> None:
    write(engine, *keyed(*nets(3)), versions=versions(CURRENT))
    grow_old(engine)
    writer = Writer(engine, run(versions=versions(CURRENT)))
    writer.open()
    assert writer.known() == set()
    rekey(engine, HUB, silent)
    assert writer.known() == {content_hash(one) for one in nets(3)}


def test_other_keys_are_no_change_of_a_product(engine: Engine) -> None:
    write(engine, *keyed(*nets(3)), versions=versions(OLD))
    changed, *others = nets(3)
    changed.summary = "Other words."
    changed.elements["owner"] = told("absent")
    write(engine, *keyed(changed, *others), versions=versions(CURRENT))
    changes = "SELECT * FROM changes ORDER BY native_id, element"
    shares = "SELECT * FROM share_changes ORDER BY position"
    before = rows(engine, changes), rows(engine, shares)
    assert [(row[5], row[6], row[8]) for row in before[0]] == [("changed", "n/18", "owner")]
    rekey(engine, HUB, silent)
    assert (rows(engine, changes), rows(engine, shares)) == before


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["--stores", "nosuch"], "no store 'nosuch' in the database (there are: hub)"),
        (["hub"], "rekey takes no argument: --stores A,B chooses stores"),
    ],
)
def test_what_cannot_be_done_is_named(tmp_path: Path, arguments: list[str], named: str) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    engine = connect(url)
    write(engine, product())
    engine.dispose()
    done = scrapy("rekey", *arguments, "-s", f"DATABASE_URL={url}")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"error: {named}\n")


def test_without_a_database_of_this_version_nothing_is_made(tmp_path: Path) -> None:
    path = tmp_path / "x.db"
    done = scrapy("rekey", "-s", f"DATABASE_URL=sqlite:///{path}")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"error: {path}: there is no such database\n"
    assert not path.exists()
    engine = connect(f"sqlite:///{path}")
    execute(engine, "UPDATE alembic_version SET version_num = '0001'")
    engine.dispose()
    done = scrapy("rekey", "-s", f"DATABASE_URL=sqlite:///{path}")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "its schema has version 0001" in done.stderr
