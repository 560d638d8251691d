from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from modelstores.database.engine import connect
from tests.conftest import ROOT
from tests.database.samples import product, write


@pytest.fixture
def url(url: str) -> str:
    """Return the address of a database with one complete and one suspect snapshot."""
    engine = connect(url)
    write(engine, product("a"))
    write(engine, product("b"), status="suspect")
    engine.dispose()
    return url


def report(*args: str, url: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    setting = ["-s", f"DATABASE_URL={url}"] if url else []
    return subprocess.run(
        [sys.executable, "-m", "scrapy", "report", *args, *setting],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=60,
    )


def test_a_report_goes_to_standard_output_and_remarks_to_standard_error(url: str) -> None:
    ended = report("elements", "--format", "csv", url=url)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[:2] == [
        "dimension,element,store,ticked,present,products,share",
        "Product Information,owner,hub,1,1,1,1.0",
    ]
    assert ended.stderr == "note: 1 suspect snapshot left out; --all includes it\n"


def test_evidence_adds_columns(url: str) -> None:
    ended = report("elements", "--evidence", "--format", "csv", url=url)
    assert ended.returncode == 0
    assert ended.stdout.splitlines()[:3] == [
        "dimension,element,store,ticked,present,products,share"
        ",native_id,url,evidence,place,rule,file,record_offset",
        "Product Information,owner,hub,1,1,1,1.0"
        ",a,https://hub.example/a,Ada,stated:owner,stated,hub.warc.gz,10",
        "Product Information,size,hub,0,0,1,0.0,,,,,,,",
    ]


def test_all_counts_suspect_snapshots_too(url: str) -> None:
    ended = report("groups", "--all", "--format", "json", url=url)
    assert json.loads(ended.stdout)[0] == {
        "input_domain": "Image",
        "store": "hub",
        "products": 2,
        "share": 1.0,
        "similar": 0,
    }
    assert ended.stderr == ""


def test_chosen_stores_alone_are_counted(url: str) -> None:
    engine = connect(url)
    write(engine, product("c", store="zoo"), store="zoo")
    engine.dispose()
    lines = report("coverage", "--stores", "zoo", "--format", "csv", url=url).stdout.splitlines()
    assert {line.partition(",")[0] for line in lines[1:]} == {"zoo"}
    assert len({line[0] for line in report("coverage", "--format", "csv", url=url).stdout}) > 1


def test_what_a_report_of_snapshots_remarks(url: str) -> None:
    ended = report("snapshots", "--format", "csv", url=url)
    assert [line.split(",")[2] for line in ended.stdout.splitlines()[1:]] == ["complete", "suspect"]
    assert ended.stderr == "", "none is left out"
    ended = report("changes", "--since", "2026-01-02", url=url)
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "note: 1 suspect snapshot left out; --all includes it",
        "note: hub: no snapshot captured after snapshot 1 (2026-01-02)",
    ]


def test_the_address_comes_from_the_environment_too(url: str) -> None:
    ended = report("elements", MODELSTORES_DATABASE_URL=url, PYTHONIOENCODING="ascii")
    assert ended.returncode == 0
    assert "? 100 %" in ended.stdout


def test_output_is_replaced_whole(url: str, tmp_path: Path) -> None:
    target = tmp_path / "out" / "report.csv"
    target.parent.mkdir()
    target.write_text("before")
    ended = report("similar", "--format", "csv", "--output", str(target), url=url)
    assert (ended.returncode, ended.stdout) == (0, "")
    assert target.read_text() == "group,key,store,native_id,name,url\n"
    assert list(target.parent.iterdir()) == [target]


@pytest.mark.parametrize(
    ("args", "named"),
    [
        ([], "no report named"),
        (["nosuch"], "nosuch"),
        (["elements", "groups"], "elements groups"),
        (["elements", "--format", "xml"], "xml"),
        (["groups", "--evidence"], "--evidence"),
        (["groups", "--near", "0.8"], "--near"),
        (["similar", "--near", "1.1"], "'1.1'"),
        (["similar", "--near", "-1"], "'-1'"),
        (["similar", "--near", "nan"], "'nan'"),
        (["similar", "--near", "much"], "'much'"),
        (["similar", "--near", "0.8", "--evidence"], "report explain"),
        (["explain"], "2 products"),
        (["explain", "hub/a"], "2 products"),
        (["explain", "hub/a", "hub/a", "hub/a"], "2 products"),
        (["explain", "hub/a", "hub/none"], "'hub/none'"),
        (["explain", "hub/a", "hub/b"], "'hub/b'"),  # of a suspect snapshot
        (["explain", "hub/a", "hub"], "STORE/NATIVE_ID"),
        (["explain", "hub/a", "zoo/\x1b[31m\n"], r"\x1b[31m\n"),
        (["coverage", "--evidence"], "--evidence"),
        (["coverage", "--since", "1"], "--since"),
        (["changes", "--since", "soon"], "'soon'"),
        (["changes", "--until", "9"], "no snapshot 9"),
        (["groups", "--stores", "hub,zoo"], "'zoo'"),
        (["groups", "--stores", "hub'; --"], "hub'; --"),
        (["groups", "--output", "nowhere/x.csv"], "nowhere/x.csv"),
        (["groups", "--output", "docs"], "docs"),
    ],
)
def test_what_cannot_be_had_is_one_line(url: str, args: list[str], named: str) -> None:
    ended = report(*args, url=url)
    assert ended.returncode == 2
    assert ended.stdout == ""
    assert ended.stderr.startswith("error: ")
    assert ended.stderr.count("\n") == 1
    assert named in ended.stderr


def test_a_missing_database_is_one_line_and_stays_missing(tmp_path: Path) -> None:
    ended = report("elements", url=f"sqlite:///{tmp_path / 'none.db'}")
    assert ended.returncode == 2
    assert ended.stderr == f"error: {tmp_path / 'none.db'}: there is no such database\n"
    assert list(tmp_path.iterdir()) == []
