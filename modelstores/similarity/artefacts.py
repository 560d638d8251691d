"""The weight files that a product names: a key that does not need any words."""

from __future__ import annotations

import re

from modelstores.items import Product
from modelstores.similarity.part import MAX_TITLE
from modelstores.similarity.reading import MAX_BODY, MAX_LINKS

#: Names that every model of a framework has: they tell nothing about the weights.
EVERYBODYS = frozenset(
    {"model", "pytorch_model", "tf_model", "weights", "checkpoint", "best", "last", "final",
     "saved_model", "model_best", "adapter_model", "training_args", "optimizer", "scheduler",
     "diffusion_pytorch_model", "my_model", "scaler", "flax_model", "rust_model", "decoder_model",
     "encoder_model", "model_quantized", "yourmodel", "net", "output", "vocab"}
)  # fmt: skip
#: Weight files kept for one product.
MAX_ARTEFACTS = 20

_ENDING = (
    r"\.(?:pth\.tar|pth?|h5|hdf5|onnx|tflite|ckpt|safetensors|bin|npz"
    r"|caffemodel|mlmodel|pkl|joblib|gguf|keras)(?![\w-])"
)
_HAS_ENDING = re.compile(_ENDING)
_FILE = re.compile(r"(?<![\w.-])[\w][\w.-]*" + _ENDING)


def find_artefacts(product: Product) -> list[str]:
    """Return the names of weight files, lower case, sorted, from links and text (code too)."""
    if not (product.links or product.sections):
        return []
    links = (link[-MAX_TITLE:] for link in product.links[:MAX_LINKS])
    texts = "\n".join(section.get("text", "")[:MAX_BODY] for section in product.sections)
    found = _files("\n".join((*links, texts[:MAX_BODY])))
    return sorted(found)[:MAX_ARTEFACTS]


def _files(text: str) -> set[str]:
    text, names, end = text.lower(), set[str](), 0
    while found := _HAS_ENDING.search(text, end):  # few lines have one
        begin = text.rfind("\n", end, found.start()) + 1 or end
        end = text.find("\n", found.end())
        end = len(text) if end < 0 else end
        names.update(name for name in _FILE.findall(text, begin, end) if len(name) <= MAX_TITLE)
    return {name for name in names if name.split(".", 1)[0] not in EVERYBODYS}
