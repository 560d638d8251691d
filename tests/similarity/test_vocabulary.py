"""The vocabulary is data: it must be sound."""

from __future__ import annotations

import json
from collections import defaultdict
from importlib import resources
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from modelstores.items import Product
from modelstores.similarity import similarity
from modelstores.similarity.files import FILES, raw, version
from modelstores.similarity.matcher import tokenise
from modelstores.similarity.variants import KINDS
from modelstores.similarity.vocabulary import DOMAINS, spellings, vocabulary

DATA: dict[str, dict[str, Any]] = {name: raw(name) for name in FILES}
SCHEMA = json.loads((resources.files("schemas") / "vocabulary.json").read_text(encoding="utf-8"))


def test_the_files_are_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    # from YAML through JSON: keys are strings there
    as_json = json.loads(json.dumps(DATA))
    assert [e.message for e in Draft202012Validator(SCHEMA).iter_errors(as_json)] == []
    assert set(SCHEMA["$defs"]["slot"]["properties"]["kind"]["enum"]) == set(KINDS)
    assert SCHEMA["$defs"]["domain"]["enum"] == list(DOMAINS)


def test_the_files_have_one_version() -> None:
    numbers = {DATA[name]["version"] for name in FILES}
    assert {vocabulary().version.split("-")[0]} == numbers


def test_no_change_of_what_the_files_say_leaves_the_version() -> None:
    texts = ["a: 1", "b: 2", "c: 3"]
    assert version("1", texts) == version("1", list(texts))
    others = [["a: 1", "b: 2", "c: 4"], ["a: 1b: 2", "", "c: 3"], texts[::-1]]
    assert len({version("1", t) for t in [texts, *others]}) == 4
    assert version("2", texts) != version("1", texts)


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("algorithms", {"id": "Upper", "aliases": ["x"]}),
        ("algorithms", {"id": "nameless"}),
        ("algorithms", {"id": "x", "aliases": ["x"], "colour": "red"}),
        ("algorithms", {"id": "x", "aliases": ["x"], "variant": [{"kind": "guess"}]}),
        ("datasets", {"id": "x", "aliases": ["x"], "domain": "Smell"}),
        ("objectives", {"id": "x", "aliases": ["x"]}),
    ],
    ids=["id", "no name", "unknown field", "unknown slot", "unknown domain", "no domain"],
)
def test_the_schema_refuses_what_is_no_entry(file: str, change: dict[str, Any]) -> None:
    data = json.loads(json.dumps(DATA))
    data[file]["entries"].append(change)
    assert list(Draft202012Validator(SCHEMA).iter_errors(data))


@pytest.mark.parametrize("name", FILES)
def test_ids_are_unique(name: str) -> None:
    ids = [entry["id"] for entry in DATA[name]["entries"]]
    assert len(ids) == len(set(ids))


def test_every_link_between_entries_leads_somewhere() -> None:
    known = vocabulary()
    for entry in known.algorithms.values():
        assert entry.get("is_a", entry["id"]) in known.algorithms
        assert entry["id"] not in known.ancestors(entry["id"])
    for entry in [*known.algorithms.values(), *known.datasets.values()]:
        assert set(entry.get("tasks", ())) <= set(known.objectives), entry["id"]
    for entry in known.objectives.values():
        assert {entry.get("parent", entry["id"]), *entry.get("stated_as", ())} <= set(
            known.objectives
        )
    for meanings in known.generic.values():
        assert set(meanings.values()) <= set(known.objectives)
    for entry in known.datasets.values():
        assert entry.get("part_of", entry["id"]) in known.datasets
    for ids in DATA["datasets"]["together"].values():
        assert set(ids) <= set(known.datasets)
    for part in (e.get("variant", ()) for e in DATA["algorithms"]["entries"]):
        assert {p for p in part if isinstance(p, str)} <= set(DATA["algorithms"]["grammars"])


@pytest.mark.parametrize("name", FILES)
def test_no_name_has_two_meanings(name: str) -> None:
    meant = defaultdict(set)
    for entry in DATA[name]["entries"]:
        for field in ("aliases", "exact_case", "titles"):
            for alias in entry.get(field, ()):
                for tokens in spellings(alias):
                    meant[tokens].add(entry["id"])
    together = DATA["datasets"]["together"] if name == "datasets" else ()
    for tokens in (t for phrase in together for t in spellings(phrase)):
        meant[tokens].add("several, as marked")
    assert {k: v for k, v in meant.items() if len(v) > 1} == {}


def test_a_name_means_one_kind_of_thing() -> None:
    kinds = defaultdict(set)
    for name in FILES:
        for entry in DATA[name]["entries"]:
            for field in ("aliases", "exact_case", "titles"):
                for alias in entry.get(field, ()):
                    kinds[tuple(tokenise(alias))].add(name)
    assert {k: v for k, v in kinds.items() if len(v) > 1} == {}


def test_no_spelling_has_two_meanings_of_a_kind() -> None:
    """Names written together with a word of their variant too: yolov, efficientnetb."""
    marked = {t for phrase in DATA["datasets"]["together"] for t in spellings(phrase)}
    for tokens, senses in vocabulary().trie.names():
        ids = defaultdict(set)
        for sense in senses:
            ids[sense.kind].add(sense.id)
        assert tokens in marked or all(len(of) == 1 for of in ids.values()), tokens


def test_every_parent_is_no_kind_of_its_child() -> None:
    for entries in (vocabulary().objectives, vocabulary().datasets):
        for entry in entries.values():
            seen, parent = {entry["id"]}, entry.get("parent")
            while parent:
                assert parent not in seen, entry["id"]
                seen.add(parent)
                parent = entries[parent].get("parent")


def test_what_detectors_have_by_themselves_is_known() -> None:
    for entry in vocabulary().algorithms.values():
        assert entry.get("detector") or not entry.get("own"), entry["id"]


def test_no_link_stands_for_two_families() -> None:
    links = [
        link.lower()
        for entry in DATA["algorithms"]["entries"]
        for link in (*entry.get("arxiv", ()), *entry.get("repositories", ()))
    ]
    assert len(links) == len(set(links))


def test_every_cue_of_training_is_seen_by_the_test_before_it() -> None:
    known = vocabulary()
    for role, cues in DATA["datasets"]["cues"].items():
        for cue in cues if role != "evaluation" else ():
            assert known.speaks_of_training(f"it was {cue.replace(' ', '-')} images"), cue
    for cue in DATA["datasets"]["cues"]["fine-tuning"]:
        assert known.speaks_of_finetuning(f"it was {cue} images"), cue
    assert not known.speaks_of_training("a train of thought, tuned by hand")


def _named(entry: dict[str, Any]) -> list[str]:
    return [a for f in ("aliases", "exact_case", "titles") for a in entry.get(f, ())]


@pytest.mark.parametrize("entry", DATA["algorithms"]["entries"], ids=lambda e: e["id"])
def test_every_family_is_reached_by_its_names(entry: dict[str, Any]) -> None:
    for alias in _named(entry):
        found = similarity(_product(f"The {alias}"))["algorithm"]
        assert found is not None
        assert found == entry["id"] or found.startswith(entry["id"] + "-"), alias


@pytest.mark.parametrize("entry", DATA["datasets"]["entries"], ids=lambda e: e["id"])
def test_every_data_set_is_reached_by_its_names(entry: dict[str, Any]) -> None:
    for alias in _named(entry):
        found = similarity(_product("Thing", stated={"training_set": alias}))["datasets"]
        assert found == [entry["id"]], alias


@pytest.mark.parametrize("entry", DATA["objectives"]["entries"], ids=lambda e: e["id"])
def test_every_objective_is_reached_by_its_names(entry: dict[str, Any]) -> None:
    for alias in _named(entry):
        found = similarity(_product("Thing", stated={"objective": alias}))["objective"]
        assert found == entry["id"], alias


def test_it_covers_every_input_domain() -> None:
    named = {e.get("domain") for e in DATA["algorithms"]["entries"]}
    assert {"Image", "Video", "Natural language", "Audio", "Structured", "Multimodal"} <= named
    assert {e["domain"] for e in DATA["objectives"]["entries"]} == set(DOMAINS)


def _product(name: str, **more: Any) -> Product:
    return Product("store", "1", "https://store.example/1", "model", "page", name, **more)
