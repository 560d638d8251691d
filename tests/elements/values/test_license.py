"""Licences as stores print them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import get_spdx_licensing

from modelstores.elements.values.license import key, read, spdx
from modelstores.elements.values.value import Value, table


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("apache-2.0", "Apache-2.0"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("https://www.apache.org/licenses/LICENSE-2.0", "Apache-2.0"),
        ("MIT License", "MIT"),
        (" The MIT licence ", "MIT"),
        ("mit", "MIT"),
        ("bsd-3-clause", "BSD-3-Clause"),
        ("cc-by-nc-4.0", "CC-BY-NC-4.0"),
        ("CC BY-NC-SA 4.0", "CC-BY-NC-SA-4.0"),
        ("https://creativecommons.org/licenses/by/4.0/", "CC-BY-4.0"),
        ("gpl-3.0", "GPL-3.0-only"),
        ("GNU GPL v3", "GPL-3.0-only"),
        ("MIT OR Apache-2.0", "MIT OR Apache-2.0"),
        ("openrail", "LicenseRef-openrail"),
        ("llama3", "LicenseRef-llama-3"),
        ("Llama 2 Community License Agreement", "LicenseRef-scancode-llama-2-license-2023"),
    ],
)
def test_named_licences(raw: str, expected: str) -> None:
    assert spdx(raw) == expected


HOSTILE = ["(" * 90, "mit " * 100, "x" * 10_000_000, "-"]


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "other",
        "unknown",
        "BSD",
        "License",
        "see file",
        "my own terms",
        "MIT and",
        "()",
        "(" * 90,
        "mit " * 100,
        "x" * 10000000,
        "-",
    ],
)
def test_what_names_no_licence(raw: str) -> None:
    assert spdx(raw) is None


def test_aliases_are_keys_and_lead_to_valid_expressions() -> None:
    known = get_spdx_licensing().known_symbols
    for alias, licence in table("license.yaml").items():
        assert key(alias) == alias or "/" in alias
        if licence and not licence.startswith("LicenseRef-"):
            assert licence in known
        if licence and licence.startswith("LicenseRef-scancode-"):
            assert licence in known


WORDS = st.sampled_from(["MIT", "and", "or", "with", "(", ")", "GPL-2.0", "+", "License", "v2.0"])


@given(raw=st.text(max_size=250) | st.lists(WORDS, max_size=30).map(" ".join))
def test_any_text_gives_an_expression_that_stays_itself_or_nothing(raw: str) -> None:
    found = spdx(raw)
    if found and len(found) <= 200 and "LicenseRef-" not in found:
        assert spdx(found) == found


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("apache-2.0", [("apache-2.0", "Apache-2.0")]),
        ("apache-2.0, mit", [("apache-2.0", "Apache-2.0"), ("mit", "MIT")]),
        ("apache-2.0, own", [("apache-2.0, own", None)]),
        ("License: apache-2.0", [("License: apache-2.0", "Apache-2.0")]),
        (
            "The net is licensed under the MIT License. See the file LICENSE.",
            [("MIT", "MIT")],
        ),
        (
            "The code is under the Apache License 2.0 and the weights are under CC BY 4.0.",
            [("Apache License 2.0", "Apache-2.0"), ("CC BY 4.0", "CC-BY-4.0")],
        ),
        (
            "Released under the Apache License, Version 2.0, as it says.",
            [("Apache License, Version 2.0", "Apache-2.0")],
        ),
        ("under the GNU GPL version 2.", [("GNU GPL version 2", "GPL-2.0-only")]),
        ("It is under a modified MIT license.", [("It is under a modified MIT license.", None)]),
        ("my own terms", [("my own terms", None)]),
    ],
)
def test_licences_in_words(words: str, found: list[tuple[str, str | None]]) -> None:
    assert read(words) == [Value(*one) for one in found]
