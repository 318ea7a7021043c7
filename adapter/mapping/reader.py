"""Reads nodes of the mapping into texts, names and columns, and collects everything that is wrong with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass, field

from adapter.issues import Issue, RowRef, Severity, Span, did_you_mean
from adapter.mapping import conversions, language
from adapter.mapping.problems import RowProblem
from adapter.mapping.scope import Frame, Frames, Get, Key, KeyPart, OwnCell, Scope, View
from adapter.mapping.syntax import Items, Node, Scalar, Table


@dataclass(frozen=True)
class Cell:
    """A column, found: its text, and for messages the row it stands in."""

    get: Callable[[Frames], str]
    place: Callable[[Frames], RowRef]
    column: str
    why_empty: Callable[[Frames], str] = lambda frames: "is empty"
    kind: str = ""

    @property
    def own_slot(self) -> int:
        """Where it stands in the own row; 0 where it comes from elsewhere."""
        return self.get.slot if isinstance(self.get, OwnCell) else 0


_ALIKE = ({"numbers", "personnummer"},)


@dataclass(frozen=True)
class Match:
    """How rows of a view are found: by these columns of it, from those of mine."""

    its: Key
    mine: Key


@dataclass
class Reader:
    """One reading of one mapping. `today` is the organiser's date (Europe/Stockholm)."""

    today: dt.date
    sources: Container[str] = ()
    issues: list[Issue] = field(default_factory=list)

    def issue(
        self, code: str, message: str, span: Span, suggestion: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        """Report, and go on."""
        self.issues.append(Issue(code, message, severity, span, suggestion=suggestion))

    def words(self, table: Table, known: Mapping[str, str], what: str) -> None:
        """Every key of a table must be one of the known words."""
        for key, _ in table.entries:
            if key.value in known:
                continue
            word, colon, rest = key.value.partition(":")
            if colon and rest and word in known:
                self.issue("M110", f"a space is missing after the colon: `{word}: {rest}`.", key.span)
            else:
                message = f'"{key.value}" is not a word of {what}; there are {", ".join(known)}.'
                self.issue("M110", message, key.span, did_you_mean(key.value, known))

    def text(self, node: Node) -> str:
        """A scalar's text; "" (and an issue) for anything else."""
        if isinstance(node, Scalar):
            return node.value
        self.issue("M111", "a text is expected here.", node.span)
        return ""

    def texts(self, node: Node) -> list[str]:
        """One text or a list of them."""
        if isinstance(node, Items):
            return [self.text(item) for item in node.items]
        return [self.text(node)]

    def table(self, node: Node | None, span: Span) -> Table:
        """A table; an empty one where nothing stands, with an issue for anything else."""
        if isinstance(node, Table):
            return node
        if node is not None and not (isinstance(node, Scalar) and not node.value):
            self.issue("M111", "a table of `word: value` is expected here.", node.span)
        return Table((), span)

    def choice(self, node: Node | None, known: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        if node is None:
            return default
        text = self.text(node)
        if text in known:
            return text
        self.issue("M113", f'"{text}" is not one of {", ".join(known)}.', node.span, did_you_mean(text, known))
        return default

    def conversions(self, node: Node | None) -> tuple[conversions.Convert, ...]:
        """The steps of an `as:`."""
        if node is None:
            return ()
        steps = []
        for item in node.items if isinstance(node, Items) else (node,):
            text = self.text(item)
            try:
                steps.append(conversions.parse(text, self.today))
            except ValueError as error:
                name = text.partition("(")[0]
                guess = "" if name in conversions.NAMES else did_you_mean(name, conversions.NAMES)
                self.issue("M120", f"{error}.", item.span, guess)
        return tuple(steps)

    def column(self, node: Node, scope: Scope) -> Cell | None:
        """The column that a name means here, or None (and an issue)."""
        name = self.text(node)
        if not name:
            if isinstance(node, Scalar):
                self.issue("M112", "a column name is missing here.", node.span)
            return None
        found = scope.find(name)
        if found is None:
            view, asked = scope.blamed(name)
            message = f'source "{view.name}" has no column "{asked}".'
            if (other := asked.partition(".")[0]) in self.sources:
                message = f'the row of "{other}" is not at hand here; add `enrich: {{{other}: COLUMN}}` to the rule.'
            self.issue("M210", message, node.span, view.suggestion(asked))
            return None
        number, view, column = found
        view.used = True
        slot, view_name, kind = view.slot(column), view.name, view.kind(column)
        if number == 0:
            return Cell(OwnCell(slot), lambda frames: RowRef(view_name, frames[0][0]), column, kind=kind)
        own = scope.frames[0].view.name

        def place(frames: Frames) -> RowRef:
            """The other source's row; where none was found there, the own row is to blame."""
            return RowRef(view_name, frames[number][0]) if frames[number][0] else RowRef(own, frames[0][0])

        def why_empty(frames: Frames) -> str:
            return "is empty" if frames[number][0] else f"is empty: no row of {view_name} matches"

        return Cell(lambda frames: frames[number][slot], place, column, why_empty, kind)

    def key_part(self, node: Node, scope: Scope) -> KeyPart | None:
        """A column of a key: its name, or {column, as}."""
        if not isinstance(node, Table):
            cell = self.column(node, scope)
            return KeyPart(cell.get, cell.column, cell.kind) if cell else None
        self.words(node, language.COLUMN, "a key column")
        if (constant := node.get("text")) is not None:
            text = self.text(constant)
            return KeyPart(lambda frames: text, f'"{text}"', "")
        name = node.get("column")
        if name is None:
            self.issue("M112", "a key column is a name or {column: NAME, as: …}.", node.span)
            return None
        cell = self.column(name, scope)
        steps = self.conversions(node.get("as"))
        if cell is None:
            return None
        if not steps:
            return KeyPart(cell.get, cell.column, cell.kind)
        words = self.texts(node.get("as") or node)
        kind = conversions.kind(words)
        if kind == "list":
            self.issue("M120", "a key is one text; add `first` or `join(…)` after the split.", node.span)
        return KeyPart(converted_key(cell, steps), f"{cell.column} as {', '.join(words)}", kind)

    def key(self, node: Node, scope: Scope) -> Key:
        """A key of one or several columns."""
        nodes = node.items if isinstance(node, Items) else (node,)
        if not nodes:
            self.issue("M112", "a column name is missing here.", node.span)
        parts = [part for item in nodes if (part := self.key_part(item, scope)) is not None]
        return Key.of(parts)

    def comparable(self, mine: Key, its: Key, source: str, span: Span) -> None:
        """Report columns that are compared though no value of one can be one of the other."""
        for my, other in zip(mine.each(), its.each(), strict=False):
            if my.kind and other.kind and my.kind != other.kind and {my.kind, other.kind} not in _ALIKE:
                message = (
                    f'"{other.name}" of "{source}" holds {other.kind}, "{my.name}" {my.kind}: no row can ever match. '
                    "Is it the right column, or is an `as` missing?"
                )
                self.issue("M235", message, span)

    def match(self, node: Node | None, view: View, mine: Scope, what: str, span: Span) -> Match | None:
        """`{its column: my column}`, `its` being a view's; None (and an issue) where it cannot be read."""
        if not isinstance(node, Table) or not node.entries:
            self.issue("M112", f"{what}: {{its column: my column}}`.", span)
            return None
        own = Scope((Frame(view.name, view),))
        pairs = [(_as_in_key(self.key_part(its, own), view), self.key_part(my, mine)) for its, my in node.entries]
        good = [(its, my) for its, my in pairs if its is not None and my is not None]
        if len(good) < len(pairs):
            return None
        found = Match(Key.of([its for its, _ in good]), Key.of([my for _, my in good]))
        self.comparable(found.mine, found.its, view.name, span)
        return found


def _as_in_key(part: KeyPart | None, view: View) -> KeyPart | None:
    """A column that the view's own key converts is compared in that form."""
    if part is None:
        return None
    return next((key for key in view.key.each() if key.name.startswith(f"{part.name} as ")), part)


def converted_key(cell: Cell, steps: tuple[conversions.Convert, ...]) -> Get:
    """A key column in another form: what cannot be converted is compared as it stands, and so matches nothing."""

    def get(frames: Frames) -> object:
        text = cell.get(frames)
        value: object = text
        try:
            for step in steps if text else ():
                value = step(value)
        except ValueError:
            return text
        return value if isinstance(value, str) else str(value)

    return get


def convert(steps: tuple[conversions.Convert, ...], text: str, row: RowRef, span: Span, subject: str) -> object:
    """Apply conversions to a cell; raises RowProblem M310 with the conversion's own words."""
    value: object = text
    for step in steps:
        try:
            value = step(value)
        except ValueError as error:
            raise RowProblem("M310", str(error), row, span, subject, text) from None
    return value
