"""What a run writes is a WARC that other programs read, without secrets and without lies."""

from __future__ import annotations

from pathlib import Path

from warcio.archiveiterator import ArchiveIterator

from modelstores.capture.warc import Damage, records
from modelstores.capture.writer import CaptureWriter, Exchange, fitting

EXCHANGE = Exchange(
    url="https://store.example/models/one?x=1#part",
    method="GET",
    request_headers=[("User-Agent", "tests"), ("Cookie", "secret"), ("Authorization", "secret")],
    status=200,
    reason="OK",
    headers=[("Content-Type", "text/html"), ("Content-Length", "999"), ("Date", "today")],
    body=b"<p>words</p>",
    as_sent=True,
    made_up=frozenset({"date"}),
)


def test_records_have_digests_and_refer_to_each_other(tmp_path: Path) -> None:
    path = tmp_path / "c" / "run.warc.gz"
    writer = CaptureWriter(path, {"software": "tests"})
    place = writer.exchange(EXCHANGE)
    document = writer.rendered(EXCHANGE.url, b"<p>rendered words</p>", place)
    writer.close()
    with path.open("rb") as file:
        found = []
        for record in ArchiveIterator(file, check_digests="raise"):
            record.content_stream().read()
            header = record.rec_headers.get_header
            assert header("WARC-Block-Digest")
            found.append((record.rec_type, header("WARC-Record-ID"), header))
    kinds = [kind for kind, _, _ in found]
    assert kinds == ["warcinfo", "response", "request", "conversion"]
    assert found[1][1] == place.record_id
    assert found[2][2]("WARC-Concurrent-To") == place.record_id
    assert found[3][2]("WARC-Refers-To") == place.record_id
    assert document.rendered
    by_offset = {r.offset: r for r in records(path) if not isinstance(r, Damage)}
    assert by_offset[place.offset].body == EXCHANGE.body
    assert by_offset[document.offset].body == b"<p>rendered words</p>"


def test_no_secret_is_written(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path / "run.warc.gz", {})
    writer.exchange(EXCHANGE)
    writer.close()
    request = next(
        r for r in records(writer.path) if not isinstance(r, Damage) and r.kind == "request"
    )
    assert [name for name, _ in request.headers] == ["User-Agent"]


def test_headers_that_no_longer_fit_are_renamed_and_none_invented() -> None:
    assert fitting(EXCHANGE) == [("Content-Type", "text/html"), ("X-Orig-Content-Length", "999")]
    decoded = Exchange(
        **{
            **{name: getattr(EXCHANGE, name) for name in EXCHANGE.__slots__},
            "headers": [
                ("content-encoding", "br"),
                ("transfer-encoding", "chunked"),
                ("date", "d"),
            ],
            "as_sent": False,
            "made_up": frozenset(),
        }
    )
    assert fitting(decoded) == [
        ("X-Orig-content-encoding", "br"),
        ("X-Orig-transfer-encoding", "chunked"),
        ("date", "d"),
    ]


def test_what_is_flushed_survives_a_torn_end(tmp_path: Path) -> None:
    writer = CaptureWriter(tmp_path / "run.warc.gz", {})
    for _ in range(3):
        writer.exchange(EXCHANGE)
    kept = writer.path.read_bytes()  # not closed: as a killed process leaves it
    (tmp_path / "torn.warc.gz").write_bytes(kept[:-40])
    found = list(records(tmp_path / "torn.warc.gz"))
    assert sum(isinstance(r, Damage) for r in found) == 1
    assert sum(not isinstance(r, Damage) and r.kind == "response" for r in found) == 3
