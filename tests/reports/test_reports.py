"""The figures of every report, worked out by hand on a small database."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Engine

from modelstores.commands.report import REPORTS
from modelstores.database.views import COMPLETE, Selection
from modelstores.database.writer import Writer
from modelstores.items import Policy, Product
from modelstores.reports import changes as changes_report
from modelstores.reports import coverage as coverage_report
from modelstores.reports import elements as elements_report
from modelstores.reports import explain as explain_report
from modelstores.reports import groups as groups_report
from modelstores.reports import near as near_report
from modelstores.reports import origins as origins_report
from modelstores.reports import similar as similar_report
from modelstores.reports import snapshots as snapshots_report
from modelstores.reports import unknown_terms as unknown_terms_report
from modelstores.reports.groups import DOMAINS
from modelstores.reports.render import render
from modelstores.reports.selection import ALL, remarks
from modelstores.reports.similar import words
from modelstores.reports.table import Table, percent
from tests.conftest import ROOT
from tests.database.samples import VERSIONS, product, run, similarity, told, write

RESNET, VGG = "resnet/50|imagenet|image-classification", "vgg/16|imagenet|image-classification"


def of(store: str, native_id: str, key: str | None, domain: str | None = "Image") -> Product:
    return replace(product(native_id, similarity=similarity(key), input_domain=domain), store=store)


@pytest.fixture
def two_stores(engine: Engine) -> Engine:
    """A hub with four products and a policy page, a zoo with two, an app store with one."""
    writer = Writer(engine, run())
    writer.open()
    writer.add(of("hub", "a", RESNET))
    writer.add(of("hub", "b", RESNET))
    writer.add(
        replace(of("hub", "c", None, "Audio"), elements={
            "owner": told("absent"), "size": told("absent"), "origin": told("not_applicable"),
        })
    )  # fmt: skip
    writer.add(replace(of("hub", "d", "bert|wiki|fill-mask", None), elements={}))
    page = Policy("hub", "https://hub.example/terms", ["size"], "Terms", "...")
    writer.add_policy(page, {"size": told("present", "2 GB")})
    writer.close("complete", [], {}, {})
    write(engine, of("zoo", "a", RESNET), of("zoo", "v", VGG), store="zoo")
    write(engine, of("apps", "i", None), store="apps", kind="app")
    return engine


def made(engine: Engine, name: str, **options: object) -> Table:
    with engine.connect() as connection:
        return REPORTS[name](connection, **options)


def test_elements(two_stores: Engine) -> None:
    table = made(two_stores, "elements")
    info, documentation = "Product Information", "Documentation"
    assert table.rows == [
        (info, "owner", "hub", 1, 2, 4, 2 / 3),
        (info, "owner", "zoo", 1, 2, 2, 1.0),
        (info, "owner", "apps", 1, 1, 1, 1.0),
        (info, "size", "hub", 1, 0, 4, 0.0),
        (info, "size", "zoo", 0, 0, 2, 0.0),
        (info, "size", "apps", 0, 0, 1, 0.0),
        (documentation, "origin", "hub", 0, 0, 4, None),
        (documentation, "origin", "zoo", 0, 0, 2, None),
        (documentation, "origin", "apps", 0, 0, 1, None),
    ]
    first, second = table.layout
    assert (first.title, first.columns) == (info, ["element", "hub", "zoo", "apps"])
    assert first.rows == [
        ["Owner", "✓ 67 %", "✓ 100 %", "✓ 100 %"],
        ["Size", "✓", "-", "-"],
    ]
    assert second.rows == [["Origin", "n/a", "?", "?"]]


def test_elements_read_with_two_codebooks_are_added_up(engine: Engine) -> None:
    write(engine, product("a"))
    write(engine, product("b"), versions=VERSIONS | {"codebook": "2"}, scope="partial")
    table = made(engine, "elements")
    assert table.rows[0] == ("Product Information", "owner", "hub", 1, 2, 2, 1.0)
    assert len(table.rows) == 3
    with engine.connect() as connection:
        assert remarks(connection, COMPLETE) == [
            "products were read with more than one codebook: 1, 2"
        ]


def test_a_mixture_of_vocabularies_is_said_with_its_remedy(engine: Engine) -> None:
    write(engine, product("a"))
    write(engine, product("b"), versions=VERSIONS | {"vocabulary": "2"}, scope="partial")
    with engine.connect() as connection:
        assert remarks(connection, COMPLETE) == [
            "products were read with more than one vocabulary: 1, 2;"
            " `scrapy rekey` brings their keys to one"
        ]


def test_groups(two_stores: Engine) -> None:
    table = made(two_stores, "groups")
    assert [row for row in table.rows if row[0] in {"Image", "Audio", None}] == [
        ("Image", "hub", 2, 0.5, 2),
        ("Image", "zoo", 2, 1.0, 1),
        ("Audio", "hub", 1, 0.25, 0),
        ("Audio", "zoo", 0, 0.0, 0),
        (None, "hub", 1, 0.25, 0),
        (None, "zoo", 0, 0.0, 0),
    ]
    assert list(dict.fromkeys(row[0] for row in table.rows)) == [*DOMAINS, None]
    assert len(table.rows) == 6 * 2
    (block,) = table.layout
    assert block.columns == ["input domain", "", "hub", "zoo"], "Table II is of model stores"
    assert block.rows[:2] == [
        ["Image", "count", "2 (50 %)", "2 (100 %)"],
        ["", "similar", "2 (50 %)", "1 (50 %)"],
    ]
    assert block.rows[-4:] == [
        ["(not determined)", "count", "1 (25 %)", "0"],
        ["", "similar", "0", "0"],
        ["Total", "count", "4 (100 %)", "2 (100 %)"],
        ["", "similar", "2 (50 %)", "1 (50 %)"],
    ]


def test_other_domains_are_listed_where_they_occur(engine: Engine) -> None:
    domains = ("Zebra", "Other", "Image", "Multimodal")
    write(engine, *(of("hub", domain, None, domain) for domain in domains))
    found = list(dict.fromkeys(row[0] for row in made(engine, "groups").rows))
    assert found == [*DOMAINS, "Multimodal", "Other", "Zebra"]


def test_a_database_of_apps_has_no_groups(engine: Engine) -> None:
    write(engine, of("apps", "i", None), store="apps", kind="app")
    assert made(engine, "groups").rows == []
    assert render(made(engine, "groups"), "table") == ""


def test_similar(two_stores: Engine) -> None:
    table = made(two_stores, "similar")
    assert table.rows == [
        (1, RESNET, "hub", "a", "A", "https://hub.example/a"),
        (1, RESNET, "hub", "b", "B", "https://hub.example/b"),
        (1, RESNET, "zoo", "a", "A", "https://hub.example/a"),
    ]
    behind = ("ResNet-50 net", "ImageNet", "classification")
    assert table.layout[0] == made(two_stores, "groups").layout[0], "Table II comes first"
    assert list(table.layout[1].rows[0]) == ["hub", "a", "A", *behind]
    with_evidence = made(two_stores, "similar", evidence=True)
    assert with_evidence.columns[6:] == (
        "algorithm_evidence",
        "datasets_evidence",
        "objective_evidence",
    )
    assert with_evidence.rows[0] == (*table.rows[0], *behind)


def test_equal_keys_in_one_store_are_not_similar(engine: Engine) -> None:
    write(engine, of("hub", "a", RESNET), of("hub", "b", RESNET))
    assert made(engine, "similar").rows == []
    assert made(engine, "groups").rows[0] == ("Image", "hub", 2, 1.0, 0)


def test_larger_groups_come_first(two_stores: Engine) -> None:
    write(two_stores, of("third", "v", VGG), of("third", "w", VGG), of("third", "x", VGG),
          store="third")  # fmt: skip
    keys = [row[1] for row in made(two_stores, "similar").rows]
    assert keys == [VGG] * 4 + [RESNET] * 3


def test_keys_of_two_vocabularies_are_not_compared(engine: Engine) -> None:
    write(engine, of("hub", "a", RESNET))
    write(engine, of("zoo", "a", RESNET), store="zoo", versions=VERSIONS | {"vocabulary": "2"})
    assert made(engine, "similar").rows == []
    write(engine, of("third", "c", RESNET), store="third")
    assert [row[2] for row in made(engine, "similar").rows] == ["hub", "third"]
    with engine.connect() as connection:
        assert "vocabulary: 1, 2" in remarks(connection, COMPLETE)[0]


def test_columns_are_those_of_the_contract() -> None:
    assert ",".join(elements_report.COLUMNS) == (
        "dimension,element,store,ticked,present,products,share"
    )
    assert ",".join(groups_report.COLUMNS) == "input_domain,store,products,share,similar"
    assert ",".join(similar_report.COLUMNS) == "group,key,store,native_id,name,url"
    assert ",".join(coverage_report.COLUMNS) == (
        "store,element,present,absent,not_applicable,unknown,share"
    )
    assert ",".join(origins_report.COLUMNS) == (
        "store,products,citing,citing_share,papers,repository_only"
    )


def test_origins(engine: Engine) -> None:
    writer = Writer(engine, run("zoo"))
    writer.open()
    paper, other, doi = ("arxiv", "1", "u"), ("arxiv", "2", "u"), ("doi", "10.1/1", "u")
    repository, site = ("github", "x/y", "v"), ("url", "z", "z")
    for native_id, references in {
        "a": [paper, other, repository], "b": [paper], "c": [doi, site], "d": [repository],
        "e": [site], "f": [], "g": [repository, ("github", "x/z", "v")], "h": [],
    }.items():  # fmt: skip
        writer.add(of("zoo", native_id, None), references)
    writer.close("complete", [], {}, {})
    read = product().elements | {"origin": told("absent")}
    write(engine, replace(of("apps", "i", None), elements=read), store="apps", kind="app")
    table = made(engine, "origins")
    assert table.rows == [("zoo", 8, 3, 3 / 8, 3, 2), ("apps", 1, 0, 0.0, 0, 0)]
    assert table.layout[0].rows == [
        ["zoo", "8", "3 (38 %)", "3", "2"],
        ["apps", "1", "0", "0", "0"],
    ]
    assert table.findings == [
        "zoo: the origin of 8 of 8 products could not be read; papers that they cite may be missing"
    ]


def test_coverage(two_stores: Engine) -> None:
    table = made(two_stores, "coverage")
    assert table.rows == [
        ("hub", "owner", 2, 1, 0, 1, 2 / 3),
        ("hub", "size", 0, 3, 0, 1, 0.0),
        ("hub", "origin", 0, 0, 1, 3, None),
        ("zoo", "owner", 2, 0, 0, 0, 1.0),
        ("zoo", "size", 0, 2, 0, 0, 0.0),
        ("zoo", "origin", 0, 0, 0, 2, None),
        ("apps", "owner", 1, 0, 0, 0, 1.0),
        ("apps", "size", 0, 1, 0, 0, 0.0),
        ("apps", "origin", 0, 0, 0, 1, None),
    ]
    assert [block.title for block in table.layout] == ["hub", "zoo", "apps"]
    assert table.layout[0].rows[::2] == [
        ["Owner", "2", "1", "0", "1", "67 %"],
        ["Origin", "0", "0", "1", "3", ""],
    ]


def test_no_similar_offering_is_said_so(engine: Engine) -> None:
    write(engine, product())
    assert "no products of different stores" in render(made(engine, "similar"), "table")


def test_suspect_snapshots_count_only_when_asked_for(engine: Engine) -> None:
    write(engine, product(), status="suspect")
    for name in REPORTS.keys() - {"snapshots", "explain"}:
        assert made(engine, name).rows == []
        assert render(made(engine, name), "table") == ""
    assert made(engine, "elements", selection=Selection(ALL)).rows[0][3:] == (1, 1, 1, 1.0)
    with engine.connect() as connection:
        assert remarks(connection, COMPLETE) == [
            "no snapshot counts",
            "1 suspect snapshot left out; --all includes it",
        ]
        assert remarks(connection, Selection(ALL)) == []


def test_what_is_left_out_is_said(engine: Engine) -> None:
    with engine.connect() as connection:
        assert remarks(connection, COMPLETE) == ["the database holds no snapshot"]
    write(engine, product())
    Writer(engine, run()).open()
    write(engine, product(), status="failed")
    write(engine, product(), status="failed")
    with engine.connect() as connection:
        assert remarks(connection, Selection(ALL)) == [
            "1 running snapshot left out",
            "2 failed snapshots left out",
        ]


def test_a_share_is_never_rounded_to_none_or_all() -> None:
    shares = (0.0, 0.001, 0.01, 0.499, 0.995, 1.0)
    assert [percent(share) for share in shares] == [
        "0 %", "<1 %", "1 %", "50 %", ">99 %", "100 %",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("evidence", "shown"),
    [
        (None, ""),
        ("ResNet", "ResNet"),
        ({"words": "ResNet", "where": "name"}, "ResNet"),
        ({"a": {"words": "A", "where": "x"}, "b": {"words": "B", "where": "y"}}, "A; B"),
        ([{"words": "A"}, "A", 5, None], "A"),
    ],
)
def test_words_of_evidence(evidence: object, shown: str) -> None:
    assert words(evidence) == shown


def test_reports_ask_for_nothing_but_the_database() -> None:
    for path in (ROOT / "modelstores" / "reports").glob("*.py"):
        used = re.findall(r"^(?:from|import) (modelstores\.\w+)", path.read_text(), re.MULTILINE)
        assert set(used) <= {
            "modelstores.database",
            "modelstores.reports",
            "modelstores.similarity",  # pure: it scores what the database says
        }, path


def test_every_report_and_column_is_documented() -> None:
    page = Path(ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    for name in REPORTS:
        assert f"\n## {name}\n" in page
    more = tuple(f"{part}_evidence" for part in similar_report.PARTS)
    columns = [*more, *elements_report.EVIDENCE]
    for report in (
        elements_report, groups_report, similar_report, origins_report, coverage_report,
        changes_report, snapshots_report, unknown_terms_report, explain_report, near_report,
    ):  # fmt: skip
        columns += report.COLUMNS
    assert [column for column in columns if f"| `{column}` |" not in page] == []
