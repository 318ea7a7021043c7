"""What a source is to the rest: a header, and batches of rows of text. Knows nothing of SS12000.

A connector of your own is a class with this shape, named by an entry point in the group
`ss12000_adapter.connectors`; `tests/contract/test_connectors.py` shows what is expected of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol, runtime_checkable

from pydantic import BaseModel

Cell = str | None
"""Every cell is text: numbers, dates and uuids are written the ISO way; None is SQL's NULL."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows in source order. `first_row`: number of the first, as an administrator would count it."""

    first_row: int
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to tell about a source that could be read all the same. No row values in the message."""

    code: str
    message: str
    place: str


class Lines(Protocol):
    """A source whose rows are lines: one that was there on another night need not be taken apart again."""

    @property
    def first(self) -> int:
        """The number of the first line."""
        ...

    @property
    def how(self) -> str:
        """How lines are read: the same line read otherwise is another row."""
        ...

    def __iter__(self) -> Iterator[bytes]:
        """All lines, as they lie there."""
        ...

    def cells(self, places: Sequence[int], columns: Sequence[str]) -> list[Sequence[Cell] | None]:
        """These columns of some lines, the first line being 0; None for a line that is no row.

        Raises SourceError, also for a line that does not stand alone.
        """
        ...


class SourceError(Exception):
    """A source that cannot be read. `code` S1xx; the message says what, why and what to do; no row values."""

    def __init__(self, code: str, message: str, place: str = "") -> None:
        super().__init__(f"{place}: {code} {message}" if place else f"{code} {message}")
        self.code = code
        self.message = message
        self.place = place


@runtime_checkable
class SourceTable(Protocol):
    """An open source. Closing it (context manager) ends the read, also half-way.

    It may have `place`, what messages call it where that says more than the source's name: a file's path; and
    `remarks`, a list of Remark that is complete when the rows have been read; and `lines()`, which gives `Lines`, or
    None where its rows are not simply lines.
    """

    @property
    def columns(self) -> Sequence[str]:
        """The header, as the source spells it. Reading it reads no person."""
        ...

    @property
    def age_hours(self) -> float | None:
        """How long ago the source was written; None where it is always current (a database)."""
        ...

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, only these columns, in this order. Raises SourceError, also half-way."""
        ...

    def __enter__(self) -> SourceTable: ...

    def __exit__(self, *details: object) -> None: ...


class Connector(Protocol):
    """A kind of source. `Options` are its keys in config.toml, checked before anything is opened.

    It may have `imprint(key)`, which gives an `imprints.Imprint` where the source can be known again without reading
    its rows: a night on which no source has changed is then over at once.
    """

    Options: ClassVar[type[BaseModel]]

    def __init__(self, name: str, options: Any) -> None: ...

    def open(self) -> SourceTable:
        """Open for reading only. Raises SourceError."""
        ...
