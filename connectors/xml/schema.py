"""What rows and columns an XML file has: elements that come again, and what stands in them. For a first look.

An element is a row where several stand beside each other and something stands in it. Its columns are its attributes and
the texts of what is in it, up to the next such element; a row inside another one gets that one's ids too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from connectors.base import SourceError
from connectors.files.found import unreadable
from connectors.xml.parse import local, parsed

_MOST_PATHS = 5_000  # different ones; a document with more is text, not rows
_LIKE_AN_ID = ("id", "guid", "uuid", "nr", "nummer", "number", "kod", "code", "key", "ref")


@dataclass(frozen=True)
class XmlRows:
    """One kind of row. `rows` and `columns`: as the keys of an xml source in config.toml."""

    name: str
    rows: str
    columns: Mapping[str, str]


@dataclass
class _Kind:
    """All elements at one path. `repeated`: whether two stand in one parent; `is_text`: whether any has text."""

    repeated: bool = False
    is_text: bool = False
    attributes: dict[str, None] = field(default_factory=dict)
    children: dict[str, _Kind] = field(default_factory=dict)

    @property
    def is_row(self) -> bool:
        """Whether it is a row, and not a value of which there may be several."""
        return self.repeated and bool(self.attributes or self.children)


def rows(path: Path) -> list[XmlRows]:
    """The kinds of rows of a file, in order. Raises SourceError for what is no XML, or needs entities."""
    root = _looked_at(path)
    return list(_rows(root, (), ()))


def _looked_at(path: Path) -> _Kind:
    top = _Kind()
    open_kinds: list[_Kind] = [top]
    inside: list[set[str]] = [set()]  # names of children that this very element has had
    known = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal known
        parent, seen, plain = open_kinds[-1], inside[-1], local(name)
        if plain not in parent.children:
            known += 1
            if known > _MOST_PATHS:
                raise SourceError("S142", "the file is no list of rows: too many different elements.", str(path))
            parent.children[plain] = _Kind()
        kind = parent.children[plain]
        kind.repeated |= plain in seen
        seen.add(plain)
        kind.attributes.update(dict.fromkeys(map(local, attributes)))
        open_kinds.append(kind)
        inside.append(set())

    def end(name: str) -> None:
        open_kinds.pop()
        inside.pop()

    def text(found: str) -> None:
        if not found.isspace():
            open_kinds[-1].is_text = True

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    try:
        with path.open("rb") as file:
            for _ in parsed(file, str(path), parser):
                pass
    except OSError as error:
        raise unreadable(str(path), error) from None
    return next(iter(top.children.values()), top)


def _rows(kind: _Kind, steps: tuple[str, ...], above: tuple[tuple[str, _Kind], ...]) -> Iterator[XmlRows]:
    """`above`: the rows that this one stands in, the nearest last, each with the way up to it."""
    if steps and kind.is_row:
        yield XmlRows(steps[-1], "/".join(steps), _named([*_values(kind, ""), *_ids_above(above)]))
        above = (*above, ("", kind))
    climbed = tuple((f"../{way}", row) for way, row in above)
    for name, child in kind.children.items():
        yield from _rows(child, (*steps, name), climbed)


def _values(kind: _Kind, prefix: str) -> Iterator[tuple[str, str]]:
    """(name, path) of what stands in a row."""
    for attribute in kind.attributes:
        yield _column(f"{prefix}{attribute}"), f"{prefix}@{attribute}"
    if kind.is_text:
        yield (_column(prefix.rstrip("/")) if prefix else "text"), prefix.rstrip("/") or "."
    for name, child in kind.children.items():
        if not child.is_row:
            yield from _values(child, f"{prefix}{name}/")


def _ids_above(above: tuple[tuple[str, _Kind], ...]) -> Iterator[tuple[str, str]]:
    """What tells which rows this row stands in."""
    for way, row in above[-1:]:
        for name, path in _values(row, ""):
            if "/" not in path and name.casefold().endswith(_LIKE_AN_ID):
                yield f"above_{name}", f"{way}{path}"


def _column(path: str) -> str:
    return path.replace("/", "_")


def _named(values: list[tuple[str, str]]) -> dict[str, str]:
    """Column -> path; a name that comes twice gets a number."""
    found: dict[str, str] = {}
    for name, path in values:
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = path
    return found
