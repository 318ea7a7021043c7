"""JSON and JSON Lines: rows in a list that a path leads to, or one a line. Streamed."""

from __future__ import annotations

import codecs
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Any, BinaryIO

import ijson
import orjson
from pydantic import Field

from connectors.base import Batch, Cell, Remark, SourceError
from connectors.batches import BATCH, runs
from connectors.files.connector import FileConnector, FileTable
from connectors.files.found import SourceFile, SourceFiles, unreadable
from connectors.files.lines import FileLines
from connectors.files.options import FileOptions
from connectors.headers import looks_like_a_row
from connectors.json.paths import cell, paths, steps, within, written
from connectors.json.schema import has_list, lists
from connectors.json.shallow import Shallow, not_json

_LOOKED_AT = 1000  # rows, for the columns
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_LINES = (".jsonl", ".ndjson")
_HEAD = 1 << 20  # bytes, in which the first line ends
_TEXTS = frozenset((str, type(None)))
_BLANK = b" \t\r\n"


class JsonOptions(FileOptions):
    """Keys of a json source in config.toml."""

    rows: str = Field(default="", description="path to the rows: data.elever, skolor[].elever; default: the top")
    columns: dict[str, str] | None = Field(default=None, description="column: path in the row; default: found out")


@dataclass(frozen=True)
class _File:
    file: SourceFile
    is_lines: bool


class JsonConnector(FileConnector[JsonOptions, "JsonTable"]):
    """One or several files of one form."""

    Options = JsonOptions

    def table(self, found: SourceFiles) -> JsonTable:
        """Look at the first rows. Raises SourceError."""
        return JsonTable([_File(file, _is_lines(file, self.options)) for file in found.files], self.options, found)


class JsonTable(FileTable):
    """Open files."""

    def __init__(self, files: Sequence[_File], options: JsonOptions, found: SourceFiles) -> None:
        super().__init__(found, options)
        self._files, self._options = files, options
        self._found_out = options.columns is None
        seen = self._looked_at()
        self._paths = {name: steps(path) for name, path in (options.columns or {}).items()} or {
            written(path): path for path in seen if not any(other[: len(path)] == path != other for other in seen)
        }
        if self._found_out and looks_like_a_row(list(self._paths)):
            message = "names in the file are personnummer, and so no names of columns. Export rows, or name `columns`."
            raise SourceError("S105", message, self.place)
        if not self._found_out and seen:
            self._tell_of_paths(seen)
        self.columns = tuple(self._paths)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows of all files; in JSON the first row is number 1, in JSON Lines a row has its line's number."""
        paths_of = [self._paths[name] for name in columns]
        for file in self._files:
            pick = _Picker(columns, paths_of, file.file.place).cells
            unknown: dict[str, int] = {}
            for first, some in self._values(file):
                if self._found_out:
                    self._notice(some, first, unknown)
                yield from runs((pick(row, number) for number, row in enumerate(some, first)), first)
            for name, number in sorted(unknown.items()):
                message = f'"{name}" comes here for the first time: it is not read. Name it in `columns`.'
                self.remarks.append(Remark("S153", message, f"{file.file.place}:{number}"))

    def _tell_of_paths(self, seen: Iterable[tuple[str, ...]]) -> None:
        """Of columns whose path leads nowhere; what is around a row is not looked for."""
        for name, path in self._paths.items():
            if path[:1] != ("..",) and not any(one[: len(path)] == path for one in seen):
                message = f'nothing stands at "{written(path)}", which the column "{name}" names, in the first rows.'
                self.remarks.append(Remark("S158", message, self.place))

    def lines(self) -> JsonLines | None:
        """The one file's lines, where each is a row and its columns are named."""
        file = self._files[0]
        if len(self._files) > 1 or not file.is_lines or self._found_out:
            return None
        found = JsonLines(file.file, self._paths, self._options)
        self._to_close.callback(found.close)
        return found

    def _looked_at(self) -> dict[tuple[str, ...], None]:
        """What the first rows of every file have."""
        found: dict[tuple[str, ...], None] = {}
        for file in self._files:
            count = 0
            for first, some in self._values(file, _LOOKED_AT):
                for number, row in enumerate(some, first):
                    if row is not None and not isinstance(row, dict):
                        raise _no_object(file.file.place, number)
                    found.update(dict.fromkeys(paths(row) if row is not None else ()))
                count += len(some)
            if not count and self._options.rows and not has_list(file.file.path, self._options.rows):
                there = ", ".join(one.rows or "the top" for one in lists(file.file.path)[:6]) or "none"
                message = f'`rows` leads to no list of rows ("{self._options.rows}"); there are: {there}.'
                raise SourceError("S143", message, file.file.place)
        if not found and self._found_out:
            raise SourceError("S105", "no row is there to find out columns from. Name them in `columns`.", self.place)
        return found

    def _notice(self, rows: Sequence[Any], first: int, unknown: dict[str, int]) -> None:
        """See what stands in rows and in no column."""
        known = frozenset(self._paths.values())
        for number, row in enumerate(rows, first):
            for path in paths(row) if isinstance(row, dict) else ():
                if path not in known and cell(row, path) is not None:
                    unknown.setdefault(written(path), number)

    def _values(self, file: _File, most: int | None = None) -> Iterator[tuple[int, list[Any]]]:
        """(number of the first, rows); None for an empty line. Raises SourceError."""
        place, number = file.file.place, 1
        try:
            with file.file.path.open("rb") as raw:
                whole = iter(raw) if file.is_lines else _items(raw, self._options, place)
                values = islice(whole, most)
                while some := list(islice(values, BATCH)):
                    yield number, _parsed(some, place, number) if file.is_lines else some
                    number += len(some)
            if most is None:
                file.file.unchanged()
        except ijson.JSONError as error:
            raise not_json(file.file.path, error, place) from None
        except UnicodeDecodeError:
            raise SourceError("S104", "JSON must be UTF-8, and this is not. Export it anew.", place) from None
        except OSError as error:
            raise unreadable(place, error) from None


class JsonLines(FileLines):
    """See `base.Lines`."""

    def __init__(self, file: SourceFile, found: dict[str, tuple[str, ...]], options: JsonOptions) -> None:
        super().__init__(file, 0, repr(options))
        self._paths, self._place = found, file.place

    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """See `base.Lines`."""
        pick = _Picker(columns, [self._paths[name] for name in columns], self._place).cells
        found: list[Sequence[Cell] | None] = []
        for line, place in zip(self.some(places), places, strict=True):
            number = self.first + place
            (row,) = _parsed([line], self._place, number)
            found.append(pick(row, number))
        return found


def _is_lines(file: SourceFile, options: JsonOptions) -> bool:
    """Whether rows stand one a line. Raises SourceError where the file is one object, and no path leads into it."""
    with file.path.open("rb") as raw:
        head = raw.read(_HEAD).removeprefix(codecs.BOM_UTF8).lstrip(_BLANK)
    if head.startswith(_UTF16):
        raise SourceError("S104", "JSON must be UTF-8, and this is UTF-16. Export it anew.", file.place)
    if options.rows or head.startswith(b"["):
        return False
    if not head.startswith(b"{"):
        raise SourceError("S143", "this is no JSON: it begins neither with [ nor with {.", file.place)
    first, _, rest = head.partition(b"\n")
    if file.path.suffix.lower() not in _LINES and not (rest.strip() and _is_object(first)):
        message = "the file is one object. Say with `rows` where in it the rows are, such as data.elever."
        raise SourceError("S143", message, file.place)
    return True


def _is_object(line: bytes) -> bool:
    try:
        return isinstance(orjson.loads(line), dict)
    except orjson.JSONDecodeError:
        return False


def _items(raw: BinaryIO, options: JsonOptions, place: str) -> Iterator[Any]:
    """The rows that the path leads to; a byte order mark is passed over."""
    if raw.read(3) != codecs.BOM_UTF8:
        raw.seek(0)
    first, *inner = [part.strip(".") for part in options.rows.removesuffix("[]").split("[]")]
    found: Iterator[Any] = ijson.items(Shallow(raw, place), f"{first}.item" if first else "item", use_float=False)
    for path in inner:
        found = within(found, path)
    return found


def _parsed(lines: Sequence[bytes], place: str, first: int) -> list[Any]:
    """The rows of lines. Raises SourceError."""
    found: list[Any] = []
    for number, line in enumerate(lines, first):
        text = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
        if not text.strip(_BLANK):
            found.append(None)
            continue
        try:
            found.append(orjson.loads(text))
        except orjson.JSONDecodeError as error:
            message = f"the line is not JSON ({error.msg}). One row must stand on each line; else say `rows`."
            raise SourceError("S143", message, f"{place}:{number}:{error.colno}") from None
    return found


@dataclass(frozen=True)
class _Picker:
    """Takes columns from rows. Most columns are plain names, and most values texts."""

    columns: Sequence[str]
    paths: Sequence[tuple[str, ...]]
    place: str

    def cells(self, row: Any, number: int) -> tuple[Cell, ...] | None:
        """The texts; None where there is no row. Raises SourceError."""
        if row is None:
            return None
        if not isinstance(row, dict):
            raise _no_object(self.place, number)
        if self._names is not None and _TEXTS.issuperset(map(type, found := [row.get(name) for name in self._names])):
            return tuple(found)
        try:
            return tuple([cell(row, path) for path in self.paths])
        except TypeError:
            named = zip(self.columns, self.paths, strict=True)
            bad = next(name for name, path in named if not _has_text(row, path))
            message = f'the column "{bad}" holds an object; write a path into it.'
            raise SourceError("S125", message, f"{self.place}:{number}") from None

    @cached_property
    def _names(self) -> list[str] | None:
        """The columns' names in the row itself, where all have one."""
        return [path[0] for path in self.paths] if all(len(path) == 1 for path in self.paths) else None


def _no_object(place: str, number: int) -> SourceError:
    return SourceError("S143", "the row is no object with names and values.", f"{place}:{number}")


def _has_text(row: Any, path: tuple[str, ...]) -> bool:
    try:
        cell(row, path)
    except TypeError:
        return False
    return True
