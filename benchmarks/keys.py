"""Similarity keys: how right beside simpler rules, how fast, and how fast they are grouped.

* Baselines: pairs of records with equal keys, against the groups that people made.
* Speed: keying the products on pages beside ``parsel`` parsing these pages and taking their texts,
  and parsing them alone; keying entries of a list; in turn, by the clock of the processor.
* Groups: the query for groups and the reports, on a database with a key for each of many products.

The gold and the pages are those of ../shared; without them, only groups are measured.
"""

from __future__ import annotations

import argparse
import gc
import re
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import combinations, islice
from pathlib import Path

from parsel import Selector
from rapidfuzz import fuzz
from scrapy.http import JsonResponse

from benchmarks.keyed import fill
from benchmarks.lists import REAL as LISTS
from benchmarks.lists import bodies
from benchmarks.process import ROOT, scrapy
from benchmarks.replay import REAL as PAGES
from benchmarks.replay import text_of
from benchmarks.tagging import read as read_pages
from benchmarks.tagging import seconds
from modelstores.evaluation import records
from modelstores.evaluation.clusters import Placed, pairs
from modelstores.evaluation.keys import predict
from modelstores.evaluation.records import MODES, Record
from modelstores.items import Product
from modelstores.similarity import describe
from modelstores.similarity.matcher import tokenise
from modelstores.similarity.vocabulary import vocabulary
from spiders.huggingface import HuggingFaceSpider

GOLD = ROOT.parent / "shared/gold/keys/tune.jsonl"
#: Characters of text on a page of a model, on average, and pages of about that size that are keyed.
TEXT, SOME_PAGES = 4_600, 40
#: Of the entries of lists every so-manieth is keyed: the lists begin with those most downloaded,
#: whose names say more than others.
SOME_ENTRIES = 12
#: Likeness of names, of 100, from which they count as equal.
LIKE = 90
# --- baselines ---


def by_name(every: Sequence[Record]) -> list[str | None]:
    """Return the names without case and marks."""
    return [" ".join(re.findall(r"[^\W_]+", one.name.lower())) for one in every]


def by_like_name(every: Sequence[Record]) -> list[str | None]:
    """Return a key for all names that a chain of alike ones joins (single link)."""
    names = [one.name.lower() for one in every]  # with marks made blanks, many more are alike
    leads = list(range(len(names)))

    def first(place: int) -> int:
        while leads[place] != place:
            place = leads[place]
        return place

    for one, other in combinations(range(len(names)), 2):
        if fuzz.token_set_ratio(names[one], names[other], score_cutoff=LIKE):
            leads[first(other)] = first(one)
    return [str(first(place)) for place in range(len(names))]


def by_declared(every: Sequence[Record]) -> list[str | None]:
    """Return what stores declare, in lower case; no key where a part is not declared."""
    return [
        "|".join("+".join(sorted(said)).lower() for said in one.declared.values())
        if all(one.declared.values())
        else None
        for one in every
    ]


def by_words(every: Sequence[Record]) -> list[str | None]:
    """Return the first family, all data sets and the first objective that stand anywhere."""
    return [_by_words(records.product(one, "page")) for one in every]


def _by_words(of: Product) -> str | None:
    parts = [of.name, *of.stated.values(), *of.input_domains]
    parts += [part for section in of.sections for part in section.values()]
    found: dict[str, list[str]] = {"algorithm": [], "dataset": [], "objective": []}
    for hit in vocabulary().trie.find(tokenise("\n\n".join(parts))):
        for sense in hit.senses:
            if sense.kind in found:
                found[sense.kind].append(sense.id)
    if not all(found.values()):
        return None
    data = "+".join(sorted(set(found["dataset"])))
    return f"{found['algorithm'][0]}|{data}|{found['objective'][0]}"


def of_this(mode: str) -> Callable[[Sequence[Record]], list[str | None]]:
    return lambda every: [predict(one, mode).key for one in every]


RULES: dict[str, Callable[[Sequence[Record]], list[str | None]]] = {
    "equal names": by_name,
    f"alike names (token_set_ratio >= {LIKE})": by_like_name,
    "equal declared triples": by_declared,
    "vocabulary without slots": by_words,
    **{f"this program, mode {mode}": of_this(mode) for mode in MODES},
}


def baselines(path: Path) -> None:
    every = records.read(path)
    print(f"{len(every)} records, {sum(one.group is not None for one in every)} in a group")
    print("                                        pairs                                stores")
    print("rule                                 gold given right precision recall    F1     F1")
    for name, rule in RULES.items():
        keys = zip(every, rule(every), strict=True)
        placed = [Placed(one.group, key, one.store) for one, key in keys if one.group]
        whole, across = pairs(placed), pairs(placed, across=True)
        print(
            f"{name:35} {whole.support:5} {whole.predicted:5} {whole.tp:5}    {whole.precision:.3f}"
            f"  {whole.recall:.3f} {whole.f1:.3f}  {across.f1:.3f}"
        )


# --- speed ---


def size(of: Product) -> int:
    """Return the characters of the author's text."""
    return sum(len(part) for section in of.sections for part in section.values())


def entries() -> Iterator[Product]:
    """Yield the products of the store's lists."""
    spider = HuggingFaceSpider()
    for body in bodies(LISTS):
        url = "https://huggingface.co/api/models?limit=1000"
        for item in spider.parse(JsonResponse(url, body=body, encoding="utf-8")):
            if isinstance(item, Product):
                yield item


def parse(page: bytes) -> str | None:
    """Let parsel parse a page, and take one text of it."""
    return Selector(text=page.decode("utf-8", "replace")).xpath("//h1//text()").get()


def speed(rounds: int) -> None:
    pages = sorted(read_pages(PAGES), key=lambda one: abs(size(one[1]) - TEXT))[:SOME_PAGES]
    listed = list(islice(entries(), 0, None, SOME_ENTRIES))
    for one in (pages[0][1], listed[0]):
        describe(one)  # the vocabulary is read once
    gc.collect()
    gc.freeze()  # what this program holds is no part of what is measured
    text = statistics.mean(size(of) for _, of in pages)
    html = statistics.mean(len(body) for body, _ in pages)
    print(
        f"{len(pages)} pages: {html / 1000:.0f} KB of HTML, {text / 1000:.1f} KB of author's text"
    )
    print(f"{len(listed)} entries of lists")
    print("       parsel us/page   keying us                ratio to    ratio to   entry to")
    print("round  texts   parse    page   entry             texts       parse      page")
    ratios: list[tuple[float, float, float]] = []
    for turn in range(1, rounds + 1):
        texts = seconds(lambda: [text_of(body) for body, _ in pages]) / len(pages)
        parsed = seconds(lambda: [parse(body) for body, _ in pages]) / len(pages)
        keyed = seconds(lambda: [describe(of) for _, of in pages]) / len(pages)
        brief = seconds(lambda: [describe(of) for of in listed]) / len(listed)
        ratios.append((keyed / texts, keyed / parsed, brief / keyed))
        times = (1e6 * taken for taken in (texts, parsed, keyed, brief))
        shown = "  ".join(f"{taken:6.1f}" for taken in times)
        last = "       ".join(f"{ratio:5.3f}" for ratio in ratios[-1])
        print(f"{turn:5}  {shown}             {last}", flush=True)
    medians = [statistics.median(column) for column in zip(*ratios, strict=True)]
    print("median ratios: " + ", ".join(f"{ratio:.3f}" for ratio in medians))


# --- groups ---


GROUPED = """
SELECT vocabulary, key, COUNT(*) FROM similarity
 WHERE key IS NOT NULL GROUP BY vocabulary, key HAVING COUNT(*) > 1
"""


def groups(number: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "keys.db"
        fill(path, number)
        with closing(sqlite3.connect(path)) as connection:
            times = []
            for _ in range(rounds):
                started = time.perf_counter()
                found = connection.execute(GROUPED).fetchall()
                times.append(time.perf_counter() - started)
            rows, largest = sum(count for *_, count in found), max(count for *_, count in found)
            plan = connection.execute(f"EXPLAIN QUERY PLAN {GROUPED}").fetchone()[-1]
        print(
            f"{number:,} keyed rows: {len(found):,} groups of 2 or more with {rows:,} rows, the "
            f"largest {largest:,}; {path.stat().st_size / 1e6:.0f} MB"
        )
        print(f"GROUP BY key: first {times[0]:.2f} s, median {statistics.median(times):.2f} s")
        print(f"  by {plan}")
        for report in ("groups", "similar"):
            cost = scrapy("report", report, database=path)
            print(f"report {report}: {cost.seconds:.1f} s", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", nargs="?", type=Path, default=GOLD)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--rows", type=int, default=760_000)
    options = parser.parse_args()
    if options.gold.exists():
        baselines(options.gold)
    if PAGES.exists() and LISTS.exists():
        speed(options.rounds)
    groups(options.rows, options.rounds)


if __name__ == "__main__":
    main()
