from __future__ import annotations

import hashlib
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from modelstores.digest import content_hash
from modelstores.items import OF_THE_SIGHTING, Capture
from tests.database.samples import product

ANY_TEXT = st.text(st.characters(exclude_categories=[]), max_size=30)


@pytest.mark.parametrize(
    "changes",
    [
        {"counters": {"likes": 4, "downloads": 1}},
        {"capture": None},
        {"record": Capture("other.warc", 1, "<x>", "2027-01-01T00:00:00Z")},
        {"capture": Capture("other.warc", 1, "<x>", "2027-01-01T00:00:00Z")},
        {"elements": {}},
        {"similarity": {}, "input_domain": None},
    ],
)
def test_the_hash_is_of_the_content_alone(changes: dict[str, object]) -> None:
    assert content_hash(product(**changes)) == content_hash(product())


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "x"},
        {"summary": "x"},
        {"stated": {}},
        {"sections": []},
        {"links": []},
        {"unread": ["size"]},
        {"counters": {"likes": 3}},
        {"source": "record"},
        {"url": "https://hub.example/x"},
        {"input_domains": ["Image"]},
    ],
)
def test_the_hash_tells_any_change_of_content(changes: dict[str, object]) -> None:
    assert content_hash(product(**changes)) != content_hash(product())


def test_the_hash_does_not_depend_on_the_order_of_labels() -> None:
    one, other = {"owner": "A", "size": "1 MB"}, {"size": "1 MB", "owner": "A"}
    assert content_hash(product(stated=one)) == content_hash(product(stated=other))


@settings(deadline=None)
@given(ANY_TEXT, ANY_TEXT)
@example("\x7f", "\x00")
@example("\ud800", "\u00e9")
def test_the_hash_is_that_of_canonical_json_whatever_the_text(label: str, text: str) -> None:
    one = product(name=text, stated={label: text, "owner": "A"})
    said = {k: v for k, v in one.as_stated().items() if k not in OF_THE_SIGHTING}
    said["counters"] = sorted(one.counters)
    canonical = json.dumps(said, sort_keys=True, separators=(",", ":"))
    assert content_hash(one) == hashlib.sha256(canonical.encode()).hexdigest()
