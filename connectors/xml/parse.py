"""Reads an XML file piece by piece. Entities are refused: a hostile file could make gigabytes or read other files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO
from xml.parsers import expat

from connectors.base import SourceError

_CHUNK = 1 << 14  # bytes
_TWICE_ENCODED_BOM = b"\xc3\xaf\xc2\xbb\xc2\xbf"  # seen from one vendor's interface


def parsed(file: IO[bytes], place: str, parser: expat.XMLParserType) -> Iterator[None]:
    """Give a whole file to the parser; comes back after every piece. `place`: what messages call the file.

    Raises SourceError and OSError.
    """

    def refuse(name: str, *details: object) -> None:
        message = f'the file needs an entity of its own ("{name}"), which is refused. Have it exported without.'
        raise SourceError("S141", message, place)

    parser.EntityDeclHandler = refuse
    parser.SkippedEntityHandler = refuse
    try:
        chunk = file.read(_CHUNK).removeprefix(_TWICE_ENCODED_BOM)
        while chunk:
            parser.Parse(chunk)
            yield
            chunk = file.read(_CHUNK)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        words = expat.ErrorString(error.code)
        message = f"this is not whole XML ({words}). Export it anew."
        raise SourceError("S140", message, f"{place}:{error.lineno}") from None
    except (LookupError, UnicodeError, ValueError) as error:
        raise SourceError("S104", f"the encoding cannot be read: {error}.", place) from None


def local(name: str) -> str:
    """A name without its namespace prefix, for vendors change namespaces with each version."""
    return name.rpartition(":")[2]
