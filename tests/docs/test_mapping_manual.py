"""docs/mapping.md says about every word what the language itself says, and knows no other."""

from __future__ import annotations

import re
from pathlib import Path

from adapter.mapping import conversions, language

TEXT = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", TEXT, flags=re.MULTILINE))
DESCRIBED = [
    language.TOP,
    language.SOURCE,
    language.EXPECT,
    language.RULE,
    language.DISTINCT,
    language.ID,
    language.CONDITION,
    language.EACH_COLUMNS,
    language.SPLIT,
    language.SPLIT_SOURCE,
    language.TEST,
    language.CODES_FROM,
    *language.FORMS.values(),
    conversions.DOCS,
]


def _rows() -> set[tuple[str, str]]:
    return set(re.findall(r"^\| `([^`]+)` \| (.+) \|$", TEXT, flags=re.MULTILINE))


def test_every_word_is_described_as_the_language_describes_it() -> None:
    shared = {"when", "empty", "as", "keep"}  # described where they first come
    missing = [
        (word, meaning)
        for words in DESCRIBED
        for word, meaning in words.items()
        if (word, meaning) not in _rows() and not (word in shared and word in ROWS)
    ]
    assert missing == []


def test_no_word_is_described_that_the_language_lacks() -> None:
    known = {word for words in DESCRIBED for word in words}
    assert set(ROWS) - known == set()
