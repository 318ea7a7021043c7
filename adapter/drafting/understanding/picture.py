"""What the tables are taken for, and how they hang together: who is who, which groups there are, who points to whom."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np

from adapter.drafting.looking.samples import Column, Sample
from adapter.drafting.understanding import people
from adapter.drafting.understanding.codetables import spell_out
from adapter.drafting.understanding.holding import holds
from adapter.drafting.understanding.links import WORDS, Link, Links
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.units import Units
from adapter.mapping.synonyms import plain

_NAMES_SOMEBODY = re.compile(r"mentor|larare|teacher|ansvarig|manager")
_FEW_OF_THEM = 0.02
_KEYS = 8  # unique columns of a table that others may point to; more than that are measurements


Choices: TypeAlias = Mapping[str, Mapping[str, str]]
"""Source -> meaning -> column, as somebody chose it."""


@dataclass(frozen=True)
class Standing:
    """Persons in a table. `of_kind`: how many of those that its rows name are of this kind, where others are named too;
    `coverage`: how many of all that there are stand in it, and `current`, today; from 0 to 1.
    """

    link: Link
    of_kind: float = 1.0
    coverage: float = 0.5
    current: float = 0.5


class Picture:
    """All that the sections of the draft ask about."""

    def __init__(self, samples: Sequence[Sample], today: dt.date, chosen: Choices | None = None) -> None:
        self.today = today
        self.every = [Table(sample, (chosen or {}).get(sample.source)) for sample in samples]
        self.tables = [t for t in self.every if t.sample.rows and t.columns and not people.is_guardians(t)]
        spell_out(self.tables)
        self.parts = [_part(table, part) for table in self.tables for part in table.sample.parts]
        self.links = Links(self.tables)
        self.people = people.found_in(self.tables, self.links, today)
        taken = [who.table for who in self.people.values()]
        others = [table for table in self.tables if table not in taken and not table.has("civicNo")]
        self.units = Units(self.tables, others, self.links)
        self._standing: dict[tuple[int, str], Standing | None] = {}

    @property
    def pupils(self) -> People | None:
        """The pupils, where there is a table of them."""
        return self.people.get("pupils")

    @property
    def staff(self) -> People | None:
        """The staff, where there is a table of them."""
        return self.people.get("staff")

    @property
    def tables_of_people(self) -> list[Table]:
        """Where pupils and staff stand."""
        return [who.table for who in self.people.values()]

    def person(self, table: Table, who: People) -> Link | None:
        """The column of a table that names pupils or staff."""
        found = self.standing(table, who)
        return found.link if found else None

    def standing(self, table: Table, who: People) -> Standing | None:
        """How those persons stand in a table; None where it names none of them."""
        asked = (id(table), who.kind)
        if asked not in self._standing:
            self._standing[asked] = self._stands(table, who)
        return self._standing[asked]

    def _stands(self, table: Table, who: People) -> Standing | None:
        link = self.links.to(table, who.table, who.keys, WORDS[who.kind])
        if link is None:
            return None
        mine, key = link.column.cells, link.target.cells
        theirs = key[who.selection.mask] if who.selection is not None else key
        named = mine[mine > 0]
        if link.is_list or not len(named) or not len(theirs):
            return Standing(link)
        share = float(np.isin(named, theirs).mean()) / max(float(np.isin(named, key).mean()), 0.01)
        if share < _FEW_OF_THEM:
            return None
        now = holds(table, self.today)
        return Standing(
            link,
            of_kind=min(share, 1.0),
            coverage=float(np.isin(theirs, named).mean()),
            current=float(np.isin(theirs, mine if now is None else mine[now]).mean()),
        )

    def is_in_one_unit(self, table: Table, column: Column) -> bool:
        """Whether each text of a column stands beside one unit alone."""
        unit = self.units.reference(table)
        columns = [table.sample.by_name[name] for name in (unit.columns if unit else ())]
        pairs = np.unique(np.stack([column.cells, *(one.cells for one in columns)]), axis=1)
        return bool(pairs.shape[1] == len(np.unique(column.cells)))

    def key(self, column: Column) -> tuple[tuple[str, str], ...]:
        """A key of one column, in the form in which others point to it."""
        return ((column.name, self.links.form(column)),)


def _part(table: Table, part: Sample) -> Table:
    """One attribute as a table; what a number means is told by a table of codes."""
    assert part.only is not None
    name, word = part.only
    meant = table.sample.by_name[name].meant(word)
    columns = [replace(column, called=meant) if column.called else column for column in part.columns]
    return Table(replace(part, columns=columns))


def unique_columns(table: Table) -> list[Column]:
    """What may be pointed to, the likeliest first: ids, then names, some others; not what points elsewhere itself."""
    declared = table.sample.declared
    unique = [c for c in table.columns if c.unique and not _NAMES_SOMEBODY.search(plain(c.name))]
    unique = [column for column in unique if column.name not in declared.foreign or (column.name,) == declared.primary]
    key = table.find("id")
    return sorted(unique, key=lambda column: not (key and column is key.column))[:_KEYS]
