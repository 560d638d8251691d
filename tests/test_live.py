"""The live path against a server on this machine: manners, capture, replay of the capture."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from modelstores.capture.warc import Record, records
from tests.crawling import crawl_fake, rows
from tests.miniweb.server import ALLOW_ALL, Answer, MiniServer

QUICK = ("-s", "DOWNLOAD_DELAY=0.01", "-s", "AUTOTHROTTLE_ENABLED=False")
COUNTS = (
    "select listed, stored, merged, quarantined, failed, refused, status, scope, source "
    "from snapshot"
)


def html(words: str) -> Answer:
    return Answer(200, {"Content-Type": "text/html; charset=utf-8"}, words)


def page(name: str) -> Answer:
    return html(f"<html><body><h1>Net {name}</h1><p>Tells {name} apart.</p></body></html>")


def listing(*paths: str) -> Answer:
    return html("".join(f"<a href='{path}'>{path}</a>" for path in paths))


def fake_store(
    robots: str | None = ALLOW_ALL,
    kind: type[MiniServer] = MiniServer,
    **changes: Answer | list[Answer],
) -> MiniServer:
    answers = {
        "/list/1": listing("/models/one", "/models/two", "/models/one", "/list/2"),
        "/list/2": listing("/models/secret", "/list/1"),
        "/submit": html("<title>Submit</title><p>Sign in to publish your model.</p>"),
        "/models/one": page("one"),
        "/models/two": page("two"),
        "/models/secret": page("secret"),
        "/api/two": Answer(
            200,
            {"Content-Type": "application/json", "Set-Cookie": "a=b"},
            json.dumps({"name": "Net two", "license": "MIT", "likes": 3}),
        ),
    }
    return kind("pytorch_hub", robots=robots, answers={**answers, **changes})


def test_manners_capture_and_replay(tmp_path: Path) -> None:
    database, captures = tmp_path / "x.db", tmp_path / "captures"
    robots = "User-agent: *\nDisallow: /models/secret\n"
    with fake_store(robots) as server:
        run = crawl_fake(database, "-s", f"CAPTURE_DIR={captures}", FAKE_STORE=server.url)
        asked, store = list(server.requests), server.url
    assert run.returncode == 0, run.stderr
    assert rows(database, COUNTS) == [(3, 2, 0, 0, 0, 1, "complete", "full", "live")]
    lost = "select stage, reasons from quarantine order by 1"
    assert rows(database, lost) == [
        ("page", '["Forbidden by robots.txt"]'),
        ("policy", '["HTTP status 404"]'),
    ]
    assert rows(database, "select state, evidence from policy order by 1") == [
        ("absent", None),
        ("present", "Sign in to publish your model."),
    ]

    paths = [seen.path for seen in asked]
    assert paths[0] == "/robots.txt"
    assert "/models/secret" not in paths
    assert len(paths) == len(set(paths)), "something was asked for twice"
    assert all(seen.headers["User-Agent"].startswith("modelstores/") for seen in asked)
    gaps = [later.time - earlier.time for earlier, later in pairwise(asked)]
    # A busy machine shifts single requests; on the whole there is a second between two.
    assert sum(gaps) / len(gaps) > 0.95, "more than one request a second"
    assert min(gaps) > 0.5

    (capture,) = (captures / "fake").iterdir()
    kept = [r for r in records(capture) if isinstance(r, Record)]
    assert {r.url for r in kept if r.kind == "response"} == {store + path for path in paths}
    missing = {r.url for r in kept if r.status == 404}
    assert missing == {store + "/api/one", store + "/terms"}, "errors are kept too"
    robots_kept = next(r for r in kept if r.kind == "response" and r.url.endswith("robots.txt"))
    assert robots_kept.body.decode() == robots

    replayed = tmp_path / "replayed.db"
    run = crawl_fake(replayed, "-a", f"archive={capture}", FAKE_STORE=store)
    assert run.returncode == 0, run.stderr
    said = (
        "select p.native_id, o.source, o.content_hash, s.captured_at, s.record_offset "
        "from sighting s join observation o on o.id = s.observation_id "
        "join product p on p.id = s.product_id order by 1"
    )
    assert rows(replayed, said) == rows(database, said)
    assert len(rows(replayed, said)) == 2


@pytest.mark.parametrize("failing", [Answer(503), Answer(500)])
def test_a_failing_robots_txt_forbids(tmp_path: Path, failing: Answer) -> None:
    with fake_store(robots=None, **{"/robots.txt": failing}) as server:
        run = crawl_fake(
            tmp_path / "x.db", *QUICK, "-s", f"CAPTURE_DIR={tmp_path}", FAKE_STORE=server.url
        )
        assert set(server.paths) == {"/robots.txt"}
    assert run.returncode == 1
    assert "Forbidden by robots.txt" in run.stderr


def test_a_missing_robots_txt_allows_and_a_crawl_delay_is_kept(tmp_path: Path) -> None:
    with fake_store(robots=None) as server:
        arguments = ("-a", "limit=1", "-s", f"CAPTURE_DIR={tmp_path}")
        run = crawl_fake(tmp_path / "a.db", *QUICK, *arguments, FAKE_STORE=server.url)
        assert run.returncode == 0, run.stderr
        assert "/models/one" in server.paths
        assert "/models/two" not in server.paths
    assert rows(tmp_path / "a.db", "select scope from snapshot") == [("partial",)]
    with fake_store("User-agent: *\nCrawl-delay: 1.5\n") as server:
        run = crawl_fake(tmp_path / "b.db", *QUICK, *arguments, FAKE_STORE=server.url)
        assert run.returncode == 0, run.stderr
        gaps = [b.time - a.time for a, b in pairwise(server.requests)]
    assert min(gaps[1:]) > 1.0
    assert sum(gaps[1:]) / len(gaps[1:]) > 1.45


def test_whatever_goes_wrong_is_accounted_for(tmp_path: Path) -> None:
    changes: dict[str, Answer | list[Answer]] = {
        "/list/1": listing(
            *(f"/models/{n}" for n in ("gone", "away", "huge", "slow", "one", "old", "sold"))
        ),
        "/models/old": Answer.redirect("/models/one"),
        "/models/sold": html("<meta http-equiv=refresh content='0; url=http://localhost:1/x'>"),
        "/models/gone": Answer(410),
        "/models/away": Answer.redirect("http://localhost:1/models/away"),
        "/models/huge": html("<h1>Huge</h1>" + "x" * 200_000),
        "/models/slow": [Answer(503), Answer(429), page("slow")],
        "/api/one": Answer(500),
    }
    with fake_store(**changes) as server:
        run = crawl_fake(
            tmp_path / "x.db",
            *QUICK,
            *("-s", f"CAPTURE_DIR={tmp_path}", "-s", "DOWNLOAD_MAXSIZE=100000"),
            FAKE_STORE=server.url,
        )
    assert run.returncode == 1
    assert rows(tmp_path / "x.db", COUNTS) == [(7, 4, 1, 0, 2, 0, "suspect", "full", "live")]
    reasons = dict(rows(tmp_path / "x.db", "select url, reasons from quarantine"))
    said = {url.rpartition("/")[2]: str(reason) for url, reason in reasons.items()}  # type: ignore[union-attr]
    assert "HTTP status 410" in said["gone"]
    assert "redirected outside the store" in said["away"]
    assert "redirected outside the store" in said["sold"]
    listed = "select url, source from observation where source = 'list' order by 1"
    assert [str(url).rpartition("/")[2] for url, _ in rows(tmp_path / "x.db", listed)] == [
        "away",
        "sold",
    ]
    assert "huge" in said
    assert "Traceback" not in run.stderr


def test_products_that_all_lead_to_one_page_are_each_unread(tmp_path: Path) -> None:
    changes: dict[str, Answer | list[Answer]] = {
        "/models/one": Answer.redirect("/login"),
        "/models/two": Answer.redirect("/login"),
        "/login": html("<p>Please log in</p>"),
        "/api/two": Answer(404),
    }
    with fake_store(**changes) as server:
        run = crawl_fake(
            tmp_path / "x.db", *QUICK, "-s", f"CAPTURE_DIR={tmp_path}", FAKE_STORE=server.url
        )
    assert run.returncode == 1
    assert rows(tmp_path / "x.db", COUNTS) == [(3, 3, 0, 0, 0, 0, "suspect", "full", "live")]
    said = "select p.native_id, o.source from observation o join product p on p.id = o.product_id"
    assert sorted(rows(tmp_path / "x.db", said)) == [
        ("one", "list"),
        ("secret", "page"),
        ("two", "list"),
    ]
    assert "2 of 3 products are unread" in run.stderr


def test_a_listing_that_leads_elsewhere_is_lost(tmp_path: Path) -> None:
    with fake_store(**{"/list/2": Answer.redirect("http://localhost:1/list/2")}) as server:
        run = crawl_fake(
            tmp_path / "x.db", *QUICK, "-s", f"CAPTURE_DIR={tmp_path}", FAKE_STORE=server.url
        )
    assert "1 listing page(s) could not be read" in run.stderr


def test_a_lost_listing_page_makes_the_snapshot_suspect_and_partial(tmp_path: Path) -> None:
    with fake_store(**{"/list/2": Answer(404)}) as server:
        run = crawl_fake(
            tmp_path / "x.db", *QUICK, "-s", f"CAPTURE_DIR={tmp_path}", FAKE_STORE=server.url
        )
    assert run.returncode == 1
    assert rows(tmp_path / "x.db", COUNTS) == [(2, 2, 0, 0, 0, 0, "suspect", "partial", "live")]
    assert "1 listing page(s) could not be read" in run.stderr


def test_chosen_ids_need_no_listing(tmp_path: Path) -> None:
    (tmp_path / "ids.txt").write_text("two\nmissing\n")
    with fake_store() as server:
        run = crawl_fake(
            tmp_path / "x.db",
            *QUICK,
            *("-a", f"ids={tmp_path}/ids.txt", "-s", f"CAPTURE_DIR={tmp_path}"),
            FAKE_STORE=server.url,
        )
        assert not any(path.startswith("/list") for path in server.paths)
    assert run.returncode == 1
    assert rows(tmp_path / "x.db", COUNTS) == [(2, 1, 0, 0, 1, 0, "suspect", "partial", "live")]
