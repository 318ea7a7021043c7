"""A CSV file's lines: what is not different from another night's need not be taken apart."""

from __future__ import annotations

import csv
import re
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, BinaryIO

from connectors.base import Cell, SourceError
from connectors.csv.rows import CsvFile, CsvOptions, Filled, picker, shape_of
from connectors.files.found import unchanged, unreadable

BYTE_BY_BYTE = {"utf-8", "utf-8-sig", "cp1252", "latin-1", "iso8859-1", "iso8859-15", "ascii"}
"""Encodings in which the byte of an end of line means nothing else."""

_ALONE = re.compile(rb"\r(?!\n)")


class CsvLines:
    """A CSV file's lines, one by one: the whole file is never in memory."""

    def __init__(self, file: CsvFile, options: CsvOptions) -> None:
        self._file, self._options = file, options
        self._before = options.skip_lines + (options.header is None)
        self._raw: BinaryIO | None = None
        self._ends = array("q")
        self.first = self._before + 1
        self.how = repr((file.encoding, file.delimiter, file.header, options))

    def __iter__(self) -> Iterator[bytes]:
        """All lines after the header, ends of lines included."""
        try:
            with self._file.path.open("rb", buffering=1 << 20) as raw:
                yield from islice(raw, self._before, None)
            unchanged(self._file.path, self._file.stamp)
        except OSError as error:
            raise unreadable(self._file.path, error) from None

    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """See `base.Lines`."""
        file, shape = self._file, shape_of(self._file)
        encoding = file.encoding.removesuffix("-sig")
        try:
            texts = [line.decode(encoding) for line in self._some(places)]
            reader: Any = csv.reader(texts, delimiter=file.delimiter, quotechar=self._options.quote, strict=True)
            if self._options.short_rows:
                reader = Filled(reader, shape.width)
            rows = list(reader)
        except (csv.Error, UnicodeDecodeError):
            rows = []
        if len(rows) != len(places):
            raise SourceError("S108", "a line does not stand alone.", shape.place)
        if not shape.fits(rows):
            rows = [shape.fitted(row, self.first + place) for row, place in zip(rows, places, strict=True)]
        if shape.remarks:
            raise SourceError(shape.remarks[0].code, shape.remarks[0].message, shape.place)
        pick = picker([file.header.index(column) for column in columns])
        return [pick(row) if row else None for row in rows]

    def close(self) -> None:
        """Let go of the file, of which some lines have been asked for."""
        if self._raw is not None:
            self._raw.close()

    def _some(self, places: Sequence[int]) -> Iterator[bytes]:
        try:
            if self._raw is None:
                self._raw = self._file.path.open("rb")
                self._ends = array("q", accumulate(map(len, self._raw)))
            unchanged(self._file.path, self._file.stamp)
            raw, before, ends = self._raw, self._before, self._ends
            for place in places:
                line = place + before
                start = ends[line - 1] if line else 0
                raw.seek(start)
                yield raw.read(ends[line] - start)
        except OSError as error:
            raise unreadable(self._file.path, error) from None


def has_lone_returns(path: Path) -> bool:
    """Whether a line may end with nothing but a carriage return, as those of old Macs do."""
    tail = b""
    with path.open("rb") as raw:
        while block := tail + raw.read(1 << 20):
            if block == tail:
                return True
            tail = b"\r" if block.endswith(b"\r") else b""
            if _ALONE.search(block, 0, len(block) - len(tail)):
                return True
    return False
