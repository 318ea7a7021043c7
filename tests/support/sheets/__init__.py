"""Sheets for tests: files that real programs wrote, and a writer for the form of LibreOffice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

SHEETS = Path(__file__).parent

_NAMES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def ods(rows: Iterable[Sequence[str | None]], name: str = "Elever") -> bytes:
    """A file with one sheet of texts."""
    cells = ("".join(map(_cell, row)) for row in rows)
    table = "".join(f"<table:table-row>{row}</table:table-row>" for row in cells)
    return ods_of(f'<table:table table:name="{name}">{table}</table:table>')


def ods_of(tables: str) -> bytes:
    """A file with these tables."""
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_TYPE}"/></manifest:manifest>'
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", _TYPE, zipfile.ZIP_STORED)
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", manifest)
    return file.getvalue()


def _cell(value: str | None) -> str:
    if not value:
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(value)}</text:p></table:table-cell>'
