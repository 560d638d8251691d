"""The paper's comparisons, and the page that stands for each tick."""

from __future__ import annotations

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, text

from modelstores.database.tables import element_count
from modelstores.database.writer import Writer
from modelstores.items import Capture, Policy, Product
from modelstores.reports.elements import COLUMNS, EVIDENCE, elements
from modelstores.reports.groups import groups
from modelstores.reports.render import render
from modelstores.reports.table import Table
from tests.database.samples import VERSIONS, product, run, similarity, told, write

NAMES = ("owner", "demo", "size", "rating")
CODEBOOK = [
    {"id": name, "name": name.title(), "dimension": "All", "definition": "..."} for name in NAMES
]


def of(store: str, native_id: str, states: str, **changes: object) -> Product:
    """Return a product; ``states`` has a letter for each of NAMES: p, a, n or u."""
    letters = {"p": "present", "a": "absent", "n": "not_applicable", "u": "unknown"}
    shown = {
        name: told(letters[letter], *[f"{name} of {native_id}", "Use", "r"][: 3 * (letter == "p")])
        for name, letter in zip(NAMES, states, strict=True)
    }  # fmt: skip
    return product(native_id, **{"store": store, "elements": shown} | changes)


def store(engine: Engine, name: str, *states: str, kind: str = "model") -> None:
    products = (of(name, str(number), each, kind=kind) for number, each in enumerate(states))
    write(engine, *products, store=name, kind=kind, elements=CODEBOOK)


def made(engine: Engine, **options: object) -> Table:
    with engine.connect() as connection:
        return elements(connection, **options)


def test_comparisons(engine: Engine) -> None:
    store(engine, "zoo", "apaa", "paaa")
    store(engine, "hub", "paaa")
    store(engine, "play", "papp", kind="app")
    table = made(engine)
    assert table.layout[0].columns == ["element", "hub", "zoo", "play"]
    assert table.findings == [
        "2 of 4 elements in one or more model stores (hub, zoo)",
        "1 (50 %) of these in all 2 model stores",
        "1 only in model stores: Demo",
        "2 only in app stores: Size, Rating",
    ]
    for style in ("table", "markdown"):
        assert "only in app stores: Size, Rating" in render(table, style)


def test_a_policy_page_ticks_in_comparisons_too(engine: Engine) -> None:
    store(engine, "hub", "paaa")
    writer = Writer(engine, run("zoo", elements=CODEBOOK))
    writer.open()
    writer.add(of("zoo", "x", "aaaa"))
    page = Policy("zoo", "https://zoo.example/", ["owner"], "T", "")
    writer.add_policy(page, {"owner": told("present")})
    writer.close("complete", [], {}, {})
    assert "1 (100 %) of these in all 2 model stores" in made(engine).findings


def test_without_app_stores_nothing_is_unique(engine: Engine) -> None:
    store(engine, "hub", "ppaa")
    assert made(engine).findings == [
        "2 of 4 elements in one or more model stores (hub)",
        "no app store: what is only in model stores or only in app stores is not told",
    ]


def test_without_model_stores_nothing_is_compared(engine: Engine) -> None:
    store(engine, "play", "ppaa", kind="app")
    assert made(engine).findings == ["no model store: nothing to compare"]


def test_no_element_in_any_model_store(engine: Engine) -> None:
    store(engine, "hub", "aaaa")
    store(engine, "zoo", "aaaa")
    store(engine, "play", "aaaa", kind="app")
    assert made(engine).findings == [
        "0 of 4 elements in one or more model stores (hub, zoo)",
        "0 of these in all 2 model stores",
        "0 only in model stores",
        "0 only in app stores",
    ]


def test_what_could_not_be_read_is_named(engine: Engine) -> None:
    store(engine, "hub", "puna")
    store(engine, "play", "uupp", "uapp", kind="app")
    last = made(engine).findings[-1]
    assert last == "could not be read, and counts here as not there: Owner (play), Demo (hub)"


def test_evidence_is_the_page_with_the_lowest_id(engine: Engine) -> None:
    writer = Writer(engine, run(elements=CODEBOOK))
    writer.open()
    for native_id, states in (("c", "pppa"), ("b", "ppaa"), ("a", "paaa")):
        offset = ord(native_id)
        capture = Capture(f"{native_id}.warc.gz", offset, f"<{native_id}>", "2026-01-01T00:00:00Z")
        writer.add(of("hub", native_id, states, capture=capture))
    stands = Capture("p.warc.gz", 9, "<p>", "2026-01-01T00:00:00Z")
    for letter in "zy":
        page = Policy("hub", f"https://hub.example/{letter}", ["size"], "T", "", stands)
        writer.add_policy(
            page,
            {
                name: told("present", f"terms {letter}", "policy", "q")
                for name in ("size", "rating")
            },
        )
    writer.close("complete", [], {}, {})
    table = made(engine, evidence=True)
    assert table.columns == COLUMNS + EVIDENCE
    hub = "https://hub.example"
    assert [row[7:] for row in table.rows] == [
        ("a", f"{hub}/a", "owner of a", "Use", "r", "a.warc.gz", 97),
        ("b", f"{hub}/b", "demo of b", "Use", "r", "b.warc.gz", 98),
        ("c", f"{hub}/c", "size of c", "Use", "r", "c.warc.gz", 99),
        (None, f"{hub}/y", "terms y", "policy", "q", "p.warc.gz", 9),
    ]
    assert [row[:7] for row in table.rows] == made(engine).rows
    block = table.layout[-1]
    assert block.title == "Evidence: hub"
    assert block.rows[0] == ["Owner", "owner of a", "Use", "r", "a", f"{hub}/a", "a.warc.gz:97"]
    assert block.rows[3][4] == "(policy page)"


def test_every_tick_has_evidence_and_nothing_else(engine: Engine) -> None:
    store(engine, "hub", "pnua", "aaaa")
    store(engine, "play", "aapp", "upap", kind="app")
    write(engine, of("hub", "0", "aapa"), scope="partial", elements=CODEBOOK,
          versions=VERSIONS | {"codebook": "2", "parser": "2"})  # fmt: skip
    rows = made(engine, evidence=True).rows
    assert {row[3]: {other[3] for other in rows if (other[9] is None) == (row[9] is None)}
            for row in rows} == {0: {0}, 1: {1}}  # fmt: skip
    assert [row[2] for row in rows if row[3]] == ["play", "hub", "play", "play"]


def test_hostile_words_are_cleaned(engine: Engine) -> None:
    words = "=1+1\x1b[31m|<b>\u202e\nx"
    elements_ = {"owner": told("present", words, words, words)}
    write(engine, of("hub", "a", "aaaa", elements=elements_), elements=CODEBOOK)
    table = made(engine, evidence=True)
    for style in ("table", "markdown"):
        shown = render(table, style)
        assert "1+1" in shown.replace("\\", "")
        assert all(unicodedata.category(c)[0] != "C" for c in shown.replace("\n", ""))
    assert r"\|\<b\>" in render(table, "markdown")
    first = next(csv.DictReader(io.StringIO(render(table, "csv"), newline="")))
    assert first["evidence"] == f"'{words}"


@pytest.mark.parametrize("codebook", ["1", "2"])
def test_counts_are_the_same_where_a_snapshot_was_seen_again_in_part(
    engine: Engine, codebook: str
) -> None:
    versions = VERSIONS | {"codebook": codebook}
    products = (of("hub", str(n), states) for n, states in enumerate(("ppaa", "pauu", "anna")))
    write(engine, *products, elements=CODEBOOK, versions=versions)
    whole = made(engine).rows
    assert [row[4:] for row in whole] == [
        (2, 3, 2 / 3), (1, 3, 1 / 2), (0, 3, 0.0), (0, 3, 0.0)
    ]  # fmt: skip
    again = of(
        "hub", "2", "pppp", summary="new", capture=Capture("h", 1, "<h>", "2026-03-01T00:00:00Z")
    )
    write(engine, again, scope="partial", elements=CODEBOOK, versions=versions)
    assert [row[4:] for row in made(engine).rows] == [
        (3, 3, 1.0), (2, 3, 2 / 3), (1, 3, 1 / 2), (1, 3, 1 / 2)
    ]  # fmt: skip


def test_what_was_counted_at_the_close_is_used_where_it_still_holds(engine: Engine) -> None:
    store(engine, "hub", "paaa")
    with engine.begin() as connection:
        connection.execute(delete(element_count))
    assert made(engine).rows[0][4:] == (0, 1, None), "not counted again"


def policy(engine: Engine, day: int, *states: str, **changes: object) -> None:
    """Write a snapshot with a product and one policy page a state."""
    writer = Writer(engine, run(elements=CODEBOOK, **changes))
    writer.open()
    writer.add(of("hub", "a", "aaaa"))
    stands = Capture("p", day, f"<{day}>", f"2026-01-{day:02}T00:00:00Z")
    for number, state in enumerate(states):
        page = Policy("hub", f"https://hub.example/{number}", ["demo"], "T", "", stands)
        writer.add_policy(page, {"demo": told(state)})
    writer.close("complete", [], {}, {})


def test_a_policy_page_that_was_read_and_does_not_show_it_is_not_unread(engine: Engine) -> None:
    writer = Writer(engine, run(elements=CODEBOOK))
    writer.open()
    writer.add(of("hub", "a", "uuuu"))
    stands = Capture("p", 1, "<1>", "2026-01-01T00:00:00Z")
    page = Policy("hub", "https://hub.example/terms", ["demo", "size"], "T", "", stands)
    writer.add_policy(page, {"demo": told("absent"), "size": told("unknown")})
    writer.close("complete", [], {}, {})
    lines = {line[0]: line[1] for line in made(engine).layout[0].rows}
    assert lines == {"Owner": "?", "Demo": "-", "Size": "?", "Rating": "?"}


def test_a_policy_page_counts_as_it_was_last_captured(engine: Engine) -> None:
    policy(engine, 5, "present", "absent")
    policy(engine, 2, "absent", "present", source="wayback")
    assert made(engine).rows[1][3] == 1, "read later, captured earlier"
    policy(engine, 9, "absent")
    assert made(engine).rows[1][3] == 0
    policy(engine, 9, "present", versions=VERSIONS | {"parser": "10"})
    policy(engine, 9, "absent", versions=VERSIONS | {"parser": "9"})
    assert made(engine).rows[1][3] == 1, "the later parser's word"


def test_a_policy_page_that_was_not_met_again_still_counts(engine: Engine) -> None:
    policy(engine, 2, "absent", "present")
    policy(engine, 3, "absent")
    assert made(engine).rows[1][3] == 1


def test_a_policy_page_that_does_not_show_it_is_no_evidence(engine: Engine) -> None:
    policy(engine, 2, "absent", "unknown")
    assert made(engine, evidence=True).rows[1][3:] == (0, 0, 1, 0.0, *[None] * 7)


def test_what_another_codebook_said_is_no_evidence(engine: Engine) -> None:
    write(engine, of("hub", "a", "papa"), of("hub", "b", "aaaa"), elements=CODEBOOK)
    versions = VERSIONS | {"codebook": "2"}
    write(engine, of("hub", "a", "appa"), versions=versions, scope="partial", elements=CODEBOOK)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT COUNT(*) FROM observation")) == 2
    rows = made(engine, evidence=True).rows
    assert [row[3:7] for row in rows] == [
        (0, 0, 2, 0.0), (1, 1, 2, 1 / 2), (1, 1, 2, 1 / 2), (0, 0, 2, 0.0)
    ]  # fmt: skip
    assert [row[7] for row in rows] == [None, "a", "a", None]


@pytest.mark.shared
def test_the_papers_first_table_gives_its_comparisons(engine: Engine, shared: Path) -> None:
    with (shared / "paper" / "table1.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    book = [
        {"id": row["element"], "name": row["element"], "dimension": row["dimension"],
         "definition": "..."}
        for row in table
    ]  # fmt: skip
    for name in ("aws", "modeldepot", "wolfram", "apple", "google"):
        kind = "app" if name in {"apple", "google"} else "model"
        shown = {row["element"]: told("present" if row[name] == "1" else "absent") for row in table}
        one = product("x", store=name, kind=kind, elements=shown)
        write(engine, one, store=name, kind=kind, elements=book)
    found = made(engine)
    ticks = {(row[1], row[2]): str(row[3]) for row in found.rows}
    assert ticks == {(row["element"], name): row[name] for row in table
                     for name in ("aws", "modeldepot", "wolfram", "apple", "google")}  # fmt: skip
    assert found.layout[0].columns[1:] == ["aws", "modeldepot", "wolfram", "apple", "google"]
    assert found.findings[:2] == [
        "20 of 26 elements in one or more model stores (aws, modeldepot, wolfram)",
        "13 (65 %) of these in all 3 model stores",
    ]
    assert found.findings[3] == (
        "6 only in app stores: Language, Permission, Age rating, Compatibility,"
        " Local installation, Store review policy"
    )


@pytest.mark.shared
def test_the_papers_second_table_comes_back(engine: Engine, shared: Path) -> None:
    with (shared / "paper" / "table2.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    figures = {
        (row["group"], row["measure"], name): int(row[name])
        for row in table
        for name in ("aws", "modeldepot", "wolfram")
    }
    for name in ("aws", "modeldepot", "wolfram"):
        products = []
        for (domain, measure, of_store), count in figures.items():
            if of_store != name or measure != "count" or domain == "Total":
                continue
            alike = figures[domain, "similar", name]
            products += [
                product(
                    f"{domain}/{number}",
                    store=name,
                    input_domain=domain,
                    similarity=similarity(f"{domain}|x|y" if number < alike else None),
                )
                for number in range(count)
            ]
        write(engine, *products, store=name)
    with engine.connect() as connection:
        found = groups(connection)
    for domain, name, count, _, alike in found.rows:
        assert (count, alike) == (
            figures[domain, "count", name],
            figures[domain, "similar", name],
        )
    assert found.layout[0].rows[0][2:] == ["61 (27 %)", "24 (75 %)", "59 (75 %)"]
    assert found.layout[0].rows[-2:] == [
        ["Total", "count", "228 (100 %)", "32 (100 %)", "79 (100 %)"],
        ["", "similar", "2 (<1 %)", "7 (22 %)", "8 (10 %)"],
    ]
