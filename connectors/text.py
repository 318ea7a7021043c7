"""What a text file is written in, and every database value as text."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import uuid
from decimal import Decimal
from pathlib import Path
from typing import Any

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (";", "\t", ",", "|")


def known_encoding(name: str) -> str:
    """The codec's own name. Raises ValueError for a name that is none; UTF-8 swallows a byte order mark."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise ValueError(f'"{name}" is no encoding; try utf-8, cp1252 or iso8859-1') from None
    return "utf-8-sig" if found == "utf-8" else found


def detect_encoding(path: Path, head: bytes, whole: bool) -> str:
    """By byte order mark; else UTF-8 where all of the file is UTF-8; else cp1252, as old Swedish systems write."""
    for bom, name in _BOMS:
        if head.startswith(bom):
            return name
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
        if whole:
            return "utf-8"
        with path.open("rb") as raw:
            raw.seek(len(head))
            while block := raw.read(1 << 20):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def detect_delimiter(line: str) -> str:
    """The sign that stands most often in the header outside quotes; ";" where none does."""
    counts = {sign: len(next(csv.reader([line], delimiter=sign), [""])) for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def decoding_problem(error: UnicodeDecodeError, encoding: str) -> str:
    """In an administrator's words."""
    byte = error.object[error.start : error.start + 1].hex() if isinstance(error.object, bytes) else "?"
    return f"the byte 0x{byte} is not {encoding}. Set `encoding` (cp1252, utf-8 …) for this source, or export anew."


def as_text(value: Any) -> str | None:
    """One cell the ISO way. Raises TypeError for what has no text: a picture, a document."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, uuid.UUID)):
        return str(value)
    if isinstance(value, Decimal):
        return format(value.normalize() if value == value.to_integral_value() else value, "f")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, dt.datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, (bytes, bytearray, memoryview)) and len(value) == 16:
        return str(uuid.UUID(bytes=bytes(value)))
    raise TypeError(type(value).__name__)
