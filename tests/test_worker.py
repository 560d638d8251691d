"""The second process: it finds what the crawl would, in order, and ends with it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import psutil
from scrapy import Request
from scrapy.http import Response, TextResponse

from modelstores.database.entry import Entry, Terms
from modelstores.elements.codebook import load
from modelstores.items import SOURCES, Product
from modelstores.worker import Found, Worker, read
from spiders.huggingface import HuggingFaceSpider
from tests.conftest import ROOT
from tests.crawling import rows, scrapy
from tests.dump import dump
from tests.test_lists import LIST, NEXT, entry
from tests.warcs import write_warc


def listing(*entries: object, url: str = LIST) -> Response:
    """Return a list page that names the next."""
    headers = {"Content-Type": "application/json", "Link": f'<{NEXT}>; rel="next"'}
    return TextResponse(url, headers=headers, body=json.dumps(entries).encode())


NUMBERS = {element.id: number for number, element in enumerate(load().elements, start=1)}
TERMS = Terms("1", "1", NUMBERS, {}, dict.fromkeys(SOURCES, frozenset()))


def with_worker(terms: Terms, use: Callable[[Worker], Awaitable[None]]) -> None:
    """Use a worker, and end it."""

    async def run() -> None:
        worker = Worker.start(HuggingFaceSpider)
        assert worker is not None
        try:
            await worker.connect(terms)
            await use(worker)
        finally:
            worker.close()

    asyncio.run(run())


def plain(found: Found | None) -> list[object]:
    assert found is not None
    return [one.url if isinstance(one, Request) else one for one in found]


def test_it_finds_what_the_crawl_would_in_the_order_in_which_it_is_asked() -> None:
    asked = [listing(*(entry(n) for n in range(first, first + 3))) for first in range(0, 60, 3)]
    store = HuggingFaceSpider()

    async def use(worker: Worker) -> None:
        found = await asyncio.gather(*map(worker.read, asked))
        assert [plain(one) for one in found] == [plain(read(store, one, TERMS)) for one in asked]
        made, *_, following = plain(found[7])
        assert isinstance(made, Entry)
        assert made.native_id == "acme-labs/net-21"
        assert made.digest
        assert (NUMBERS["framework"], "present") in [row[:2] for row in made.states]
        assert made.similarity
        assert following == NEXT

    with_worker(TERMS, use)


def test_a_listing_that_cannot_be_read_or_a_bad_product_is_left_to_the_crawl() -> None:
    async def use(worker: Worker) -> None:
        broken = TextResponse(LIST, body=b"[{")
        found, odd, good = await asyncio.gather(
            worker.read(broken),
            worker.read(listing(entry(1, id=f"acme-labs/{'x' * 3_000}"))),
            worker.read(listing(entry(2))),
        )
        assert found is None
        assert [type(one) for one in odd or ()] == [Product, Request]
        assert [type(one) for one in good or ()] == [Entry, Request]

    with_worker(TERMS, use)


def test_what_is_known_is_neither_tagged_nor_keyed() -> None:
    (first, _) = read(HuggingFaceSpider(), listing(entry(1)), TERMS) or ()
    assert isinstance(first, Entry)

    async def use(worker: Worker) -> None:
        found = await worker.read(listing(entry(1), entry(2)))
        again, new, _ = plain(found)
        assert isinstance(again, Entry)
        assert isinstance(new, Entry)
        assert again == Entry(*first[:5])
        assert new.states

    with_worker(replace(TERMS, known=frozenset({first.digest})), use)


def test_a_worker_that_dies_answers_nothing_and_is_asked_no_more() -> None:
    async def use(worker: Worker) -> None:
        worker.close()
        asked = (worker.read(listing(entry(n))) for n in range(3))
        assert await asyncio.gather(*asked) == [None, None, None]
        assert not worker.is_alive

    with_worker(TERMS, use)


KILLED = """
import asyncio, os, signal
from modelstores.worker import Worker
from spiders.huggingface import HuggingFaceSpider

async def run():
    worker = Worker.start(HuggingFaceSpider)
    print(worker._process.pid, flush=True)
    input()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(run())
"""


def test_it_ends_when_the_crawl_is_killed_and_ctrl_c_is_not_for_it() -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        text=True,
    )
    assert process.stdout
    worker = psutil.Process(int(process.stdout.readline()))
    assert os.getpgid(worker.pid) != os.getpgid(process.pid)
    process.communicate("\n", timeout=60)
    assert process.returncode == -signal.SIGKILL
    worker.wait(timeout=60)
    assert not worker.is_running()


def test_a_replay_of_many_lists_is_the_same_with_and_without_it(tmp_path: Path) -> None:
    read_ = tmp_path / "1.warc.gz"
    pages, each = 40, 200
    for page in range(pages):
        made = [
            entry(n, name="x" * (n % 7), tags=["pytorch", f"dataset:set-{n % 50}", "license:mit"])
            for n in range(page * each, (page + 1) * each)
        ]
        made[3]["id"] = f"acme-labs/{page}{'x' * 3_000}"  # goes to quarantine
        url = f"{LIST}&cursor={page}" if page else LIST
        write_warc(read_, [(url, "application/json", json.dumps(made).encode())])
    found = {}
    for name, options in {"with": [], "without": ["-O", str(tmp_path / "x.jsonl")]}.items():
        database = tmp_path / f"{name}.db"
        url = f"DATABASE_URL=sqlite:///{database}"
        run = scrapy("crawl", "huggingface", "-a", f"archive={read_}", "-s", url, *options)
        assert f"{pages * (each - 1)} stored + {pages} quarantined" in run.stderr
        ((receipt,),) = rows(database, "select receipt from snapshot")
        found[name] = dump(database), json.loads(receipt).get("listings/by_worker", 0)
    assert 0 < found["with"][1] <= pages
    assert found["without"][1] == 0
    assert found["with"][0] == found["without"][0]
