"""Every store keeps apart what is absent, what is unknown, and what does not apply."""

from __future__ import annotations

import csv
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import pytest
from scrapy.http import TextResponse
from sqlalchemy import Engine

from modelstores import layout
from modelstores.database.views import Selection
from modelstores.elements import codebook
from modelstores.elements.rules import Rules, default_rules
from modelstores.elements.tagger import tag
from modelstores.items import Product
from modelstores.page import NotAProduct
from modelstores.reports.coverage import COLUMNS, coverage
from modelstores.reports.selection import ALL
from modelstores.spider import StoreSpider
from modelstores.store import as_listed
from tests.crawling import scrapy
from tests.database.samples import rows, similarity, write
from tests.stores.test_examples import FOLDER, LOADER, STORES, response
from tests.warcs import write_warc

#: {pattern of what stands on the page: what stands there instead}
Edit = dict[str, str]


@dataclass(frozen=True)
class Case:
    """Pages of a store, of which one shows an element and two do not.

    ``empty`` is an example, or an edit of ``shown``, on which the element's place was read
    and holds nothing; on ``unread`` the place is not to be read.
    """

    element: str
    shown: str
    empty: str | Edit
    unread: str | Edit


#: So long that a page is not read to its end.
MORE = "<p>Words.</p>" * 20_000

CASES = {
    # The query for usage has no instructions, or was not answered.
    "aws": Case(
        "user_instruction", "sagemaker_model.html", "sentinels.html", "no_usage_no_reviews.html"
    ),
    # A row without value; no rows.
    "apple": Case("size", "page_2018.html", {"21.4 MB": ""}, "rows_gone.html"),
    "google": Case("size", "page_2018.html", {"8.5M": ""}, "headings_gone.html"),
    # No card; a card behind a click.
    "huggingface": Case("description", "full_card.html", "no_card.html", "hidden.html"),
    # A heading without text; other words for all headings and labels.
    "modeldepot": Case(
        "training_set",
        "full.html",
        {"PlantVillage, 54,000 leaves.": ""},
        {"Framework|License|Price|Task|How Good|Possible Use|Training Data|Size": "Anew"},
    ),
    # A label without value; the same, on a page that was not read to its end.
    "wolfram": Case(
        "size",
        "plain_headings.html",
        {"(?<=Trained size: )87 MB": ""},
        {"(?<=Trained size: )87 MB": "", "</main>": f"{MORE}</main>"},
    ),
    # A text that does not say it; the same, on a page that was not read to its end.
    "pytorch_hub": Case(
        "training_set",
        "full.html",
        {", trained on the Leaves-40 data set": ""},
        {", trained on the Leaves-40 data set": "", "</article>": f"{MORE}</article>"},
    ),
}
LOGIN = b"<html><body><form><input name='user'><button>Sign in</button></form></body></html>"

of_every_store = pytest.mark.parametrize("store", STORES)


def spider_of(store: str) -> StoreSpider:
    spider = LOADER.load(store)()
    assert isinstance(spider, StoreSpider)
    return spider


def read(store: str, page: str | Edit) -> Product:
    """Return what a crawl makes of an example, or of the edited page that shows the element."""
    spider = spider_of(store)
    name, edit = (page, {}) if isinstance(page, str) else (CASES[store].shown, page)
    answer = response(FOLDER / store / name)
    for pattern, instead in edit.items():
        text, found = re.subn(pattern, instead, answer.text)
        assert found, f"no {pattern} on the page"
        answer = answer.replace(body=text.encode())
    product = spider.product(answer)
    if layout.is_changed(spider, product):
        product.unread = layout.unread(spider, product)
    return product


def told(product: Product, element: str, rules: Rules | None = None) -> str:
    """Return the state of an element; what is not present has no evidence."""
    found = tag(product, rules)[element]
    state: str = found["state"]
    proof = [found[name] for name in ("evidence", "where", "rule")]
    assert all(proof) if state == "present" else proof == [None] * 3
    return state


def test_every_store_has_a_case() -> None:
    assert sorted(CASES) == STORES


@of_every_store
def test_a_place_that_was_read_is_absent_and_one_that_was_not_is_unknown(store: str) -> None:
    case = CASES[store]
    pages = {"present": case.shown, "absent": case.empty, "unknown": case.unread}
    assert {s: told(read(store, page), case.element) for s, page in pages.items()} == {
        state: state for state in pages
    }


@of_every_store
def test_what_stands_on_policy_pages_is_unknown_on_a_page(store: str) -> None:
    assert told(read(store, CASES[store].shown), "store_review_policy") == "unknown"


@of_every_store
def test_what_no_source_of_a_kind_can_hold_is_unknown_in_it(store: str) -> None:
    spider = spider_of(store)
    for source, elements in spider.beyond.items():
        example = FOLDER / store / f"{source}.json"
        product = next(p for p in spider.parse(response(example)) if isinstance(p, Product))
        assert product.source == source
        states = {element: told(product, element) for element in elements}
        assert "absent" not in states.values(), states
        assert "unknown" in states.values()


#: {kind: an element that only its products have}. No element of the codebook that is shipped
#: is of one kind alone: in BOOK two are.
OF_KIND = {"app": "permission", "model": "framework"}
KINDS = {element: (kind,) for kind, element in OF_KIND.items()}
BOOK = replace(
    codebook.load(),
    elements=tuple(replace(e, kinds=KINDS.get(e.id, e.kinds)) for e in codebook.load().elements),
)
RULES = Rules(BOOK)


def foreign(store: str) -> str:
    """Return the element that only products of the other kind can have."""
    (element,) = (e for kind, e in OF_KIND.items() if kind != spider_of(store).kind)
    return element


@of_every_store
def test_what_is_of_the_other_kind_does_not_apply_whatever_is_said(store: str) -> None:
    case, element = CASES[store], foreign(store)
    pages = [read(store, page) for page in (case.shown, case.empty, case.unread)]
    for product in [*pages, as_listed(spider_of(store), "x")]:
        said = replace(product, stated={**product.stated, element: "PyTorch; camera"})
        for one in (product, said, replace(said, unread=[element])):
            assert told(one, element, RULES) == "not_applicable"
        (kind,) = KINDS[element]
        assert told(replace(said, kind=kind), element, RULES) == "present"


@of_every_store
def test_the_four_states_are_counted_apart(store: str, engine: Engine) -> None:
    case, spider = CASES[store], spider_of(store)
    found = [read(store, page) for page in (case.shown, case.empty, case.unread)]
    found = [replace(one, native_id=str(n)) for n, one in enumerate(found)]
    found.append(as_listed(spider, "listed"))
    write(
        engine,
        *(replace(p, elements=tag(p, RULES), similarity=similarity(None)) for p in found),
        store=store,
        kind=spider.kind,
        elements=[asdict(element) for element in BOOK.elements],
        beyond=spider.beyond,
        of_store=[e.id for e in BOOK.elements if e.level == "store"],
    )
    expected = {
        case.element: (1, 1, 0, 2),
        foreign(store): (0, 0, 4, 0),
        "store_review_policy": (0, 0, 0, 4),
    }
    with engine.connect() as connection:
        table = coverage(connection, selection=Selection(ALL))
    reported = {row[1]: row[2:6] for row in table.rows}
    kept = {
        element: tuple(counts)
        for element, *counts in rows(
            engine,
            "SELECT element.element, present, absent, not_applicable, unknown"
            " FROM element_count JOIN element ON element.id = element_count.element_id",
        )
    }
    for counted in (reported, kept):
        assert {element: counted[element] for element in expected} == expected
        assert {sum(counts) for counts in counted.values()} == {4}
    shares = {row[1]: row[COLUMNS.index("share")] for row in table.rows}
    assert (shares[case.element], shares[foreign(store)]) == (1 / 2, None)


def of_store(store: str) -> object:
    """Return a store, marked if its pages need the browser."""
    return pytest.param(store, marks=[pytest.mark.browser] * spider_of(store).render)


@pytest.mark.parametrize("store", [of_store(store) for store in STORES])
def test_of_a_store_that_answers_with_a_login_everything_is_unknown(
    store: str, tmp_path: Path
) -> None:
    spider = spider_of(store)
    first = response(FOLDER / store / CASES[store].shown)
    url = spider.product_url.format(id=spider.product_id(first.url))
    with pytest.raises(NotAProduct):
        spider.product(TextResponse(url, body=LOGIN))
    archive, database = tmp_path / "a.warc.gz", f"DATABASE_URL=sqlite:///{tmp_path}/x.db"
    write_warc(archive, [(url, "text/html", LOGIN)])
    crawl = scrapy("crawl", store, "-a", f"archive={archive}", "-s", database)
    assert crawl.returncode == 1
    assert f"unread: {url}: " in crawl.stderr
    report = scrapy("report", "coverage", "--all", "--format", "csv", "-s", database)
    lines = list(csv.DictReader(report.stdout.splitlines()))
    assert len(lines) == len(default_rules().codebook.elements)
    counted = {tuple(line[name] for name in COLUMNS[2:]) for line in lines}
    assert counted == {("0", "0", "0", "1", "")}
