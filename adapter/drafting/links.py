"""Which column points to which table: by how many of its values are keys there, and by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapter.drafting.guesses import Guess, measured, percent
from adapter.drafting.layout import Flow, quoted
from adapter.drafting.samples import Column
from adapter.drafting.tables import Table
from adapter.mapping.synonyms import plain

_MOST = 0.8  # of the values: a link whatever the column is called
_SOME = 0.3  # where its name says so too
_SMALL = 5  # characters: numbers up to here are found in any table
_NO_KEYS = (
    *("from", "to", "status", "schoolType", "schoolYear", "educationCode"),
    *("groupKind", "role", "securityMarking", "test", "dutyRole"),
)
_ANY_TABLES = frozenset(("id", "namn", "name", "kod", "code", "nr", "guid", "identifier", "sourcedid", "title"))

WORDS = {
    "pupils": r"elev|student|pupil|barn|person(?!al)|user|medlem|member|deltagare",
    "staff": r"personal|larare|anst|staff|teacher|faculty|person|user|sign|initial|ansvarig|undervisare|medarbet",
    "groups": r"grupp|group|klass|class|section|avdelning",
    "units": r"skol|enhet|unit|school|org",
}
"""Kind of table -> what columns that point to it are called."""


@dataclass(frozen=True)
class Link:
    """A column whose values are keys of another table: `form` is how both must be written to be alike."""

    column: Column
    target: Column
    table: Table  # that the target is in
    share: float
    form: str = ""
    is_list: bool = False  # several keys in a cell, with commas between them

    @property
    def guess(self) -> Guess:
        """How sure it is, measured."""
        return measured(self.share, f"{percent(self.share)} are {quoted(self.target.name)} of {self.table.source}")

    @property
    def named_guess(self) -> Guess:
        """The same, where the note does not stand beside the column."""
        return Guess(self.guess.percent, f"of its {quoted(self.column.name)} {self.guess.why}")

    def via(self, prefix: str = "") -> Flow:
        """My side of it."""
        return converted(prefix + self.column.name, self.form)


def converted(column: str, form: str) -> Flow:
    """A column of a key, in the form that it is compared in."""
    return {"column": column, "as": form} if form else column


class Links:
    """Finds links among these tables."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._columns = [column for table in tables for column in table.columns]
        self._forms: dict[int, str] = {}

    def form(self, key: Column) -> str:
        """How a key must be written so that all who point to it can: "" where they do as they are."""
        if key.form not in ("uuid", "integer"):
            return key.form
        if id(key) not in self._forms:
            self._forms[id(key)] = key.form if self._is_written_otherwise(key) else ""
        return self._forms[id(key)]

    def _is_written_otherwise(self, key: Column) -> bool:
        for column in self._columns:
            if column is not key and column.form == key.form:
                alike = _share(column, key, key.form)
                if alike >= _MOST and alike > _share(column, key, "") + 0.1:
                    return True
        return False

    def overlap(self, column: Column, key: Column) -> float:
        """How many of the column's values are among the key's."""
        return _share(column, key, self.form(key))

    def to(self, table: Table, target: Table, keys: Iterable[Column], words: str) -> Link | None:
        """The best link from one table to another's keys, the likeliest of which comes first; None for none."""
        best: tuple[float, Link] | None = None
        for rank, key in enumerate(keys):
            for column in candidates(table):
                if column is key:
                    continue
                link = self._link(column, key, target)
                named = _is_named(column, key, target, words)
                if link.share < (_SOME if named else _MOST) or (not named and _is_small(column, key)):
                    continue
                score = link.share + 0.3 * named - 0.02 * rank
                if best is None or score > best[0]:
                    best = score, link
        return best[1] if best else None

    def _link(self, column: Column, key: Column, target: Table) -> Link:
        share = self.overlap(column, key)
        if "list" in column.digests:
            parts = column.digests["list"].share_in(key.digests[""])
            if parts > share:
                return Link(column, key, target, parts, is_list=True)
        return Link(column, key, target, share, self.form(key))


def candidates(table: Table) -> list[Column]:
    """Columns that may hold keys: not those whose meaning is another."""
    others = {found.name for meaning in _NO_KEYS if (found := table.find(meaning)) and found.guess.percent > 80}
    return [column for column in table.columns if column.filled and column.name not in others]


def _share(column: Column, key: Column, form: str) -> float:
    mine = column.digests.get(form) or column.digests[""]
    its = key.digests.get(form) or key.digests[""]
    return mine.share_in(its)


def _is_named(column: Column, key: Column, target: Table, words: str) -> bool:
    name, its = plain(column.name), plain(key.name)
    stem = re.sub(r"(er|ar|or|na|s)$", "", target.name)
    if (name == its and name not in _ANY_TABLES) or column.form == key.form == "personnummer":
        return True
    return bool(re.search(words, name)) or (len(stem) > 3 and name.startswith(stem))


def _is_small(column: Column, key: Column) -> bool:
    """Whether values are alike by chance: short numbers, or very few."""
    return (column.longest <= _SMALL and key.share("integer") > _SOME) or column.distinct < 3
