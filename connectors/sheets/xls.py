"""Marks of a sheet in .xls, the form of Excel before 2007."""

from __future__ import annotations

from pathlib import Path

import xlrd

from connectors.sheets.marks import Marks, pattern, shown


def marks(path: Path, sheet: str) -> Marks:
    """The marks of a sheet. Raises XLRDError, OSError."""
    with xlrd.open_workbook(str(path), formatting_info=True, on_demand=True) as book:
        read, found = book.sheet_by_name(sheet), Marks()
        forms = [pattern(book.format_map[style.format_key].format_str) for style in book.xf_list]
        found.hidden = sorted(row for row, info in read.rowinfo_map.items() if info.hidden)
        for row in range(read.nrows):
            for column, kind in enumerate(read.row_types(row)):
                if kind == xlrd.XL_CELL_ERROR:
                    code = int(read.cell_value(row, column))
                    found.errors[row, column] = xlrd.error_text_from_code.get(code, "#?")
                elif kind == xlrd.XL_CELL_NUMBER and (form := forms[read.cell_xf_index(row, column)]):
                    found.shown[row, column] = shown(float(read.cell_value(row, column)), form)
        return found
