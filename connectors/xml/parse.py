"""Reads an XML file piece by piece. Entities are refused: a hostile file could make gigabytes or read other files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from connectors.base import SourceError

_CHUNK = 1 << 14  # bytes
_TWICE_ENCODED_BOM = b"\xc3\xaf\xc2\xbb\xc2\xbf"  # seen from one vendor's interface


def parsed(path: Path, parser: expat.XMLParserType) -> Iterator[None]:
    """Give the whole file to the parser; comes back after every piece. Raises SourceError and OSError."""

    def refuse(name: str, *details: object) -> None:
        message = f'the file needs an entity of its own ("{name}"), which is refused. Have it exported without.'
        raise SourceError("S141", message, str(path))

    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
    with path.open("rb") as file:
        if file.read(len(_TWICE_ENCODED_BOM)) != _TWICE_ENCODED_BOM:
            file.seek(0)
        try:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk)
                yield
            parser.Parse(b"", True)
        except expat.ExpatError as error:
            words = expat.ErrorString(error.code)
            message = f"this is not whole XML ({words}). Export it anew."
            raise SourceError("S140", message, f"{path}:{error.lineno}") from None
        except (LookupError, UnicodeError, ValueError) as error:
            raise SourceError("S104", f"the encoding cannot be read: {error}.", str(path)) from None


def local(name: str) -> str:
    """A name without its namespace prefix, for vendors change namespaces with each version."""
    return name.rpartition(":")[2]
