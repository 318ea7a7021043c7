"""Marks of a sheet in .ods, in which each cell also says what is shown."""

from __future__ import annotations

import zipfile
from pathlib import Path
from xml.parsers import expat

from connectors.sheets.marks import Marks
from connectors.xml.parse import local, parsed

_CONTENT = "content.xml"


def marks(path: Path, sheet: str) -> Marks:
    """The marks of a sheet. Raises SourceError, BadZipFile, KeyError, OSError."""
    walk = _Walk(sheet)
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = walk.start, walk.end
    parser.CharacterDataHandler = walk.texts.append
    with zipfile.ZipFile(path) as book, book.open(_CONTENT) as raw:
        for _ in parsed(raw, f"{path}/{_CONTENT}", parser):
            pass
    return walk.found


class _Walk:
    """One pass; a row or cell that stands for several is counted as that many."""

    def __init__(self, sheet: str) -> None:
        self.found = Marks()
        self.texts: list[str] = []
        self._sheet, self._inside = sheet, False
        self._row = self._column = 0
        self._cell: dict[str, str] = {}
        self._rows = 1

    def start(self, element: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        name, plain = local(element), {local(key): value for key, value in attributes.items()}
        if name == "table":
            self._inside = plain.get("name") == self._sheet
            self._row = 0
        elif self._inside and name == "table-row":
            self._column, self._rows = 0, int(plain.get("number-rows-repeated", 1))
            if plain.get("visibility", "visible") != "visible" and self._rows < 1 << 16:
                self.found.hidden.extend(range(self._row, self._row + self._rows))
        elif self._inside and name in ("table-cell", "covered-table-cell"):
            self._cell = plain
            self.texts.clear()

    def end(self, element: str) -> None:
        """An element ends."""
        name = local(element)
        if not self._inside:
            return
        if name == "table":
            self._inside = False
        elif name == "table-row":
            self._row += self._rows
        elif name in ("table-cell", "covered-table-cell"):
            again = int(self._cell.get("number-columns-repeated", 1))
            if self.texts or self._cell.get("formula") or "number-rows-spanned" in self._cell:
                for row in range(self._row, self._row + self._rows):
                    for column in range(self._column, self._column + again):
                        self._mark(row, column, "".join(self.texts).strip())
            self._column += again

    def _mark(self, row: int, column: int, text: str) -> None:
        cell = self._cell
        down, right = int(cell.get("number-rows-spanned", 1)), int(cell.get("number-columns-spanned", 1))
        if down > 1 or right > 1:
            self.found.merged.append(((row, column), (row + down - 1, column + right - 1)))
        if text.startswith(("#", "Err:")) and cell.get("formula"):
            self.found.errors[row, column] = text
        elif cell.get("value-type") == "float":
            digits = text.replace("-", "")
            value = float(cell.get("value", "nan"))
            if digits.isdigit() and text != digits.lstrip("0") and value.is_integer() and int(digits) == int(value):
                self.found.shown[row, column] = text
        elif cell.get("formula") and not text and cell.get("value-type") is None:
            self.found.not_computed.append((row, column))
