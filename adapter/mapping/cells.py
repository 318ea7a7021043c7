"""Cells of rows while they are read: where a column leads, the conversions of an `as:`, keys in another form."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapter.findings import RowRef, Span
from adapter.mapping import conversions
from adapter.mapping.conversions import Conversion
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import CodeList, Frames, Get, OwnCell


@dataclass(frozen=True)
class Cell:
    """A column, found: its text, and for messages the row it stands in."""

    get: Callable[[Frames], str]
    place: Callable[[Frames], RowRef]
    column: str
    columns: tuple[str, ...]
    origin: str  # the column, with its source where that is not the own row
    why_empty: Callable[[Frames], str] = lambda frames: "is empty"
    kind: str = ""
    optional: bool = False  # whether the source may lack the column

    @property
    def own_slot(self) -> int:
        """Where it stands in the own row; 0 where it comes from elsewhere."""
        return self.get.slot if isinstance(self.get, OwnCell) else 0


@dataclass(frozen=True)
class Steps:
    """The conversions of an `as:` in order, and where they stand; none where nothing is converted."""

    steps: tuple[Conversion, ...] = ()
    span: Span | None = None

    @property
    def gives(self) -> str:
        """What comes out."""
        return self.steps[-1].gives if self.steps else conversions.TEXT

    def apply(self, text: str) -> Any:
        """A text, converted. Raises ValueError where that cannot be."""
        value: Any = text
        for step in self.steps:
            value = step.apply(value)
            if value == "":  # nothing is left, as in an empty cell
                break
        return value


class ConvertedKey:
    """A key column in another form: what cannot be converted is compared as it stands, and so matches nothing.

    `unread` holds those, by row and text, however often a row is asked; `first` is the first row of them.
    """

    def __init__(self, cell: Cell, steps: Steps, codes: CodeList | None = None) -> None:
        self._get, self._place, self._steps = cell.get, cell.place, steps
        self._translate = codes.translate if codes else None
        forms = [step.name for step in steps.steps] + ([f"codes {codes.name}"] if codes else [])
        self.column, self.form = cell.column, ", ".join(forms)
        self.unread: set[tuple[RowRef, str]] = set()

    @property
    def first(self) -> RowRef | None:
        """The first of them."""
        return min((row for row, _ in self.unread), default=None)

    def __call__(self, frames: Frames) -> object:
        text = self._get(frames)
        try:
            value = str(self._steps.apply(text)) if text else text
            translated = self._translate(value) if self._translate is not None else value
            if translated is None and value:
                raise ValueError
        except ValueError:
            self.unread.add((self._place(frames), text))
            return text
        return translated or ""

    def filled(self, frames: Frames) -> bool:
        """Whether there is anything to convert; asking counts nothing."""
        return bool(self._get(frames))


def converted(get: Get) -> Iterator[ConvertedKey]:
    """The converted columns in a part of a key."""
    if isinstance(get, ConvertedKey):
        yield get
    for part in get.gets if isinstance(get, FirstFilled) else ():
        yield from converted(part)


class FirstFilled:
    """A part of a key: the first of some columns that is not empty."""

    def __init__(self, gets: Sequence[Get]) -> None:
        self.gets = gets

    def __call__(self, frames: Frames) -> object:
        return next((text for get in self.gets if (text := get(frames))), "")

    def filled(self, frames: Frames) -> bool:
        """Whether any of them is filled."""
        return any(filled(get, frames) for get in self.gets)


def filled(get: Get, frames: Frames) -> bool:
    """Whether a part of a key is filled in this row."""
    return get.filled(frames) if isinstance(get, ConvertedKey | FirstFilled) else bool(get(frames))


def convert(steps: Steps, text: str, row: RowRef, span: Span, subject: str) -> object:
    """Apply conversions to a cell; raises RowFinding M310 with the conversion's own words."""
    try:
        return steps.apply(text)
    except ValueError as error:
        raise RowFinding("M310", str(error), row, span, subject, text) from None
