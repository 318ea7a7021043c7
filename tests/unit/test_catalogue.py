"""Every code that a message can have has a page, and no page is about a code that does not exist."""

from __future__ import annotations

import re
from pathlib import Path

from adapter.catalogue import PAGES

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
