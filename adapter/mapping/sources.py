"""The `sources:` of a mapping, compiled: views of what config.toml names, or of rows in the mapping itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from adapter.findings import Severity, did_you_mean
from adapter.mapping import language
from adapter.mapping.conditions import compile_conditions
from adapter.mapping.keys import KeyReader
from adapter.mapping.plan import InlineRows
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Frame, Frames, Get, Index, Join, Key, Merge, Scope, View, key_getter
from adapter.mapping.syntax import Items, Node, Scalar, Table

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%\Z")
_HOURS = re.compile(r"(\d{1,4})([hd])\Z")
Headers = Mapping[str, Sequence[str] | None]
_UNKNOWN = ""
"""In place of a source that does not exist, which is told."""


@dataclass
class SourceCompiler:
    """Reads `sources:` from first to last: a view may use those above it."""

    reader: KeyReader
    headers: Headers
    views: dict[str, View]
    table: Callable[[], dict[Hashable, Any]] = dict
    kinds: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    inline: dict[str, InlineRows] = field(default_factory=dict)
    _indexes: dict[tuple[int, tuple[str, ...]], Index] = field(default_factory=dict)
    _empties: dict[str, Node] = field(default_factory=dict)  # a source's, which its views share
    _optionals: dict[str, Node] = field(default_factory=dict)  # likewise
    _below: set[str] = field(default_factory=set)  # described further down

    def compile(self, described: Table) -> None:
        """Fill `views`; a source that the mapping says nothing of has one all the same."""
        for plain, header in self.headers.items():
            self.views[plain] = View(plain, plain, header, kinds=self.kinds.get(plain, {}))
        self._below = {name.value for name, _ in described.entries}
        tables = [(name.value, node) for name, node in described.entries if isinstance(node, Table)]
        self._empties = {name: empty for name, node in tables if (empty := node.get("empty")) is not None}
        self._optionals = {name: said for name, node in tables if (said := node.get("optional")) is not None}
        written = {name for name, node in tables if "rows" in node}
        for name, node in described.entries:
            table = self.reader.words(self.reader.table(node, name.span), language.SOURCE, "a source")
            of = table.get("of")
            source = self.reader.text(of) if of is not None else name.value
            if (rows := table.get("rows")) is not None:
                self.inline[name.value] = self._inline(name, rows)
            elif source in written - self.inline.keys() and of is not None:
                message = f'"{source}" is described further down; a view comes after the rows that it is of.'
                self.reader.report("M200", message, of.span)
                source = _UNKNOWN
            elif source not in self.headers and source not in self.inline:
                place, there = (of or name).span, [*self.headers, *self.inline]
                message = f"config.toml has no [sources.{source}]; there are {', '.join(there)}."
                guess = did_you_mean(source, there)
                self.reader.report("M200", message, place, guess)
                source = guess or _UNKNOWN
            self._below.discard(name.value)
            self._view(name.value, source, table)
            if isinstance(node, Scalar) and node.value:  # no table, which is told
                self.views[name.value].key_told = True

    def known(self, name: Node) -> View:
        """The view of that name.

        Where there is none, that is told, and what depends on it is read as if the right word stood there: a view of a
        similar name, or one of which every column is believed.
        """
        if not isinstance(name, Scalar) or not name.value:
            if self.reader.text(name) or isinstance(name, Scalar):
                self.reader.report("M112", "the name of a source is missing here.", name.span)
            return self.unknown()
        if (view := self.views.get(name.value)) is not None:
            return view
        guess = did_you_mean(name.value, self.views)
        self.reader.report("M200", f'there is no source "{name.value}".', name.span, guess)
        return self.views[guess] if guess else self.unknown(name.value)

    def unknown(self, name: str = "") -> View:
        """In place of a source that does not exist, which is told: every column of it is believed."""
        return View(name, _UNKNOWN, None)

    def _not_yet(self, name: Scalar) -> View:
        """A view that is described further down, which is told: as far as it is known here."""
        return self.views.get(name.value) or self.unknown(name.value)

    def index(self, view: View, key: Key) -> Index:
        """The view's rows by these columns; the same index for all who ask for it."""
        view.used = True
        index = Index(view, key.parts, self.table(), key.columns)
        return self._indexes.setdefault((id(view), key.columns), index)

    def found_in(self, node: Node, asking: View | None = None) -> Index | None:
        """`found_in: {source: column}` -> the index over that column.

        `asking`: the view whose own conditions look into it, before its rows are handed out; it must then not be
        needed for the rows of the other.
        """
        if not isinstance(node, Table) or len(node.entries) != 1:
            self.reader.report("M112", "`found_in` is {source: column}.", node.span)
            for name, column in node.entries if isinstance(node, Table) else ():
                view = self.known(name)
                self.reader.key(column, Scope((Frame(view.name, view),)), early=True)
            return None
        name, column = node.entries[0]
        if asking is not None and name.value in self._below and name.value != asking.name:
            message = f'"{name.value}" is described further down; a source comes after those that it looks into.'
            self.reader.report("M200", message, name.span)
            view = self._not_yet(name)
            self.reader.key(column, Scope((Frame(view.name, view),)), early=True)
            return None
        view = self.known(name)
        if asking is not None and (name.value == asking.name or _rests_on(view, asking)):
            message = f'the rows of "{name.value}" are made of those of "{asking.name}", which cannot look into them; '
            self.reader.report("M200", f"{message}make a view of it (`of:`).", name.span)
            return None
        key = self.reader.key(column, Scope((Frame(view.name, view),)), early=True)
        if len(key.parts) != 1:
            return None
        index = self.index(view, key)
        if asking is not None:
            asking.made.needs.append(index)
        return index

    def _view(self, name: str, source: str, table: Table) -> None:
        inline = self.inline.get(source)
        header = inline.columns if inline else self.headers.get(source)
        view = View(name, source, header, kinds=self.kinds.get(source, {}), written=inline is not None)
        own = Scope((Frame(name, view),))
        if (optional := table.get("optional") or self._optionals.get(source)) is not None:
            self._optional(view, optional)
        empty = table.get("empty") or self._empties.get(source)
        if empty is not None:
            view.empties = frozenset(text.strip() for text in self.reader.texts(empty))
        splits = table.get("split")
        for split in splits.items if isinstance(splits, Items) else (splits,) if splits is not None else ():
            self._split(view, self.reader.table(split, table.span), own)
        for other, match in self.reader.table(table.get("with"), table.span).entries:
            self._join(view, other, match, own)
        if (key := table.get("key")) is not None:
            view.key, view.key_span = self.reader.key(key, own, early=True), key.span
            view.key_told = not view.key.parts
        if (keep := table.get("keep")) is not None:
            view.keep = compile_conditions(self.reader, keep, own, partial(self.found_in, asking=view))
        if (merge := table.get("merge")) is not None:
            self._merge(view, merge)
        if view.made.joins or view.made.merge:
            view.keep = _told(view.made.untold, view.keep)
        if (expect := table.get("expect")) is not None:
            self._expect(view, self.reader.table(expect, table.span))
        view.used = False
        self.views[name] = view

    def _split(self, view: View, split: Table, own: Scope) -> None:
        split = self.reader.words(split, language.SPLIT_SOURCE, "`split`")
        cell = self.reader.column(split.get("column") or Scalar("", split.span), own)
        on = self.reader.text(split.get("on") or Scalar(",", split.span)) or ","
        if cell is not None:
            view.made.split[cell.column] = on

    def _join(self, view: View, name: Scalar, match: Node, own: Scope) -> None:
        """`with: {OTHER: {its column: my column}}`: OTHER's columns beside ours, as OTHER.COLUMN."""
        if name.value in self._below:
            message = f'"{name.value}" is described further down; a source comes after those that it is joined with.'
            self.reader.report("M200", message, name.span)
        other = self.known(name) if name.value not in self._below else self._not_yet(name)
        found = self.reader.match(match, other, own, f"`with` needs `{name.value}", name.span)
        if found is not None:
            self.reader.lookups.append((other, found.its, found.mine))
            mine = key_getter(found.mine.parts, other.written)
            view.made.joins.append(Join(name.value, self.index(other, found.its), mine))
        if view.header is None or other.header is None:
            view.header = None
            return
        names = dict.fromkeys((name.value, other.name))  # two where the first is misspelt, and either may follow
        joined = {f"{word}.{column}": (other, column) for word in names for column in other.header}
        view.origins = joined | view.origins
        view.header = (*view.header, *joined)

    def _optional(self, view: View, said: Node) -> None:
        """Columns that the source may lack: those that it does are empty in every row."""
        names = [name for name in dict.fromkeys(self.reader.texts(said)) if name]
        view.optional = frozenset(view.find(name) or name for name in names)
        if view.header is None:
            return
        absent = [name for name in names if view.find(name) is None]
        view.absent = frozenset(absent)
        view.header = (*view.header, *absent)
        if absent:
            listed = ", ".join(absent)
            message = f'source "{view.source}" has no {listed}: read as empty, as its `optional` says.'
            self.reader.report("M203", message, said.span, severity=Severity.NOTE)

    def _merge(self, view: View, merge: Node) -> None:
        """One row for each key; the conditions are asked of each row before, not of what they give together."""
        how = self.reader.choice(merge, language.MERGE, "only")
        if not view.key.parts:
            message = "`merge` needs a `key`: the columns of which each value gets one row."
            self.reader.report("M112", message, merge.span)
            return
        view.made.merge = Merge(view.key.parts, how == "most", view.keep)
        view.keep = None

    def _inline(self, name: Scalar, node: Node) -> InlineRows:
        """`rows: [{column: text}]`; what a row does not name is empty in it."""
        tables = [item for item in node.items if isinstance(item, Table)] if isinstance(node, Items) else []
        if not tables or not isinstance(node, Items) or len(tables) < len(node.items):
            self.reader.report("M112", "`rows` is a list of {column: text}.", node.span)
        if name.value in self.headers:
            message = f"config.toml has [sources.{name.value}] too; one of the two must have another name."
            self.reader.report("M200", message, name.span)
        columns = tuple(dict.fromkeys(key.value for table in tables for key, _ in table.entries))
        rows = [
            (table.span.line, {key.value: self.reader.text(value).strip() for key, value in table.entries})
            for table in tables
        ]
        return InlineRows(columns, tuple((line, tuple(row.get(c, "") for c in columns)) for line, row in rows))

    def _expect(self, view: View, expect: Table) -> None:
        expect = self.reader.words(expect, language.EXPECT, "`expect`")
        if (rows := expect.get("min_rows")) is not None:
            if self.reader.text(rows).isdecimal():
                view.min_rows = int(self.reader.text(rows))
            else:
                self.reader.report("M113", "min_rows is a whole number.", rows.span)
        if (share := expect.get("max_shrink")) is not None:
            if (found := _PERCENT.match(self.reader.text(share))) and float(found[1]) <= 100:
                view.max_shrink = float(found[1]) / 100
            else:
                self.reader.report("M113", "max_shrink is a share of the rows: 5%.", share.span)
        if (age := expect.get("max_age")) is not None:
            if found := _HOURS.match(self.reader.text(age)):
                view.max_age_hours = float(found[1]) * (24 if found[2] == "d" else 1)
            else:
                self.reader.report("M113", "max_age is hours or days: 36h, 2d.", age.span)
        if (columns := expect.get("columns")) is not None and view.header is not None:
            missing = [name for name in self.reader.texts(columns) if view.find(name) is None]
            if missing:
                has, lacks = ", ".join(view.header), ", ".join(missing)
                message = f'source "{view.source}" lacks {lacks}, which is expected; it has {has}. See the export.'
                self.reader.report("S133", message, columns.span)


def _rests_on(view: View, other: View) -> bool:
    """Whether the other's rows must be there before this view's can be made. Views of one source are read together."""
    if view is other or view.slots is other.slots:
        return True
    return any(_rests_on(index.view, other) for index in view.made.looked_up)


def _told(untold: Mapping[int, RowFinding], keep: Get | None) -> Get:
    """The conditions of a view, for which a row that could not be made is a finding and not a missing row."""

    def told(frames: Frames) -> bool:
        if finding := untold.get(frames[0][0]):
            raise finding
        return keep is None or bool(keep(frames))

    return told
