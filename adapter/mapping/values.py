"""The forms of a value (column, text, format, first_of, ref, list, each, object), compiled to functions of frames.

Every function built here raises what `problems` defines and otherwise gives a plain value, or None for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from adapter.issues import Severity, Span, did_you_mean
from adapter.mapping import language
from adapter.mapping.conditions import compile_conditions
from adapter.mapping.links import compile_links
from adapter.mapping.plain import PlainValues, constant, place_of
from adapter.mapping.plan import Tally
from adapter.mapping.problems import ItemOmitted, ItemProblem, NotExposed, RowProblem
from adapter.mapping.reader import Reader
from adapter.mapping.references import References
from adapter.mapping.scope import Frame, Frames, Get, Index, Row, Scope, View, key_getter
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.shape import Field
from adapter.ss12000.standard import BEYOND_THE_PROFILE


@dataclass
class Values:
    """Compiles values of one mapping: what it needs of the rest, and what it collects for `check`."""

    reader: Reader
    plain: PlainValues
    sources: SourceCompiler
    references: References
    used_indexes: list[Index] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)

    def compile(self, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The function for one attribute; None when it cannot be made (the issues are reported)."""
        form = _form(node, field_)
        if form == "object" and field_.many:
            self.reader.issue("M222", f"{subject} is a list: write {{list: […]}} or {{each: …}}.", node.span)
            return None
        if form == "object" and not field_.parts:
            self._no_form(node, subject)
            return None
        if isinstance(node, Table) and form != "object":
            self.reader.words(node, language.FORMS[form], f"the form `{form}`")
        get = self._by_form(form, node, field_, scope, subject)
        if get is not None and isinstance(node, Table) and form != "object" and (when := node.get("when")):
            return _only_when(compile_conditions(self.reader, when, scope), get)
        return get

    def _by_form(self, form: str, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        if form == "object":
            return self.compile_object(self.reader.table(node, node.span), field_, scope, subject)
        if form == "list" and isinstance(node, Table):
            return self._list(node, field_, scope, subject)
        if form == "each" and isinstance(node, Table):
            return self._each(node, field_, scope, subject)
        if form == "ref" and isinstance(node, Table):
            self.cover_reference(node, subject)
            return self.references.compile(node, field_, scope, subject)
        if field_.parts:
            self.reader.issue("M222", f"{subject} is an object or reference, not a plain value.", node.span)
            return None
        get = self._one(form, node, field_, scope, subject)
        if get is not None and field_.many:
            return _as_list(get)
        return get

    # -- objects ------------------------------------------------------------------------------------------

    def compile_object(self, table: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """An object from `attribute: value`; dotted names reach into parts."""
        parts: dict[str, Node | dict[str, Any]] = {}
        for key, node in table.entries:
            self._place(parts, key, key.value.split("."), node, field_, subject)
        return self._object(parts, field_, scope, subject, table.span)

    def _place(
        self, parts: dict[str, Any], key: Scalar, names: list[str], node: Node, field_: Field, subject: str
    ) -> None:
        head = field_.part(names[0])
        if head is None or (len(names) > 1 and head.many):
            self._not_in_profile(key, names[0], field_, subject)
        elif len(names) == 1:
            parts[names[0]] = node
        else:
            inner = parts.setdefault(names[0], {})
            if isinstance(inner, dict):
                self._place(inner, key, names[1:], node, head, f"{subject}.{names[0]}")

    def _not_in_profile(self, key: Scalar, name: str, field_: Field, subject: str) -> None:
        if name in BEYOND_THE_PROFILE[subject.partition(".")[0]]:
            message = f"{name} is not in Skolverket's profile: it is neither read nor sent."
            self.reader.issue("M202", message, key.span, severity=Severity.NOTE)
            return
        known = [part.name for part in field_.parts]
        message = f'{subject} has no attribute "{name}" in the profile; there are {", ".join(known)}.'
        self.reader.issue("M220", message, key.span, did_you_mean(name, known))

    def _object(self, given: dict[str, Any], field_: Field, scope: Scope, subject: str, span: Span) -> Get | None:
        plan: list[tuple[str, Get]] = []
        for part in field_.parts:
            path = f"{subject}.{part.name}"
            node = given.get(part.name)
            if isinstance(node, dict):
                get = self._object(node, part, scope, path, span)
            elif node is not None:
                get = self.compile(node, part, scope, path)
            elif part.default is not None:
                get = constant(part.default)
                self.plain.cover(path, f"always {part.default!r}", span)
            elif part.required:
                self.reader.issue("M221", f"{path} is required, and nothing is mapped to it.", span)
                continue
            else:
                continue
            if get is not None:
                plan.append((part.name, get))
        steps = tuple(plan)

        def build(frames: Frames) -> dict[str, Any]:
            built = {}
            for name, get in steps:
                value = get(frames)
                if value is not None:
                    built[name] = value
            return built

        return build

    # -- lists --------------------------------------------------------------------------------------------

    def _list(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        if not field_.many:
            self.reader.issue("M222", f"{subject} is one value, not a list.", node.span)
            return None
        items = node.get("list")
        if not isinstance(items, Items):
            self.reader.issue("M111", "`list:` takes values in [ ].", node.span)
            return None
        one = field_.item()
        gets = [get for item in items.items if (get := self.compile(item, one, scope, subject)) is not None]
        place = place_of(scope)
        problem = self._nothing(field_, place, node.span, subject)

        def build(frames: Frames) -> list[Any] | None:
            built = []
            for get in gets:
                try:
                    value = get(frames)
                except (ItemOmitted, NotExposed):
                    continue
                except ItemProblem as found:
                    self.references.report(found)
                    continue
                if value is not None and value not in built:
                    built.append(value)
            return built or problem(frames)

        return build

    def _each(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        if not field_.many:
            self.reader.issue("M222", f"{subject} is one value; `each` makes a list.", node.span)
            return None
        source = node.get("each")
        if isinstance(source, Table):
            return self._each_column(node, source, field_, scope, subject)
        name = self.reader.text(source or node)
        view = self.sources.views.get(name)
        if view is None:
            known = did_you_mean(name, self.sources.views)
            self.reader.issue("M200", f'there is no source "{name}".', node.span, known)
            return None
        found = self._match(node, view, scope)
        if found is None:
            return None
        index, my_key = found
        tally = Tally(f"{subject} with {name}", index, node.span)
        self.tallies.append(tally)
        inner = scope.inner(Frame(name, view))
        report = self._unmatched(node, subject, scope)
        problem = self._nothing(field_, place_of(scope), node.span, subject)
        if field_.is_link and (
            links := compile_links(self.references, self.cover_reference, node, field_, inner, subject)
        ):
            return links.build(tally, my_key, report, problem)
        item = self._item(node, field_, inner, subject)
        if item is None:
            return None
        rows_of = index.rows

        def build(frames: Frames) -> list[Any] | None:
            wanted = my_key(frames)
            rows: Sequence[Row | RowProblem] | None = rows_of.get(wanted)
            if rows:
                tally.matched += 1
            else:
                tally.missed(wanted)
                rows = report(frames)
            return self._items(rows, item, frames) or problem(frames)

        return build

    def _items(self, rows: Any, item: Get, frames: Frames) -> list[Any]:
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
            except ItemProblem as found:
                self.references.report(found)
                continue
            if value is not None:
                built[b"" if alone else orjson.dumps(value)] = value
        return [built[key] for key in sorted(built)] if len(built) > 1 else list(built.values())

    def _each_column(self, node: Table, source: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """Wide to long: one item for each of some columns that is not empty, or for each part; called `value`."""
        if "split" in source:
            return self._each_part(node, source, field_, scope, subject)
        self.reader.words(source, {"columns": "the columns"}, "`each`")
        names = source.get("columns")
        if not isinstance(names, Items):
            self.reader.issue("M112", "`each` over columns is {columns: [a, b]}.", source.span)
            return None
        cells = [cell for item in names.items if (cell := self.reader.column(item, scope)) is not None]
        view = View("each", "each", ("value",))
        view.slot("value")
        item_get = self._item(node, field_, scope.inner(Frame("each", view)), subject)
        if item_get is None:
            return None
        problem = self._nothing(field_, place_of(scope), node.span, subject)

        def build(frames: Frames) -> list[Any] | None:
            rows = [(frames[0][0], text) for cell in cells if (text := cell.get(frames))]
            return self._items(rows, item_get, frames) or problem(frames)

        return build

    def _each_part(self, node: Table, source: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        self.reader.words(source, language.SPLIT, "`each`")
        cell = self.reader.column(source.get("split") or node, scope)
        on = self.reader.text(source.get("on") or Scalar(",", node.span)) or ","
        view = View("each", "each", ("value",))
        view.slot("value")
        item_get = self._item(node, field_, scope.inner(Frame("each", view)), subject)
        if cell is None or item_get is None:
            return None
        problem = self._nothing(field_, place_of(scope), node.span, subject)

        def build(frames: Frames) -> list[Any] | None:
            rows = [(frames[0][0], text) for part in cell.get(frames).split(on) if (text := part.strip())]
            return self._items(rows, item_get, frames) or problem(frames)

        return build

    def _item(self, node: Table, field_: Field, inner: Scope, subject: str) -> Get | None:
        one = field_.item()
        if (fields := node.get("fields")) is not None:
            return self.compile_object(self.reader.table(fields, node.span), one, inner, subject)
        if (value := node.get("value")) is not None:
            return self.compile(value, one, inner, subject)
        self.reader.issue("M112", "`each` needs `fields:` (or `value:` for plain values).", node.span)
        return None

    def _match(self, node: Table, view: View, scope: Scope) -> tuple[Index, Callable[[Frames], Any]] | None:
        """`match: {its column: my column}` -> the index over its columns, and my key."""
        found = self.reader.match(node.get("match"), view, scope, "`each` needs `match", node.span)
        if found is None:
            return None
        if (keep := node.get("keep")) is not None:
            own = Scope((Frame(view.name, view),))
            view = self._filtered(view, compile_conditions(self.reader, keep, own), keep.span)
        index = self.sources.index(view, found.its)
        self.used_indexes.append(index)
        return index, key_getter(found.mine.parts)

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

        def report(frames: Frames) -> tuple[Row, ...]:
            words = f"no row of {self.reader.text(node.get('each') or node)} matches"
            self.references.report(RowProblem("M342", words, place(frames), span, subject), Severity.WARNING)
            return ()

        return report

    def _nothing(
        self, field_: Field, place: Callable[[Frames], Any], span: Span, subject: str
    ) -> Callable[[Frames], Any]:
        """What a list that turned out empty is: a fault where one item is required, [] or nothing elsewhere."""
        if field_.required:

            def missing(frames: Frames) -> None:
                raise RowProblem("M300", "has no value, and one is required", place(frames), span, subject)

            return missing
        return constant(field_.default)

    def _one(self, form: str, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        if form == "first_of" and isinstance(node, Table):
            return self._first_of(node, field_, scope, subject)
        return self.plain.compile(form, node, field_, scope, subject)

    # -- choices ------------------------------------------------------------------------------------------

    def _first_of(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        options = node.get("first_of")
        if not isinstance(options, Items):
            self.reader.issue("M111", "`first_of:` takes values in [ ].", node.span)
            return None
        optional = replace(field_, many=False, required=False, default=None)
        gets = [get for item in options.items if (get := self.compile(item, optional, scope, subject))]
        empty = self.plain.when_empty(node, field_, scope, subject)

        def first(frames: Frames) -> Any:
            for get in gets:
                value = get(frames)
                if value is not None:
                    return value
            return empty(frames)

        return first

    def _no_form(self, node: Node, subject: str) -> None:
        known = ", ".join(language.FORMS)
        message = f"{subject} is a plain value: write a column name, or one of {known}."
        first = node.entries[0][0].value if isinstance(node, Table) and node.entries else ""
        self.reader.issue("M222", message, node.span, did_you_mean(first, language.FORMS))

    def cover_reference(self, node: Table, subject: str) -> None:
        """Remember for the coverage table where a reference comes from."""
        via = node.get("via")
        columns = [_column(item) for item in (via.items if isinstance(via, Items) else (via,)) if item is not None]
        target = node.get("ref")
        name = target.value if isinstance(target, Scalar) else "?"
        self.plain.cover(subject, f"{name} by {', '.join(columns)}", node.span)


def _column(node: Node) -> str:
    """What a part of a key is called."""
    named = (node.get("column") or node.get("text")) if isinstance(node, Table) else node
    return named.value if isinstance(named, Scalar) else "?"


def _form(node: Node, field_: Field) -> str:
    """Which form a value has: by its word; a table without any is an object."""
    if not isinstance(node, Table):
        return "column"
    return next((form for form in language.FORMS if form in node), "object")


def _as_list(get: Get) -> Get:
    def listed(frames: Frames) -> list[Any] | None:
        value = get(frames)
        return value if value is None or isinstance(value, list) else [value]

    return listed


def _only_when(condition: Get | None, get: Get) -> Get:
    return lambda frames: get(frames) if condition is None or condition(frames) else None
