"""Keys: what makes one, what must not, and the traps on the way."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelstores.items import Product
from modelstores.similarity import describe, input_domain, similarity


def product(name: str, text: str = "", **more: Any) -> Product:
    if text:
        more.setdefault("sections", [{"heading": "", "text": text}])
    return Product("store", "1", "https://store.example/1", "model", "page", name, **more)


WOLFRAM = product(
    "ResNet-50 Trained on ImageNet Competition Data",
    "Identify the main object in an image",
    stated={
        "objective": "Classification",
        "training_set": "ImageNet Large Scale Visual Recognition Challenge 2012 classification "
        "data, more than a million pictures in a thousand classes.",
    },
    input_domains=["Image"],
)
PYTORCH_HUB = product(
    "ResNet50",
    "The residual nets here expect pictures of three colours.\n\n"
    "```python\nmodel = torch.hub.load('pytorch/vision', 'resnet18')\n```\n",
    summary="A deep residual network that was pre-trained on ImageNet",
    input_domains=["vision"],
)
HUGGING_FACE = product(
    "somebody/resnet-50",
    "# ResNet-50 v1.5\nIt learned ImageNet-1k at 224x224.",
    stated={"training_set": "imagenet-1k", "objective": "image-classification"},
)


def test_one_offering_has_one_key_in_every_store() -> None:
    keys = [similarity(p)["key"] for p in (WOLFRAM, PYTORCH_HUB, HUGGING_FACE)]
    assert keys == ["resnet-50|imagenet-1k|image-classification"] * 3
    assert similarity(WOLFRAM)["family_key"] == "resnet|imagenet-1k|image-classification"
    assert [input_domain(p)["domain"] for p in (WOLFRAM, PYTORCH_HUB, HUGGING_FACE)] == [
        "Image"
    ] * 3


def test_every_part_has_its_words() -> None:
    found = similarity(WOLFRAM)
    assert found["evidence"]["algorithm"] == {"words": "ResNet-50", "where": "name"}
    assert found["evidence"]["datasets"]["where"] == "stated:training_set"
    assert found["evidence"]["datasets"]["words"].startswith("ImageNet")
    assert found["evidence"]["objective"] == {
        "words": "Classification",
        "where": "stated:objective",
    }
    assert set(found) == {
        "key", "family_key", "algorithm", "variant", "datasets", "objective", "artefacts",
        "vocabulary", "evidence",
    }  # fmt: skip


@pytest.mark.parametrize(
    "missing",
    [
        product("Thing", stated={"training_set": "mnist", "objective": "image-classification"}),
        product("ResNet-50", stated={"objective": "image-classification"}),
        product("BERT base", stated={"training_set": "wikipedia"}),
    ],
    ids=["algorithm", "training data", "objective"],
)
def test_a_missing_part_gives_no_key(missing: Product) -> None:
    found = similarity(missing)
    assert found["key"] is None
    assert found["family_key"] is None


# --- properties ---

SENTENCES = st.lists(
    st.sampled_from(
        ["The weather was fine.", "See the notes below.", "We thank our colleagues.",
         "It runs on small machines too.", "Questions are welcome."]
    ), max_size=6,
)  # fmt: skip


@settings(deadline=None)
@given(SENTENCES, st.sampled_from(["-", "_", " ", ""]), st.sampled_from([str.lower, str.upper]))
def test_writing_and_unrelated_words_do_not_change_the_key(
    more: list[str], joint: str, case: Any
) -> None:
    name = case(f"resnet{joint}50")
    stated = {"training_set": "imagenet-1k", "objective": "image-classification"}
    found = similarity(product(name, " ".join(more), stated=stated))
    assert found["key"] == "resnet-50|imagenet-1k|image-classification"


@settings(deadline=None)
@given(st.permutations(["squad", "wikipedia", "bookcorpus", "x-rays"]))
def test_the_order_of_data_sets_does_not_change_the_key(names: list[str]) -> None:
    stated = {"training_set": ", ".join(names), "objective": "question-answering"}
    key = similarity(product("BERT base", stated=stated))["key"]
    assert key == "bert-base|bookcorpus+squad+wikipedia+x:x-rays|question-answering"


WORDS = st.one_of(
    st.text(max_size=80),
    st.lists(
        st.sampled_from(
            ["ResNet", "-50", "BERT", "trained on", "ImageNet", "SSD", " ", ".", "\n\n", "v2",
             "USE", "```", "1.5", "x", "L-12_H-768", "\u00b2", "and", "/", "Data", "classification"]
        )
    ).map(" ".join),
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    st.tuples(WORDS, WORDS),
    st.dictionaries(st.sampled_from(["ml_algorithms", "training_set", "objective"]), WORDS),
    st.lists(WORDS, max_size=3), WORDS, st.lists(WORDS, max_size=3),
)  # fmt: skip
def test_it_never_raises_and_says_the_same_twice(
    names: tuple[str, str], stated: dict[str, str], domains: list[str], text: str, links: list[str]
) -> None:
    name, summary = names
    p = product(name, text, summary=summary, stated=stated, input_domains=domains, links=links)
    found = similarity(p)
    assert found == similarity(p)
    assert describe(p) == (found, input_domain(p))
    parts = (found["algorithm"], found["datasets"], found["objective"])
    assert (found["key"] is not None) == all(parts)
    assert (found["family_key"] is not None) == all(parts)
    assert found["datasets"] == sorted(set(found["datasets"]))


@pytest.mark.parametrize(
    "text",
    ["a" * 10**7, "USE " * 10**6, "trained on ImageNet " * 10**5, "```\n" * 10**6, "a-a." * 10**6,
     "\n" * 10**7, "\ufb01" * 10**6, "x.pt" * 10**6, "resnet v 50 " * 10**5, "=" * 10**6],
    ids=lambda text: repr(text[:8]),
)  # fmt: skip
def test_hostile_text_costs_bounded_time(text: str) -> None:
    p = product(text[:10**5], summary=text, stated={"training_set": text, "objective": text},
                sections=[{"heading": text[:10**5], "text": text}] * 3, links=[text] * 300,
                input_domains=[text] * 300)  # fmt: skip
    start = time.process_time()
    similarity(p)
    input_domain(p)
    assert time.process_time() - start < 2
