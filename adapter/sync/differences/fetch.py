"""Brings rows when they are asked for: those that drive a rule, and those that an index finds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from adapter.mapping.scope import Index, row_key
from adapter.sync.cleaning import Cleaner
from adapter.sync.differences.arrays import NO_PLACES, Codes, Places
from adapter.sync.differences.made import MadeShelf
from adapter.sync.differences.shelf import Shelf, SourceShelf
from adapter.sync.shaping import fill, laid_out

if TYPE_CHECKING:
    from adapter.sync.differences.night import Night


class Fetcher:
    """Brings the rows of an index when they are asked for."""

    def __init__(self, night: Night, index: Index, shelf: Shelf) -> None:
        self._night, self._index, self._shelf = night, index, shelf
        self._codes: Codes | None = None
        self._numbers: Places = NO_PLACES
        self._key = row_key(index.key, index.view.written)

    def __call__(self, code: int) -> None:
        """Fill in the rows of one key."""
        if self._codes is None:
            codes, numbers = self._night.found_under(self._index)
            order = np.argsort(codes)
            self._codes, self._numbers = codes[order], numbers[order]
        wanted = np.uint64(code)
        first, last = self._codes.searchsorted(wanted), self._codes.searchsorted(wanted, side="right")
        if first == last:
            return
        wanted_rows = sorted(set(self._numbers[first:last].tolist()))
        rows = self._shelf.rows(self._shelf.numbers.searchsorted(wanted_rows).tolist(), self._index.view)
        dict.pop(self._index.rows, self._key(rows[0]), None)
        fill(self._index, rows)


def tell(night: Night, shelf: SourceShelf, indexes: Sequence[Index], cleaner: Cleaner) -> None:
    """Look at a source's rows that are new, or of which there was something to tell last time."""
    name = shelf.home
    new, told = night.told(name)
    places = np.union1d(new, told).tolist()
    if not places:
        return
    numbers, cells = shelf.cells(places, cleaner)
    fresh = set(shelf.numbers[new].tolist())
    for column, units in night.sources[name].units.items():
        some = [(number, cell) for number, cell in zip(numbers, cells[column], strict=True) if number in fresh]
        units.add([number for number, _ in some], [cell for _, cell in some])
    for index in indexes:
        night.fills(index, laid_out(numbers, cells, index.view, False), fresh)
    night.tells(name, cleaner.rows)


def tell_of_made(night: Night, shelf: MadeShelf, indexes: Sequence[Index]) -> None:
    """The same for rows that are made."""
    new, told = night.told(shelf.home)
    if places := np.union1d(new, told).tolist():
        for index in indexes:
            night.fills(index, shelf.rows(places, index.view), set(new.tolist()))
