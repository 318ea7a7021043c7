"""CSV files as they come: cp1252 or UTF-8, semicolon or tab, one file or many; streamed, never wholly in memory."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from connectors.base import Batch, Remark, SourceError
from connectors.batches import BATCH, runs
from connectors.cells import cleaned
from connectors.csv.lines import CsvLines
from connectors.csv.rows import CsvFile, CsvOptions, Filled, Shape, picker, shape_of, swallowed
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFile, SourceFiles, unreadable
from connectors.files.lines import BYTE_BY_BYTE, has_lone_returns
from connectors.headers import NO_NAMES, joined, looks_like_a_row
from connectors.text import decoded, detect_delimiter, detect_encoding, undecodable

_FIELD_LIMIT = 1 << 20  # characters; a longer field is a quote that never ends
_LOOKED_AT = 200  # lines, for what stands in columns without a name


class CsvConnector(FileConnector[CsvOptions, "CsvTable"]):
    """One or several CSV files with the same columns."""

    Options = CsvOptions

    def table(self, found: SourceFiles) -> CsvTable:
        """Look at the files' headers. Raises SourceError where one has no clear header."""
        files = [_look_at(file, self.options) for file in found.files]
        first = files[0]
        for other in files[1:]:
            if other.named != first.named:
                missing = sorted(set(first.named) ^ set(other.named))
                message = (
                    f"the columns differ from those of {first.file.place} ({', '.join(missing)}). Export both anew."
                )
                raise SourceError("S106", message, other.file.place)
        table = CsvTable(files, self.options, found)
        for file in files:
            for name in sorted(file.called_by_place):
                message = f'{name} has no name, and values stand in it: it is called "{name}" here. Give it one.'
                table.remarks.append(Remark("S153", message, file.file.place))
        return table


class CsvTable(FileTable):
    """Open CSV files."""

    def __init__(self, files: Sequence[CsvFile], options: CsvOptions, found: SourceFiles) -> None:
        super().__init__(found, options)
        self._files = files
        self._options = options
        in_all = set(files[0].header).intersection(*(file.header for file in files))
        self.columns = tuple(name for name in files[0].header if name and name in in_all)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of all files, in the order of their names. Raises SourceError, also half-way."""
        for file in self._files:
            yield from self._read(file, columns)

    def lines(self) -> CsvLines | None:
        """The one file's lines, as long as each of its rows is one; what tells otherwise is found by `cells`."""
        file = self._files[0]
        if len(self._files) > 1 or file.encoding not in BYTE_BY_BYTE or has_lone_returns(file.file.path):
            return None
        found = CsvLines(file, self._options)
        self._to_close.callback(found.close)
        return found

    def _read(self, file: CsvFile, columns: Sequence[str]) -> Iterator[Batch]:
        pick = picker([file.header.index(column) for column in columns])
        shape = shape_of(file)
        place = shape.place
        previous = csv.field_size_limit(_FIELD_LIMIT)
        try:
            with decoded(file.file.path, file.encoding) as (text, mixed):
                reader: Any = csv.reader(text, delimiter=file.delimiter, quotechar=self._options.quote, strict=True)
                if self._options.short_rows:
                    reader = Filled(reader, shape.width)
                for _ in range(self._options.skip_lines):
                    next(text, None)
                for _ in range(self._options.names_take):
                    next(reader, None)
                yield from _batches(reader, self._options, shape, pick, file.delimiter)
            file.file.unchanged()
            remark = mixed.remark(place) if mixed is not None else None
            self.remarks += [found for found in (remark, *shape.remarks) if found is not None]
        except csv.Error as error:
            begun = _last_begun(file, self._options)
            raise _not_csv(error, reader.line_num + self._options.skip_lines, begun, place) from None
        except UnicodeDecodeError as error:
            raise undecodable(file.file.path, file.encoding, error, place) from None
        except OSError as error:
            raise unreadable(place, error) from None
        finally:
            csv.field_size_limit(previous)


def _batches(
    reader: Any, options: CsvOptions, shape: Shape, pick: Callable[[list[str]], Sequence[str]], delimiter: str
) -> Iterator[Batch]:
    """Rows by the thousand; a new batch begins where a row spans lines, so that line numbers stay right."""
    skipped = options.skip_lines
    while True:
        first = int(reader.line_num) + skipped + 1
        rows = list(islice(reader, BATCH))
        if not rows:
            return
        if int(reader.line_num) + skipped + 1 - first != len(rows):
            yield from _spanning(rows, first, shape, pick, "" if options.long_texts else delimiter)
        elif shape.fits(rows):  # one row a line: the usual case
            yield Batch(first, list(map(pick, rows)))
        else:
            fitted = (shape.fitted(row, number) for number, row in enumerate(rows, first))
            yield from runs((pick(row) if row else None for row in fitted), first)


def _spanning(
    rows: list[list[str]], first: int, shape: Shape, pick: Callable[[list[str]], Sequence[str]], delimiter: str
) -> Iterator[Batch]:
    """Rows of which some span lines: each with its own number. Raises SourceError where a quote swallows rows."""
    line = first
    for row in rows:
        if delimiter and swallowed(row, shape.width, delimiter):
            message = (
                "a quote that opens here holds what looks like whole rows: it is stray. Correct it, or set "
                "long_texts = true where texts look so."
            )
            raise SourceError("S110", message, f"{shape.place}:{line}")
        if fitted := shape.fitted(row, line):
            yield Batch(line, [pick(fitted)])
        line += 1 + sum(cell.count("\n") for cell in row)


def _last_begun(file: CsvFile, options: CsvOptions) -> int:
    """The line on which the row begins that cannot be read: there a quote was opened."""
    with decoded(file.file.path, file.encoding) as (text, _):
        for _ in range(options.skip_lines):
            next(text, None)
        reader = csv.reader(text, delimiter=file.delimiter, quotechar=options.quote, strict=True)
        begun = 1
        with suppress(csv.Error, UnicodeDecodeError):
            for _ in reader:
                begun = int(reader.line_num) + 1
    return begun + options.skip_lines


def _not_csv(error: csv.Error, line: int, begun: int, place: str) -> SourceError:
    """`line`: where reading ended; `begun`: where the row begins."""
    words = str(error)
    if "unexpected end of data" in words:
        message = "a quote that opens here is never closed: it is stray, or the file is cut off. Export it anew."
    elif "field larger" in words:
        message = "a quote that opens here is not closed: a field is far too long. Correct it, or export anew."
    elif begun != line:
        message = f"a quote that opens here ends in line {line}, in the middle of a field: one of them is stray."
    else:
        message = f"this is not CSV: {words}."
    return SourceError("S108", message, f"{place}:{begun}")


def _look_at(file: SourceFile, options: CsvOptions) -> CsvFile:
    path, place = file.path, file.place
    try:
        with path.open("rb") as raw:
            head = raw.read(1 << 16)
            whole = len(head) < 1 << 16
        encoding = options.encoding or detect_encoding(path, head, whole, place)
        if b"\0" in head and not encoding.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
            line = head[: head.index(b"\0")].count(b"\n") + 1
            message = "zero bytes in the text: the file is damaged, or no text. Export it anew."
            raise SourceError("S104", message, f"{place}:{line}")
        with decoded(path, encoding) as (text, _):
            for _ in range(options.skip_lines):
                next(text, None)
            some = [line for line, _ in zip(text, range(_LOOKED_AT), strict=False)]
        delimiter = options.delimiter or detect_delimiter(some[0] if some else "")
        reader = csv.reader(some, delimiter=delimiter, quotechar=options.quote, strict=True)
        names = options.header or joined(list(islice(reader, options.header_rows)), spread=True)
        rows = list(_until_broken(reader))
    except UnicodeDecodeError as error:
        raise undecodable(path, encoding, error, place) from None
    except csv.Error as error:
        raise _not_csv(error, options.skip_lines + 1, options.skip_lines + 1, place) from None
    except OSError as error:
        raise unreadable(place, error) from None
    header, called = _header(names, rows, place)
    return CsvFile(file, encoding, delimiter, header, called)


def _until_broken(reader: Iterator[list[str]]) -> Iterator[list[str]]:
    """The first rows; what is wrong with them is told when they are read."""
    with suppress(csv.Error):
        yield from reader


def _header(names: Sequence[str], rows: Sequence[Sequence[str]], place: str) -> tuple[tuple[str, ...], frozenset[str]]:
    """The columns' names, and which of them are none: a column is called by its place where a value stands in it.

    An empty column without a name, as a sheet that is saved as CSV often has at its end, is called "".
    """
    header = [cleaned(name).text for name in names]
    if looks_like_a_row(header):
        raise SourceError("S105", NO_NAMES, place)
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
