"""Code lists of the draft, and the one door through which a source's own words get into it.

A word may be written down where it is known to mean something, or where its column is plainly one of codes: few
different texts in many rows, each of them often, short, no number or name of anybody.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from adapter.drafting.guesses import Guess
from adapter.drafting.layout import Block, Entry
from adapter.drafting.looking.digests import Digests
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.vocabulary import Known, Meaning

_MANY_ROWS = 20
_FEW_WORDS = 30
_ROWS_FOR_EACH = 5  # on average
_OFTEN = 3  # rows that say the same
_LONG = 30  # characters
_ABOUT_SOMEBODY = re.compile(r"@|\d{5}|\d{2}[- ]\d{2}|^[A-ZÅÄÖ][^\W\d]+([ ,-]+[A-ZÅÄÖ][^\W\d]+)+$")
_NAMES = ("givenName", "middleName", "familyName", "wholeName", "eppn", "email", "signature", "civicNo")


class Codes:
    """The lists under `codes:`; a list that several columns share has the words of all of them."""

    def __init__(self, tables: Iterable[Table]) -> None:
        self._people = [
            found.column for table in tables for meaning in _NAMES if (found := table.find(meaning)) is not None
        ]
        self._lists: dict[str, dict[str, Meaning]] = {}
        self._last: dict[str, list[Entry]] = {}

    def writable(self, column: Column, known: Known) -> list[str]:
        """The texts of a code column that may stand in the draft, in order."""
        return sorted(text for text in column.words if known(column.meant(text)) or self.is_code(column, text))

    def is_code(self, column: Column, text: str) -> bool:
        """Whether a word that nobody knows is a code all the same, and about no person."""
        if len(text) == 1:
            return True
        few = column.distinct <= _FEW_WORDS and column.distinct * _ROWS_FOR_EACH <= column.filled
        often = column.filled >= _MANY_ROWS and column.words[text] >= _OFTEN
        short = len(text) <= _LONG and len(text.split()) <= 3 and not _ABOUT_SOMEBODY.search(text)
        return few and often and short and not self._is_somebody(text)

    def add(self, name: str, words: Iterable[tuple[str, Meaning]]) -> None:
        """More words of a list."""
        for text, meaning in words:
            self._lists.setdefault(name, {}).setdefault(text, meaning)

    def finish(self, name: str, entries: Sequence[Entry]) -> None:
        """What stands at the end of a list."""
        self._lists.setdefault(name, {})
        self._last[name] = list(entries)

    def entries(self) -> list[Entry]:
        """The section; empty where there are no lists."""
        lists = []
        for name, words in self._lists.items():
            said = [_entry(text, meaning) for text, meaning in sorted(words.items())]
            last = self._last.get(name, [])
            if said or any(entry.key for entry in last):
                lists.append(Entry(name, Block([*said, *last])))
            else:
                lists.append(Entry(name, {}, last[0].note if last else ""))
        return [Entry("codes", Block(lists))] if lists else []

    def _is_somebody(self, text: str) -> bool:
        parts = {
            part for word in re.split(r"\W+", text) if len(word) > 1 for part in (word, word.title(), word.upper())
        }
        return any(_holds(column, {text, *parts}) for column in self._people)


def _entry(text: str, meaning: Meaning) -> Entry:
    if meaning.percent == 100:
        return Entry(text, meaning.word)
    return Entry(text, meaning.word, Guess(meaning.percent, meaning.why).note)


def _holds(column: Column, texts: Iterable[str]) -> bool:
    wanted = Digests()
    wanted.add(texts)
    return wanted.share_in(column.digests[""]) > 0
