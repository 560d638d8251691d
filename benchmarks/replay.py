"""How much longer a replay to database rows takes than merely parsing the same pages.

Both are measured as the slope between 1x and 4x the pages, so that start-up does not
count, in turn within one run, so that a machine that slows down slows both. The pages
are the real Hugging Face pages at ../shared where they are there, else the small ones
of tests/miniweb, copied under other addresses until there are enough.
"""

from __future__ import annotations

import argparse
import io
import statistics
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from parsel import Selector
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from benchmarks.process import ROOT, Cost, scrapy
from modelstores.capture.warc import Record, records
from tests.miniweb.pack import pack

REAL = ROOT.parent / "shared/captures/huggingface/pages.warc.gz"
STORE = "https://huggingface.co"


def bodies(path: Path) -> Iterator[bytes]:
    """Yield the HTML of every page of a capture, one at a time."""
    for found in records(path):
        if isinstance(found, Record) and found.kind == "response" and "html" in found.content_type:
            yield found.body


def write(path: Path, source: Path, number: int) -> None:
    """Write so many pages under addresses of their own; those of the source repeat in turn."""
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="1.1")
        for n, body in zip(
            range(number), (b for _ in count() for b in bodies(source)), strict=False
        ):
            http = StatusAndHeaders(
                "200 OK", [("Content-Type", "text/html; charset=utf-8")], "HTTP/1.1"
            )
            url = f"{STORE}/owner-{n // 1000}/model-{n}"
            record = writer.create_warc_record(
                url, "response", payload=io.BytesIO(body), http_headers=http
            )
            writer.write_record(record)


def text_of(page: bytes) -> list[str]:
    """Return the texts of a page as parsel takes them: what all is compared with."""
    return Selector(text=page.decode("utf-8", "replace")).xpath("//body//text()").getall()


def parse(path: Path) -> float:
    """Return the seconds parsel needs to parse the pages and take their text."""
    seconds = 0.0
    for page in bodies(path):
        started = time.perf_counter()
        text_of(page)
        seconds += time.perf_counter() - started
    return seconds


def replay(path: Path, folder: Path) -> Cost:
    """Return what a crawl into a new database costs."""
    database = folder / f"{time.monotonic_ns()}.db"
    cost = scrapy("crawl", "huggingface", "-a", f"archive={path}", database=database)
    database.unlink()
    return cost


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=400, help="pages at 1x (default: 400)")
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = REAL if REAL.exists() else pack("huggingface", folder / "small.warc.gz")
        one, four = folder / "1x.warc.gz", folder / "4x.warc.gz"
        write(one, pages, options.pages)
        write(four, pages, 4 * options.pages)
        print(f"{'real' if REAL.exists() else 'small'} pages, 1x = {options.pages}")
        print("round  parsel ms/page  replay ms/page  ratio  peak MiB 1x  peak MiB 4x")
        ratios = []
        for turn in range(1, options.rounds + 1):
            parsed_1, replayed_1 = parse(one), replay(one, folder)
            parsed_4, replayed_4 = parse(four), replay(four, folder)
            replayed = replayed_4.seconds - replayed_1.seconds
            ratios.append(replayed / (parsed_4 - parsed_1))
            each = 1000 / (3 * options.pages)
            print(
                f"{turn:5}  {(parsed_4 - parsed_1) * each:14.2f}  "
                f"{replayed * each:14.2f}  {ratios[-1]:5.2f}  "
                f"{replayed_1.peak:11.0f}  {replayed_4.peak:11.0f}"
            )
        print(f"median ratio {statistics.median(ratios):.2f}")


if __name__ == "__main__":
    main()
