"""The Wayback Machine's index, addresses and times."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from modelstores.capture import wayback
from modelstores.capture.wayback import Memento

BASE = "https://web.archive.org"
HEAD = list(wayback.FIELDS)
PAGE = "https://store.example/models/one"


def body(*rows: list[object]) -> str:
    return json.dumps(rows)


# --- the index ---


def test_an_address_is_asked_for_as_the_index_wants_it() -> None:
    asked = urlsplit(wayback.index_url(BASE, f"{PAGE}?a=b&c=d"))
    assert f"{asked.scheme}://{asked.netloc}{asked.path}" == f"{BASE}/cdx/search/cdx"
    said = parse_qs(asked.query)
    assert said["url"] == [f"{PAGE}?a=b&c=d"]
    assert said["output"] == ["json"]
    assert said["fl"] == ["timestamp,original,statuscode"]
    assert "matchType" not in said
    assert "resumeKey" not in said


def test_a_prefix_is_asked_for_once_an_address() -> None:
    said = parse_qs(urlsplit(wayback.index_url(BASE, PAGE, prefix=True, resume="a+b%2F")).query)
    assert (said["matchType"], said["collapse"]) == (["prefix"], ["urlkey"])
    assert said["resumeKey"] == ["a+b%2F"]


def test_rows_are_read_by_the_names_of_their_fields() -> None:
    rows = [
        ["original", "mimetype", "timestamp", "statuscode"],
        [PAGE, "text/html", "20190314110000", "200"],
        [PAGE, "warc/revisit", "20190401000000", "-"],
    ]
    assert wayback.read_index(body(*rows)) == (
        [Memento("20190314110000", PAGE, "200"), Memento("20190401000000", PAGE, "-")],
        "",
    )


def test_the_resume_key_stands_behind_an_empty_row() -> None:
    rows = [HEAD, ["20190314110000", PAGE, "200"], [], ["example%2Cstore%29%2F+2019"]]
    captures, resume = wayback.read_index(body(*rows))
    assert len(captures) == 1
    assert resume == "example%2Cstore%29%2F+2019"


@pytest.mark.parametrize("nothing", ["[]", "", b"", "[[]]", body(HEAD)])
def test_no_captures(nothing: str) -> None:
    assert wayback.read_index(nothing) == ([], "")


@pytest.mark.parametrize(
    "broken",
    [
        *("<html>busy</html>", "{}", "null", "[1]", "[" * 100_000),
        body(["timestamp", "original"], ["20190314110000", PAGE]),
        b"\xff\xfe\xff",
    ],
    ids=str,
)
def test_what_is_no_index_is_an_error_of_one_line(broken: str) -> None:
    with pytest.raises(ValueError, match=r"^the index [^\n]*$"):
        wayback.read_index(broken)


def test_rows_without_time_or_address_are_left_out() -> None:
    rows = [
        HEAD,
        ["20191314110000", PAGE, "200"],
        ["2019", PAGE, "200"],
        ["٢٠١٩٠٣١٤١١٠٠٠٠", PAGE, "200"],
        ["20190314110000", "javascript:alert(1)", "200"],
        ["20190314110000"],
        [None, None, None],
        ["20190314110000", PAGE, "200"],
    ]
    assert wayback.read_index(body(*rows))[0] == [Memento("20190314110000", PAGE, "200")]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON | st.just([HEAD]).flatmap(lambda h: st.lists(st.lists(JSON)).map(lambda r: h + r)))
def test_whatever_the_index_says_is_read_or_refused(value: object) -> None:
    try:
        captures, resume = wayback.read_index(json.dumps(value))
    except ValueError:
        return
    assert isinstance(resume, str)
    assert all(one.taken.tzinfo is UTC for one in captures)


# --- which capture ---


def test_the_nearest_comes_first() -> None:
    captures = [
        Memento(time, PAGE, "200")
        for time in ("20170101000000", "20190314233000", "20190315233000", "20210101000000")
    ]
    found = wayback.nearest(captures, date(2019, 3, 15))
    assert [one.timestamp[:8] for one in found] == ["20190315", "20190314", "20210101", "20170101"]
    assert wayback.nearest([], date(2019, 3, 15)) == []


def test_of_two_as_near_the_earlier_comes_first() -> None:
    captures = [Memento("20190316120000", PAGE, "200"), Memento("20190314120000", PAGE, "200")]
    assert wayback.nearest(captures, date(2019, 3, 15))[0].timestamp == "20190314120000"


TIMES = st.datetimes(datetime(1996, 1, 1), datetime(2026, 1, 1))


@given(st.lists(TIMES, min_size=1), st.dates(date(1996, 1, 1), date(2026, 1, 1)))
def test_nothing_is_nearer_than_the_first(times: list[datetime], day: date) -> None:
    captures = [Memento(f"{t:%Y%m%d%H%M%S}", PAGE, "200") for t in times]
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    found = wayback.nearest(captures, day)
    assert sorted(found, key=repr) == sorted(captures, key=repr)
    assert abs(found[0].taken - noon) == min(abs(one.taken - noon) for one in captures)


@pytest.mark.parametrize(
    ("status", "is_page"), [("200", True), ("-", True), ("302", False), ("404", False), ("", False)]
)
def test_only_answers_with_a_page_count(status: str, is_page: bool) -> None:
    assert Memento("20190314110000", PAGE, status).is_page is is_page


# --- addresses, times, manners ---


def test_original_bytes_are_asked_for() -> None:
    assert wayback.memento_url(BASE, "20190314110000", f"{PAGE}?a=b") == (
        f"{BASE}/web/20190314110000id_/{PAGE}?a=b"
    )


@pytest.mark.parametrize(
    ("url", "headers", "time"),
    [
        ("", {"memento-datetime": "Thu, 14 Mar 2019 11:00:00 GMT"}, "2019-03-14T11:00:00Z"),
        (f"{BASE}/web/20190314110000id_/{PAGE}", {}, "2019-03-14T11:00:00Z"),
        (f"{BASE}/web/20190314110000/{PAGE}", {"memento-datetime": "x"}, "2019-03-14T11:00:00Z"),
        (f"{BASE}/web/20191314110000id_/{PAGE}", {}, None),
        (PAGE, {}, None),
    ],
)
def test_a_mementos_own_time(url: str, headers: dict[str, str], time: str | None) -> None:
    assert wayback.memento_time(url, headers) == time


@pytest.mark.parametrize(
    ("url", "named"),
    [
        (f"{BASE}/web/20190314110000id_/{PAGE}", Memento("20190314110000", PAGE, "")),
        (f"{BASE}/web/20190314110000/{PAGE}?a=b", Memento("20190314110000", f"{PAGE}?a=b", "")),
        (f"{BASE}/web/2019*/{PAGE}", None),
        (f"{BASE}/web/20191314110000id_/{PAGE}", None),
        (f"{BASE}/web/20190314110000id_/javascript:alert(1)", None),
        (PAGE, None),
    ],
)
def test_what_an_address_in_the_archive_names(url: str, named: Memento | None) -> None:
    assert wayback.read_memento_url(url) == named


NOW = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("", 0),
        ("60", 60),
        (" 7 ", 7),
        ("9" * 400, wayback.MAX_WAIT),
        ("-5", 0),
        ("soon", 0),
        ("Sun, 01 Nov 2026 00:01:30 GMT", 90),
        ("Sun, 01 Nov 2026 00:01:30 -0000", 90),
        ("Sat, 31 Oct 2026 00:00:00 GMT", 0),
        ("Sun, 01 Nov 2099 00:00:00 GMT", wayback.MAX_WAIT),
    ],
)
def test_how_long_to_wait(value: str, seconds: float) -> None:
    assert wayback.retry_after(value, NOW) == seconds


@pytest.mark.parametrize(
    ("original", "live"),
    [
        ("http://store.example:80/models/one", "https://store.example/models/one"),
        ("https://store.example:443/a?b=c#d", "https://store.example/a?b=c"),
        ("http://store.example:8080/a", "https://store.example:8080/a"),
        ("http://store.example:x/a", "http://store.example:x/a"),
    ],
)
def test_an_archived_address_as_the_store_writes_it(original: str, live: str) -> None:
    assert wayback.live_address(original, "https") == live


# --- recorded exchanges with the archive ---

Exchange = tuple[str, int, dict[str, str], bytes]


@pytest.fixture(scope="module")
def recorded(shared: Path) -> list[Exchange]:
    found = []
    with (shared / "captures/wayback/cassettes.warc.gz").open("rb") as file:
        for record in ArchiveIterator(file):
            if record.rec_type == "response":
                headers = {n.lower(): v for n, v in record.http_headers.headers}
                status = int(record.http_headers.get_statuscode())
                content = record.content_stream().read()
                found.append((record.rec_headers["WARC-Target-URI"], status, headers, content))
    return found


def as_json(text: str) -> bytes:
    """Return a recorded answer of the index, which is plain text, as its JSON would be."""
    names = ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"]
    rows: list[list[str]] = [line.split(" ") if line else [] for line in text.splitlines()]
    return json.dumps([names, *rows] if rows else []).encode()


@pytest.mark.shared
def test_recorded_answers_of_the_index(recorded: list[Exchange]) -> None:
    answers = [x for x in recorded if "/cdx/" in x[0] and x[1] == 200]
    assert len(answers) > 30
    followed = 0
    for (url, _, _, content), following in zip(answers, [*answers[1:], None], strict=True):
        text = content.decode()
        captures, resume = wayback.read_index(as_json(text))
        lines = [line for line in text.split("\n\n")[0].splitlines() if line]
        # Every row is read but those with times that never were.
        assert len(lines) - len(captures) <= 3
        assert resume == (text.split("\n\n")[1].strip() if "\n\n" in text else "")
        if resume and following and "resumeKey" in following[0]:
            ours = wayback.index_url("", url, resume=resume).partition("resumeKey=")[2]
            assert ours == following[0].partition("resumeKey=")[2]
            followed += 1
        if captures:
            for day in (date(1997, 1, 1), date(2012, 6, 1), date(2024, 1, 1)):
                near = wayback.nearest(captures, day)[0]
                noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
                assert abs(near.taken - noon) == min(abs(c.taken - noon) for c in captures)
    assert followed > 10


@pytest.mark.shared
def test_recorded_mementos_and_refusals(recorded: list[Exchange]) -> None:
    pages = [x for x in recorded if "/web/" in x[0]]
    for url, status, headers, _ in pages:
        # A redirect of the archive's own is no memento; an archived 429 is one.
        assert wayback.is_memento(headers) is (status != 302)
        named = url.partition("/web/")[2][:14]
        told = wayback.memento_time(url, headers)
        assert told
        assert told.translate(str.maketrans("", "", "-T:Z")) == named
        assert wayback.memento_time("", headers) == (told if status != 302 else None)
        assert not wayback.is_blocked(status, headers)
    assert {status for _, status, _, _ in pages} == {200, 302, 429}
    (blocked,) = [x for x in recorded if x[1] == 403]
    assert wayback.is_blocked(blocked[1], blocked[2])
