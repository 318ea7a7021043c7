"""The `sources:` of the draft: tables as they are, and views of them for those who need other rows or another key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapter.drafting.guesses import Guess
from adapter.drafting.layout import Block, Entry, Flow, flow, quoted, remark
from adapter.drafting.understanding.links import converted
from adapter.drafting.understanding.tables import Table

_NAMED = 12  # tables that are not read

_TWO_KINDS = ({"enrolments", "staff's work"}, {"members", "teachers"})

Key = tuple[tuple[str, str], ...]
"""Columns, and the form in which each is compared."""


@dataclass
class View:
    """What the mapping says of a table under one name."""

    name: str
    table: Table
    key: Key = ()
    key_note: str = ""
    keep: list[Entry] = field(default_factory=list)
    split: str = ""
    merge: bool = False
    joined: dict[str, Flow] = field(default_factory=dict)

    @property
    def is_plain(self) -> bool:
        """The table itself, with all its rows."""
        return self.name == self.table.source


class Sources:
    """Collects what is needed of which table; the same view for all who need the same."""

    def __init__(self, tables: Sequence[Table]) -> None:
        self._tables = tables
        self._views: dict[str, View] = {}
        self._taken: dict[str, tuple[str, Guess]] = {}

    def taken(self, table: Table, what: str, guess: Guess) -> None:
        """Say what a table is taken for; the first word stands, but for rows of two kinds."""
        known = self._taken.setdefault(table.source, (what, guess))
        if {known[0], what} in _TWO_KINDS:
            self._taken[table.source] = (f"{known[0]} and {what}", known[1] & guess)

    def what(self, table: Table) -> str:
        """What a table is taken for, "" where it is not read."""
        taken = self._taken.get(table.source)
        return "" if table.source not in self._used() else taken[0] if taken else "said of persons"

    def plain(self, table: Table) -> str:
        """The table with all its rows."""
        view = self._views.setdefault(table.source, View(table.source, table))
        return view.name if not view.keep else self.view(View(f"{table.source}_rader", table)).name

    def keyed(self, table: Table, key: Key, note: str = "", suffix: str = "nyckel") -> str:
        """The table with all its rows, found by this key."""
        view = self._views.setdefault(table.source, View(table.source, table))
        if not view.key and view.is_plain and not view.keep:
            view.key, view.key_note = key, note
        if view.key == key and not view.keep:
            return view.name
        return self.view(View(f"{table.source}_{suffix}", table, key, note)).name

    def view(self, wanted: View) -> View:
        """A view of a table: the one that says the same, else a new one; its name may get a number."""
        number, name = 1, wanted.name
        while (known := self._views.get(name)) or any(
            name == table.source != wanted.table.source for table in self._tables
        ):
            if known and (known.table, known.key, known.keep, known.split, known.merge, known.joined) == (
                wanted.table, wanted.key, wanted.keep, wanted.split, wanted.merge, wanted.joined
            ):  # fmt: skip
                return known
            number += 1
            name = f"{wanted.name}_{number}"
        self._views[name] = wanted
        wanted.name = name
        return wanted

    def named(self, name: str) -> View:
        """The view of that name."""
        return self._views[name]

    def entries(self, more: Sequence[Entry] = ()) -> list[Entry]:
        """The section; `more`: sources that no table is behind."""
        used = self._used()
        unread = [table for table in self._tables if table.source not in used]
        said = [*more, *(self._said(table) for table in self._tables if table not in unread)]
        said += [self._said(table) for table in unread[:_NAMED]]
        if more_tables := unread[_NAMED:]:
            said.append(remark(f"# {len(more_tables)} tables more: nothing that is needed: not read"))
        said.extend(Entry(view.name, _described(view)) for view in self._views.values() if not view.is_plain)
        return [Entry("sources", Block(said))]

    def _said(self, table: Table) -> Entry:
        """A table that is read, with what it is taken for; one that is not is named too."""
        what, guess = self._taken.get(table.source, ("", None))
        rows, name = "1 row" if table.sample.rows == 1 else f"{table.sample.rows} rows", quoted(table.source)
        if table.source in self._used() and guess:
            why = Guess(guess.percent, f"{what}, {guess.why}; {rows}", guess.others).note
            mine = self._views.get(table.source)
            return Entry(table.source, _described(mine), why) if mine else remark(f"{why}: views of {name} below")
        nothing = "nothing that is needed" if table.sample.rows else "nothing can be told from it"
        return remark(f"# {name}: {rows}, {what or nothing}: not read")

    def _used(self) -> set[str]:
        return {view.table.source for view in self._views.values()}


def key_flow(key: Key) -> Flow:
    """`[a, {column: b, as: personnummer}]`, or the only column."""
    parts = [converted(column, form) for column, form in key]
    return parts[0] if len(parts) == 1 else parts


def _described(view: View) -> Block | Flow:
    entries = []
    if not view.is_plain:
        entries.append(Entry("of", view.table.source))
    if view.split:
        entries.append(Entry("split", {"column": view.split}))
    if view.joined:
        entries.append(Entry("with", view.joined))
    if view.key:
        entries.append(Entry("key", key_flow(view.key), view.key_note))
    if view.keep:
        entries.append(Entry("keep", Block(view.keep)))
    if view.merge:
        entries.append(Entry("merge", "most"))
    if view.table.sample.nothing:
        why = "texts that mean an empty cell"
        entries.append(Entry("empty", list(view.table.sample.nothing), Guess(90, why).note))
    if any(entry.note or isinstance(entry.value, Block) for entry in entries):
        return Block(entries)
    whole = {entry.key or "": entry.value for entry in entries if not isinstance(entry.value, Block)}
    return whole if len(flow(whole)) < 90 else Block(entries)
