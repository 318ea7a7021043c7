"""A first mapping from what tables look like: every guess is marked, and what nobody can guess is left to decide.

Nothing of a person gets into the text: only names of tables and columns, and words of codes (`drafting/codes.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from adapter.drafting import layout
from adapter.drafting.guesses import DECIDE
from adapter.drafting.looking.samples import Column, Sample
from adapter.drafting.understanding.bands import bands
from adapter.drafting.understanding.national_tests import Tests
from adapter.drafting.understanding.packs import likely_pack
from adapter.drafting.understanding.picture import Choices
from adapter.drafting.writing.activities import Activities
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.duties import Duties
from adapter.drafting.writing.groups import Groups
from adapter.drafting.writing.organisations import Organisations
from adapter.drafting.writing.persons import Persons

__all__ = ["DECIDE", "Draft", "draft"]

_HEAD = """\
# A first draft by `ss12000-adapter init`: read it before you rely on it. The language: docs/mapping.md
# Lines that were guessed say how sure that is, in per cent, and why: find them by "# guess".
# Where a guess is not sure enough, or none is possible, a line is marked DECIDE: `check` lists those.
"""


@dataclass(frozen=True)
class Doubt:
    """Several columns of a source may mean the same; the likeliest, which was taken, comes first."""

    source: str
    meaning: str
    columns: list[Column]


@dataclass(frozen=True)
class Draft:
    """The text of a first mapping. `taken`: source -> what it is taken for, "" where it is not read.

    `doubts`: what stands in the text and could as well be another column.
    """

    text: str
    taken: dict[str, str]
    doubts: list[Doubt]

    @property
    def undecided(self) -> int:
        """Lines that are left to decide."""
        return sum(DECIDE in line for line in self.text.splitlines())


def draft(samples: Sequence[Sample], today: dt.date, chosen: Choices | None = None) -> Draft:
    """A first mapping of these tables. `chosen`: which column it is, where somebody was asked."""
    desk = Desk(samples, today, chosen)
    found = bands(desk)
    persons = Persons(desk, found)
    tests = Tests.found_in(desk, found.get("groups"))
    duties = Duties(desk, persons, found)
    groups = Groups(desk, persons, found, tests)
    activities = Activities(desk, groups, duties, tests)
    organisations = Organisations(desk)
    rules = [each.entries() for each in (organisations, persons, duties, groups, activities)]
    parts = [desk.sources.entries(organisations.rows()), desk.codes.entries(), *rules]
    pack = likely_pack(desk.tables)
    head = _HEAD + (
        f"# The tables look like those of a ready mapping. See whether it fits better: `packs copy {pack} FOLDER`.\n"
        if pack
        else ""
    )
    text = "\n\n".join("\n".join(layout.lines(part)) for part in parts if part)
    taken = {table.source: desk.sources.what(table) for table in desk.every}
    doubts = [
        Doubt(table.source, meaning, [found.column, *(other.column for other in found.others)])
        for table in desk.tables
        for meaning, found in table.doubtful()
        if found.guess.note in text
    ]
    return Draft(f"{head}mapping: 1\n\n{text}\n", taken, doubts)
