"""Which teaching group takes which national test: a table of it, or a column of the groups."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.drafting.bands import Band
from adapter.drafting.guesses import Guess
from adapter.drafting.layout import EMPTY, Entry, Flow
from adapter.drafting.links import WORDS, Link, converted
from adapter.drafting.picture import Picture
from adapter.drafting.tables import Found, Table


@dataclass(frozen=True)
class Tests:
    """The column with the tests' names. `link`: how its table names the group; None where it is the groups' own."""

    table: Table | None = None
    test: Found | None = None
    link: Link | None = None

    @classmethod
    def found_in(cls, picture: Picture, groups: Band | None) -> Tests:
        """The best place for it; an empty answer where there is none."""
        if groups is None:
            return cls()
        if (own := groups.table.find("test")) and own.column.filled:
            return cls(groups.table, own)
        found = []
        for table in picture.tables:
            test = table.find("test")
            if test is None or table is groups.table:
                continue
            if link := picture.links.to(table, groups.table, groups.keys, WORDS["groups"]):
                found.append((link.share, table, test, link))
        if not found:
            return cls()
        share, table, test, link = max(found, key=lambda each: each[0])
        picture.sources.taken(table, "which group takes which test", Guess(min(95, round(share * 100)), test.guess.why))
        return cls(table, test, link)

    def condition(self, groups: Band) -> list[Entry]:
        """`keep` for groups that take a test."""
        if self.table is None or self.test is None:
            return []
        if self.link is None:
            return [Entry(self.test.name, {"not": EMPTY}, self.test.guess.note)]
        condition: dict[str, Flow] = {"found_in": {self.table.source: converted(self.link.column.name, self.link.form)}}
        if self.link.form:
            condition["as"] = self.link.form
        return [Entry(self.link.target.name, condition, self.link.guess.note)]
