"""CSV files as they come: cp1252 or UTF-8, semicolon or tab, one file or many; streamed, never wholly in memory."""

from __future__ import annotations

import csv
import time
from array import array
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from itertools import accumulate, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import BaseModel, ConfigDict, Field, field_validator

from connectors.base import Batch, Cell, Remark, SourceError
from connectors.cells import cleaned
from connectors.files import Stamp, age_hours, matching, stamp, unchanged, unreadable
from connectors.imprints import Imprint, taken
from connectors.text import MIXED, MixedLines, decoding_problem, detect_delimiter, detect_encoding, known_encoding

BATCH = 2000  # rows
_FIELD_LIMIT = 1 << 20  # characters; a longer field is a quote that never ends
_BYTE_BY_BYTE = {"utf-8", "utf-8-sig", "cp1252", "latin-1", "iso8859-1", "iso8859-15", "ascii"}
"""Encodings in which the byte of an end of line means nothing else."""
_LOOKED_AT = 200  # lines, for what stands in columns without a name


class CsvOptions(BaseModel):
    """Keys of a csv source in config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(min_length=1, description="a file, or a pattern such as export/elever*.csv")
    encoding: str | None = Field(default=None, description="utf-8, cp1252, …; default: found out")
    delimiter: str | None = Field(default=None, min_length=1, max_length=1, description="default: found out")
    quote: str = Field(default='"', min_length=1, max_length=1, description="what texts are quoted with")
    skip_lines: int = Field(default=0, ge=0, description="lines before the header")
    header: tuple[str, ...] | None = Field(default=None, description="names, for files without a header")
    short_rows: bool = Field(default=False, description="whether empty cells at a row's end may be left out")

    @field_validator("encoding")
    @classmethod
    def _known(cls, value: str | None) -> str | None:
        return value if value is None else known_encoding(value)


@dataclass(frozen=True)
class _File:
    path: Path
    encoding: str
    delimiter: str
    header: tuple[str, ...]  # "" for a column without name and without values, as far as the file was looked at
    stamp: Stamp
    called_by_place: frozenset[str] = frozenset()

    @property
    def named(self) -> list[str]:
        """The columns that have a name of their own, in order of the alphabet."""
        return sorted(name for name in self.header if name and name not in self.called_by_place)


class CsvConnector:
    """One or several CSV files with the same columns."""

    Options = CsvOptions

    def __init__(self, name: str, options: CsvOptions, now: Callable[[], float] = time.time) -> None:
        self.name = name
        self.options = options
        self._now = now

    def imprint(self, key: bytes) -> Imprint | None:
        """How the files look now, all their bytes."""
        return taken(self.options.path, self.options, key)

    def open(self) -> CsvTable:
        """Look at the files' headers. Raises SourceError where a file is missing, empty or has no clear header."""
        files = [_look_at(path, self.options) for path in matching(self.options.path)]
        first = files[0]
        for other in files[1:]:
            if other.named != first.named:
                missing = sorted(set(first.named) ^ set(other.named))
                message = (
                    f"the columns differ from those of {first.path.name} ({', '.join(missing)}). Export both anew."
                )
                raise SourceError("S106", message, str(other.path))
        table = CsvTable(files, self.options, age_hours((file.stamp for file in files), self._now()))
        for file in files:
            for name in sorted(file.called_by_place):
                message = f'{name} has no name, and values stand in it: it is called "{name}" here. Give it one.'
                table.remarks.append(Remark("S153", message, str(file.path)))
        return table


class CsvTable:
    """Open CSV files."""

    def __init__(self, files: Sequence[_File], options: CsvOptions, age_hours: float) -> None:
        self._files = files
        self._options = options
        in_all = set(files[0].header).intersection(*(file.header for file in files))
        self.columns: Sequence[str] = tuple(name for name in files[0].header if name and name in in_all)
        self.age_hours: float | None = age_hours
        self.place = options.path
        self.remarks: list[Remark] = []
        self._to_close = ExitStack()

    def __enter__(self) -> CsvTable:
        return self

    def __exit__(self, *details: object) -> None:
        self._to_close.close()

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of all files, in the order of their names. Raises SourceError, also half-way."""
        for file in self._files:
            yield from self._read(file, columns)

    def lines(self) -> CsvLines | None:
        """The one file's lines, as long as each of its rows is one; what tells otherwise is found by `cells`."""
        file = self._files[0]
        if len(self._files) > 1 or file.encoding not in _BYTE_BY_BYTE or _has_lone_returns(file.path):
            return None
        found = CsvLines(file, self._options)
        self._to_close.callback(found.close)
        return found

    def _read(self, file: _File, columns: Sequence[str]) -> Iterator[Batch]:
        pick = _picker([file.header.index(column) for column in columns])
        shape = _shape(file)
        place = shape.place
        previous = csv.field_size_limit(_FIELD_LIMIT)
        try:
            with _lines(file.path, file.encoding) as (text, mixed):
                reader: Any = csv.reader(text, delimiter=file.delimiter, quotechar=self._options.quote, strict=True)
                if self._options.short_rows:
                    reader = _Filled(reader, shape.width)
                for _ in range(self._options.skip_lines):
                    next(text, None)
                if self._options.header is None:
                    next(reader, None)
                yield from _batches(reader, self._options.skip_lines, shape, pick)
            unchanged(file.path, file.stamp)
            remark = mixed.remark(place) if mixed is not None else None
            self.remarks += [found for found in (remark, *shape.remarks) if found is not None]
        except csv.Error as error:
            raise _csv_problem(error, reader.line_num + self._options.skip_lines, place) from None
        except UnicodeDecodeError as error:
            raise SourceError("S104", decoding_problem(error, file.encoding), place) from None
        except OSError as error:
            raise unreadable(file.path, error) from None
        finally:
            csv.field_size_limit(previous)


class CsvLines:
    """A CSV file's lines, one by one: the whole file is never in memory."""

    def __init__(self, file: _File, options: CsvOptions) -> None:
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
        file, shape = self._file, _shape(self._file)
        encoding = file.encoding.removesuffix("-sig")
        try:
            texts = [line.decode(encoding) for line in self._some(places)]
            reader: Any = csv.reader(texts, delimiter=file.delimiter, quotechar=self._options.quote, strict=True)
            if self._options.short_rows:
                reader = _Filled(reader, shape.width)
            rows = list(reader)
        except (csv.Error, UnicodeDecodeError):
            rows = []
        if len(rows) != len(places):
            raise SourceError("S108", "a line does not stand alone.", shape.place)
        if not shape.fits(rows):
            rows = [shape.fitted(row, self.first + place) for row, place in zip(rows, places, strict=True)]
        if shape.remarks:
            raise SourceError(shape.remarks[0].code, shape.remarks[0].message, shape.place)
        pick = _picker([file.header.index(column) for column in columns])
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


def _has_lone_returns(path: Path) -> bool:
    """Whether a line may end with nothing but a carriage return, as those of old Macs do."""
    alone, last = 0, b""
    with path.open("rb") as raw:
        while block := raw.read(1 << 20):
            alone += block.count(b"\r") - block.count(b"\r\n") - (last.endswith(b"\r") and block.startswith(b"\n"))
            last = block[-1:]
    return alone > 0


@contextmanager
def _lines(path: Path, encoding: str) -> Iterator[tuple[Iterator[str], MixedLines | None]]:
    """The file's lines as text; and where each has its own encoding, what tells of that."""
    with path.open(encoding="latin-1" if encoding == MIXED else encoding, newline="") as text:
        mixed = MixedLines(text) if encoding == MIXED else None
        yield iter(mixed or text), mixed


@dataclass
class _Shape:
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
            if not any(map(str.strip, row)):
                return []
            if len(row) < self.width or any(map(str.strip, row[self.width :])):
                raise _width_problem(len(row), self.width, line, self.place)
            row = row[: self.width]
        for column in self.nameless:
            if row[column].strip() and not self.remarks:
                message = (
                    f"column {column + 1} has no name, and a value stands in it here: it is not read. Give it a name, "
                    "or set `header`."
                )
                self.remarks.append(Remark("S153", message, f"{self.place}:{line}"))
        return row


def _shape(file: _File) -> _Shape:
    return _Shape(len(file.header), str(file.path), [n for n, name in enumerate(file.header) if not name])


def _batches(reader: Any, skipped: int, shape: _Shape, pick: Callable[[list[str]], Sequence[str]]) -> Iterator[Batch]:
    """Rows by the thousand; a new batch begins where a row spans lines, so that line numbers stay right."""
    while True:
        first = int(reader.line_num) + skipped + 1
        rows = list(islice(reader, BATCH))
        if not rows:
            return
        if int(reader.line_num) + skipped + 1 - first != len(rows):
            yield from _spanning(rows, first, shape, pick)
        elif shape.fits(rows):  # one row a line: the usual case
            yield Batch(first, list(map(pick, rows)))
        else:
            yield from _runs([shape.fitted(row, number) for number, row in enumerate(rows, first)], first, pick)


class _Filled:
    """A reader whose short rows are filled up with empty cells."""

    def __init__(self, reader: Any, width: int) -> None:
        self._reader = reader
        self._width = width

    @property
    def line_num(self) -> int:
        return int(self._reader.line_num)

    def __iter__(self) -> _Filled:
        return self

    def __next__(self) -> list[str]:
        row: list[str] = next(self._reader)
        return row + [""] * (self._width - len(row)) if row else row


def _spanning(
    rows: list[list[str]], first: int, shape: _Shape, pick: Callable[[list[str]], Sequence[str]]
) -> Iterator[Batch]:
    """Rows of which some span lines: each with its own number."""
    line = first
    for row in rows:
        if fitted := shape.fitted(row, line):
            yield Batch(line, [pick(fitted)])
        line += 1 + sum(cell.count("\n") for cell in row)


def _runs(rows: list[list[str]], first: int, pick: Callable[[list[str]], Sequence[str]]) -> Iterator[Batch]:
    """The rows between empty lines."""
    run: list[Sequence[str]] = []
    start = first
    for number, row in enumerate(rows, first):
        if row:
            if not run:
                start = number
            run.append(pick(row))
        elif run:
            yield Batch(start, run)
            run = []
    if run:
        yield Batch(start, run)


def _width_problem(found: int, width: int, line: int, place: str) -> SourceError:
    message = (
        f"the row has {found} field{'' if found == 1 else 's'}, the header {width}. A cell that holds the separator "
        "must be quoted; a file cut off half-way must be exported anew."
    )
    return SourceError("S107", message, f"{place}:{line}")


def _csv_problem(error: csv.Error, line: int, place: str) -> SourceError:
    words = str(error)
    if "unexpected end of data" in words:
        return SourceError("S108", "a quote is never closed: the file is cut off. Export it anew.", f"{place}:{line}")
    if "field larger" in words:
        return SourceError("S108", "a field is far too long: a quote is not closed.", f"{place}:{line}")
    return SourceError("S108", f"this is not CSV: {words}.", f"{place}:{line}")


def _picker(positions: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(positions) == 1:
        only = positions[0]
        return lambda row: (row[only],)
    return itemgetter(*positions) if positions else lambda row: ()


def _look_at(path: Path, options: CsvOptions) -> _File:
    place = str(path)
    try:
        before = stamp(path)
        with path.open("rb") as raw:
            head = raw.read(1 << 16)
            whole = len(head) < 1 << 16
        if not head:
            raise SourceError("S103", "the file is empty. See why the export wrote nothing.", place)
        encoding = options.encoding or detect_encoding(path, head, whole)
        if b"\0" in head and not encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
            raise SourceError("S104", "zero bytes in the text: another encoding (UTF-16?), or damage.", place)
        with _lines(path, encoding) as (text, _):
            for _ in range(options.skip_lines):
                next(text, None)
            some = [line for line, _ in zip(text, range(_LOOKED_AT), strict=False)]
        delimiter = options.delimiter or detect_delimiter(some[0] if some else "")
        reader = csv.reader(some, delimiter=delimiter, quotechar=options.quote, strict=True)
        names = options.header or tuple(next(reader, ()))
        rows = list(_until_broken(reader))
    except UnicodeDecodeError as error:
        raise SourceError("S104", decoding_problem(error, options.encoding or "utf-8"), place) from None
    except csv.Error as error:
        raise _csv_problem(error, options.skip_lines + 1, place) from None
    except OSError as error:
        raise unreadable(path, error) from None
    header, called = _header(names, rows, place)
    return _File(path, encoding, delimiter, header, before, called)


def _until_broken(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The first rows; what is wrong with them is told when they are read."""
    with suppress(csv.Error):
        yield from reader


def _header(names: Sequence[str], rows: Sequence[Sequence[str]], place: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The columns' names, and which of them are none: a column is called by its place where a value stands in it.

    An empty column without a name, as a sheet that is saved as CSV often has at its end, is called "".
    """
    header = [cleaned(name).text for name in names]
    if not any(header):
        raise SourceError("S105", "the first line holds no column names; set `header` or `skip_lines`.", place)
    twice = next((name for name in header if name and header.count(name) > 1), None)
    if twice is not None:
        raise SourceError("S105", f'the column "{twice}" stands twice in the header.', place)
    called = set()
    for column, name in enumerate(header):
        if not name and any(len(row) > column and row[column].strip() for row in rows):
            header[column] = f"column {column + 1}"
            called.add(header[column])
    return tuple(header), frozenset(called)
