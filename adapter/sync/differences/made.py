"""Rows that are made of other rows (split, joined, merged, chosen by what stands elsewhere), as if a source had them.

They are made anew, of all rows that they are made of, on every night on which one of those has changed; what is built
of them goes by differences like all else. Several may have one number, so each has its place behind its cells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter

import numpy as np

from adapter.mapping.row_findings import Impure, RowFinding
from adapter.mapping.scope import Get, Row, View
from adapter.sync.differences.arrays import Codes
from adapter.sync.differences.codes import Coder
from adapter.sync.differences.shelf import Shelf, raw_of

_TEXTS = {int, str}


def placed(rows: Sequence[Row]) -> list[Row]:
    """The rows, each with its place behind it."""
    return [(*row, place) for place, row in enumerate(rows)]


def number_of(view: View) -> Callable[[Row], int]:
    """What tells a view's rows apart while a run is written down: their number, or their place where they are made."""
    return itemgetter(-1 if view.made.late else 0)


def codes_of_made(view: View, rows: Sequence[Row], keeps: Sequence[Get], coder: Coder) -> Codes:
    """A code for each row as it was made, not yet placed. Raises Unusual.

    Two have the same where they have the same cells, where both could be made or not, and where the conditions `keeps`
    say the same of both, as far as these look into other rows.
    """
    code, untold = coder.row, view.made.untold
    raws: Iterator[bytes] = (raw_of(row[1:]) for row in rows)
    if untold or view.made.needs:
        told = keeps if view.made.needs else ()
        raws = (raw + _outcomes(row, told, row[0] in untold) for row, raw in zip(rows, raws, strict=True))
    found = np.fromiter(map(code, raws), dtype=np.uint64, count=len(rows))
    for place, row in enumerate(rows):
        if not _TEXTS.issuperset(map(type, row)):
            signs = repr([cell.sign if isinstance(cell, Impure) else "" for cell in row])
            found[place] ^= np.uint64(code(signs.encode()))
    return found


def _outcomes(row: Row, keeps: Sequence[Get], untold: bool) -> bytes:
    return b"\x1e" + bytes([untold, *(_outcome(keep, row) for keep in keeps)])


def _outcome(keep: Get, row: Row) -> int:
    try:
        return bool(keep((row,)))
    except RowFinding:
        return 2


@dataclass(eq=False)
class MadeShelf(Shelf):
    """The rows of a view. `make` gives them with their codes; that is not done before one is asked for."""

    make: Callable[[], tuple[list[Row], Codes]]
    made: list[Row] | None = None

    def rows(self, places: Sequence[int], view: View) -> list[Row]:
        if self.made is None and places:
            self.made = self.make()[0]
        made = self.made or []
        return [made[place] for place in places]


def found_by(view: View) -> list[list[int]]:
    """Of each join, how many rows found others and how many did not."""
    return [[join.found[True], join.found[False]] for join in view.made.joins]


def found_again(view: View, joins: Sequence[Sequence[int]]) -> None:
    """What `found_by` gave: the rows are as they were."""
    for join, (hit, missed) in zip(view.made.joins, joins, strict=True):
        join.found[True], join.found[False] = hit, missed
