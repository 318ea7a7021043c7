"""Every mistake is found at its place, all at once, in words that say what to do."""

from __future__ import annotations

import random
import re

import pytest
from support.mapping import compiled
from support.mistakes import BASE, HEADERS, MISTAKES


def test_the_mapping_that_the_mistakes_are_made_in_has_none() -> None:
    assert compiled(BASE, HEADERS).findings == []


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=lambda part: str(part)[:40])
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, said: tuple[str, ...]) -> None:
    found = compiled(BASE.replace(right, wrong, 1), HEADERS).findings
    assert tuple(str(finding).removeprefix("m.yaml:") for finding in found) == said


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 60


def test_all_mistakes_are_told_at_once() -> None:
    text = BASE
    for right, wrong in (("givenName: fornamn", "givenName: x1"), ("via: guid", "via: x2"), ("as: integer", "as: int")):
        text = text.replace(right, wrong, 1)
    assert [finding.code for finding in compiled(text, HEADERS).errors] == ["M210", "M120", "M210"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a", "- a\n- b", "{", "\0", "a: " * 50_000, "[" * 5_000, "? [a]\n: b", "é"]
)
def test_whatever_stands_in_the_file_is_told_and_never_raised(text: str) -> None:
    assert compiled(text, HEADERS).errors


WORDS = [(found.start(), found.group()) for found in re.finditer(r"\w{3,}", BASE)]
PLACES = [f"{BASE.count(chr(10), 0, start) + 1} {word}" for start, word in WORDS]
CONSISTENT = {  # a source or list that is misspelt alike where it is described and used is one mistake, or none
    frozenset((here, there))
    for here, word in enumerate(WORDS)
    for there, other in enumerate(WORDS)
    if here < there and word[1] == other[1] and word[1] in {*HEADERS, "skydd"}
}


def misspelt(*which: int) -> str:
    """The mapping with one letter too many in each of these words."""
    text = BASE
    for start, word in sorted((WORDS[number] for number in which), reverse=True):
        after = start + min(3, len(word) - 1)
        text = f"{text[:after]}q{text[after:]}"
    return text


@pytest.mark.parametrize("which", range(len(WORDS)), ids=PLACES)
def test_a_misspelt_word_is_told_once_and_nothing_else_is(which: int) -> None:
    assert len(compiled(misspelt(which), HEADERS).errors) == 1


@pytest.mark.long
def test_two_misspelt_words_are_both_told_and_nothing_else_is() -> None:
    """Also where one stands inside the other: as if the right word stood there."""
    pairs = [(here, there) for here in range(len(WORDS)) for there in range(here)]
    for here, there in random.Random(20261123).sample(pairs, 500):
        if frozenset((here, there)) not in CONSISTENT:
            found = [str(finding) for finding in compiled(misspelt(here, there), HEADERS).errors]
            assert len(found) == 2, (PLACES[here], PLACES[there], found)
