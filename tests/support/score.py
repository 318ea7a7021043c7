"""How much of the strangers `init` understands: `PYTHONPATH=tests python -m support.score [NAME …]` prints it."""

from __future__ import annotations

import datetime as dt
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from adapter.cli import places, sampling
from adapter.drafting.draft import draft
from support.statements import Statements, Words, verdicts
from support.strangers import Row, Stranger, strangers

_FOLDED = str.maketrans("åäöéü", "aaoeu")


@dataclass
class Score:
    """One stranger's. `faults`: what was drafted otherwise than a careful person would."""

    name: str
    right: int = 0
    wrong: int = 0
    open: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def all(self) -> int:
        """Statements that a careful person would write, or would not."""
        return self.right + self.wrong + self.open

    def __str__(self) -> str:
        shares = (f"{verdict} {count / self.all:6.1%}" for verdict, count in self._counts())
        return f"{self.name:32} {self.all:5}  {'  '.join(shares)}"

    def _counts(self) -> Iterator[tuple[str, int]]:
        yield from (("right", self.right), ("wrong", self.wrong), ("left open", self.open))


def words_in(stranger: Stranger, today: dt.date) -> Words:
    """What stands in each column."""
    found: dict[str, Counter[str]] = {}
    for name, rows in stranger.made(today).items():
        table = re.sub(r"[^a-z0-9]", "", name.rpartition("/")[2].casefold().translate(_FOLDED))
        for row in rows:
            _count(found, table, row)
    return found


def _count(found: dict[str, Counter[str]], table: str, row: Row) -> None:
    for column, cell in row.items():
        found.setdefault(f"{table}.{column.lstrip('@')}", Counter())[cell] += 1


def compared(stranger: Stranger, mapping: str, today: dt.date) -> Score:
    """A draft beside what is right."""
    score = Score(stranger.name)
    for rule, what, verdict, drafted in verdicts(stranger.right, Statements(mapping, words_in(stranger, today)).said):
        setattr(score, verdict, getattr(score, verdict) + 1)
        if verdict != "right":
            score.faults.append(f"{verdict}: {rule}.{what}: {drafted or 'nothing'}")
    return score


def scores(wanted: Iterable[str] = ()) -> Iterator[Score]:
    """Of all strangers, or of some."""
    today = dt.datetime.now().date()
    names = set(wanted)
    for stranger in strangers():
        if names and stranger.name not in names:
            continue
        with tempfile.TemporaryDirectory() as folder:
            given = stranger.write(Path(folder), today)
            samples = [sampling.looked_at(place, today)[0] for place in places.places(map(str, given))]
            yield compared(stranger, draft(samples, today).text, today)


def together(some: Iterable[Score]) -> Score:
    """All statements of all."""
    total = Score("all")
    for score in some:
        total.right, total.wrong, total.open = (
            total.right + score.right,
            total.wrong + score.wrong,
            total.open + score.open,
        )
    return total


if __name__ == "__main__":
    found = []
    for each in scores(sys.argv[1:]):
        found.append(each)
        print(each)
        for fault in each.faults if sys.argv[1:] else ():
            print("   ", fault)
    print(together(found))
