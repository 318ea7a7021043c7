"""Every mistake is found at its place, all at once, in words that say what to do."""

from __future__ import annotations

import pytest
from support.mapping import compiled
from support.mistakes import BASE, HEADERS, MISTAKES


def test_the_mapping_that_the_mistakes_are_made_in_has_none() -> None:
    assert compiled(BASE, HEADERS).issues == []


@pytest.mark.parametrize(("right", "wrong", "said"), MISTAKES, ids=lambda part: str(part)[:40])
def test_a_mistake_is_told_with_its_place(right: str, wrong: str, said: tuple[str, ...]) -> None:
    found = compiled(BASE.replace(right, wrong, 1), HEADERS).issues
    assert tuple(str(issue).removeprefix("m.yaml:") for issue in found) == said


def test_there_are_many() -> None:
    assert len(MISTAKES) >= 60


def test_all_mistakes_are_told_at_once() -> None:
    text = BASE
    for right, wrong in (("givenName: fornamn", "givenName: x1"), ("via: guid", "via: x2"), ("as: integer", "as: int")):
        text = text.replace(right, wrong, 1)
    assert [issue.code for issue in compiled(text, HEADERS).errors] == ["M210", "M120", "M210"]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "a", "- a\n- b", "{", "\0", "a: " * 50_000, "[" * 5_000, "? [a]\n: b", "é"]
)
def test_whatever_stands_in_the_file_is_told_and_never_raised(text: str) -> None:
    assert compiled(text, HEADERS).errors
