"""A source's rows tonight: which of them were there in the last good run, and the cells of those that are asked for."""

from __future__ import annotations

import itertools
import os
from abc import ABC, abstractmethod
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO, Protocol

import numpy as np

from adapter.mapping.scope import Row, View
from adapter.sync.cleaning import Cleaner, filled
from adapter.sync.differences.arrays import Codes, Places, places_among
from adapter.sync.differences.codes import Coder
from adapter.sync.shaping import laid_out
from connectors.base import Batch, Cell, Lines, SourceTable

_CELL, _ODD, _ALL = "\x1f", 0x9E3779B97F4A7C15, (1 << 64) - 1

Columns = dict[str, Sequence[str]]
"""Column -> its cells, cleaned, one for each row."""


class Unusual(Exception):
    """Something that is not followed by differences: the run is made whole. The text says what."""


class Raws(Protocol):
    """A source's rows as they lie there, by place from 0; not all of them are rows."""

    @property
    def how(self) -> str:
        """How they are read."""
        ...

    def numbers(self, count: int) -> Places:
        """The row numbers of all."""
        ...

    def places(self, numbers: Places) -> Places:
        """Where rows of these numbers lie."""
        ...

    def codes(self, coder: Coder) -> Codes:
        """A code for each."""
        ...

    def cells(self, places: Sequence[int]) -> list[Sequence[Cell] | None]:
        """Some of them, taken apart; None for what is no row."""
        ...


@dataclass(frozen=True)
class _Lines:
    lines: Lines
    columns: Sequence[str]

    @property
    def how(self) -> str:
        return self.lines.how

    def numbers(self, count: int) -> Places:
        return np.arange(self.lines.first, self.lines.first + count)

    def places(self, numbers: Places) -> Places:
        return numbers.astype(np.int64) - self.lines.first

    def codes(self, coder: Coder) -> Codes:
        return codes_of(self.lines, coder)

    def cells(self, places: Sequence[int]) -> list[Sequence[Cell] | None]:
        return self.lines.cells(places, self.columns)


class _Cells:
    """Rows that came from a database, in a file until the night is over: a server may give others by and by."""

    def __init__(self, table: SourceTable, columns: Sequence[str], coder: Coder, file: IO[bytes]) -> None:
        self.how, self._file = how_of(table), file
        codes, numbers, ends = array("Q"), array("q"), array("q", [file.seek(0, os.SEEK_END)])
        for batch in table.batches(columns):
            raws = list(map(raw_of, batch.rows))
            codes.extend(map(coder.row, raws))
            ends.extend(itertools.accumulate(map(len, raws), initial=ends.pop()))
            numbers.extend(range(batch.first_row, batch.first_row + len(raws)))
            _write(file, b"".join(raws))
        self._codes, self._ends = told_apart(np.frombuffer(codes, dtype=np.uint64)), ends
        self._at = np.frombuffer(numbers, dtype=np.int64)

    def numbers(self, count: int) -> Places:
        return self._at

    def places(self, numbers: Places) -> Places:
        return np.searchsorted(self._at, numbers)

    def codes(self, coder: Coder) -> Codes:
        return self._codes

    def cells(self, places: Sequence[int]) -> list[Sequence[Cell] | None]:
        if not places:
            return []
        ends, first, last = self._ends, min(places), max(places)
        if last - first < 2 * len(places):  # nearly all between: one reading
            start, whole = ends[first], self._read(ends[first], ends[last + 1])
            raws = [whole[ends[place] - start : ends[place + 1] - start] for place in places]
        else:
            raws = [self._read(ends[place], ends[place + 1]) for place in places]
        return [raw.decode("utf-8", "surrogatepass").split(_CELL) for raw in raws]

    def _read(self, start: int, end: int) -> bytes:
        self._file.seek(start)
        return self._file.read(end - start)


def _write(file: IO[bytes], rows: bytes) -> None:
    try:
        whole = file.write(rows) == len(rows)
    except OSError:
        whole = False
    if not whole:
        raise Unusual("there is no room to lay down the rows of a database (TMPDIR says where)")


def raws_of(table: SourceTable, columns: Sequence[str], coder: Coder, file: IO[bytes]) -> Raws:
    """The rows of an open source; those that are not lines go to the file. Raises SourceError, Unusual."""
    if (lines := lines_of(table)) is not None:
        return _Lines(lines, columns)
    return _Cells(table, columns, coder, file)


def lines_of(table: SourceTable) -> Lines | None:
    """The lines of an open source, where its rows are simply those."""
    found: Lines | None = table.lines() if hasattr(table, "lines") else None
    return found


def how_of(table: SourceTable) -> str:
    """How the rows of a source are read that are not simply lines."""
    return repr(tuple(table.columns))


def raw_of(row: Sequence[Cell]) -> bytes:
    """A row's cells as bytes. Raises Unusual where they could not be told apart again."""
    try:
        text = _CELL.join(row)  # type: ignore[arg-type]
    except TypeError:
        text = _CELL.join(cell or "" for cell in row)
    if text.count(_CELL) != max(len(row) - 1, 0):
        raise Unusual("a cell holds the sign that keeps cells apart")
    return text.encode("utf-8", "surrogatepass")


def codes_of(raws: Iterable[bytes], coder: Coder) -> Codes:
    """A code for each row."""
    return told_apart(np.fromiter(map(coder.row, raws), dtype=np.uint64))


def told_apart(codes: Codes) -> Codes:
    """The second of two equal rows gets another code than the first, and so on."""
    once = np.sort(codes)
    if not np.any(once[1:] == once[:-1]):
        return codes
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    again = np.flatnonzero(ordered[1:] == ordered[:-1]) + 1
    times = 0
    before = -1
    for place in again.tolist():
        times = times + 1 if place == before + 1 else 1
        before = place
        codes[order[place]] = (int(ordered[place]) + times * _ODD) & _ALL
    return codes


@dataclass(eq=False)
class Shelf(ABC):
    """The rows that count, in order. `kept`: place of each in what is kept, -1 if new; `gone`: kept, not there."""

    home: str
    columns: Sequence[str]
    numbers: Places
    codes: Codes
    kept: Places
    gone: Places

    @property
    def new(self) -> Places:
        """Places of the rows that are new."""
        return np.flatnonzero(self.kept < 0)

    @abstractmethod
    def rows(self, places: Sequence[int], view: View) -> list[Row]:
        """Some rows as a view sees them. Raises Unusual, SourceError."""


@dataclass(eq=False)
class SourceShelf(Shelf):
    """The rows of a source."""

    how: str
    _raws: Callable[[], Raws]
    _cleaner: Cleaner = field(init=False)
    read: Raws | None = None

    def __post_init__(self) -> None:
        self._cleaner = Cleaner(self.home)

    def opened_again(self, raws: Callable[[], Raws]) -> None:
        """The source is open anew. Rows that came from a database stay at hand: it may give others now."""
        if not isinstance(self.read, _Cells):
            self._raws, self.read = raws, None

    def rows(self, places: Sequence[int], view: View) -> list[Row]:
        if not places:
            return []
        numbers, cells = self.cells(places)
        return laid_out(numbers, cells, view, False)

    def cells(self, places: Sequence[int], cleaner: Cleaner | None = None) -> tuple[list[int], Columns]:
        """The numbers and the clean cells of some rows. `cleaner`: is told what was wrong with them."""
        if self.read is None:
            self.read = self._raws()
        numbers = self.numbers[places]
        rows = self.read.cells(self.read.places(numbers).tolist())
        return numbers.tolist(), clean(numbers.tolist(), rows, self.columns, cleaner or self._cleaner)


def clean(
    numbers: Sequence[int], rows: Sequence[Sequence[Cell] | None], columns: Sequence[str], cleaner: Cleaner
) -> Columns:
    """The cells by column, clean. All of them must be rows."""
    if any(row is None for row in rows):
        raise Unusual("a row is none any more")
    batch = Batch(0, [row for row in rows if row is not None])
    return dict(zip(columns, cleaner.by_column(batch, columns, numbers), strict=True))


def compared(source: str, read: Raws, columns: Sequence[str], coder: Coder, before: Codes, how: str) -> SourceShelf:
    """The rows tonight beside the codes of the last good run's. Raises SourceError, Unusual."""
    if read.how != how:
        raise Unusual(f"{source} is read otherwise than before")
    codes = read.codes(coder)
    numbers = read.numbers(len(codes))
    kept, gone = beside(codes, before, source)
    known = kept >= 0
    if len(numbers) > 1 and not bool(np.all(numbers[1:] > numbers[:-1])):
        raise Unusual(f"{source} has two rows of one number")
    counts = known.copy()
    for line in rows_among(read, np.flatnonzero(~known), columns, source):
        counts[line] = True
    found = SourceShelf(source, columns, numbers[counts], codes[counts], kept[counts], gone, how, lambda: read)
    found.read = read
    return found


def beside(codes: Codes, before: Codes, name: str) -> tuple[Places, Places]:
    """The place of each row in what is kept, -1 if it is new; and the places of those that are gone. Raises Unusual."""
    kept = places_among(codes, before)
    known = kept >= 0
    if np.count_nonzero(~known) * 5 > max(len(codes), 1) and len(codes) > 100:
        raise Unusual(f"more than a fifth of {name} is different")
    gone = np.ones(len(before), dtype=bool)
    gone[kept[known]] = False
    return kept, np.flatnonzero(gone)


def rows_among(read: Raws, lines: Places, columns: Sequence[str], source: str) -> Iterator[int]:
    """Of lines that are new, those that are rows: not of nothing but empty cells."""
    taken = [
        (line, row) for line, row in zip(lines.tolist(), read.cells(lines.tolist()), strict=True) if row is not None
    ]
    if not taken:
        return
    rows = [row for _, row in taken]
    cells = Cleaner(source).by_column(Batch(0, rows), columns)
    flags = filled(cells)
    for number, (line, _) in enumerate(taken):
        if flags is None or flags[number]:
            yield line
