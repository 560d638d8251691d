"""Names in the manner of the public model zoos: what each says, and that it is said alike.

The table is ``names.yaml``. One network has one name under all its spellings, and
another network has another.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import yaml

from modelstores.items import Product
from modelstores.similarity import describe

TABLE = yaml.safe_load((Path(__file__).parent / "names.yaml").read_text(encoding="utf-8"))
NAMES = [(name, said) for names in TABLE.values() for name, said in names.items()]


def read(name: str) -> tuple[str, str, str, str | None]:
    """Return algorithm with variant, data sets, objective and domain that a name alone tells."""
    found, domain = describe(Product("s", "1", "https://s.example/1", "model", "page", name))
    algorithm = "-".join(filter(None, [found["algorithm"], found["variant"]]))
    return algorithm, "+".join(found["datasets"]), found["objective"] or "", domain["domain"]


@pytest.mark.parametrize(("name", "said"), NAMES, ids=lambda word: str(word)[:40])
def test_what_a_name_says(name: str, said: str) -> None:
    algorithm, data, objective = [*(part.strip() for part in said.split("|")), "", ""][:3]
    found = read(name)
    assert found[:2] == (algorithm, data)
    if objective:
        assert found[2] == objective


@pytest.mark.parametrize("name", [name for name, _ in NAMES if " " not in name])
def test_hyphens_and_case_of_a_handle_tell_nothing(name: str) -> None:
    assert read(name.replace("_", "-"))[:3] == read(name)[:3]
    assert read(name.lower())[:3] == read(name)[:3]


def test_one_network_is_of_one_family_under_all_its_names() -> None:
    families: dict[str, set[str | None]] = {}
    for name, said in NAMES:
        found, _ = describe(Product("s", "1", "https://s.example/1", "model", "page", name))
        families.setdefault(said.split("|")[0].strip(), set()).add(found["algorithm"])
    assert {name: of for name, of in families.items() if len(of) > 1} == {}


def test_the_table_has_networks_under_several_names_and_many_networks() -> None:
    """Else the table could not tell one network from another, nor two spellings of one."""
    networks = Counter(said.split("|")[0].strip() for _, said in NAMES)
    assert sum(count > 1 for count in networks.values()) >= 40
    assert len(networks) >= 200


@pytest.mark.shared
def test_the_names_of_the_wolfram_repository_tell_most_of_it(shared: Path) -> None:
    path = shared / "captures" / "wolfram" / "nnr_model_names_2019-09.json"
    found = [read(name) for name in json.loads(path.read_text(encoding="utf-8"))["names"]]
    assert len(found) == 92
    assert sum(bool(algorithm) for algorithm, *_ in found) >= 83
    assert sum(bool(data) for _, data, *_ in found) >= 69
    assert sum(domain != "Other" for *_, domain in found) >= 90
