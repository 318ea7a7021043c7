"""Where a column name leads: views of sources, the slots their rows are read into, and frames of rows.

A row is a tuple: its number first, then the cells that the mapping uses (then its place among the others, where rows
are made of other rows in a run that is written down). A frame is what a value is computed from: the own row, then the
rows of enriching sources, then those of the surrounding object.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple
from unicodedata import normalize

from adapter.findings import RowRef, Span, did_you_mean
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.synonyms import COLUMNS, plain

Row = tuple[Any, ...]
Frames = tuple[Row, ...]
Get = Callable[[Frames], Any]
"""A compiled value: frames -> a plain value, or None for nothing. Raises what `findings` defines."""


class KeyPart(NamedTuple):
    """One column of a key: its getter, what tells it from others, and its kind ("" where that is not known)."""

    get: Get
    name: str
    kind: str


class Key(NamedTuple):
    """A key of one or several columns."""

    parts: tuple[Get, ...]
    columns: tuple[str, ...]
    kinds: tuple[str, ...]

    @classmethod
    def of(cls, columns: Sequence[KeyPart]) -> Key:
        """These columns together."""
        return cls(*zip(*columns, strict=True)) if columns else cls((), (), ())

    def each(self) -> Iterable[KeyPart]:
        """Its columns one by one."""
        return map(KeyPart, self.parts, self.columns, self.kinds)


@dataclass(eq=False)
class View:
    """A source as the mapping sees it. `header` None: not looked at (offline check), every name is believed."""

    name: str
    source: str
    header: Sequence[str] | None
    cut: Sequence[str] = ()  # columns that the source has, and objects distinct by others do not
    empties: frozenset[str] = frozenset()
    min_rows: int = 1  # an empty source is a failed export unless the mapping says otherwise
    max_age_hours: float | None = None
    max_shrink: float | None = None  # share of the last good run's rows; None: as for all sources
    optional: frozenset[str] = frozenset()  # columns that the source may lack
    absent: frozenset[str] = frozenset()  # those of them that it does lack
    written: bool = False  # whether the rows stand in the mapping: then an empty cell is a value like any other
    unit_columns: set[str] = field(default_factory=set)  # columns that name the school unit
    key: Key = field(default_factory=lambda: Key((), (), ()))
    key_span: Span | None = None  # where the mapping says it
    key_told: bool = False  # there is a key and it is wrong, which is told already
    kinds: Mapping[str, str] = field(default_factory=dict)  # column -> number, date, uuid, where the source knows it
    keep: Get | None = None
    made: Made = field(default_factory=lambda: Made())
    origins: dict[str, tuple[View, str]] = field(default_factory=dict)  # columns of views that it is joined with
    slots: dict[str, int] = field(default_factory=dict)
    used: bool = False
    impure: bool = False  # whether any cell of tonight's sources has lost a sign that nobody sees

    @property
    def home(self) -> str:
        """What its rows are known by when a run is written down: their source, or where they are made, the view."""
        return f"made\x1f{self.name}" if self.made.late else self.source

    def find(self, name: str) -> str | None:
        """The column of that name: exactly, else the only one that differs in case alone."""
        if self.header is None or name in self.header:
            return name
        folded = [column for column in self.header if _alike(column) == _alike(name)]
        return folded[0] if len(folded) == 1 else None

    def slot(self, column: str) -> int:
        """Where rows will hold this column; asking for it makes it be read."""
        if (origin := self.origins.get(column)) is not None:
            origin[0].slot(origin[1])
        return self.slots.setdefault(column, len(self.slots) + 1)

    def guard(self, column: str) -> None:
        """Remember that the column tells of protection, here and where it comes from."""
        self.made.guarded.add(column)
        if (origin := self.origins.get(column)) is not None:
            origin[0].guard(origin[1])

    def may_lack(self, column: str) -> bool:
        """Whether the column is optional where it comes from."""
        if (origin := self.origins.get(column)) is not None:
            return origin[0].may_lack(origin[1])
        return column in self.optional

    def kind(self, column: str) -> str:
        """What the column holds, "" where that is not known."""
        if (origin := self.origins.get(column)) is not None:
            return origin[0].kind(origin[1])
        return self.kinds.get(column, "")

    def suggestion(self, name: str) -> str:
        """The column that was probably meant: spelled alike, or another word for the same; or ""."""
        header = self.header or ()
        meaning = COLUMNS.get(plain(name), name)
        return did_you_mean(name, header) or next((c for c in header if COLUMNS.get(plain(c)) == meaning), "")


def _alike(name: str) -> str:
    """A column's name without what nobody sees: spaces around it, its case, its Unicode form."""
    return normalize("NFC", name.strip()).casefold()


@dataclass(eq=False)
class Index:
    """A view's rows by key, filled before the rules that use it run and emptied after the last of them.

    A row whose conditions cannot be told (a date that is none) is kept as its finding: whoever looks it up
    must not take the row for absent.
    """

    view: View
    key: tuple[Get, ...]
    rows: dict[Hashable, list[Row | RowFinding]] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    partly: set[int] = field(default_factory=set)  # rows with one column of the key and not another: nobody finds them
    first_partly: RowRef | None = None
    lacking: set[str] = field(default_factory=set)  # the columns that are empty in them
    unasked: list[Row] = field(default_factory=list)  # rows that nobody finds and that perhaps do not count


Codes = Callable[[str], str | None]
"""A compiled code list: text -> value, or None where the list lacks it."""


@dataclass(frozen=True)
class CodeList:
    """How texts are translated; what can come out, as far as that is known; the index of a list from a source."""

    name: str
    translate: Codes
    values: tuple[str, ...]
    otherwise: str
    index: Index | None = None


@dataclass(frozen=True)
class Join:
    """Another view's rows beside one's own: found in its index by my key."""

    name: str
    index: Index
    key: Callable[[Frames], Hashable]
    found: Counter[bool] = field(default_factory=Counter)
    """How many of the rows had a match, and how many had none."""


@dataclass(frozen=True)
class Merge:
    """One row for each key, of those that `keep` lets through: what all say, or what most say."""

    key: tuple[Get, ...]
    most: bool
    keep: Get | None


@dataclass(eq=False)
class Made:
    """How a view's rows are made of its source's: split first, then joined, then merged.

    `untold`: the numbers of rows that could not be made, with the reason.
    """

    split: dict[str, str] = field(default_factory=dict)  # columns with several parts, and what stands between them
    joins: list[Join] = field(default_factory=list)
    merge: Merge | None = None
    needs: list[Index] = field(default_factory=list)  # what the conditions of the view look into
    untold: dict[int, RowFinding] = field(default_factory=dict)
    guarded: set[str] = field(default_factory=set)  # columns that tell of protection
    groups: dict[int, list[Row]] | None = None  # where a run is traced: merged row -> what it is made of
    asked_late: bool = False  # whether conditions are asked of a row when somebody finds it, and not before

    @property
    def looked_up(self) -> tuple[Index, ...]:
        """What must be filled before the rows can be made, and their conditions told."""
        return (*(join.index for join in self.joins), *self.needs)

    @property
    def late(self) -> bool:
        """Whether the rows are not simply the source's: they are known when it, and others, are read to the end."""
        return bool(self.split or self.joins or self.merge or (self.needs and not self.asked_late))


@dataclass(eq=False)
class Target:
    """The objects of one rule by key: what a reference looks up.

    `key`: its source's, or the columns that it is distinct by; `span` where the mapping says it.
    `ids` holds those that are (or stay) published, `hidden` the keys of those that exist but are not, `shared` those
    of more than one published object, which lead to none of them. `rivals`: who claims one key, and from which row.
    Tables that write down what they are asked hold codes of keys (`code`) instead of keys.
    """

    kind: str
    view: View
    key: Key
    ids: dict[Hashable, str] = field(default_factory=dict)
    span: Span | None = None
    hidden: set[Hashable] = field(default_factory=set)
    shared: set[Hashable] = field(default_factory=set)
    rivals: dict[Hashable, dict[str, RowRef | None]] = field(default_factory=dict)
    settled: set[Hashable] = field(default_factory=set)  # keys that do not lead where their rows say
    code: Callable[[Hashable], Hashable] = field(init=False)

    def __post_init__(self) -> None:
        self.code = getattr(self.ids, "code", _itself)

    def claim(self, key: Hashable, object_id: str, row: RowRef | None = None) -> None:
        """An object says that this is its key."""
        key = self.code(key)
        other = self.ids.setdefault(key, object_id)
        if other != object_id:
            self.rivals.setdefault(key, {other: None})[object_id] = row

    def hide(self, key: Hashable) -> None:
        """There is an object with this key, and it is not published."""
        self.hidden.add(self.code(key))

    def is_hidden(self, key: Hashable) -> bool:
        """Whether the key is one of an object that exists and is not published."""
        return self.code(key) in self.hidden

    def is_shared(self, key: Hashable) -> bool:
        """Whether the key is one of several published objects."""
        return self.code(key) in self.shared

    def settle(self, published: Container[str]) -> None:
        """Hide the keys of what is not published after all, and let no key lead to one of several objects."""
        self.shared.clear()
        for key, rivals in self.rivals.items():
            left = [object_id for object_id in rivals if object_id in published]
            self.ids[key] = left[0] if left else next(iter(rivals))
            if len(left) > 1:
                self.shared.add(key)
        for key in [key for key, object_id in self.ids.items() if key in self.shared or object_id not in published]:
            del self.ids[key]
            self.settled.add(key)
            if key not in self.shared:
                self.hidden.add(key)


def _itself(key: Hashable) -> Hashable:
    return key


@dataclass(frozen=True)
class Frame:
    """One row of a frame while compiling: under which name it may be called, and its view."""

    name: str
    view: View


@dataclass(frozen=True)
class Scope:
    """What names mean at one place of the mapping: the own row, then enriching and surrounding ones."""

    frames: tuple[Frame, ...]
    in_list: bool = False  # whether what stands here is an item, or part of one

    def inner(self, frame: Frame) -> Scope:
        """The scope inside an `each`: its own row in front of all that was visible."""
        return Scope((frame, *self.frames), in_list=True)

    def find(self, name: str) -> tuple[int, View, str] | None:
        """(frame, view, column) for a name: an own column first, then SOURCE.COLUMN."""
        own = self.frames[0].view
        if own.header is not None or "." not in name:
            column = own.find(name)
            if column is not None:
                return 0, own, column
        for number, frame in enumerate(self.frames):
            if name.startswith(f"{frame.name}."):
                column = frame.view.find(name[len(frame.name) + 1 :])
                if column is not None:
                    return number, frame.view, column
        if own.header is None:
            return 0, own, name
        return None

    def blamed(self, name: str) -> tuple[View, str]:
        """For a message: the view that was asked, and the column name asked of it."""
        for frame in self.frames:
            if name.startswith(f"{frame.name}."):
                return frame.view, name[len(frame.name) + 1 :]
        return self.frames[0].view, name


class OwnCell:
    """A cell of the own row. What runs millions of times asks for `slot` and reads the row itself."""

    __slots__ = ("slot",)

    def __init__(self, slot: int) -> None:
        self.slot = slot

    def __call__(self, frames: Frames) -> str:
        return frames[0][self.slot]  # type: ignore[no-any-return]


def row_key(parts: Sequence[Get], blank: bool = False) -> Callable[[Row], Hashable]:
    """Like `key_getter`, for a row that stands alone."""
    if blank:
        with_blanks = key_getter(parts, blank)
        return lambda row: with_blanks((row,))
    slots = [part.slot for part in parts if isinstance(part, OwnCell)]
    if len(slots) < len(parts):
        key = key_getter(parts)
        return lambda row: key((row,))
    if len(slots) == 1:
        slot = slots[0]
        return lambda row: row[slot] or None
    cells = itemgetter(*slots) if slots else lambda row: ()

    def together(row: Row) -> Hashable:
        found = cells(row)
        return found if all(found) else None

    return together


def key_getter(parts: Sequence[Get], blank: bool = False) -> Callable[[Frames], Hashable]:
    """The key as one value: the text itself, or a tuple; None where any part is empty. `blank`: unless that counts."""
    if blank and len(parts) == 1:
        return parts[0]
    if blank:
        return lambda frames: tuple(part(frames) for part in parts)
    if len(parts) == 1:
        only = parts[0]
        if isinstance(only, OwnCell):
            slot = only.slot
            return lambda frames: frames[0][slot] or None
        return lambda frames: only(frames) or None

    def key(frames: Frames) -> Hashable:
        found = tuple(part(frames) for part in parts)
        return found if all(found) else None

    return key
