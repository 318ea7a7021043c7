"""What the tables are taken for, and how they hang together: who is who, which groups there are, who points to whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from adapter.drafting import people
from adapter.drafting.codes import Codes
from adapter.drafting.guesses import Guess
from adapter.drafting.links import WORDS, Link, Links
from adapter.drafting.people import People
from adapter.drafting.samples import Column, Sample
from adapter.drafting.sources import Sources
from adapter.drafting.tables import Table
from adapter.drafting.units import Units

_KEYS = 8  # unique columns of a table that others may point to; more than that are measurements


class Picture:
    """All that the sections of the draft ask about."""

    def __init__(self, samples: Sequence[Sample], today: dt.date) -> None:
        self.today = today
        self.every = [Table(sample) for sample in samples]
        self.tables = [t for t in self.every if t.sample.rows and t.columns and not people.is_guardians(t)]
        self.sources = Sources(self.every)
        for table in filter(people.is_guardians, self.every):
            self.sources.taken(table, "guardians", Guess(95, "by its name"))
        self.codes = Codes(self.every)
        self.links = Links(self.tables)
        self.people = people.found_in(self.tables, self.links)
        others = [table for table in self.tables if table not in [who.table for who in self.people.values()]]
        self.units = Units(self.tables, others, self.sources, self.codes, self.links)
        self._to_people: dict[tuple[int, str], Link | None] = {}

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
        asked = (id(table), who.kind)
        if asked not in self._to_people:
            self._to_people[asked] = self.links.to(table, who.table, who.keys, WORDS[who.kind])
        return self._to_people[asked]

    def key(self, column: Column) -> tuple[tuple[str, str], ...]:
        """A key of one column, in the form in which others point to it."""
        return ((column.name, self.links.form(column)),)


def unique_columns(table: Table) -> list[Column]:
    """What may be pointed to, the likeliest first: ids, then names, some others."""
    unique = [column for column in table.columns if column.unique]
    key = table.find("id")
    return sorted(unique, key=lambda column: not (key and column is key.column))[:_KEYS]
