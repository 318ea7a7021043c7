"""A cell of text as it should have come: composed, without signs that nobody sees, decoded often enough."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from connectors.cells import cleaned, looks_encoded_twice

NAMES = ["Åsa", "Ängla", "Östen", "Örjan Åkerö", "Chloë", "José", "François", "Søren", "Æsa", "Þór", "Zoë", "André Ó"]
OTHERS = ["Łukasz", "Šárka", "Ağça", "Đorđe", "Žaneta"]
AS_THEY_ARE = [
    *NAMES,
    *OTHERS,
    "JOÃO",
    "SÃO TOMÉ",
    "Ântonio",
    "SMÅ–SKOLA",
    "5–6 Å",
    "KÅ” (6)",
    "Ö",
    "Nguyễn",
    "أحمد",
    "李",
    "½",
    "№ 4",
]


@pytest.mark.parametrize("text", AS_THEY_ARE)
def test_a_clean_text_stays_as_it_is(text: str) -> None:
    assert cleaned(text) == (text, (), False)


@pytest.mark.parametrize("codec", ["cp1252", "latin-1"])
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_what_was_encoded_too_often_is_read_right(name: str, times: int, codec: str) -> None:
    text = name
    for _ in range(times):
        try:
            text = text.encode("utf-8").decode(codec)
        except UnicodeDecodeError:  # a byte that cp1252 does not have: such a text cannot have been written
            return
    assert cleaned(text) == (name, (), True)


def test_one_part_of_a_text_may_be_encoded_twice() -> None:
    assert cleaned("BjÃ¶rk Åsa").text == "Björk Åsa"
    assert cleaned("LukÃ¡Å¡").text == "Lukáš"
    assert cleaned("Klass 5â€“6").text == "Klass 5–6"


@pytest.mark.parametrize(
    ("text", "clean", "signs"),
    [
        ("k\u200bonto", "konto", ("U+200B zero width space",)),
        ("\u200eAlva\u200f", "Alva", ("U+200E left-to-right mark", "U+200F right-to-left mark")),
        ("Efter\u00adnamn", "Efternamn", ("U+00AD soft hyphen",)),
        ("\ufeffid", "id", ("U+FEFF zero width no-break space",)),
        ("Al\u0007va\u0000", "Alva", ("U+0007 control character", "U+0000 control character")),
        ("A\u0086B", "AB", ("U+0086 control character",)),
        ("a\u2060b\u2066c", "abc", ("U+2060 word joiner", "U+2066 left-to-right isolate")),
        ("x\udc80y", "xy", ("U+DC80 no character",)),
        ("e\u034f\ufe0f", "e", ("U+034F combining grapheme joiner", "U+FE0F variation selector-16")),
    ],
)  # fmt: skip
def test_signs_that_nobody_sees_are_taken_away_and_named(text: str, clean: str, signs: tuple[str, ...]) -> None:
    assert cleaned(text) == (clean, signs, False)


def test_all_spaces_are_spaces_and_breaks_stay_where_a_mapping_may_split() -> None:
    assert cleaned("\u00a0Anna\u00a0Maria\u2009\u202f\u3000").text == "Anna Maria"
    assert cleaned(" a\r\nb\tc\u2028d ").text == "a\r\nb\tc\nd"


@given(st.text())
@example("Ã…sa")
@example("e\u0301\u200b")
def test_what_is_clean_is_clean_and_stays_so(text: str) -> None:
    found = cleaned(text).text
    assert cleaned(found).text == found
    assert unicodedata.is_normalized("NFC", found)
    assert found == found.strip()
    assert not looks_encoded_twice(found)
    unseen = [sign for sign in found if unicodedata.category(sign) in ("Cc", "Cf", "Cs") and sign not in "\t\n\v\f\r"]
    assert unseen == []


@given(st.text(st.characters(categories=("L", "N", "P"), max_codepoint=0x17F)))
def test_composed_and_decomposed_are_one_text(text: str) -> None:
    if not looks_encoded_twice(text):
        assert cleaned(unicodedata.normalize("NFD", text)).text == cleaned(text).text
