"""How much longer a crawl of a hub's lists takes than merely parsing their JSON.

Each entry of a list makes a product: no page is asked for, no browser started. Measured are
the whole command (start, archive, Scrapy, tagging, similarity, database) into a new SQLite
file, and ``json.loads`` of the same lists before and after it, in the same run. Then the same
lists again as a second, unchanged snapshot, and reports on both.

The lists are the real ones of Hugging Face at ../shared where they are there, else made up
of the entries in tests/miniweb.
"""

from __future__ import annotations

import argparse
import io
import json
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.process import ROOT, Cost, scrapy
from modelstores.capture.warc import Record, records

REAL = ROOT.parent / "shared/captures/huggingface/lists.warc.gz"
SMALL = ROOT / "tests/miniweb/huggingface/models.json"
LIST = "https://huggingface.co/api/models?limit=1000"
#: Entries of one list, as the store has them.
ENTRIES = 1_000
#: Parts of the largest archive that are measured, to see the growth.
PARTS = (6, 3, 1)
REPORTS = ("elements", "similar", "coverage")


def cut(path: Path, source: Path, lists: int) -> None:
    """Copy the first lists of a capture, with all that stands before them."""
    with source.open("rb") as read, path.open("wb") as written:
        writer = WARCWriter(written, gzip=True, warc_version="1.1")
        for record in ArchiveIterator(read):
            if record.rec_type == "response":
                lists -= 1
            writer.write_record(record)
            if not lists:
                return
    sys.exit(f"{source} holds too few lists")


def make(path: Path, lists: int) -> None:
    """Write lists that repeat a few entries under addresses of their own."""
    entries = json.loads(SMALL.read_bytes())
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        for page in range(lists):
            listed = [
                {**entries[n % len(entries)], "id": f"owner-{page}/model-{n}"}
                for n in range(ENTRIES)
            ]
            headers = [("Content-Type", "application/json")]
            if page + 1 < lists:
                headers.append(("Link", f'<{LIST}&cursor={page + 1}>; rel="next"'))
            record = writer.create_warc_record(
                f"{LIST}&cursor={page}" if page else LIST,
                "response",
                payload=io.BytesIO(json.dumps(listed).encode()),
                http_headers=StatusAndHeaders("200 OK", headers, "HTTP/1.1"),
            )
            writer.write_record(record)


def bodies(path: Path) -> Iterator[bytes]:
    """Yield the JSON of every list of a capture, one at a time."""
    for found in records(path):
        if isinstance(found, Record) and found.kind == "response":
            yield found.body


def parse(path: Path) -> Cost:
    """Return what json.loads needs for the lists of a capture."""
    seconds = cpu = 0.0
    for body in bodies(path):
        started, started_cpu = time.perf_counter(), time.process_time()
        json.loads(body)
        seconds += time.perf_counter() - started
        cpu += time.process_time() - started_cpu
    return Cost(seconds, cpu, 0.0)


def crawl(path: Path, database: Path) -> tuple[Cost, Cost]:
    """Return what a crawl of a capture costs, and what parsing its JSON does before and after."""
    first = parse(path)
    cost = scrapy("crawl", "huggingface", "-a", f"archive={path}", database=database)
    second = parse(path)
    return cost, Cost((first.seconds + second.seconds) / 2, (first.cpu + second.cpu) / 2, 0.0)


def size(database: Path) -> int:
    """Return the bytes of a database with its journal."""
    return sum(file.stat().st_size for file in database.parent.glob(f"{database.name}*"))


def held(database: Path) -> int:
    """Return the number of products in a database."""
    with closing(sqlite3.connect(database)) as connection:
        number: int = connection.execute("SELECT count(*) FROM product").fetchone()[0]
        return number


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=60_000, help="at most (default: 60,000)")
    largest = parser.parse_args().records // ENTRIES
    print(f"{'real' if REAL.exists() else 'made-up'} lists of {ENTRIES:,} entries")
    print("         crawl              json.loads          ratio")
    print("records  seconds  us/record  seconds  us/record  clock    cpu  peak MiB  bytes/record")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path, database = folder / "lists.warc.gz", folder / "lists.db"
        seconds = {}
        for lists in dict.fromkeys(max(1, largest // part) for part in PARTS):
            for old in folder.iterdir():
                old.unlink()
            if REAL.exists():
                cut(path, REAL, lists)
            else:
                make(path, lists)
            number = lists * ENTRIES
            cost, parsed = crawl(path, database)
            if held(database) != number:
                sys.exit(f"{held(database)} of {number} records are in the database")
            seconds[number] = cost.seconds
            print(
                f"{number:7}  {cost.seconds:7.1f}  {cost.seconds / number * 1e6:9.0f}  "
                f"{parsed.seconds:7.2f}  {parsed.seconds / number * 1e6:9.2f}  "
                f"{cost.seconds / parsed.seconds:5.1f}  {cost.cpu / parsed.cpu:5.1f}  "
                f"{cost.peak:8.0f}  {size(database) / number:12.0f}",
                flush=True,
            )
        few, many = min(seconds), max(seconds)
        if few < many:
            grown = seconds[many] / seconds[few]
            print(f"growth: {many / few:.1f} times the records, {grown:.1f} times the seconds")
        before = size(database)
        cost, _ = crawl(path, database)
        print(
            f"again, unchanged: {cost.seconds:.1f} s, {cost.seconds / seconds[many]:.2f} of the "
            f"first, {(size(database) - before) / many:.0f} bytes a product more"
        )
        for report in REPORTS:
            cost = scrapy("report", report, database=database)
            print(f"report {report}: {cost.seconds:.1f} s, {cost.peak:.0f} MiB")


if __name__ == "__main__":
    main()
