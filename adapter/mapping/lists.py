"""The forms that make lists (list, each), compiled to functions of frames.

An item that cannot be made is left out and told, or ends the object, as the mapping says; the order of items does not
depend on the order of rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol

import orjson

from adapter.findings import Severity, Span, did_you_mean
from adapter.mapping import language
from adapter.mapping.conditions import compile_conditions
from adapter.mapping.keys import KeyReader
from adapter.mapping.links import compile_links
from adapter.mapping.plain import PlainValues, constant, place_of
from adapter.mapping.plan import Tally
from adapter.mapping.references import References
from adapter.mapping.row_findings import ItemFinding, ItemOmitted, NotExposed, RowFinding
from adapter.mapping.scope import Frame, Frames, Get, Index, Row, Scope, View, key_getter
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.shape import Field


class Values(Protocol):
    """What compiles an item."""

    plain: PlainValues
    whereabouts: list[Get]

    def compile(self, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        """A value of any form."""
        ...

    def compile_object(self, table: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """An object."""
        ...


@dataclass
class Lists:
    """Compiles lists of one mapping. `used_indexes`: what the rule looks into; `tallies`: how its matches fared."""

    reader: KeyReader
    sources: SourceCompiler
    references: References
    values: Values
    used_indexes: list[Index] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def compile(self, form: str, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The function for a list; None when it cannot be made (the findings are reported)."""
        if not field_.many:
            message = "is one value, not a list" if form == "list" else "is one value; `each` makes a list"
            self.reader.report("M222", f"{subject} {message}.", node.span)
            self.compile(form, node, replace(field_, many=True), scope, subject)  # what is wrong inside is told too
            return None
        source = node.get("each")
        if form == "list":
            return self._list(node, field_, scope, subject)
        if isinstance(source, Table):
            return self._each_text(node, source, field_, scope, subject)
        return self._each_row(node, field_, scope, subject)

    def _list(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        items = node.get("list") or node
        if not isinstance(items, Items):
            self.reader.report("M111", "`list:` takes values in [ ].", node.span)
            items = self.reader.as_items(items)
        one, inside = field_.item(), replace(scope, in_list=True)
        gets = [get for item in items.items if (get := self.values.compile(item, one, inside, subject)) is not None]
        finding, place = _nothing(field_, scope, node.span, subject), place_of(scope)

        def build(frames: Frames) -> list[Any] | None:
            built, hidden = [], False
            for get in gets:
                try:
                    value = get(frames)
                except NotExposed:
                    hidden = field_.required
                    continue
                except ItemOmitted:
                    continue
                except ItemFinding as found:
                    self.references.report(found)
                    continue
                if value is not None and value not in built:
                    built.append(value)
            if hidden and not built:  # no fault of this object
                words = "leads only to what is there and is not published, so neither is this"
                self.references.report(RowFinding("M332", words, place(frames), node.span, subject), Severity.NOTE)
                raise NotExposed
            return built or finding(frames)

        return build

    # -- an item for each row -----------------------------------------------------------------------------

    def _each_row(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        view = self.sources.known(node.get("each") or node)
        name = view.name
        found, report = self._match(node, view, scope), self._unmatched(node, subject, scope)
        if found is None:  # what is wrong with the items is told all the same
            self._item(node, field_, scope.inner(Frame(name, view)), subject)
            return None
        index, my_key = found
        tally = Tally(f"{subject} with {name}", index, node.span)
        self.tallies.append(tally)
        inner = scope.inner(Frame(name, view))
        finding = _nothing(field_, scope, node.span, subject)
        cover = self.values.plain.cover_reference
        if field_.is_link and (links := compile_links(self.references, cover, node, field_, inner, subject)):
            return links.build(tally, my_key, report, finding)
        known, rows_of = len(self.values.whereabouts), index.rows
        item = self._item(node, field_, inner, subject)
        if item is None:
            return None
        places = self.values.whereabouts
        places[known:] = [partial(self._of_rows, rows_of, my_key, get) for get in places[known:]]

        def build(frames: Frames) -> list[Any] | None:
            wanted = my_key(frames)
            rows: Sequence[Row | RowFinding] | None = rows_of.get(wanted)
            if rows:
                tally.counts[0] += 1
            else:
                tally.missed(wanted)
                rows = report(frames)
            return self._built(rows, item, frames) or finding(frames)

        return build

    def _of_rows(self, rows_of: dict[Any, Any], my_key: Callable[[Frames], Any], get: Get, frames: Frames) -> list[Any]:
        """What `get` gives of each row that is found."""
        return self._built(rows_of.get(my_key(frames)) or (), get, frames)

    def _match(self, node: Table, view: View, scope: Scope) -> tuple[Index, Callable[[Frames], Any]] | None:
        """`match: {its column: my column}` -> the index over its columns, and my key."""
        found, whole = self.reader.match(node.get("match"), view, scope, "`each` needs `match", node.span), view
        if (keep := node.get("keep")) is not None:
            own = Scope((Frame(view.name, view),))
            find = partial(self.sources.found_in, asking=view)
            whole = self._filtered(view, compile_conditions(self.reader, keep, own, find), keep.span)
        if found is None:
            return None
        view = whole
        index = self.sources.index(view, found.its)
        self.used_indexes.append(index)
        return index, key_getter(found.mine.parts, view.written)

    def _filtered(self, view: View, keep: Get | None, span: Span) -> View:
        """The same source and slots, with one more condition."""
        outer = view.keep
        both = keep if outer is None or keep is None else lambda frames: outer(frames) and keep(frames)
        inner = replace(view, keep=both, used=True)
        self.sources.views[f"{view.name} at {span}"] = inner
        return inner

    def _unmatched(self, node: Table, subject: str, scope: Scope) -> Callable[[Frames], tuple[Row, ...]]:
        if self.reader.choice(node.get("unmatched"), language.UNMATCHED, "ignore") == "ignore":
            return lambda frames: ()
        place, span = place_of(scope), node.span
        words = f"no row of {self.reader.text(node.get('each') or node)} matches"

        def report(frames: Frames) -> tuple[Row, ...]:
            self.references.report(RowFinding("M342", words, place(frames), span, subject), Severity.WARNING)
            return ()

        return report

    # -- wide to long: an item for each text --------------------------------------------------------------

    def _each_text(self, node: Table, source: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """An item for each of some columns that is not empty, or for each part of one; inside it is called `value`."""
        first = source.entries[0][0].value if source.entries else ""
        parts = "split" in source or ("columns" not in source and did_you_mean(first, ("split", "columns")) == "split")
        texts = self._parts(source, scope) if parts else self._columns(source, scope)
        view = View(scope.frames[0].view.name, "each", ("value",))
        view.slot("value")
        known = len(self.values.whereabouts)
        item = self._item(node, field_, scope.inner(Frame("each", view)), subject)
        self.values.whereabouts[known:] = []
        if texts is None or item is None:
            return None
        finding = _nothing(field_, scope, node.span, subject)

        def build(frames: Frames) -> list[Any] | None:
            number = frames[0][0]
            rows = [(number, text) for part in texts(frames) if (text := part.strip())]
            return self._built(rows, item, frames) or finding(frames)

        return build

    def _columns(self, source: Table, scope: Scope) -> Callable[[Frames], Iterable[str]] | None:
        source = self.reader.words(source, language.EACH_COLUMNS, "`each` over columns")
        names = source.get("columns")
        if not isinstance(names, Items):
            self.reader.report("M112", "`each` over columns is {columns: [a, b]}.", source.span)
            names = self.reader.as_items(names)
        cells = [cell for item in names.items if (cell := self.reader.column(item, scope)) is not None]
        return lambda frames: [cell.get(frames) for cell in cells]

    def _parts(self, source: Table, scope: Scope) -> Callable[[Frames], Iterable[str]] | None:
        source = self.reader.words(source, language.SPLIT, "`each` over parts")
        cell = self.reader.column(source.get("split") or source, scope)
        on = self.reader.text(source.get("on") or Scalar(",", source.span)) or ","
        return None if cell is None else lambda frames: cell.get(frames).split(on)

    # -- both -----------------------------------------------------------------------------------------------

    def _item(self, node: Table, field_: Field, inner: Scope, subject: str) -> Get | None:
        one = field_.item()
        if (fields := node.get("fields")) is not None:
            return self.values.compile_object(self.reader.table(fields, node.span), one, inner, subject)
        if (value := node.get("value")) is not None:
            return self.values.compile(value, one, inner, subject)
        self.reader.report("M112", "`each` needs `fields:` (or `value:` for plain values).", node.span)
        return None

    def _built(self, rows: Any, item: Get, frames: Frames) -> list[Any]:
        """The items of some rows in an order that does not depend on the rows' order; equal ones once."""
        built: dict[bytes, Any] = {}
        alone = len(rows) == 1
        for row in rows:
            try:
                if row.__class__ is not tuple:
                    raise row
                value = item((row, *frames))
            except (ItemOmitted, NotExposed):
                continue
            except ItemFinding as found:
                self.references.report(found)
                continue
            if value is not None:
                built[b"" if alone else orjson.dumps(value)] = value
        return [built[key] for key in sorted(built)] if len(built) > 1 else list(built.values())


def _nothing(field_: Field, scope: Scope, span: Span, subject: str) -> Callable[[Frames], Any]:
    """What a list that turned out empty is: a fault where one item is required, [] or nothing elsewhere."""
    if not field_.required:
        return constant(field_.default)
    place = place_of(scope)

    def missing(frames: Frames) -> None:
        raise RowFinding("M300", "has no value, and one is required", place(frames), span, subject)

    return missing
