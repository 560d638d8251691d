"""The whole command, on small stores crawled into a database."""

from __future__ import annotations

import csv
import io
import json
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from modelstores.coding.sheet import CODES, MAX_BYTES, write
from modelstores.elements.codebook import load
from tests.crawling import rows, scrapy
from tests.miniweb.pack import pack

STORES = ("aws", "google", "pytorch_hub")


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return a database of three small stores."""
    folder = tmp_path_factory.mktemp("three")
    for store in STORES:
        archive = pack(store, folder / f"{store}.warc.gz")
        url = f"sqlite:///{folder}/three.db"
        run = scrapy("crawl", store, "-a", f"archive={archive}", "-s", f"DATABASE_URL={url}")
        assert run.returncode == 0, run.stderr
    return (folder / "three.db").read_bytes()


@pytest.fixture
def database(crawled: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "three.db"
    path.write_bytes(crawled)
    return path


def command(database: Path, *args: str | Path) -> subprocess.CompletedProcess[str]:
    return scrapy(*args, "-s", f"DATABASE_URL=sqlite:///{database}")


def coding(database: Path, *args: str | Path) -> str:
    ended = command(database, "coding", *args)
    assert (ended.returncode, ended.stderr) == (0, ""), ended.stderr
    return ended.stdout


def sheet(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def fill(file: Path, found: list[dict[str, str]], codes: dict[int, str]) -> Path:
    """Write a filled sheet as a spreadsheet in Europe does; ``codes`` are by row."""
    with file.open("w", encoding="utf-8-sig", newline="") as opened:
        writer = csv.DictWriter(opened, found[0], delimiter=";")
        writer.writeheader()
        writer.writerows(row | {"code": codes.get(n, "")} for n, row in enumerate(found))
    return file


def test_from_the_sample_to_the_report(database: Path, tmp_path: Path) -> None:
    text = coding(database, "export", "--sample", "6")
    assert text == coding(database, "export", "--sample", "6"), "the same sheet again"
    assert text != coding(database, "export", "--sample", "6", "--seed", "2")
    found = sheet(text)
    products = Counter((row["store"], row["native_id"]) for row in found)
    assert Counter(store for store, _ in products) == dict.fromkeys(STORES, 2)
    ids = [one.id for one in load().elements]
    assert [row["element"] for row in found] == ids * 6
    assert {(row["seed"], row["code"], row["remark"]) for row in found} == {("1905", "", "")}
    assert "program" not in found[0], "coders are blind"
    assert all(row["url"].startswith("https://") for row in found)

    report = "report", "coverage", "--stores", "aws", "--format", "json"
    before = {row["element"]: row for row in json.loads(command(database, *report).stdout)}
    assert before["owner"]["absent"] == 0
    owner = found.index(next(r for r in found if (r["store"], r["element"]) == ("aws", "owner")))
    judged = {owner: "0", owner + 1: "1"}
    for coder in ("Ada", "Bob"):
        filled = fill(tmp_path / "filled.csv", found, judged)
        ended = command(database, "coding", "import", filled, "--coder", coder)
        assert ended.returncode == 0, ended.stderr
        assert ended.stdout == f"2 judgements of {coder} imported\n"
        assert ended.stderr == f"note: {len(found) - 2} rows without a code\n"
    after = {row["element"]: row for row in json.loads(command(database, *report).stdout)}
    assert (after["owner"]["absent"], after["owner"]["coded"]) == (1, 1)
    assert after["owner"]["present"] == before["owner"]["present"] - 1
    assert after["size"] == before["size"] | {"coded": 0}
    assert "†" in command(database, "report", "elements").stdout

    table = sheet(coding(database, "agreement", "--format", "csv", "--what", "elements"))
    assert [(row["element"], row["reference"], row["judge"], row["n"]) for row in table[:3]] == [
        ("owner", "Ada", "Bob", "1"),
        ("owner", "Ada", "program", "1"),
        ("owner", "Bob", "program", "1"),
    ]
    assert table[0]["kappa"] == "1.0"
    assert table[1]["agreement"] == "0.0"
    filled = fill(tmp_path / "filled.csv", found, {owner: "1"})
    told = command(database, "coding", "import", filled, "--coder", "Bob").stdout
    assert told == "1 judgements of Bob imported, 1 of them in place of earlier ones\n"


@pytest.mark.parametrize("what", CODES)
def test_every_kind_of_sheet_is_read_back(database: Path, tmp_path: Path, what: str) -> None:
    text = coding(database, "export", "--what", what, "--evidence", "--sample", "5")
    found = sheet(text)
    assert len(found) == 5 * (len(load().elements) if what == "elements" else 1)
    assert all(row["program"] for row in found)
    filled = fill(tmp_path / "x.csv", found, dict.fromkeys(range(len(found)), CODES[what][0]))
    told = coding(database, "import", filled, "--coder", "Ada")
    assert told == f"{len(found)} judgements of Ada imported\n"
    judged = rows(database, "SELECT what, code, COUNT(*) FROM coding GROUP BY what, code")
    assert judged == [(what, CODES[what][0], len(found))]
    assert what in coding(database, "agreement")


def test_a_file_is_written_whole_and_stores_are_chosen(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    options = ("--what", "domains", "--stores", "aws,pytorch_hub", "--output", target)
    assert coding(database, "export", *options) == ""
    found = sheet(target.read_text(encoding="utf-8"))
    assert {row["store"] for row in found} == {"aws", "pytorch_hub"}


def test_bad_rows_are_named_and_nothing_is_imported(database: Path, tmp_path: Path) -> None:
    found = sheet(coding(database, "export", "--what", "origins", "--sample", "9"))
    many = [*found, *found, *found, *found]
    filled = fill(tmp_path / "x.csv", many, dict.fromkeys(range(len(many)), "paper") | {1: "papr"})
    ended = command(database, "coding", "import", filled, "--coder", "Ada")
    lines = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert lines[0] == f"error: {filled}: line 3: code 'papr' is none of: paper, repository, none"
    assert lines[1] == f"error: {filled}: line 11: the same as line 2"
    assert len(lines) == 21
    # one bad code, and 27 repetitions less the second of the row that was not read
    assert lines[-1] == f"error: {filled}: and 7 more"
    assert rows(database, "SELECT * FROM coding") == []


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ([], "no action named"),
        (["code"], "'code'"),
        (["export", "x"], "takes no file"),
        (["import"], "takes one file"),
        (["import", "x.csv"], "--coder"),
        (["import", "x.csv", "--coder", " "], "--coder"),
        (["import", "x.csv", "--coder", "program"], "'program'"),
        (["import", "nowhere.csv", "--coder", "a"], "nowhere.csv: cannot be read"),
        (["import", "docs", "--coder", "a"], "docs: cannot be read"),
        (["import", "README.md", "--coder", "a"], "README.md: the first line"),
        (["import", "x.csv", "--coder", "a", "--seed", "1"], "no --seed"),
        (["export", "--coder", "a"], "no --coder"),
        (["export", "--format", "csv"], "no --format"),
        (["export", "--what", "all"], "'all'"),
        (["export", "--sample", "0"], "--sample"),
        (["export", "--sample", "ten"], "--sample"),
        (["export", "--sample", "10001"], "--sample"),
        (["export", "--seed", "-1"], "--seed"),
        (["export", "--stores", "aws,nil"], "'nil'"),
        (["export", "--output", "nowhere/x.csv"], "nowhere/x.csv"),
        (["agreement", "--evidence"], "no --evidence"),
        (["agreement", "--format", "xml"], "xml"),
        (["agreement", "--what", "size"], "'size'"),
    ],
)
def test_what_cannot_be_done_is_one_line(database: Path, args: list[str], named: str) -> None:
    ended = command(database, "coding", *args)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
    assert named in ended.stderr


def test_a_long_file_is_not_read_to_its_end(database: Path, tmp_path: Path) -> None:
    with (tmp_path / "long.csv").open("wb") as file:
        file.truncate(MAX_BYTES * 1000)
    ended = command(database, "coding", "import", tmp_path / "long.csv", "--coder", "a")
    assert ended.stderr == f"error: {tmp_path / 'long.csv'}: longer than {MAX_BYTES} bytes\n"


@pytest.mark.parametrize("action", ["export", "import"])
def test_a_database_that_is_not_there_stays_so(tmp_path: Path, action: str) -> None:
    file = tmp_path / "x.csv"
    file.write_text(write("origins", [], seed=1))
    options = (file, "--coder", "a") if action == "import" else ()
    ended = command(tmp_path / "none.db", "coding", action, *options)
    assert ended.returncode == 2
    assert ended.stderr == f"error: {tmp_path / 'none.db'}: there is no such database\n"
    assert list(tmp_path.iterdir()) == [file]


def test_nothing_coded_is_said(database: Path) -> None:
    ended = command(database, "coding", "agreement")
    assert (ended.returncode, ended.stdout) == (0, "")
    assert ended.stderr == "note: nothing is coded that two have judged\n"
