"""Gold files and page files, which others wrote."""

from __future__ import annotations

import gzip
import os
import tracemalloc
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse, JsonResponse, TextResponse

from modelstores.evaluation import gold, pages
from modelstores.evaluation.gold import GoldError
from modelstores.evaluation.pages import PageError, is_within, response


def test_lines_keep_their_order_and_empty_ones_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(b'\xef\xbb\xbf{"id": "b"}\r\n\n  \n{"id": "\xe4\xb8\x80", "x": 1}')
    one, two = gold.read(path)
    assert (one.text("id"), one.place) == ("b", f"{path}:1")
    assert (two.fields, two.place) == ({"id": "\u4e00", "x": 1}, f"{path}:4")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", ": no line in it"),
        (b"\n\n", ": no line in it"),
        (b'{"id": "a"}\n{"id": ', ":2: not JSON"),
        (b'{"id": "\xff"}', ":1: not JSON"),
        (b"[" * 100_000, ":1: not JSON"),
        (b"9" * 10_000, ":1: not JSON"),
        (b'["id"]', ":1: no JSON object"),
        (b'{"name": "a"}', ":1: no 'id'"),
        (b'{"id": 7}', ":1: 'id' is no printable text"),
        (b'{"id": ""}', ":1: 'id' is no printable text"),
        (b'{"id": "\\u001b[2J"}', ":1: 'id' is no printable text"),
        (b'{"id": "\\ud800"}', ":1: 'id' is no printable text"),
        (b'{"id": "%s"}' % (b"a" * 2_001), ":1: 'id' has more than 2000 characters"),
    ],
)  # fmt: skip
def test_what_is_no_gold_is_one_line(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "g.jsonl"
    path.write_bytes(content)
    with pytest.raises(GoldError) as error:
        gold.read(path)
    assert str(error.value) == f"{path}{what}"


def test_a_gold_file_that_is_not_there_or_too_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(GoldError, match=r"nosuch: No such file or directory$"):
        gold.read(tmp_path / "nosuch")
    with pytest.raises(GoldError, match="Is a directory"):
        gold.read(tmp_path)
    monkeypatch.setattr(gold, "MAX_GOLD", 10)
    (tmp_path / "g").write_text('{"id": "a"}')
    with pytest.raises(GoldError, match="more than 10 bytes"):
        gold.read(tmp_path / "g")


def test_files_within_a_folder(tmp_path: Path) -> None:
    folder, out = tmp_path / "gold", tmp_path / "out"
    for made in (folder / "pages", out):
        made.mkdir(parents=True)
    (folder / "away").symlink_to(out)
    (folder / "near").symlink_to(folder / "pages")
    (folder / "loop").symlink_to(folder / "loop")
    assert is_within(folder, "pages/a.html")
    assert is_within(folder, "near/a.html")
    assert is_within(folder, "..a")
    for file in ("../gold/a", "pages/../a", str(folder / "a"), "away/a", "away"):
        assert not is_within(folder, file), file
    (tmp_path / "link").symlink_to(folder)
    assert is_within(tmp_path / "link", "pages/a.html"), "the folder itself may be a link"


def test_page_files_are_unpacked_by_what_they_hold(tmp_path: Path) -> None:
    packed, plain = tmp_path / "packed.html", tmp_path / "plain.gz"
    packed.write_bytes(gzip.compress(b"<p>one") + gzip.compress(b" two"))
    plain.write_bytes(b"<p>")
    assert (pages.read(packed), pages.read(plain)) == (b"<p>one two", b"<p>")
    plain.write_bytes(b"")
    assert pages.read(plain) == b""


def test_page_files_that_cannot_be_read(tmp_path: Path) -> None:
    whole = gzip.compress(os.urandom(1_000))
    for name, body in {
        "cut": whole[:-20],
        "changed": whole[:50] + b"\0\0\0" + whole[53:],
        "no gzip": b"\x1f\x8bx",
    }.items():
        (tmp_path / name).write_bytes(body)
        with pytest.raises(PageError, match="damaged gzip"):
            pages.read(tmp_path / name)
    os.mkfifo(tmp_path / "pipe")
    for name in ("nosuch", "pipe", "."):
        with pytest.raises(PageError, match="no such file"):
            pages.read(tmp_path / name)
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(PageError):
        pages.read(tmp_path / "loop")


def test_a_page_is_bounded_packed_or_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGE", 1_000)
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(10_000_000)))
    (tmp_path / "large").write_bytes(b"x" * 1_001)
    (tmp_path / "fits").write_bytes(gzip.compress(b"x" * 1_000))
    for name in ("bomb", "large"):
        with pytest.raises(PageError, match="more than 1000 bytes"):
            pages.read(tmp_path / name)
    assert len(pages.read(tmp_path / "fits")) == 1_000


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "MAX_PAGE", 1_000)
    (tmp_path / "bomb").write_bytes(gzip.compress(bytes(20_000_000)))
    tracemalloc.start()
    try:
        with pytest.raises(PageError):
            pages.read(tmp_path / "bomb")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize(
    ("body", "kind", "text"),
    [
        (b"\n <!doctype html><p>x", HtmlResponse, "\n <!doctype html><p>x"),
        (b"\xef\xbb\xbf<p>\xc3\xa9", HtmlResponse, "<p>\u00e9"),
        (b"<meta charset=latin-1><p>\xe9", HtmlResponse, "<meta charset=latin-1><p>\u00e9"),
        (b' {"a": "<meta charset=latin-1>\xc3\xa9"}', JsonResponse, None),
        (b"[1]", JsonResponse, "[1]"),
        (b"# A net\n", TextResponse, "# A net\n"),
        (b"", TextResponse, ""),
    ],
)
def test_the_type_of_a_page_is_that_of_its_beginning(
    body: bytes, kind: type, text: str | None
) -> None:
    made = response("https://x.example/a", body)
    assert (type(made), made.url) == (kind, "https://x.example/a")
    assert made.text == (body.decode() if text is None else text)
