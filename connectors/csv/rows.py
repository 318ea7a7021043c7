"""What a row of a CSV file must look like, and how one is taken from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from pydantic import Field, field_validator

from connectors.base import Remark, SourceError
from connectors.files.found import SourceFile
from connectors.files.options import FileOptions
from connectors.text import known_encoding

_NOTHING = " \t\r\n\x1a"  # the last is the end mark of DOS


class CsvOptions(FileOptions):
    """Keys of a csv source in config.toml."""

    encoding: str | None = Field(default=None, description="utf-8, cp1252, …; default: found out")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="default: found out")
    quote: str = Field(default='"', min_length=1, max_length=1, description="what texts are quoted with")
    skip_lines: int = Field(default=0, ge=0, description="lines before the header")
    header_rows: int = Field(default=1, ge=1, le=5, description="how many lines the names take")
    header: tuple[str, ...] | None = Field(default=None, description="names, for files without a header")
    short_rows: bool = Field(default=False, description="whether empty cells at a row's end may be left out")
    long_texts: bool = Field(default=False, description="whether a quoted text may hold lines that look like rows")

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return value if value is None else known_encoding(value)

    @property
    def names_take(self) -> int:
        """Lines of the header."""
        return self.header_rows if self.header is None else 0


@dataclass(frozen=True)
class CsvFile:
    file: SourceFile
    encoding: str
    delimiter: str
    header: tuple[str, ...]  # "" for a column without name and without values, as far as the file was looked at
    called_by_place: frozenset[str] = frozenset()

    @property
    def named(self) -> list[str]:
        """The columns that have a name of their own, in order of the alphabet."""
        return sorted(name for name in self.header if name and name not in self.called_by_place)


@dataclass
class Shape:
    """What a row of a file must look like: so many cells, and nothing in columns without a name."""

    width: int
    place: str
    nameless: Sequence[int]
    remarks: list[Remark] = field(default_factory=list)

    def fits(self, rows: Sequence[Sequence[str]]) -> bool:
        """Whether all these rows can be taken as they are, without a look at each."""
        return not self.nameless and set(map(len, rows)) == {self.width}

    def fitted(self, row: list[str], line: int) -> list[str]:
        """The row, without empty cells beyond the header; [] where nothing stands in it. Raises SourceError."""
        if len(row) != self.width:
            if not any(cell.strip(_NOTHING) for cell in row):
                return []
            if len(row) < self.width or any(map(str.strip, row[self.width :])):
                raise _unlike_width(len(row), self.width, line, self.place)
            row = row[: self.width]
        for column in self.nameless:
            if row[column].strip() and not self.remarks:
                message = (
                    f"column {column + 1} has no name, and a value stands in it here: it is not read. Give it a name, "
                    "or set `header`."
                )
                self.remarks.append(Remark("S153", message, f"{self.place}:{line}"))
        return row


def shape_of(file: CsvFile) -> Shape:
    return Shape(len(file.header), file.file.place, [n for n, name in enumerate(file.header) if not name])


def swallowed(row: Sequence[str], width: int, delimiter: str) -> bool:
    """Whether a row that spans lines looks as if a stray quote had swallowed them: each would be a row by itself."""
    lines = [0]
    for number, cell in enumerate(row):
        first, *others = cell.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines[-1] += (number > 0) + first.count(delimiter)
        lines += [text.count(delimiter) for text in others]
    return width > 1 and len(lines) > 1 and set(lines) == {width - 1}


class Filled:
    """A reader whose short rows are filled up with empty cells."""

    def __init__(self, reader: Any, width: int) -> None:
        self._reader = reader
        self._width = width

    @property
    def line_num(self) -> int:
        return int(self._reader.line_num)

    def __iter__(self) -> Filled:
        return self

    def __next__(self) -> list[str]:
        row: list[str] = next(self._reader)
        return row + [""] * (self._width - len(row)) if row else row


def picker(positions: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(positions) == 1:
        only = positions[0]
        return lambda row: (row[only],)
    return itemgetter(*positions) if positions else lambda row: ()


def _unlike_width(found: int, width: int, line: int, place: str) -> SourceError:
    message = (
        f"the row has {found} field{'' if found == 1 else 's'}, the header {width}. A cell that holds the separator "
        "must be quoted; a file cut off half-way must be exported anew."
    )
    return SourceError("S107", message, f"{place}:{line}")
