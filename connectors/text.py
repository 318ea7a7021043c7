"""What a text file is written in, and every database value as text."""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from connectors.base import Remark, SourceError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (";", "\t", ",", "|")
MIXED = "utf-8 or cp1252, line by line"
_UTF8_LETTERS = re.compile(rb"[\xc3-\xc5][\x80-\xbf]")
_CP1252_LETTERS = re.compile(rb"[\xe5\xe4\xf6\xc5\xc4\xd6]")
_DOS_LETTERS = re.compile(rb"[a-zA-Z][\x84\x86\x94]|[\x84\x86\x94\x8e\x8f\x99][a-z]")
_ASCII = bytes(range(0x80))
_FIRST = 400  # bytes
_ENOUGH = 3  # letters that speak for the code page of DOS


def known_encoding(name: str) -> str:
    """The codec's own name. Raises ValueError for a name that is none; UTF-8 swallows a byte order mark."""
    try:
        found = codecs.lookup(name).name
    except LookupError:
        raise ValueError(f'"{name}" is no encoding; try utf-8, cp1252 or iso8859-1') from None
    return "utf-8-sig" if found == "utf-8" else found


def detect_encoding(path: Path, head: bytes, whole: bool, place: str) -> str:
    """By byte order mark; else UTF-8 where all of the file is UTF-8; else cp1252, as old Swedish systems write.

    MIXED where some lines are UTF-8 and others are not: two exports put together. Raises SourceError for the code page
    of DOS, which nothing but its letters tells from cp1252.
    """
    for bom, name in _BOMS:
        if name != "utf-8-sig" and head.startswith(bom):
            return name
    if (utf16 := _utf16_without_mark(head)) is not None:
        return utf16
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(head, final=whole)
        if not whole:
            with path.open("rb") as raw:
                raw.seek(len(head))
                while block := raw.read(1 << 20):
                    decoder.decode(block)
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return _not_utf8(path, place)
    return "utf-8-sig"


def _utf16_without_mark(head: bytes) -> str | None:
    """UTF-16 by every second byte being zero, as it is in names of columns and numbers."""
    some = head[:_FIRST]
    even, odd = some[0::2], some[1::2]
    if len(some) > 7 and odd.count(0) > 0.8 * len(odd) and not even.count(0):
        return "utf-16-le"
    if len(some) > 7 and even.count(0) > 0.8 * len(even) and not odd.count(0):
        return "utf-16-be"
    return None


def _not_utf8(path: Path, place: str) -> str:
    utf8 = cp1252 = False
    for block in _blocks(path):
        beyond = block.translate(None, _ASCII)  # so that the patterns have little to look through
        utf8 = utf8 or _UTF8_LETTERS.search(beyond) is not None
        cp1252 = cp1252 or _CP1252_LETTERS.search(beyond) is not None
    if not utf8 and not cp1252 and sum(len(_DOS_LETTERS.findall(block)) for block in _blocks(path)) >= _ENOUGH:
        message = 'å, ä and ö are those of DOS. Set `encoding = "cp850"` for this source, or export it as UTF-8.'
        raise SourceError("S104", message, place)
    return MIXED if utf8 else "cp1252"


def _blocks(path: Path) -> Iterator[bytes]:
    """The file's bytes, about a megabyte at a time, cut at ends of lines."""
    with path.open("rb") as raw:
        while lines := raw.readlines(1 << 20):
            yield b"".join(lines)


class MixedLines:
    """Lines of a file, each in its own encoding. `remark()` tells of it when they have been read.

    `lines`: the file's lines, decoded as latin-1, which keeps every byte.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = lines
        self._first: dict[str, int] = {}
        self._counts = {"UTF-8": 0, "cp1252": 0}

    def __iter__(self) -> Iterator[str]:
        for number, line in enumerate(self._lines, 1):
            yield line if line.isascii() else self._decoded(line.encode("latin-1"), number)

    def _decoded(self, line: bytes, number: int) -> str:
        try:
            text, encoding = line.decode("utf-8-sig" if number == 1 else "utf-8"), "UTF-8"
        except UnicodeDecodeError:
            text, encoding = line.decode("cp1252"), "cp1252"
        self._counts[encoding] += 1
        self._first.setdefault(encoding, number)
        return text

    def remark(self, place: str) -> Remark | None:
        """What to tell when all lines are read; None where they turned out to have one encoding."""
        if len(self._first) < 2:
            return None
        few = min(self._counts, key=lambda encoding: self._counts[encoding])
        message = (
            f"lines in two encodings: {self._counts[few]} in {few}, the first of them this one, the rest in "
            f"{'UTF-8' if few == 'cp1252' else 'cp1252'}. Each was read in its own; export all of it in one."
        )
        return Remark("S152", message, f"{place}:{self._first[few]}")


@contextmanager
def decoded(path: Path, encoding: str) -> Iterator[tuple[Iterator[str], MixedLines | None]]:
    """The file's lines as text; and where each has its own encoding, what tells of that."""
    with path.open(encoding="latin-1" if encoding == MIXED else encoding, newline="") as text:
        mixed = MixedLines(text) if encoding == MIXED else None
        yield iter(mixed or text), mixed


def detect_delimiter(line: str) -> str:
    """The sign that stands most often in the header outside quotes; ";" where none does."""
    counts = {sign: len(next(csv.reader([line], delimiter=sign), [""])) for sign in _DELIMITERS}
    return max(_DELIMITERS, key=lambda sign: counts[sign])


def undecodable(path: Path, encoding: str, error: UnicodeDecodeError, place: str) -> SourceError:
    """What to say of a file that is not in its encoding, with the line where that begins."""
    byte = error.object[error.start : error.start + 1].hex() if isinstance(error.object, bytes) else "?"
    plain, line = encoding.removesuffix("-sig"), 0
    if not plain.startswith(("utf-16", "utf-32", "utf_16", "utf_32")):
        with path.open("rb") as raw:
            line = next((number for number, text in enumerate(raw, 1) if not _is_in(text, plain)), 0)
    message = f"the byte 0x{byte} is not {plain}. Set `encoding` (cp1252, utf-8 …) for this source, or export anew."
    return SourceError("S104", message, f"{place}:{line}" if line else place)


def _is_in(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


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
