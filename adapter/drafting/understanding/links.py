"""Which column points to which table: by how many of its values are keys there, and by its name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from adapter.drafting.guesses import Guess, measured, percent
from adapter.drafting.layout import Flow, quoted
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding.tables import Table
from adapter.mapping.synonyms import plain

_MOST = 0.8  # of the values: a link whatever the column is called
_A_FEW = 0.05  # where it can be no chance: rows of two kinds, that point to two tables
_SOME = 0.3  # where its name says so too
_NO_KEYS = (
    *("from", "to", "status", "schoolType", "schoolYear", "educationCode"),
    *("groupKind", "role", "securityMarking", "test", "dutyRole"),
)
_ANY_TABLES = frozenset(("id", "namn", "name", "kod", "code", "nr", "guid", "identifier", "sourcedid", "title"))
_CERTAIN = 2.0  # more than any share and name
_ALL_DIFFERENT = 10  # rows
_CHANCE = 0.01  # that numbers are keys of a table they have nothing to do with

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
    is_declared: bool = False
    covers: float = 0.0  # how many of the keys stand in the column, where it points to other tables too

    @property
    def guess(self) -> Guess:
        """How sure it is, measured or declared."""
        if self.is_declared:
            return Guess(97, f"the database says that it is {quoted(self.target.name)} of {self.table.source}")
        why = f"{percent(self.share)} are {quoted(self.target.name)} of {self.table.source}"
        if self.covers > self.share:
            return measured(self.covers, f"{why}, of which {percent(self.covers)} stand here")
        return measured(self.share, why)

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

    def to(self, table: Table, target: Table, keys: Iterable[Column], words: str, to_few: bool = False) -> Link | None:
        """The best link from one table to another's keys, the likeliest of which comes first; None for none.

        to_few: many rows point to each of these, so that a column whose cells are all different does not.
        """
        found: list[tuple[float, Link]] = []
        known = list(keys)
        for column in candidates(table):
            if to_few and column.unique and column.looked > _ALL_DIFFERENT:
                continue
            said = table.sample.declared.foreign.get(column.name)
            if said is None or said[0] == table.sample.table:
                weighed = (self._weighed(column, key, target, words, rank) for rank, key in enumerate(known))
                found += filter(None, weighed)
            elif said[0] == target.sample.table and (key := target.sample.by_name.get(said[1])):
                found.append((_CERTAIN, self._declared(column, key, target)))
        return max(found, key=lambda one: one[0])[1] if found else None

    def _declared(self, column: Column, key: Column, target: Table) -> Link:
        return Link(column, key, target, self.overlap(column, key), self.form(key), is_declared=True)

    def _weighed(self, column: Column, key: Column, target: Table, words: str, rank: int) -> tuple[float, Link] | None:
        if column is key:
            return None
        link = self._link(column, key, target)
        named, by_chance = _is_named(column, key, target, words), _is_by_chance(column, key)
        least = _SOME if named else _MOST
        if not by_chance and (named or key.form == "uuid"):
            least = _A_FEW
        if link.share < least or (not named and by_chance):
            return None
        covers = min(1.0, column.distinct / max(key.distinct, 1))
        return link.share + 0.3 * named + 0.1 * covers - 0.02 * rank, link

    def _link(self, column: Column, key: Column, target: Table) -> Link:
        share = self.overlap(column, key)
        if "list" in column.digests:
            parts = column.digests["list"].share_in(key.digests[""])
            if parts > share:
                return Link(column, key, target, parts, is_list=True)
        form = self.form(key)
        covers = _share(key, column, form) if _A_FEW <= share < _MOST else 0.0
        return Link(column, key, target, share, form, covers=covers)


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


def _is_by_chance(column: Column, key: Column) -> bool:
    """Whether numbers may be keys of a table they have nothing to do with: most numbers between are keys there."""
    if column.distinct < 3:
        return True
    return key.density > 0 and key.density ** min(column.distinct, 50) > _CHANCE
