"""What is wrong with a file as JSON, told without what stands in it.

Values that stand too deep in one another are refused before they are read: the parser's memory grows with the square.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO

from connectors.base import SourceError

_DEEPEST = 500
_STEP = 1 << 12  # bytes: as much deeper may a file get before it is seen
_OTHERS = bytes(sign for sign in range(256) if sign not in b'[]{}"')


class Shallow:
    """Passes a file's bytes on, and counts brackets outside texts."""

    def __init__(self, file: IO[bytes], place: str) -> None:
        self._file, self._place = file, place
        self._depth, self._inside, self._escape = 0, False, b""

    def read(self, size: int = -1) -> bytes:
        """As a file's. Raises SourceError where it gets too deep."""
        found = self._file.read(size)
        for start in range(0, len(found), _STEP):
            self._count(self._escape + found[start : start + _STEP])
        return found

    def _count(self, piece: bytes) -> None:
        plain = piece.replace(b"\\\\", b"")
        self._escape = b"\\" if plain.endswith(b"\\") else b""
        parts = plain.replace(b'\\"', b"").translate(None, _OTHERS).split(b'"')
        outside = b"".join(parts[self._inside :: 2])
        self._inside ^= len(parts) % 2 == 0
        self._depth += sum(map(outside.count, (b"[", b"{"))) - sum(map(outside.count, (b"]", b"}")))
        if self._depth > _DEEPEST:
            message = f"values stand more than {_DEEPEST} deep in one another: this is no list of rows."
            raise SourceError("S143", message, self._place)


def not_json(path: Path, error: Exception, place: str) -> SourceError:
    """What to say of a file that is no JSON: the parser's words without its excerpt, which may be somebody's data."""
    with path.open("rb") as raw:
        for number, line in enumerate(raw, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                message = "JSON must be UTF-8, and this line is not. Export it anew."
                return SourceError("S104", message, f"{place}:{number}")
    words = next(iter(str(error.args[0] if error.args else error).removeprefix("b'").splitlines()), "")
    return SourceError("S143", f"this is not whole JSON ({_plain(words)}). Export it anew.", place)


def _plain(words: str) -> str:
    found = words.partition("\\n")[0].replace("lexical error: ", "").replace("parse error: ", "").strip().rstrip(".'")
    return found if found.replace(" ", "").replace(",", "").replace("(", "").replace(")", "").isalpha() else "damaged"
