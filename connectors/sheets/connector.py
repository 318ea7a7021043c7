"""Excel and LibreOffice sheets: every cell as text, as a person sees it. Read with calamine.

A personnummer that became a number is one again, leading zeros that a format shows are there, dates are ISO dates, a
merged cell stands in each of its cells. What no person would want to have read unseen is told: errors, formulas that
were never computed, hidden rows, numbers that Excel has already cut.
"""

from __future__ import annotations

import difflib
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Self, TypeAlias

import python_calamine as calamine
from pydantic import Field, model_validator
from xlrd.biffh import XLRDError

from connectors.base import Batch, Cell, Remark, SourceError
from connectors.batches import BATCH
from connectors.cells import cleaned
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFile, SourceFiles, unreadable
from connectors.files.options import FileOptions
from connectors.headers import NO_NAMES, looks_like_a_row
from connectors.sheets import header, marks, ods, xls, xlsx
from connectors.sheets.values import plain

_TEXT = frozenset((str,))
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # in the container of an .xlsx with a password
_EXACT = 10**15  # Excel keeps fifteen digits of a number
_TEXT_IN_DISGUISE = (b"<", b"\xef\xbb\xbf", b"\xff\xfe")

Row: TypeAlias = Sequence[Any]
"""A row's values as calamine gives them: str, float, int, bool, date, datetime, time, timedelta; "" for none."""


class ExcelOptions(FileOptions):
    """Keys of an excel source in config.toml."""

    sheet: str | int | None = Field(
        default=None, description="its name, or its place from 1; default: the only one with rows"
    )
    header_row: int | None = Field(default=None, ge=1, description="the row with the names; default: found out")
    header_rows: int = Field(default=1, ge=1, le=5, description="how many rows the names take")
    header: tuple[str, ...] | None = Field(default=None, description="names, for sheets without a header")

    @model_validator(mode="after")
    def _one_header(self) -> Self:
        if self.header is not None and (self.header_row is not None or self.header_rows > 1):
            raise ValueError("`header` is for sheets without a header; leave out `header_row` and `header_rows`")
        return self


class ExcelConnector(FileConnector[ExcelOptions, "ExcelTable"]):
    """One sheet of one or several files."""

    Options = ExcelOptions

    def table(self, found: SourceFiles) -> ExcelTable:
        """Read the sheets' headers. Raises SourceError."""
        return ExcelTable([_look_at(file, self.options) for file in found.files], self.options, found)


class ExcelTable(FileTable):
    """Open sheets with the same columns."""

    def __init__(self, sheets: Sequence[_Sheet], options: ExcelOptions, found: SourceFiles) -> None:
        super().__init__(found, options)
        first = sheets[0]
        for other in sheets[1:]:
            if differing := sorted(set(other.columns) ^ set(first.columns)):
                message = f"the columns differ from those of {first.place} ({', '.join(differing)}). Make them alike."
                raise SourceError("S106", message, other.place)
        self._sheets = sheets
        self.columns = tuple(first.columns)
        self.place = first.place if len(sheets) == 1 else options.place

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows under the header, numbered as the sheet numbers them. Raises SourceError, also half-way."""
        for sheet in self._sheets:
            yield from sheet.batches(columns)
            self.remarks += sheet.remarks()


class _Sheet:
    """One sheet of one file."""

    def __init__(
        self, file: SourceFile, sheet: calamine.CalamineSheet, seen: marks.Marks, options: ExcelOptions
    ) -> None:
        self._file, self._sheet, self._seen = file, sheet, seen
        self._left = (sheet.start or (0, 0))[1]
        self._merged = {
            cell: first
            for first, last in [*(sheet.merged_cell_ranges or ()), *seen.merged]
            if last[0] - first[0] < 1 << 16  # a whole column that is merged holds no rows
            for cell in _cells(first, last)
        }
        self._cut: set[marks.Cell] = set()
        self._nameless: set[marks.Cell] = set()
        self.place = f"{file.place}, {sheet.name}"
        some = [row for _, row in islice(self._rows(), header.LOOKED_AT)]
        names, self._first = header.found(some, options.header, options.header_row, options.header_rows, self.place)
        self._names = [cleaned(name).text for name in names]
        if looks_like_a_row(self._names):
            raise SourceError("S105", NO_NAMES, self._at((self._first - 1, self._left)))
        for place, name in enumerate(self._names):
            if name and name in self._names[:place]:
                where = self._at((self._first - 1, self._left + place))
                raise SourceError("S105", f'the column "{name}" stands twice in the header.', where)
        self.columns = {name: place for place, name in enumerate(self._names) if name}

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """See ExcelTable."""
        wanted = [self.columns[column] for column in columns]
        nameless = [place for place, name in enumerate(self._names) if not name]
        rows = islice(self._rows(), self._first, None)
        while some := list(islice(rows, BATCH)):
            for number, row in some:
                self._nameless.update((number, at + self._left) for at in nameless if row[at] != "")
            yield Batch(some[0][0] + 1, [self._texts(number, row, wanted) for number, row in some])
        self._file.unchanged()

    def remarks(self) -> list[Remark]:
        """What to tell when all rows have been read."""
        told: list[tuple[str, str, str, Iterable[marks.Cell]]] = [
            ("S153", "values stand in a column without a name", "not read. Name it", self._nameless),
            ("S154", "cells show an error in place of a value", "read as empty. Mend the formula", self._seen.errors),
            ("S155", "formulas were never computed", "read as empty. Save it in Excel", self._seen.not_computed),
            ("S156", "rows are hidden", "read like all others. Delete what shall not be read", self._hidden()),
            ("S157", "numbers have more than 15 digits", "cut by the sheet already. Make them texts", self._cut),
        ]
        found = []
        for code, what, so, cells in told:
            if below := sorted(cell for cell in cells if cell[0] >= self._first):
                message = f"{what} ({len(below)} in all, the first here): they are {so}."
                found.append(Remark(code, message, self._at(below[0])))
        return found

    def _hidden(self) -> Iterator[marks.Cell]:
        """The first cells of hidden rows."""
        return ((row, self._left) for row in self._seen.hidden)

    def _at(self, cell: marks.Cell) -> str:
        return f"{self.place}:{cell[0] + 1}:{marks.letters(cell[1])}"

    def _rows(self) -> Iterator[tuple[int, Row]]:
        """(number from 0, values) of all rows from the sheet's first, merged cells filled."""
        if not self._merged:
            yield from enumerate(self._sheet.iter_rows())
            return
        tops: dict[marks.Cell, Any] = {}
        tops_of = set(self._merged.values())
        for number, row in enumerate(self._sheet.iter_rows()):
            for at in range(len(row)):
                cell = (number, at + self._left)
                if cell in tops_of:
                    tops[cell] = row[at]
                if cell in self._merged:
                    row[at] = tops.get(self._merged[cell], "")
            yield number, row

    def _texts(self, number: int, row: Row, wanted: Sequence[int]) -> tuple[Cell, ...]:
        picked = [row[at] for at in wanted]
        if _TEXT.issuperset(map(type, picked)):
            return tuple(picked)
        texts = []
        for at, value in zip(wanted, picked, strict=True):
            if isinstance(value, str):
                texts.append(value)
                continue
            cell = self._merged.get((number, at + self._left), (number, at + self._left))
            if cell in self._seen.shown:
                texts.append(self._seen.shown[cell])
                continue
            if isinstance(value, (int, float)) and abs(value) >= _EXACT:
                self._cut.add(cell)
            texts.append(plain(value))
        return tuple(texts)


def _cells(first: marks.Cell, last: marks.Cell) -> Iterator[marks.Cell]:
    for row in range(first[0], last[0] + 1):
        for column in range(first[1], last[1] + 1):
            yield row, column


def _look_at(file: SourceFile, options: ExcelOptions) -> _Sheet:
    try:
        with file.path.open("rb") as raw:  # its form is found out by what is in it, not by its name
            book = calamine.CalamineWorkbook.from_filelike(raw)
        sheet = _sheet(book, options.sheet, file.place)
        return _Sheet(file, sheet, _marks(file, sheet.name), options)
    except calamine.PasswordError:
        raise _with_password(file) from None
    except (calamine.CalamineError, zipfile.BadZipFile, XLRDError, KeyError) as error:
        raise _no_sheet(file, error) from None
    except OSError as error:
        raise unreadable(file.place, error) from None


def _marks(file: SourceFile, sheet: str) -> marks.Marks:
    if _head(file).startswith(_OLE):
        return xls.marks(file.path, sheet)
    with zipfile.ZipFile(file.path) as book:
        names = book.namelist()
    if "content.xml" in names:
        return ods.marks(file.path, sheet)
    return xlsx.marks(file.path, sheet) if "xl/workbook.xml" in names else marks.Marks()


def _head(file: SourceFile) -> bytes:
    with file.path.open("rb") as raw:
        return raw.read(512)


def _sheet(book: calamine.CalamineWorkbook, wanted: str | int | None, place: str) -> calamine.CalamineSheet:
    names = [found.name for found in book.sheets_metadata if found.typ == calamine.SheetTypeEnum.WorkSheet]
    listed = ", ".join(f'"{name}"' for name in names[:8])
    if isinstance(wanted, int):
        if not 1 <= wanted <= len(names):
            raise SourceError("S144", f"there is no sheet number {wanted}; there are {listed}.", place)
        return book.get_sheet_by_name(names[wanted - 1])
    if wanted is not None:
        if wanted not in names:
            close = difflib.get_close_matches(wanted.lower(), [name.lower() for name in names], n=1)
            meant = next((f' Did you mean "{name}"?' for name in names if close and name.lower() == close[0]), "")
            raise SourceError("S144", f'there is no sheet "{wanted}"; there are {listed}.{meant}', place)
        return book.get_sheet_by_name(wanted)
    visible = {found.name for found in book.sheets_metadata if found.visible == calamine.SheetVisibleEnum.Visible}
    filled = [sheet for name in names if name in visible and (sheet := book.get_sheet_by_name(name)).height > 1]
    if len(filled) != 1:
        what = "several sheets hold rows" if filled else "no sheet holds a header and a row"
        raise SourceError("S144", f"{what}; there are {listed}. Say which with `sheet`.", place)
    return filled[0]


def _with_password(file: SourceFile) -> SourceError:
    return SourceError("S145", "the file has a password. Save it without one.", file.place)


def _no_sheet(file: SourceFile, error: Exception) -> SourceError:
    head = _head(file)
    if head.lstrip().startswith(_TEXT_IN_DISGUISE) or (b"\0" not in head and not head.startswith((b"PK", b"\xd0\xcf"))):
        message = 'this is text with the name of a sheet, as some systems write. Read it with connector = "csv".'
        return SourceError("S145", message, file.place)
    if head.startswith(_OLE) and _ENCRYPTED in file.path.read_bytes():
        return _with_password(file)
    words = str(error).strip().splitlines()[0][:120] if str(error).strip() else type(error).__name__
    return SourceError("S145", f"this is no sheet, or it is cut off ({words}). Save it anew.", file.place)
