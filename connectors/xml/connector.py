"""XML files such as IMS Enterprise exports: one element a row, its columns named by short paths. Streamed.

Names are compared without their namespace prefix, for vendors change namespaces with each version. Entities are
refused: no register needs them, and a hostile file could make gigabytes or read other files with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from pydantic import Field, ValidationInfo, field_validator

from connectors.base import Batch
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFile, SourceFiles, unreadable
from connectors.files.options import FileOptions
from connectors.xml.parse import local, parsed

BATCH = 2000  # rows
_STEP = re.compile(r"(?P<name>\.\.|[^\[\]/@]+)(?:\[(?P<key>@?[^\[\]/=]+)='(?P<value>[^']*)'\])?\Z")
_FORM = "steps between /: name, name[@attribute='value'], name[child='value'], .. for the parent, @attribute last"
_ROOT = "/"


class XmlOptions(FileOptions):
    """Keys of an xml source in config.toml."""

    rows: str = Field(min_length=1, description="path from the root to the elements that are rows: membership/member")
    columns: dict[str, str] = Field(min_length=1, description="column: path from the row's element")

    @field_validator("rows")
    @classmethod
    def _plain(cls, value: str) -> str:
        if re.search(r"[\[\]@]|\.\.", value):
            raise ValueError("is names between /; conditions belong in the mapping's `keep`")
        return value.strip("/")

    @field_validator("columns")
    @classmethod
    def _readable(cls, value: dict[str, str], info: ValidationInfo) -> dict[str, str]:
        rows = str(info.data.get("rows", "")).split("/")
        for path in value.values():
            steps = _steps(path)
            if _climbs(steps) >= len(rows) or (_from_root(steps) and steps[1].name == rows[0]):
                raise ValueError(f'"{path}" reaches beyond the row; /name is for what stands before all rows')
        return value


@dataclass(frozen=True)
class _Step:
    """One step: to children of a name, to the parent (".."), to the root ("/"), or to an attribute ("@name")."""

    name: str
    key: str = ""
    value: str = ""


@dataclass(eq=False, slots=True)
class _Element:
    name: str
    attributes: dict[str, str]
    parent: _Element | None
    children: list[_Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """Its own text, without that of its children."""
        return "".join(self.texts).strip()


class XmlConnector(FileConnector[XmlOptions, "XmlTable"]):
    """One or several XML files of one form."""

    Options = XmlOptions

    def table(self, found: SourceFiles) -> XmlTable:
        """All files are read when their rows are."""
        return XmlTable(found, self.options)


class XmlTable(FileTable):
    """Open XML files."""

    def __init__(self, found: SourceFiles, options: XmlOptions) -> None:
        super().__init__(found, options)
        self._found = found
        self._options = options
        self.columns = tuple(options.columns)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of all files; the first row element is number 1. Raises SourceError, also half-way."""
        paths = [_steps(self._options.columns[column]) for column in columns]
        number, rows = 1, []
        for element in self._elements():
            rows.append(tuple(_value(element, path) for path in paths))
            if len(rows) == BATCH:
                yield Batch(number, rows)
                number, rows = number + len(rows), []
        if rows:
            yield Batch(number, rows)

    def _elements(self) -> Iterator[_Element]:
        paths = [_steps(path) for path in self._options.columns.values()]
        climbs = max(map(_climbs, paths))
        head = {steps[1].name for steps in paths if _from_root(steps)}
        for file in self._found.files:
            try:
                yield from _Walk(file, self._options.rows.split("/"), climbs, head).elements()
                file.unchanged()
            except OSError as error:
                raise unreadable(file.place, error) from None


class _Walk:
    """One pass over one file. Of the tree only the element is kept that the paths of its rows can reach, and of the
    root's children those that are named as its head.
    """

    def __init__(self, file: SourceFile, steps: list[str], climbs: int, head: set[str]) -> None:
        self._file = file
        self._whole = steps[: len(steps) - climbs]
        self._rest = steps[len(self._whole) :]
        self._head = head
        self._root = _Element("", {}, None)
        self._open: list[str] = []
        self._kept = self._root
        self._done: list[_Element] = []

    def elements(self) -> Iterator[_Element]:
        """The row elements, as soon as what they can reach is read."""
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        with self._file.path.open("rb") as raw:
            for _ in parsed(raw, self._file.place, parser):
                yield from self._rows()
        yield from self._rows()

    def _rows(self) -> Iterator[_Element]:
        done, self._done = self._done, []
        for element in done:
            found = [element]
            for name in self._rest:
                found = [child for one in found for child in one.children if child.name == name]
            yield from found

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        plain_name = local(name)
        depth = len(self._open)
        outside = self._kept is self._root
        at_whole = depth == len(self._whole) and [*self._open[1:], plain_name] == self._whole
        in_head = depth == 1 and plain_name in self._head and all(one.name != plain_name for one in self._root.children)
        if not outside or at_whole or in_head:
            plain = {local(key): value.strip() for key, value in attributes.items()}
            element = _Element(plain_name, plain, self._kept)
            if not outside or in_head:
                self._kept.children.append(element)
            self._kept = element
        self._open.append(plain_name)

    def _end(self, name: str) -> None:
        self._open.pop()
        if self._kept.parent is not None:
            if self._kept.parent is self._root and self._kept.name not in self._head:
                self._done.append(self._kept)
            self._kept = self._kept.parent

    def _text(self, text: str) -> None:
        if self._kept is not self._root:
            self._kept.texts.append(text)


def _steps(path: str) -> tuple[_Step, ...]:
    """Raises ValueError for what is no path."""
    found = [_Step(_ROOT)] if path.strip().startswith(_ROOT) else []
    parts = [] if path.strip() == "." else re.split(r"/(?![^\[]*\])", path.strip().strip("/"))
    for position, part in enumerate(parts):
        if part.startswith("@") and position == len(parts) - 1:
            found.append(_Step(part))
        elif step := _STEP.match(part):
            found.append(_Step(step["name"], step["key"] or "", step["value"] or ""))
        else:
            raise ValueError(f'"{path}" is no path; {_FORM}')
    return tuple(found)


def _from_root(steps: tuple[_Step, ...]) -> bool:
    return len(steps) > 1 and steps[0].name == _ROOT


def _climbs(steps: tuple[_Step, ...]) -> int:
    return sum(step.name == ".." for step in steps)


def _value(row: _Element, steps: tuple[_Step, ...]) -> str:
    """The text that a path leads to; several with commas between them."""
    found = [row]
    for step in steps:
        if step.name.startswith("@"):
            return ",".join(value for one in found if (value := one.attributes.get(step.name[1:])))
        if step.name == "..":
            found = [one.parent for one in found if one.parent is not None]
        elif step.name == _ROOT:
            found = [_top(row)]
        else:
            found = [child for one in found for child in one.children if child.name == step.name and _fits(child, step)]
    return ",".join(text for one in found if (text := one.text))


def _top(element: _Element) -> _Element:
    while element.parent is not None:
        element = element.parent
    return element


def _fits(element: _Element, step: _Step) -> bool:
    if not step.key:
        return True
    if step.key.startswith("@"):
        return element.attributes.get(step.key[1:]) == step.value
    return any(child.name == step.key and child.text == step.value for child in element.children)
