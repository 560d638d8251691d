"""The quick validator and the one that has reasons."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelstores.validation import faults, is_well_formed, schema, validator

PLACE = {"file": "c.warc.gz", "offset": 1, "record_id": "<urn:uuid:1>", "time": "2024"}
PRODUCT = {
    "store": "store",
    "native_id": "owner/net",
    "url": "https://store.example/owner/net",
    "kind": "model",
    "source": "list",
    "name": "net",
    "stated": {"owner": "owner"},
    "input_domains": ["text"],
    "sections": [{"heading": "Use", "text": "so"}],
    "links": ["https://a.example"],
    "counters": {"likes": 3},
    "unread": ["size"],
    "capture": {**PLACE, "rendered": False},
}
POLICY = {
    "store": "store",
    "url": "https://store.example/terms",
    "elements": ["permission"],
    "title": "Terms",
    "text": "You may.",
}
WHOLE = {"product": PRODUCT, "policy": POLICY}

# What the schemas draw their lines around, and what stands to both sides of them.
EDGES: list[object] = [
    *("", "a", "A b", "a\n", "\ud800", "\U0001f600" * 500, "\U0001f600" * 501),
    *("model", "app", "page", "list", "https://a.example", "https://a.example\n", "ftp://a"),
    *(0, -1, 1.0, 1.5, 2**70, 10**400, True, None),
    *([], {}, ["a", "a"], [["a"]], {"": "a"}, {"a": ""}, {"a": 1}, {"A": "a"}),
    *([{"heading": "a", "text": "b"}], [{"heading": "a"}], ["x"] * 51, ["x"] * 2001),
    *({**PLACE, "rendered": True}, {**PLACE, "rendered": 1}, {**PLACE, "offset": 1.0}, PLACE),
]
ANY = st.recursive(
    st.sampled_from(EDGES)
    | st.text(max_size=5)
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def items(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    """Return a well-formed item with some fields changed, taken away or added."""
    item = dict(WHOLE[kind])
    names = st.sampled_from(sorted(schema(kind)["properties"])) | st.text(max_size=5)
    item.update(draw(st.dictionaries(names, ANY, max_size=3)))
    for name in draw(st.lists(st.sampled_from(sorted(item)), max_size=1)):
        del item[name]
    return item


def agree(item: dict[str, Any], kind: str) -> None:
    well_formed = validator(kind).is_valid(item)
    assert bool(faults(item, kind)) == (not well_formed)
    if "\\n" not in repr(item):
        assert is_well_formed(item, kind) == well_formed


@pytest.mark.parametrize("kind", ["product", "policy"])
def test_both_validators_agree_at_every_edge(kind: str) -> None:
    for name in schema(kind)["properties"]:
        for value in EDGES:
            agree({**WHOLE[kind], name: value}, kind)


@pytest.mark.parametrize("kind", ["product", "policy"])
@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_both_validators_agree(kind: str, data: st.DataObject) -> None:
    agree(data.draw(items(kind)), kind)


@pytest.mark.parametrize("kind", ["product", "policy"])
def test_a_whole_item_needs_the_quick_validator_only(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("modelstores.validation.validator", lambda _: pytest.fail("not quick"))
    assert faults(WHOLE[kind], kind) == []


@pytest.mark.parametrize("value", [{1: "a"}, {"a": b"x"}, {"a": object()}])
def test_what_no_json_holds_is_not_well_formed(value: object) -> None:
    assert not is_well_formed({**PRODUCT, "stated": value})
