"""The forms of a value (column, text, format, first_of, ref, list, each, object), compiled to functions of frames.

Every function built here raises what `findings` defines and otherwise gives a plain value, or None for nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from adapter.findings import Severity, Span, did_you_mean
from adapter.mapping import language
from adapter.mapping.conditions import compile_conditions
from adapter.mapping.keys import KeyReader
from adapter.mapping.lists import Lists
from adapter.mapping.plain import PlainValues, constant, place_of
from adapter.mapping.references import References
from adapter.mapping.row_findings import LEADS_NOWHERE, NotExposed, RowFinding
from adapter.mapping.scope import Frame, Frames, Get, Index, Scope
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.synonyms import COLUMNS, plain
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.shape import Field
from adapter.ss12000.standard import BEYOND_THE_PROFILE

_UNITS = {"Person.enrolments.enroledAt", "Group.organisation", "Duty.dutyAt", "Activity.organisation"}


@dataclass
class Values:
    """Compiles values of one mapping: what it needs of the rest, and what it collects for `check`."""

    reader: KeyReader
    plain: PlainValues
    sources: SourceCompiler
    references: References
    lists: Lists = field(init=False)
    whereabouts: list[Get] = field(default_factory=list)  # of the rule being compiled: see plan.Rule

    def __post_init__(self) -> None:
        self.lists = Lists(self.reader, self.sources, self.references, self)

    def compile(self, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The function for one attribute; None when it cannot be made (the findings are reported)."""
        form = _form(node, field_)
        if form == "object" and field_.many:
            self._no_list(node, field_, scope, subject)
            return None
        if form == "object" and isinstance(node, Table) and field_.is_reference and "id" not in node:
            return self._no_reference(node, field_, scope, subject)
        if form == "object" and not field_.parts:
            meant = self._no_form(node, field_, scope, subject)
            return self.compile(meant, field_, scope, subject) if meant is not None else None
        if isinstance(node, Table) and form != "object":
            node = self._one_form(node, form)
        known = len(self.whereabouts)
        get = self._by_form(form, node, field_, scope, subject)
        when = node.get("when") if isinstance(node, Table) and form != "object" else None
        if when is None:
            return get
        condition = compile_conditions(self.reader, when, scope, self._found_in)
        self.whereabouts[known:] = []  # it depends on more than the reference
        return _only_when(condition, get) if get is not None else None

    def _found_in(self, node: Node) -> Index | None:
        index = self.sources.found_in(node)
        self.lists.used_indexes += [index] if index is not None else []
        return index

    def _one_form(self, node: Table, form: str) -> Table:
        """The words of one form; those of a second one are told as such."""
        others = [
            key for key, _ in node.entries if key.value in language.FORMS and key.value not in language.FORMS[form]
        ]
        for other in others:
            message = f"`{form}` and `{other.value}` are two forms of a value; it has one."
            self.reader.report("M110", message, other.span)
        kept = Table(tuple(entry for entry in node.entries if entry[0] not in others), node.span)
        return self.reader.words(kept, language.FORMS[form], f"the form `{form}`")

    def _by_form(self, form: str, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        if form == "object":
            return self.compile_object(self.reader.table(node, node.span), field_, scope, subject)
        if form in ("list", "each") and isinstance(node, Table):
            return self.lists.compile(form, node, field_, scope, subject)
        if form == "ref" and isinstance(node, Table):
            self.plain.cover_reference(node, subject)
            return self.references.compile(node, field_, scope, subject)
        if field_.parts and not (form == "first_of" and field_.is_reference):
            self.reader.report("M222", f"{subject} is an object or reference, not a plain value.", node.span)
            self._by_form(form, node, replace(field_, parts=(), allowed=()), scope, subject)  # what is wrong inside
            return None
        if form == "first_of" and isinstance(node, Table):
            get = self._first_of(node, field_, scope, subject)
        else:
            get = self.plain.compile(form, node, field_, scope, subject)
        return _as_list(get) if get is not None and field_.many else get

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
        if head is None and (guess := self._not_in_profile(key, names[0], field_, subject)):
            if guess not in parts:
                self._place(parts, key, [guess, *names[1:]], node, field_, subject)
            return
        if head is None or (len(names) > 1 and head.many):
            if head is not None:
                self._not_in_profile(key, names[0], field_, subject)
        elif len(names) == 1:
            parts[names[0]] = node
        else:
            inner = parts.setdefault(names[0], {})
            if isinstance(inner, dict):
                self._place(inner, key, names[1:], node, head, f"{subject}.{names[0]}")

    def _not_in_profile(self, key: Scalar, name: str, field_: Field, subject: str) -> str:
        """Report the name of an attribute; gives the one that was probably meant."""
        if name in BEYOND_THE_PROFILE[subject.partition(".")[0]]:
            message = f"{name} is not in Skolverket's profile: it is neither read nor sent."
            self.reader.report("M202", message, key.span, severity=Severity.NOTE)
            return ""
        known = [part.name for part in field_.parts]
        there = f"there are {', '.join(known)}" if known else "it is a plain value"
        message = f'{subject} has no attribute "{name}" in the profile; {there}.'
        meant = COLUMNS.get(plain(name), "")
        guess = meant if meant in known else did_you_mean(name, known)
        self.reader.report("M220", message, key.span, guess)
        return guess

    def _object(self, given: dict[str, Any], field_: Field, scope: Scope, subject: str, span: Span) -> Get | None:
        plan: list[tuple[str, Get, bool]] = []
        for part in field_.parts:
            path = f"{subject}.{part.name}"
            node = given.get(part.name)
            if isinstance(node, dict):
                get = self._object(node, part, scope, path, span)
            elif node is not None:
                get = self.compile(node, part, scope, path)
            elif part.default is not None:
                get = constant(part.default)
                self.plain.cover(path, f"always {orjson.dumps(part.default).decode()}", span)
            elif part.required:
                self.reader.report("M221", f"{path} is required, and nothing is mapped to it.", span)
                continue
            else:
                self.plain.cover(path, "", span)
                continue
            if get is not None:
                plan.append((part.name, get, part.required))
                if path in _UNITS:
                    self.whereabouts.append(get)
        steps, place = tuple(plan), place_of(scope)

        def build(frames: Frames) -> dict[str, Any]:
            built = {}
            for name, get, required in steps:
                value = get(frames)
                if value is not None:
                    built[name] = value
                elif required:
                    raise RowFinding(
                        "M300", "has no value, and one is required", place(frames), span, f"{subject}.{name}"
                    )
            return built

        return build

    # -- choices ------------------------------------------------------------------------------------------

    def _first_of(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        options = node.get("first_of")
        if not isinstance(options, Items):
            self.reader.report("M111", "`first_of:` takes values in [ ].", node.span)
            options = self.reader.as_items(options)
        optional = replace(field_, many=False, required=False, default=None)
        gets = [get for item in options.items if (get := self.compile(item, optional, scope, subject))]
        empty = self.plain.when_empty(node, field_, scope, subject)

        def first(frames: Frames) -> Any:
            lost: RowFinding | None = None
            hidden = False
            for get in gets:
                try:
                    value = get(frames)
                except NotExposed:
                    hidden = True
                    continue
                except RowFinding as finding:
                    if finding.code not in LEADS_NOWHERE:
                        raise
                    lost = lost or finding
                    continue
                if value is not None:
                    return value
            if lost is not None:
                raise lost
            if hidden:
                raise NotExposed
            return empty(frames)

        return first

    def _no_list(self, node: Node, field_: Field, scope: Scope, subject: str) -> None:
        """Report one object in place of a list, and go on with the word that was probably meant, or with an item."""
        table, part = self.reader.table(node, node.span), field_.item()
        words = {word for form in language.FORMS.values() for word in form}
        guesses = [
            (key, did_you_mean(key.value, ("list", "each"))) for key, _ in table.entries if key.value not in words
        ]
        near, guess = next(((key, guess) for key, guess in guesses if guess), (None, ""))
        self.reader.report("M222", f"{subject} is a list: write {{list: […]}} or {{each: …}}.", node.span, guess)
        if near is not None:
            entries = [(replace(key, value=guess) if key is near else key, value) for key, value in table.entries]
            self.compile(Table(tuple(entries), table.span), field_, scope, subject)
            return
        fields = self.reader.table(table.get("fields") or node, node.span)
        if any(part.part(key.value.partition(".")[0]) for key, _ in fields.entries):
            self.compile(fields, part, scope.inner(Frame("", self.sources.unknown())), subject)

    def _no_reference(self, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        """Report a reference without `ref`, and go on with the word that was probably meant."""
        near = next((key for key, _ in node.entries if did_you_mean(key.value, ("ref",))), None)
        place = near.span if near else node.span
        message = f"{subject} is a reference: write {{ref: TYPE, via: COLUMN}}."
        self.reader.report("M222", message, place, "ref" if near else "")
        if near is None:
            return None
        entries = [(replace(key, value="ref") if key is near else key, value) for key, value in node.entries]
        return self.compile(Table(tuple(entries), node.span), field_, scope, subject)

    def _no_form(self, node: Node, field_: Field, scope: Scope, subject: str) -> Node | None:
        """Report a table without the word of a form; gives what was probably meant, to go on with."""
        known = ", ".join(language.FORMS)
        message = f"{subject} is a plain value: write a column name, or one of {known}."
        first = node.entries[0][0].value if isinstance(node, Table) and node.entries else ""
        word, colon, rest = first.partition(":")
        if colon and rest and word in language.FORMS:
            self.reader.report("M110", f"a space is missing after the colon: `{word}: {rest}`.", node.span)
            return None
        guess = did_you_mean(first, language.FORMS)
        self.reader.report("M222", message, node.span, guess)
        if not isinstance(node, Table):
            return None
        if not guess:
            known_words = tuple(entry for entry in node.entries if entry[0].value in language.FORMS["column"])
            self.plain.inside(Table(known_words, node.span), field_, scope, subject)
            return None
        (key, value), *rest_of_it = node.entries
        if isinstance(value, Scalar) and not value.raw:  # {column fornamn}
            return None
        return Table(((replace(key, value=guess), value), *rest_of_it), node.span)


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
