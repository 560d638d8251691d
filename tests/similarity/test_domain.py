"""The input domain: what the store says, else the objective, else the words."""

from __future__ import annotations

from typing import Any

import pytest

from modelstores.items import Product
from modelstores.similarity import input_domain


def domain(name: str = "Pupil", **more: Any) -> dict[str, str | None]:
    return input_domain(Product("s", "1", "https://s.example/1", "model", "page", name, **more))


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["Image"], "Image"), (["vision"], "Image"), (["image-classification"], "Image"),
        (["Text Generation"], "Natural language"), (["nlp"], "Natural language"),
        (["Text"], "Natural language"), (["Audio"], "Audio"), (["Speech"], "Audio"),
        (["Automatic Speech Recognition"], "Audio"), (["Video"], "Video"),
        (["Tabular Classification"], "Structured"), (["Numeric"], "Structured"),
        (["Visual Question Answering"], "Multimodal"), (["Text", "Image"], "Multimodal"),
        (["Reinforcement Learning"], "Other"), (["Graph"], "Other"),
        (["Text-to-Image"], "Natural language"), (["text-to-speech"], "Natural language"),
        (["Medical imaging"], "Image"), (["image-text"], "Multimodal"),
        (["Vision and Language"], "Multimodal"),
        (["waveform"], "Audio"), (["timeseries"], "Structured"), (["point clouds"], "Other"),
        (["Optical Flow"], "Video"), (["object-tracking"], "Video"), (["Text Detection"], "Image"),
        (["Speaker Diarization"], "Audio"), (["Dependency parsing"], "Natural language"),
    ],
)  # fmt: skip
def test_what_the_store_says(said: list[str], expected: str) -> None:
    found = domain(input_domains=said)
    assert found["domain"] == expected
    assert found["where"] == "input_domains"
    assert found["evidence"]


def test_what_the_store_says_counts_more_than_the_name() -> None:
    assert domain("BERT base", input_domains=["Audio"])["domain"] == "Audio"


def test_vision_is_images_unless_the_model_takes_videos() -> None:
    assert domain("SlowFast", input_domains=["vision"])["domain"] == "Video"
    assert domain("BERT base", input_domains=["vision"])["domain"] == "Image"
    assert domain("SlowFast", input_domains=["image"])["domain"] == "Image"


def test_without_it_the_objective_tells() -> None:
    found = domain("Pupil for Sentiment Analysis")
    assert found == {
        "domain": "Natural language",
        "evidence": "Sentiment Analysis",
        "where": "name",
    }


def test_without_both_the_algorithm_or_the_data_tell() -> None:
    assert domain("ResNet-50")["domain"] == "Image"
    assert domain("Pupil of LibriSpeech")["domain"] == "Audio"
    assert domain(summary="A model that looks at photos.")["domain"] == "Image"


def test_nothing_said_is_other_and_says_so() -> None:
    assert domain("Pupil") == {"domain": "Other", "evidence": "", "where": None}
