"""Which teaching group takes which national test: a table of it, or a column of the groups."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.drafting.understanding.bands import Band
from adapter.drafting.understanding.links import WORDS, Link
from adapter.drafting.understanding.picture import Picture
from adapter.drafting.understanding.tables import Found, Table


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
        _, table, test, link = max(found, key=lambda each: each[0])
        return cls(table, test, link)
