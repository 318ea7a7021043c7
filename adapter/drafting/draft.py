"""A first mapping from what tables look like: every guess is marked, and what nobody can guess is left to decide.

Nothing of a person gets into the text: only names of tables and columns, and words of codes (`drafting/codes.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from adapter.drafting import layout
from adapter.drafting.activities import Activities
from adapter.drafting.bands import bands
from adapter.drafting.duties import Duties
from adapter.drafting.groups import Groups
from adapter.drafting.guesses import DECIDE
from adapter.drafting.national_tests import Tests
from adapter.drafting.packs import likely_pack
from adapter.drafting.persons import Persons
from adapter.drafting.picture import Picture
from adapter.drafting.samples import Sample

__all__ = ["DECIDE", "Draft", "draft"]

_HEAD = """\
# A first draft by `ss12000-adapter init`: read it before you rely on it. The language: docs/mapping.md
# Lines that were guessed say how sure that is, in per cent, and why: find them by "# guess".
# Where a guess is not sure enough, or none is possible, a line is marked DECIDE: `check` lists those.
"""


@dataclass(frozen=True)
class Draft:
    """The text of a first mapping. `taken`: source -> what it is taken for, "" where it is not read."""

    text: str
    taken: dict[str, str]

    @property
    def undecided(self) -> int:
        """Lines that are left to decide."""
        return sum(DECIDE in line for line in self.text.splitlines())


def draft(samples: Sequence[Sample], today: dt.date) -> Draft:
    """A first mapping of these tables."""
    picture = Picture(samples, today)
    found = bands(picture)
    persons = Persons(picture, found)
    tests = Tests.found_in(picture, found.get("groups"))
    duties = Duties(picture, persons, found)
    groups = Groups(picture, persons, found, tests)
    activities = Activities(picture, groups, duties, tests)
    rules = [picture.units.entries(), persons.entries(), duties.entries(), groups.entries(), activities.entries()]
    sources = picture.sources.entries(picture.units.rows())
    parts = [sources, picture.codes.entries(), *rules]
    pack = likely_pack(picture.tables)
    head = _HEAD + (
        f"# The tables look like those that mappings/{pack} is made for: see whether it fits better.\n" if pack else ""
    )
    text = "\n\n".join("\n".join(layout.lines(part)) for part in parts if part)
    taken = {table.source: picture.sources.what(table) for table in picture.every}
    return Draft(f"{head}mapping: 1\n\n{text}\n", taken)
