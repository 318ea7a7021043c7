"""docs/rules.md says what the program says."""

from __future__ import annotations

import re
from pathlib import Path

from adapter.texts import english, swedish
from adapter.texts.rules import RULES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8").splitlines()


def rows(heading: str) -> list[str]:
    first = PAGE.index(heading)
    return PAGE[first + 2 :][: len(RULES)]


def test_every_rule_stands_there_with_its_effect_and_source() -> None:
    found = rows("| Code | What is wrong | Effect | Source |")
    assert found == [
        f"| {code} | {english.PAGES[code][0]} | {effect} | {source} |" for code, (effect, source) in RULES.items()
    ]


def test_and_what_to_do_about_it_in_swedish() -> None:
    found = rows("| Kod | Vad är fel | Så rättar du |")
    assert found == [f"| {code} | {swedish.PAGES[code][0]} | {swedish.PAGES[code][1]} |" for code in RULES]


def test_every_code_about_objects_is_a_rule() -> None:
    about_objects = {code for code in english.PAGES if code[0] == "R"}
    assert about_objects <= set(RULES)


def test_every_code_that_a_seeded_mistake_shows_is_a_rule_or_about_a_source() -> None:
    text = (ROOT / "tests" / "support" / "data_mistakes.yaml").read_text(encoding="utf-8")
    shown = set(re.findall(r"\b([MR]\d{3}) (?:error|warning|note)", text))
    assert shown - set(RULES) <= {"M344"}
