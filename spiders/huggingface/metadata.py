"""What the JSON of a Hugging Face model says: in its page, its record, its entry of a list."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from modelstores import page
from modelstores.elements.values.language import codes_of_two_letters
from modelstores.page import clean, dig, objects, words

# Longest stated text and task, in characters, and most names in a text: more than real ones.
MAX_STATED, MAX_TASK, MAX_NAMES = 10_000, 100, 100
# Tags that are remembered as read, and how long these are at most, in characters: a few
# hundred tags make up most of what the store's lists hold.
KNOWN_TAGS, MAX_KNOWN = 10_000, 100

# Entries of lists that are remembered by what they say, and how long that is at most, in
# characters: three of four entries say what another has said.
KNOWN_ENTRIES, MAX_SAID = 5_000, 1_000
# What else than tags, library and task is read of a model, but for its name and counters.
MORE = {"author", "cardData", "config", "gguf", "model-index", "tag_objs"}

# What the store files under libraries although it is a format of files, a language, a logger.
NO_FRAMEWORK = {"coreml", "gguf", "ggml", "onnx", "rust", "safetensors", "tensorboard"}
# Libraries that a record may name among its tags only, and what a page calls them.
LIBRARIES = {"jax": "JAX", "keras": "Keras", "pytorch": "PyTorch", "tf": "TensorFlow"}
# Tags that name a language where no field does: the codes of ISO 639-1, and the store's word
# for many. A tag of three letters may be a code of ISO 639-3, and may be any word.
LANGUAGES = {"multilingual", *codes_of_two_letters()}
# Types of tags that are read.
TYPES = {"arxiv", "base_model", "dataset", "diffusers", "license"}
# What authors write where they name nothing; as licence, "other" is the store's word for it.
NOTHING = {"", "-", "coming soon", "n/a", "na", "none", "null", "other", "tba", "tbd", "unknown"}
# What training scripts give as a data set's name when they do not know it: the loaders of
# the ``datasets`` library.
NO_DATASET = {
    *("arrow", "audiofolder", "csv", "generator", "imagefolder", "json", "pandas", "parquet"),
    *("text", "videofolder", "webdataset", "custom"),
    *NOTHING,
}
# What a record has no field for.
NOT_IN_RECORDS = (
    *("description", "demo", "size", "version_number", "permission", "age_rating"),
    *("user_instruction", "release_notes", "deployment_instructions", "compatibility"),
    *("local_installation", "cloud_deployment", "pricing", "online_submission"),
)
# What a list has no field for besides: of architectures and results it has tags, not the words.
NOT_IN_LISTS = (*NOT_IN_RECORDS, "ml_algorithms", "performance")
# What of an entry of a list stands in its tags alone, and what in its counters.
LICENSES = ("end_user_license", "developer_license")
IN_TAGS = ("framework", "training_set", "language", "origin", *LICENSES)
COUNTED = {"likes": "user_feedback", "downloads": "usage_statistics"}
# The paper of the carbon calculator, which the template of cards cites.
NO_ORIGIN = {"1910.09700"}


def stated(model: dict[str, Any]) -> dict[str, str]:
    """Return {element: the words of the metadata}."""
    bare = bare_tags(model)
    tags = shown_tags(model) or bare
    license_ = join(without(NOTHING, tags["license"]))
    license_ = license_ or join(words(dig(model, "cardData", "license_name")))
    papers = [paper.rpartition(":")[2] for paper in tags["arxiv"]]
    papers = [f"arXiv:{paper}" for paper in without(NO_ORIGIN, papers)]
    said = {
        "owner": clean(model.get("author")),
        "framework": join(without(NO_FRAMEWORK, tags["library"])),
        "ml_algorithms": join(architectures(model, bare)),
        "training_set": join(without(NO_DATASET, tags["dataset"])),
        "language": join(tags["language"]),
        "origin": join([*base_models(model, bare), *papers]),
        "performance": join(list(figures(model)), "; "),
        "objective": clean(model.get("pipeline_tag"))[:MAX_TASK],
        "end_user_license": license_,
        "developer_license": license_,
    }
    return bounded(said)


def bounded(said: dict[str, str]) -> dict[str, str]:
    """Return what is said without what is empty, each text cut at MAX_STATED."""
    return {element: text[:MAX_STATED] for element, text in said.items() if text}


def join(names: list[str], mark: str = ", ") -> str:
    """Return the names in one text, each once."""
    return mark.join(dict.fromkeys(names[:MAX_NAMES])) if names else ""


def without(nameless: set[str], names: list[str]) -> list[str]:
    """Return the names that name something."""
    return [name for name in names if name.lower() not in nameless] if names else []


def shown_tags(model: dict[str, Any]) -> defaultdict[str, list[str]]:
    """Return {type: tags} with the labels that a page shows."""
    typed: defaultdict[str, list[str]] = defaultdict(list)
    for shown in objects(model.get("tag_objs")):
        typed[clean(shown.get("type"))] += words(shown.get("label") or shown.get("id"))
    if typed:
        typed["library"] = typed["library"] or words(model.get("library_name"))
    return typed


def bare_tags(model: dict[str, Any]) -> defaultdict[str, list[str]]:
    """Return {type: tags}: bare as a record and a list have them.

    Languages and libraries have no type of their own: here they do.
    """
    typed: defaultdict[str, list[str]] = defaultdict(list)
    tags = model.get("tags")
    for tag in tags if isinstance(tags, list) else [tags]:
        if isinstance(tag, str):
            kind, name = _known(tag) if len(tag) <= MAX_KNOWN else _split(tag)
            if name:
                typed[kind].append(name)
    if "cardData" in model:
        typed["language"] = words(dig(model, "cardData", "language"))
    named = [LIBRARIES.get(library, library) for library in words(model.get("library_name"))]
    typed["library"] = [*named, *sorted(set(typed["library"]))]
    return typed


def _split(tag: str) -> tuple[str, str]:
    """Return type and name of a tag, without a name if nothing is read of such tags."""
    kind, colon, name = clean(tag).partition(":")
    if colon:
        return kind, clean(name) if kind in TYPES else ""
    if kind in LIBRARIES:
        return "library", LIBRARIES[kind]
    return "language", kind if kind in LANGUAGES else ""


_known = lru_cache(KNOWN_TAGS)(_split)


def architectures(model: dict[str, Any], bare: defaultdict[str, list[str]]) -> list[str]:
    """Return the names of the model's architecture, from the first place that has any."""
    return (
        words(dig(model, "config", "model_type"))
        or words(dig(model, "gguf", "architecture"))
        or bare["diffusers"]
        or words(dig(model, "config", "architectures"))
    )


def base_models(model: dict[str, Any], bare: defaultdict[str, list[str]]) -> list[str]:
    """Return the ids of the models that this one was made from."""
    tagged = [tag.rpartition(":")[2] for tag in bare["base_model"]]
    return words(dig(model, "cardData", "base_model")) or tagged


class Told(NamedTuple):
    """What an entry of a list says besides its name and counters."""

    stated: dict[str, str]
    #: elements that a list has no field for, or that no tag names although the model may have them
    unread: list[str]


def told(entry: dict[str, Any]) -> Told:
    """Return what an entry says; nobody may change it, since entries that say the same share it."""
    tags = entry.get("tags")
    library, task = entry.get("library_name") or "", entry.get("pipeline_tag") or ""
    if not (isinstance(tags, list) and MORE.isdisjoint(entry)):
        return _read(entry)
    try:
        said = "\n".join((library, task, *tags))
    except TypeError:  # some are no text
        return _read(entry)
    known = len(said) <= MAX_SAID and said.count("\n") == len(tags) + 1
    return _told(said) if known else _read(entry)


@lru_cache(KNOWN_ENTRIES)
def _told(said: str) -> Told:
    """Return what an entry says of which library, task and tags stand on a line each."""
    library, task, *tags = said.split("\n")
    return _read({"tags": tags, "library_name": library, "pipeline_tag": task})


def _read(entry: dict[str, Any]) -> Told:
    said = stated(entry)
    places = dict.fromkeys([*NOT_IN_LISTS, *untold(entry)])
    return Told(said, [name for name in places if name not in said])


def untold(entry: dict[str, Any]) -> Iterator[str]:
    """Yield the elements that the model of a list's entry may have although no tag names any."""
    tags = entry.get("tags")
    if not isinstance(tags, list):
        yield from IN_TAGS
        tags = []
    for tag in tags:
        if not isinstance(tag, str):
            continue
        if len(tag) == 3 and tag.isalpha() and tag not in LIBRARIES:
            yield "language"
        elif tag.startswith("license:"):  # "other", whose name the card holds
            yield from LICENSES


def figures(model: dict[str, Any]) -> Iterator[str]:
    """Yield "METRIC VALUE on DATA SET" for each result that the author reports as metadata."""
    for entry in objects(model.get("model-index")):
        for result in objects(entry.get("results")):
            data = clean(dig(result, "dataset", "name")) or clean(dig(result, "dataset", "type"))
            for metric in objects(result.get("metrics")):
                name = clean(metric.get("name")) or clean(metric.get("type"))
                value = metric.get("value")
                value = clean(value) if page.number(value) is None else str(value)
                if name and any(map(str.isdigit, value)):
                    yield f"{name} {value} on {data}" if data else f"{name} {value}"


def counters(model: dict[str, Any]) -> dict[str, float]:
    """Return likes and downloads; not the latter where the store says it does not count them."""
    found = {}
    for name in COUNTED:
        value = page.number(model.get(name))
        if value is not None and value >= 0:
            found[name] = value
    if model.get("trackDownloads") is False:
        found.pop("downloads", None)
    return found


def uncounted(counted: Mapping[str, float]) -> list[str]:
    """Return the elements that a counter would show, without those of the counters there are."""
    if counted.keys() == COUNTED.keys():
        return []
    return [element for name, element in COUNTED.items() if name not in counted]


def conditions(model: dict[str, Any]) -> list[dict[str, str]]:
    """Return the author's conditions of access, which every reader is shown, as a section."""
    if not model.get("cardData"):
        return []
    prose = (dig(model, "cardData", f"extra_gated_{part}") for part in ("description", "prompt"))
    lines = [clean(line) for text in prose if isinstance(text, str) for line in text.split("\n")]
    text = "\n".join(filter(None, lines)).replace(page.FENCE, "'''")[: page.MAX_TEXT]
    heading = clean(dig(model, "cardData", "extra_gated_heading"))[: page.MAX_HEADING]
    return [{"heading": heading or "Conditions of access", "text": text}] if text else []
