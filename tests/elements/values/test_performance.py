"""Figures of performance."""

from __future__ import annotations

import pytest

from modelstores.elements.values.names import key
from modelstores.elements.values.performance import read
from modelstores.elements.values.value import Value, spellings, table

#: (metric, number, unit, data set)
Figure = tuple[str, float, str | None, str | None]


@pytest.mark.parametrize(
    ("words", "figure"),
    [
        # statements, of any metric
        ("WER 4.4468 on Street Talk 11.0", ("WER", 4.4468, None, "Street Talk 11.0")),
        ("mean_reward 219.93 +/- 68.33 on Lander-v2", ("mean reward", 219.93, None, "Lander-v2")),
        ("blob_score 12", ("blob_score", 12, None, None)),
        ("Rouge1 26.3", ("ROUGE-1", 26.3, None, None)),
        ("- Loss: 0.347", ("loss", 0.347, None, None)),
        ("eval_accuracy = 91.3%", ("accuracy", 91.3, "%", None)),
        ("loss: 1.3e-05", ("loss", 1.3e-05, None, None)),
        ("Micro Precision: 1.000", ("micro precision", 1, None, None)),
        ("reward -81.95", ("reward", -81.95, None, None)),
        # rows of tables
        ("| ImageNet | top-1 | 76.1% |", ("top-1 accuracy", 76.1, "%", "ImageNet")),
        ("Accuracy | 0.8118", ("accuracy", 0.8118, None, None)),
        # running text
        ("accuracy: 0.913 on ImageNet", ("accuracy", 0.913, None, "ImageNet")),
        ("It has mAP 37.4 on COCO val2017.", ("mAP", 37.4, None, "COCO val2017")),
        ("Performance: mAP 37.4 on the photos.", ("mAP", 37.4, None, "photos")),
        ("with a WER of 4.2%.", ("WER", 4.2, "%", None)),
        ("a net with a BLEU of 26", ("BLEU", 26, None, None)),
        ("has 76.1% top-5 accuracy on the Bloom set", ("top-5 accuracy", 76.1, "%", "Bloom set")),
        ("an AP (average precision) of 42.0 on COCO 2017. For", ("AP", 42, None, "COCO 2017")),
        ("cosine_accuracy 0.9 on pairs", ("cosine_accuracy", 0.9, None, "pairs")),
        ("chrF++ 51.2", ("chrF++", 51.2, None, None)),
    ],
)  # fmt: skip
def test_a_figure_has_metric_number_and_data_set(words: str, figure: Figure) -> None:
    (value,) = read(words)
    assert (value.metric, value.number, value.unit, value.dataset) == figure


def test_the_value_says_all_of_a_figure() -> None:
    words = "Acc. 91.30% ± 0.20 on Blooms"
    assert read(words) == [
        Value(words, "accuracy 91.3 % ± 0.2 on Blooms", 91.3, "%", "accuracy", "Blooms")
    ]


TABLE = """\
| Dataset | Accuracy | F1 | Params |
|---|---|---|---|
| Blooms | 91.3% | 0.90 | 25 |
| Streets | 88 | - | 25 |
"""


def test_figures_stand_below_the_metrics_of_a_table() -> None:
    assert [one.value for one in read(TABLE)] == [
        "accuracy 91.3 % on Blooms",
        "F1 0.9 on Blooms",
        "accuracy 88 on Streets",
    ]


def test_the_first_column_is_no_data_set_unless_it_says_so() -> None:
    (value,) = read("Model | WER\nsmall | 12.5")
    assert (value.raw, value.value, value.dataset) == ("12.5", "WER 12.5", None)


def test_several_figures() -> None:
    words = "Accuracy 0.929 on moods; F1 0.9290 on moods"
    assert [one.value for one in read(words)] == ["accuracy 0.929 on moods", "F1 0.929 on moods"]
    words = "It has precision 0.91, recall 0.87 and an F1 of 0.89 on Blooms."
    assert [(one.metric, one.number) for one in read(words)] == [
        ("precision", 0.91),
        ("recall", 0.87),
        ("F1", 0.89),
    ]


@pytest.mark.parametrize(
    "words",
    [
        "state-of-the-art accuracy",
        "We trained for 3 epochs on ImageNet",
        "epoch 3.0",
        "weight_decay: 0.01",
        "train loss: 0.3",
        "training loss of 0.3",
        "runs at 30 frames on a phone",
        "mixed precision 16 is used",
        "Top-1 error | Top-5 error net18 | 30.24 | 10.92",
        "0.0004 | 1 | 0.1468 | -",
        "Model | 7B | 14.1 | 60.8",
        "an accuracy of more than 90 %",
        "F1",
        "Blooms | 84.05",
        "accuracy 2x2",
    ],
)
def test_what_is_no_figure_of_performance_stays_raw(words: str) -> None:
    assert read(words) == [Value(words)]


def test_no_spelling_leads_to_two_metrics() -> None:
    metrics: dict[str, str] = {}
    for spelling, name in spellings(table("performance.yaml")["metrics"]).items():
        assert metrics.setdefault(key(spelling), name) == name
