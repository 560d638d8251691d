"""The small stores: packed the same twice, sound, and read by the spiders of their stores."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, Request, build_opener

import pytest
from scrapy.http import HtmlResponse, TextResponse
from scrapy.settings import Settings
from scrapy.spiderloader import SpiderLoader
from warcio.archiveiterator import ArchiveIterator

from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.spider import StoreSpider
from tests.miniweb.pack import pack
from tests.miniweb.server import Answer, MiniServer
from tests.miniweb.stores import FOLDER, STORES, Page, pages

ALL = [(store, page) for store in STORES for page in pages(store)]
NAMES = [f"{store}{page.path}" for store, page in ALL]


def spider(store: str) -> StoreSpider:
    return SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]})).load(store)()


def product(store: str, page: Page) -> Product:
    kind = TextResponse if "json" in page.type else HtmlResponse
    response = kind(page.url, body=page.body, headers={"Content-Type": page.type})
    (found,) = spider(store).parse(response)
    assert isinstance(found, Product)
    return found


def test_every_spider_has_its_small_store() -> None:
    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["spiders"]}))
    assert list(STORES) == sorted(loader.list())
    with pytest.raises(ValueError, match="no small store 'nosuch'"):
        list(pages("nosuch"))


@pytest.mark.parametrize("store", STORES)
def test_every_file_is_an_answer_and_every_address_is_given_once(store: str) -> None:
    listed = list(pages(store))
    here = {path for path in (FOLDER / store).rglob("*.*") if path.name != "pages.yaml"}
    assert {page.file for page in listed} == here
    assert len({page.url for page in listed}) == len(listed)


@pytest.mark.parametrize("store", STORES)
def test_packing_twice_gives_equal_bytes(store: str, tmp_path: Path) -> None:
    (tmp_path / "later").mkdir()
    first = pack(store, tmp_path / "x.warc.gz")
    second = pack(store, tmp_path / "later" / "x.warc.gz")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize("store", STORES)
def test_a_pack_is_a_sound_warc_of_all_answers(store: str, tmp_path: Path) -> None:
    kinds, ids, bodies = [], set(), {}
    with pack(store, tmp_path / "x.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file, check_digests=True):
            kinds.append(record.rec_type)
            ids.add(record.rec_headers["WARC-Record-ID"])
            assert record.rec_headers.protocol == "WARC/1.1"
            content = record.content_stream().read()
            assert record.digest_checker.passed is not False
            if record.rec_type == "response":
                assert record.rec_headers["WARC-Payload-Digest"]
                assert record.http_headers["Content-Type"]
                bodies[record.rec_headers["WARC-Target-URI"]] = content
    assert kinds == ["warcinfo", *["response"] * len(list(pages(store)))]
    assert len(ids) == len(kinds)
    assert bodies == {page.url: page.body for page in pages(store)}


def test_the_command_packs_all(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.miniweb.pack"]
    subprocess.run([*command, str(tmp_path / "new")], cwd=FOLDER.parents[1], check=True)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        f"{store}.warc.gz" for store in STORES
    }
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        [*command, str(tmp_path / "file")],
        cwd=FOLDER.parents[1],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "file" in done.stderr


@pytest.mark.parametrize(("store", "page"), ALL, ids=NAMES)
def test_the_spider_knows_what_each_address_holds(store: str, page: Page) -> None:
    one = spider(store)
    assert bool(one.product_id(page.url)) is (page.holds == "page")
    assert bool(one.record_id(page.url)) is (page.holds == "record")


@pytest.mark.parametrize(
    ("store", "page"),
    [(s, p) for s, p in ALL if p.holds in {"page", "record"} and s != "wolfram"],
    ids=[
        n
        for n, (s, p) in zip(NAMES, ALL, strict=True)
        if p.holds in {"page", "record"} and s != "wolfram"
    ],
)
def test_a_product_is_read(store: str, page: Page) -> None:
    found = product(store, page)
    assert found.store == store
    assert found.source == page.holds
    assert found.name
    assert found.stated.get("owner")


@pytest.mark.parametrize("page", [p for p in pages("wolfram") if p.holds == "page"], ids=str)
def test_a_wolfram_page_is_empty_until_its_script_has_run(page: Page) -> None:
    with pytest.raises(NotAProduct, match="not rendered"):
        product("wolfram", page)


def test_each_wolfram_page_has_its_data() -> None:
    listed = {page.path: page for page in pages("wolfram")}
    shells = [page for page in listed.values() if page.file.name == "shell.html"]
    assert len(shells) >= 6
    for shell in shells:
        path = shell.path.removeprefix("/NeuralNetRepository/").rstrip("/")
        assert json.loads(listed[f"/obj/mini/{path}.json"].body)


# --- the server ---


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        """Follow no redirect."""


def get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    try:
        with build_opener(_Stay).open(Request(url, headers=headers), timeout=10) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except HTTPError as error:
        return error.code, dict(error.headers), error.read()


def test_the_server_gives_the_stores_own_bytes() -> None:
    with MiniServer("pytorch_hub") as server:
        for page in pages("pytorch_hub"):
            status, headers, body = get(server.url + page.path)
            assert (status, headers["Content-Type"]) == (200, page.type)
            assert hashlib.sha256(body).digest() == hashlib.sha256(page.body).digest()
        assert get(f"{server.url}/nosuch")[0] == 404


def test_the_server_tells_what_it_was_asked() -> None:
    with MiniServer("wolfram", robots="User-agent: *\nDisallow: /x\n") as server:
        assert b"Disallow: /x" in get(f"{server.url}/robots.txt")[2]
        get(f"{server.url}/a?b=1", **{"User-Agent": "someone"})
    assert server.paths == ["/robots.txt", "/a?b=1"]
    assert server.requests[1].headers["User-Agent"] == "someone"
    assert server.requests[0].time <= server.requests[1].time


def test_the_server_answers_as_it_is_told() -> None:
    path = "/hub/research-models"
    answers = {
        path: [Answer(429, {"Retry-After": "1"}), Answer(500)],
        "/gone": Answer(404, body="gone"),
        "/moved": Answer.redirect("https://elsewhere.example/"),
    }
    with MiniServer("pytorch_hub", robots=None, answers=answers) as server:
        first, second, third = (get(server.url + path) for _ in range(3))
        assert (first[0], first[1]["Retry-After"]) == (429, "1")
        assert (second[0], third[0]) == (500, 200)
        assert [get(f"{server.url}/gone")[::2] for _ in range(2)] == [(404, b"gone")] * 2
        status, headers, _ = get(f"{server.url}/moved")
        assert (status, headers["Location"]) == (302, "https://elsewhere.example/")
        assert get(f"{server.url}/robots.txt")[0] == 404
