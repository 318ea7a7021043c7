"""Every code that a message can have has a page, and no page is about a code that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.mapping import compiled
from support.mistakes import BASE, HEADERS

from adapter.texts.english import EXAMPLES, PAGES

ROOT = Path(__file__).parents[2]


def test_every_code_has_a_page() -> None:
    files = [*(ROOT / "adapter").rglob("*.py"), *(ROOT / "connectors").rglob("*.py")]
    text = "".join(file.read_text(encoding="utf-8") for file in files if file.name != "catalogue.py")
    used = set(re.findall(r'"([A-Z]\d{3})"', text)) - {"S256"}
    assert used == set(PAGES)


def test_every_page_says_what_it_means_and_what_to_do() -> None:
    for meaning, advice in PAGES.values():
        assert meaning.endswith(".")
        assert advice.endswith(".")


@pytest.mark.parametrize("code", EXAMPLES)
def test_an_example_is_wrong_in_the_way_it_says_and_right_where_it_says_so(code: str) -> None:
    wrong, right = EXAMPLES[code]
    assert right in BASE
    assert compiled(BASE, HEADERS).findings == []
    assert code in [finding.code for finding in compiled(BASE.replace(right, wrong, 1), HEADERS).findings]


def test_every_mistake_in_a_mapping_that_one_line_can_show_has_an_example() -> None:
    beyond_a_line = {"M201", "M202", "M203", "M235", "M241", "M243", "M244", "M260"}
    assert {code for code in PAGES if code < "M3" and code[0] == "M"} - set(EXAMPLES) == beyond_a_line
