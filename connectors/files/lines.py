"""A text file's lines: what is not different from another night's need not be taken apart."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import BinaryIO

from connectors.base import Cell
from connectors.files.found import SourceFile, unreadable

BYTE_BY_BYTE = {"utf-8", "utf-8-sig", "cp1252", "latin-1", "iso8859-1", "iso8859-15", "ascii"}
"""Encodings in which the byte of an end of line means nothing else."""

_ALONE = re.compile(rb"\r(?!\n)")


class FileLines(ABC):
    """A file's lines, one by one: the whole file is never in memory. See `base.Lines`."""

    def __init__(self, file: SourceFile, before: int, how: str) -> None:
        self._file = file
        self._before = before  # lines that come first and are no rows
        self._raw: BinaryIO | None = None
        self._ends = array("q")
        self.first = before + 1
        self.how = how

    def __iter__(self) -> Iterator[bytes]:
        """All lines after the header, ends of lines included."""
        try:
            with self._file.path.open("rb", buffering=1 << 20) as raw:
                yield from islice(raw, self._before, None)
            self._file.unchanged()
        except OSError as error:
            raise unreadable(self._file.place, error) from None

    @abstractmethod
    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """See `base.Lines`."""

    def close(self) -> None:
        """Let go of the file, of which some lines have been asked for."""
        if self._raw is not None:
            self._raw.close()

    def some(self, places: Sequence[int]) -> Iterator[bytes]:
        """Lines by their place, the first after the header being 0. Raises SourceError."""
        try:
            if self._raw is None:
                self._raw = self._file.path.open("rb")
                self._ends = array("q", accumulate(map(len, self._raw)))
            self._file.unchanged()
            raw, before, ends = self._raw, self._before, self._ends
            for place in places:
                line = place + before
                start = ends[line - 1] if line else 0
                raw.seek(start)
                yield raw.read(ends[line] - start)
        except OSError as error:
            raise unreadable(self._file.place, error) from None


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
