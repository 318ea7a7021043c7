"""Text files whose columns have fixed places, as registers and mainframes write them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from pydantic import Field, ValidationInfo, field_validator

from connectors.base import Batch, Cell, SourceError
from connectors.batches import BATCH, runs
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFile, SourceFiles, unreadable
from connectors.files.lines import BYTE_BY_BYTE, FileLines, has_lone_returns
from connectors.files.options import FileOptions
from connectors.text import decoded, detect_encoding, known_encoding, undecodable

_PLACES = re.compile(r"([1-9]\d{0,4})(?:\s*-\s*([1-9]\d{0,4}))?\Z")
_END_OF_DOS = "\x1a"


class FixedWidthOptions(FileOptions):
    """Keys of a fixed-width source in config.toml."""

    columns: dict[str, str] = Field(min_length=1, description='column: its first and last character, from 1: "13-42"')
    only: dict[str, str] = Field(default={}, description="kinds of lines that are rows: places, and what stands there")
    encoding: str | None = Field(default=None, description="utf-8, cp1252, …; default: found out")
    skip_lines: int = Field(default=0, ge=0, description="lines before the first row")
    short_rows: bool = Field(default=False, description="whether blanks at a line's end may be left out")

    @field_validator("columns", "only")
    @classmethod
    def _places(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        for key, text in value.items():
            places = _between(text if info.field_name == "columns" else key)
            if info.field_name == "only" and len(text) > places.stop - places.start:
                raise ValueError(f'"{text}" is longer than the places {key}')
        return value

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return value if value is None else known_encoding(value)


class FixedWidthConnector(FileConnector[FixedWidthOptions, "FixedWidthTable"]):
    """One or several files of one layout."""

    Options = FixedWidthOptions

    def table(self, found: SourceFiles) -> FixedWidthTable:
        """Find out what the files are written in. Raises SourceError."""
        return FixedWidthTable([(file, _encoding(file, self.options)) for file in found.files], self.options, found)


@dataclass(frozen=True)
class Layout:
    """Where columns stand in a line, and which lines are rows."""

    cuts: Mapping[str, slice]
    only: Sequence[tuple[slice, str]]
    width: int
    short: bool

    def cells(self, line: str, cuts: Sequence[slice], place: str, number: int) -> tuple[str, ...] | None:
        """Some columns of a line; None where it is no row. Raises SourceError."""
        line = line.rstrip("\r\n")
        if not line.strip(" \t" + _END_OF_DOS) or any(line[at].strip() != text for at, text in self.only):
            return None
        if len(line) < self.width and not self.short:
            message = (
                f"the line has {len(line)} characters; the columns reach to {self.width}. It is cut off, or blanks are "
                "left out at its end (short_rows = true)."
            )
            raise SourceError("S107", message, f"{place}:{number}")
        return tuple([line[at] for at in cuts])


class FixedWidthTable(FileTable):
    """Open files."""

    def __init__(self, files: Sequence[tuple[SourceFile, str]], options: FixedWidthOptions, found: SourceFiles) -> None:
        super().__init__(found, options)
        self._files, self._options = files, options
        cuts = {name: _between(text) for name, text in options.columns.items()}
        only = [(_between(places), text.strip()) for places, text in options.only.items()]
        self._layout = Layout(cuts, only, max(cut.stop for cut in cuts.values()), options.short_rows)
        self.columns = tuple(cuts)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of all files, in the order of their names. Raises SourceError, also half-way."""
        cuts = [self._layout.cuts[name] for name in columns]
        for file, encoding in self._files:
            yield from self._read(file, encoding, cuts)

    def lines(self) -> FixedWidthLines | None:
        """The one file's lines."""
        file, encoding = self._files[0]
        if len(self._files) > 1 or encoding not in BYTE_BY_BYTE or has_lone_returns(file.path):
            return None
        found = FixedWidthLines(file, encoding, self._layout, self._options)
        self._to_close.callback(found.close)
        return found

    def _read(self, file: SourceFile, encoding: str, cuts: Sequence[slice]) -> Iterator[Batch]:
        layout, place = self._layout, file.place
        number = self._options.skip_lines + 1
        try:
            with decoded(file.path, encoding) as (text, mixed):
                lines = islice(text, self._options.skip_lines, None)
                while some := list(islice(lines, BATCH)):
                    rows = (layout.cells(line, cuts, place, at) for at, line in enumerate(some, number))
                    yield from runs(rows, number)
                    number += len(some)
            file.unchanged()
            if mixed is not None and (remark := mixed.remark(place)) is not None:
                self.remarks.append(remark)
        except UnicodeDecodeError as error:
            raise undecodable(file.path, encoding, error, place) from None
        except OSError as error:
            raise unreadable(place, error) from None


class FixedWidthLines(FileLines):
    """See `base.Lines`."""

    def __init__(self, file: SourceFile, encoding: str, layout: Layout, options: FixedWidthOptions) -> None:
        super().__init__(file, options.skip_lines, repr((encoding, options)))
        self._encoding, self._layout, self._path, self._place = encoding, layout, file.path, file.place

    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """See `base.Lines`."""
        encoding, layout = self._encoding.removesuffix("-sig"), self._layout
        cuts = [layout.cuts[name] for name in columns]
        try:
            texts = [line.decode(encoding) for line in self.some(places)]
        except UnicodeDecodeError as error:
            raise undecodable(self._path, encoding, error, self._place) from None
        lines = zip(texts, places, strict=True)
        return [layout.cells(line, cuts, self._place, self.first + place) for line, place in lines]


def _between(places: str) -> slice:
    """`13-42` -> the characters from the 13th to the 42nd. Raises ValueError."""
    found = _PLACES.match(places.strip())
    if found is None or int(found[2] or found[1]) < int(found[1]):
        raise ValueError(f'"{places}" is no place; write the first and the last character, from 1: "13-42"')
    return slice(int(found[1]) - 1, int(found[2] or found[1]))


def _encoding(file: SourceFile, options: FixedWidthOptions) -> str:
    try:
        with file.path.open("rb") as raw:
            head = raw.read(1 << 16)
        return options.encoding or detect_encoding(file.path, head, len(head) < 1 << 16, file.place)
    except OSError as error:
        raise unreadable(file.place, error) from None
