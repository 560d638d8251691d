"""Tokens, names and offsets."""

from __future__ import annotations

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores.similarity import matcher
from modelstores.similarity.matcher import Hit, Text, Trie, tokenise


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("ResNet-50", ["resnet", "50"]),
        ("RESNET_50", ["resnet", "50"]),
        ("resnet50_v1_5", ["resnet", "50", "v", "1", "5"]),
        ("MobileNet 0.75", ["mobilenet", "0.75"]),
        ("\uff32\uff45\uff53\uff2e\uff45\uff54\uff0d\uff15\uff10", ["resnet", "50"]),  # full width
        ("U\u00b2-Net", ["u", "2", "net"]),
        ("One. Two", ["one", ".", "two"]),
        ("Cityscapes/Städte", ["cityscapes", "städte"]),
    ],
)
def test_tokens(text: str, tokens: list[str]) -> None:
    assert tokenise(text) == tokens


@settings(deadline=None)
@given(st.text(alphabet="aB\u00e9\u0130 12._-+|\n\t,;()\ufb01\u4e2d", max_size=60))
def test_the_look_at_the_first_character_costs_no_token(text: str) -> None:
    for pattern in (matcher._ASCII, matcher._ANY):
        tokens = re.compile(pattern.pattern.split(")", 1)[1])
        assert pattern.findall(text.lower()) == tokens.findall(text.lower())


def _trie(*names: str) -> Trie:
    trie = Trie()
    for name in names:
        trie.add(tokenise(name), name)
    return trie


def test_the_longest_name_wins_and_names_do_not_overlap() -> None:
    trie = _trie("image net", "image net 21 k", "net 21")
    assert trie.find(tokenise("the image net 21 k set")) == [Hit(1, 5, ("image net 21 k",))]


def test_a_longer_name_that_breaks_off_does_not_hide_the_shorter() -> None:
    trie = _trie("a b", "a b c d", "c")
    assert [hit.senses for hit in trie.find(tokenise("a b c x"))] == [("a b",), ("c",)]


def test_a_name_keeps_all_its_senses_once() -> None:
    trie = Trie()
    for sense in ("disk", "detector", "disk"):
        trie.add(["ssd"], sense)
    assert trie.find(["ssd"]) == [Hit(0, 1, ("disk", "detector"))]


def test_names_do_not_reach_over_the_end_of_a_sentence() -> None:
    assert _trie("image classification").find(tokenise("an image. Classification of")) == []


def test_a_name_needs_a_token() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Trie().add(tokenise("--"), "x")


def test_offsets_lead_back_to_the_words() -> None:
    text = Text("ﬁne \uff32es-Net, then U\u00b2-Net!")
    where = [text.words(i, i + 1) for i, t in enumerate(text.tokens) if t not in ".,"]
    assert where[:3] == ["ﬁne", "\uff32es", "Net"]
    start = text.tokens.index("u")
    assert text.words(start, start + 3) == "U\u00b2-Net"


@settings(deadline=None)
@given(st.text(max_size=200))
def test_offsets_are_in_the_text_and_in_order(raw: str) -> None:
    text = Text(raw)
    spans = [text.span(i, i + 1) for i in range(len(text.tokens))]
    assert all(0 <= a <= b <= len(raw) for a, b in spans)
    assert spans == sorted(spans)


@settings(deadline=None)
@given(st.text(alphabet="abc 12.-", max_size=60))
def test_plain_words_are_quoted_as_they_stand(raw: str) -> None:
    text = Text(raw)
    for i, token in enumerate(text.tokens):
        assert text.words(i, i + 1).lower() == token


@settings(deadline=None)
@given(st.lists(st.sampled_from(["res", "net", "50", "x", "image"]), max_size=30))
def test_finding_is_what_trying_every_place_would_give(tokens: list[str]) -> None:
    names = [("res", "net"), ("res", "net", "50"), ("net",), ("image", "net")]
    trie = Trie()
    for name in names:
        trie.add(name, name)
    expected, i = [], 0
    while i < len(tokens):
        fits = [n for n in names if tuple(tokens[i : i + len(n)]) == n]
        if fits:
            expected.append(max(fits, key=len))
            i += len(expected[-1])
        else:
            i += 1
    assert [hit.senses[0] for hit in trie.find(tokens)] == expected


def test_finding_is_linear() -> None:
    trie = _trie("a " * 9 + "b")

    def seconds(n: int) -> float:
        tokens = ["a"] * n
        best = 9.0
        for _ in range(3):
            start = time.process_time()
            trie.find(tokens)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(200_000) < 12 * max(seconds(50_000), 1e-3)
