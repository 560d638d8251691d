"""Names of frameworks."""

from __future__ import annotations

import pytest

from modelstores.elements.values.framework import read
from modelstores.elements.values.names import key
from modelstores.elements.values.value import spellings, table


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("pytorch", ["PyTorch"]),
        ("transformers, PyTorch", ["Transformers", "PyTorch"]),
        ("scikit_learn", ["scikit-learn"]),
        ("sklearn", ["scikit-learn"]),
        ("tf-keras", ["TF-Keras"]),
        ("llama.cpp", ["llama.cpp"]),
        ("TensorFlow 1.12", ["TensorFlow"]),
        ("TensorFlow >= 2.0; Keras 2.2.4", ["TensorFlow", "Keras"]),
        ("Keras and TensorFlow", ["Keras", "TensorFlow"]),
        ("House Style, PyTorch", [None, "PyTorch"]),
        ("import torch", ["PyTorch"]),
        ("a net for TensorFlow Lite, quantised", ["TensorFlow Lite"]),
        ("runs under setfit or PyTorch Lightning", ["SetFit", "PyTorch Lightning"]),
        ("our own", [None]),
        ("flashtorch", [None]),
    ],
)
def test_frameworks_in_one_spelling(words: str, names: list[str | None]) -> None:
    assert [one.value for one in read(words)] == names


def test_no_spelling_leads_to_two_frameworks() -> None:
    names: dict[str, str] = {}
    for spelling, name in spellings(table("framework.yaml")).items():
        assert names.setdefault(key(spelling), name) == name
