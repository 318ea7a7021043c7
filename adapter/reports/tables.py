"""A report as CSV and as Excel: cells are data, whatever sign they begin with."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterator

from adapter.reports.content import Cells, Report, cells
from adapter.reports.days import day
from adapter.reports.words import Words

_FORMULA = re.compile(r"[=+\-@\t\r|]")
_NO_SHEET_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_WIDTHS = (10, 24, 26, 14, 14, 22, 60, 60, 16, 8, 38, 12, 8)


def as_csv(report: Report, words: Words) -> bytes:
    """As a Swedish Excel opens it by a double click: semicolons, UTF-8 with its mark.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, words.columns, delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    for row in _rows(report, words):
        writer.writerow({name: _harmless(value) for name, value in row.items()})
    return text.getvalue().encode("utf-8-sig")


def as_excel(report: Report, words: Words) -> bytes:
    """A sheet with all, and one for each school unit: filters, real dates and numbers, the heading stays in sight."""
    import pandas as pd  # takes half a second, which only who writes Excel pays

    file, used = io.BytesIO(), set[str]()
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with pd.ExcelWriter(
        file, engine="xlsxwriter", date_format="yyyy-mm-dd", engine_kwargs={"options": options}
    ) as writer:
        for name, part in _sheets(report, words):
            sheet = _sheet_name(name, used)
            frame = pd.DataFrame(list(_rows(part, words)), columns=list(words.columns))
            row_numbers = words.columns[9]
            frame[row_numbers] = frame[row_numbers].astype("Int64")
            frame.to_excel(writer, sheet_name=sheet, index=False, freeze_panes=(1, 0))
            made = writer.sheets[sheet]
            made.autofilter(0, 0, max(1, len(frame)), len(words.columns) - 1)
            wrapped = writer.book.add_format({"text_wrap": True, "valign": "top"})
            for place, width in enumerate(_WIDTHS):
                made.set_column(place, place, width, wrapped)
    return file.getvalue()


def _sheets(report: Report, words: Words) -> Iterator[tuple[str, Report]]:
    yield words.all_units, report
    units = report.units()
    if len(units) > 1:
        yield from ((unit.name, report.of(unit)) for unit in units)


def _sheet_name(name: str, used: set[str]) -> str:
    """A name that Excel takes, and that no other sheet has."""
    clean = _NO_SHEET_NAME.sub(" ", name).strip("' ")[:_LONGEST_NAME] or "?"
    found, number = clean, 1
    while found.casefold() in used or found.casefold() == "history":
        number += 1
        found = f"{clean[: _LONGEST_NAME - 4]} ({number})"
    used.add(found.casefold())
    return found


def _rows(report: Report, words: Words) -> Iterator[Cells]:
    return (cells(row, words, day) for row in report.rows)


def _harmless(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    text = "" if value is None else str(value)
    return f"'{text}" if _FORMULA.match(text) else text
