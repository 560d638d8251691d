"""What the JSON of a Hugging Face model says, in its record and within its page alike."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from modelstores import page
from modelstores.page import clean, dig, objects, words

# Longest stated text and task, in characters, and most names in a text: more than real ones.
MAX_STATED, MAX_TASK, MAX_NAMES = 10_000, 100, 100

# What the store files under libraries although it is a format of files, a language, a logger.
NO_FRAMEWORK = {"coreml", "gguf", "ggml", "onnx", "rust", "safetensors", "tensorboard"}
# Libraries that a record may name among its tags only, and what a page calls them.
LIBRARIES = {"jax": "JAX", "keras": "Keras", "pytorch": "PyTorch", "tf": "TensorFlow"}
# What training scripts give as a data set's name when they do not know it: the loaders of
# the ``datasets`` library.
NO_DATASET = {
    *("arrow", "audiofolder", "csv", "generator", "imagefolder", "json", "pandas", "parquet"),
    *("text", "videofolder", "webdataset", "custom"),
}
# What authors write where they name nothing; as licence, "other" is the store's word for it.
NOTHING = {"", "-", "coming soon", "n/a", "na", "none", "null", "other", "tba", "tbd", "unknown"}
# The paper of the carbon calculator, which the template of cards cites.
NO_ORIGIN = {"1910.09700"}


def stated(model: Any) -> dict[str, str]:
    """Return {element: the words of the metadata}."""
    tags = typed_tags(model)
    license_ = join(without(NOTHING, tags["license"]))
    license_ = license_ or join(words(dig(model, "cardData", "license_name")))
    papers = [paper.rpartition(":")[2] for paper in tags["arxiv"]]
    papers = [f"arXiv:{paper}" for paper in without(NO_ORIGIN, papers)]
    said = {
        "owner": clean(dig(model, "author")),
        "framework": join(without(NO_FRAMEWORK, tags["library"])),
        "ml_algorithms": join(architectures(model)),
        "training_set": join(without(NO_DATASET | NOTHING, tags["dataset"])),
        "language": join(tags["language"]),
        "origin": join([*base_models(model), *papers]),
        "performance": join(list(figures(model)), "; "),
        "objective": clean(dig(model, "pipeline_tag"))[:MAX_TASK],
        "end_user_license": license_,
        "developer_license": license_,
    }
    return bounded(said)


def bounded(said: dict[str, str]) -> dict[str, str]:
    """Return what is said without what is empty, each text cut at MAX_STATED."""
    return {element: text[:MAX_STATED] for element, text in said.items() if text}


def join(names: list[str], mark: str = ", ") -> str:
    """Return the names in one text, each once."""
    return mark.join(dict.fromkeys(names[:MAX_NAMES]))


def without(nameless: set[str], names: list[str]) -> list[str]:
    """Return the names that name something."""
    return [name for name in names if name.lower() not in nameless]


def typed_tags(model: Any) -> defaultdict[str, list[str]]:
    """Return {type: tags}: with the labels that a page shows, or as bare as a record has them."""
    typed: defaultdict[str, list[str]] = defaultdict(list)
    for shown in objects(dig(model, "tag_objs")):
        typed[clean(shown.get("type"))] += words(shown.get("label") or shown.get("id"))
    if typed:
        typed["library"] = typed["library"] or words(dig(model, "library_name"))
        return typed
    for tag in words(dig(model, "tags")):
        kind, colon, rest = tag.partition(":")
        typed[kind if colon else ""] += words(rest if colon else tag)
    typed["language"] = words(dig(model, "cardData", "language"))
    libraries = [*words(dig(model, "library_name")), *(x for x in LIBRARIES if x in typed[""])]
    typed["library"] = [LIBRARIES.get(library, library) for library in libraries]
    return typed


def architectures(model: Any) -> list[str]:
    """Return the names of the model's architecture, from the first place that has any."""
    pipelines = [tag for tag in words(dig(model, "tags")) if tag.startswith("diffusers:")]
    return (
        words(dig(model, "config", "model_type"))
        or words(dig(model, "gguf", "architecture"))
        or [tag.partition(":")[2] for tag in pipelines]
        or words(dig(model, "config", "architectures"))
    )


def base_models(model: Any) -> list[str]:
    """Return the ids of the models that this one was made from."""
    tags = [tag for tag in words(dig(model, "tags")) if tag.startswith("base_model:")]
    return words(dig(model, "cardData", "base_model")) or [tag.rpartition(":")[2] for tag in tags]


def figures(model: Any) -> Iterator[str]:
    """Yield "METRIC VALUE on DATA SET" for each result that the author reports as metadata."""
    for entry in objects(dig(model, "model-index")):
        for result in objects(entry.get("results")):
            data = clean(dig(result, "dataset", "name")) or clean(dig(result, "dataset", "type"))
            for metric in objects(result.get("metrics")):
                name = clean(metric.get("name")) or clean(metric.get("type"))
                value = metric.get("value")
                value = clean(value) if page.number(value) is None else str(value)
                if name and any(map(str.isdigit, value)):
                    yield f"{name} {value} on {data}" if data else f"{name} {value}"


def counters(model: Any) -> dict[str, float]:
    """Return likes and downloads; not the latter where the store says it does not count them."""
    names = ["likes"] if dig(model, "trackDownloads") is False else ["likes", "downloads"]
    found = ((name, page.number(dig(model, name))) for name in names)
    return {name: value for name, value in found if value is not None and value >= 0}


def conditions(model: Any) -> list[dict[str, str]]:
    """Return the author's conditions of access, which every reader is shown, as a section."""
    prose = (dig(model, "cardData", f"extra_gated_{part}") for part in ("description", "prompt"))
    lines = [clean(line) for text in prose if isinstance(text, str) for line in text.split("\n")]
    text = "\n".join(filter(None, lines)).replace(page.FENCE, "'''")[: page.MAX_TEXT]
    heading = clean(dig(model, "cardData", "extra_gated_heading"))[: page.MAX_HEADING]
    return [{"heading": heading or "Conditions of access", "text": text}] if text else []
