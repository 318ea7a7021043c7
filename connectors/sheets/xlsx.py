"""Marks of a sheet in .xlsx and .xlsm. Only a sheet in which there may be some is gone through cell by cell."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.parsers import expat

from connectors.sheets.marks import Marks, pattern, place, shown
from connectors.xml.parse import local, parsed

_STYLES = "xl/styles.xml"
_BLOCK = 1 << 20  # bytes
_SUSPECT = (b'hidden="1"', b'hidden="true"', b't="e"', b"<f>", b"<f ", b"<f/", b":f>", b":f ")
_OVERLAP = 20  # bytes, so that nothing is missed where two blocks meet


def marks(path: Path, sheet: str) -> Marks:
    """The marks of a sheet, without its merged cells. Raises SourceError, BadZipFile, KeyError, OSError."""
    with zipfile.ZipFile(path) as book:
        file = _file_of(book, path, sheet)
        forms = _forms(book, path)
        if not _may_have(book, file, forms):
            return Marks()
        return _read(book, path, file, forms)


def _file_of(book: zipfile.ZipFile, path: Path, sheet: str) -> str:
    ids = {
        a["name"]: next(a[key] for key in a if local(key) == "id")
        for a in _elements(book, path, "xl/workbook.xml", "sheet")
    }
    targets = {a["Id"]: a["Target"] for a in _elements(book, path, "xl/_rels/workbook.xml.rels", "Relationship")}
    target = targets[ids[sheet]]
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _forms(book: zipfile.ZipFile, path: Path) -> dict[str, str]:
    """Style of a cell -> its format, where it gives zeros or hyphens."""
    if _STYLES not in book.namelist():
        return {}
    codes = {a["numFmtId"]: a["formatCode"] for a in _elements(book, path, _STYLES, "numFmt")}
    styles = [a.get("numFmtId", "0") for a in _elements(book, path, _STYLES, "xf", inside="cellXfs")]
    found = {str(style): pattern(codes.get(number, "")) for style, number in enumerate(styles)}
    return {style: form for style, form in found.items() if form}


def _elements(book: zipfile.ZipFile, path: Path, name: str, wanted: str, inside: str = "") -> Iterator[dict[str, str]]:
    """The attributes of all elements of a name."""
    found: list[dict[str, str]] = []
    open_names: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        if local(element) == wanted and (not inside or inside in open_names):
            found.append(attributes)
        open_names.append(local(element))

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.EndElementHandler = lambda element: open_names.pop()
    with book.open(name) as file:
        for _ in parsed(file, f"{path}/{name}", parser):
            pass
    return iter(found)


def _may_have(book: zipfile.ZipFile, file: str, forms: dict[str, str]) -> bool:
    suspect, tail = [*_SUSPECT, *(f's="{style}"'.encode() for style in forms)], b""
    with book.open(file) as raw:
        while block := raw.read(_BLOCK):
            if any(mark in block or mark in tail + block[:_OVERLAP] for mark in suspect):
                return True
            tail = block[-_OVERLAP:]
    return False


def _read(book: zipfile.ZipFile, path: Path, file: str, forms: dict[str, str]) -> Marks:
    found = Marks()
    row: Any = 0
    column = -1
    cell: dict[str, str] = {}
    texts: dict[str, list[str]] = {}
    into: list[str] = []

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal row, column, cell, into
        plain = local(element)
        if plain == "row":
            row, column = int(attributes.get("r", row + 1)), -1
            if attributes.get("hidden") in ("1", "true"):
                found.hidden.append(row - 1)
        elif plain == "c":
            column = place(attributes["r"])[1] if "r" in attributes else column + 1
            cell = attributes
            texts.clear()
        elif plain in ("v", "f"):
            into = texts.setdefault(plain, [])

    def end(element: str) -> None:
        nonlocal into
        plain = local(element)
        if plain in ("v", "f"):
            into = []
        elif plain == "c":
            at, value = (row - 1, column), "".join(texts.get("v", ()))
            if cell.get("t") == "e":
                found.errors[at] = value
            elif "f" in texts and not value and cell.get("t") != "str":
                found.not_computed.append(at)
            elif value and cell.get("t", "n") == "n" and (form := forms.get(cell.get("s", ""))):
                found.shown[at] = shown(float(value), form)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = lambda text: into.append(text)
    with book.open(file) as raw:
        for _ in parsed(raw, f"{path}/{file}", parser):
            pass
    return found
