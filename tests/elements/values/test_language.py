"""Languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from iso639 import ALL_LANGUAGES, Language

from modelstores.elements.values.language import codes_of_two_letters, read
from modelstores.elements.values.value import Value, table


@pytest.mark.parametrize(
    ("words", "tag"),
    [
        ("en", "en"),
        ("EN", "en"),
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("gsw", "gsw"),
        ("iw", "he"),
        ("zh_TW", "zh-TW"),
        ("pt-br", "pt-BR"),
        ("zh-hans-cn", "zh-Hans-CN"),
        ("es-419", "es-419"),
        ("English", "en"),
        ("french", "fr"),
        ("Greek", "el"),
        ("Malay", "ms"),
        ("Norwegian Bokmål", "nb"),
        ("Simplified Chinese", "zh-Hans"),
        ("English (United States)", "en-US"),
        ("German (Germany)", "de"),
        ("Enawené-Nawé", "unk"),
        ("multilingual", "mul"),
    ],
)
def test_codes_tags_and_names(words: str, tag: str) -> None:
    assert read(words) == [Value(words, tag)]


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        ("EN, FR, ZH", ["en", "fr", "zh"]),
        ("multilingual, af, am", ["mul", "af", "am"]),
        ("English\nSpanish and German", ["en", "es", "de"]),
        ("de / fr", ["de", "fr"]),
        ("English, Klingonese, French", ["en", None, "fr"]),
        ("English, French, German. Others are to come.", ["en", "fr", "de"]),
    ],
)
def test_in_a_list_what_is_no_language_stays_raw(words: str, tags: list[str | None]) -> None:
    assert [one.value for one in read(words)] == tags


@pytest.mark.parametrize(
    ("words", "tags"),
    [
        ("It is meant for use in English, as it is.", ["en"]),
        ("trained on Chinese-English bilingual text", ["zh", "en"]),
        ("Speaks Haitian Creole to whoever asks", ["ht"]),
        ("Or it is My English", ["en"]),
        ("cot_ecqa", [None]),
        # words that are names or codes as well
        ("polish it, no more", [None]),
        ("12 languages are in it", [None]),
        ("code", [None]),
        ("jp", [None]),
    ],
)
def test_in_a_text_names_are_read(words: str, tags: list[str | None]) -> None:
    assert [one.value for one in read(words)] == tags


@given(st.sampled_from(sorted(one.part3 for one in ALL_LANGUAGES if one.status == "A")))
def test_each_code_of_iso_639_is_read(code: str) -> None:
    language = Language.from_part3(code)
    assert [one.value for one in read(code)] == [language.part1 or code]


def test_the_codes_of_two_letters_are_those_of_iso_639_1() -> None:
    of_iso = {one.part1 for one in ALL_LANGUAGES if one.part1}
    assert codes_of_two_letters() == of_iso - table("language.yaml")["codes"].keys()
    for code in codes_of_two_letters():
        assert [one.value for one in read(code.upper())] == [code]


def test_the_table_leads_to_languages() -> None:
    held = table("language.yaml")
    for tag in [*held["names"], *held["codes"].values()]:
        assert [one.value for one in read(tag)] == [tag]
