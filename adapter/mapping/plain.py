"""Plain values: a column, a constant, a format; converted, translated by a code list, or empty."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from adapter.findings import RowRef, Span, did_you_mean
from adapter.mapping import conversions, language
from adapter.mapping.cells import Cell, Steps, convert
from adapter.mapping.conversions import Conversion
from adapter.mapping.keys import columns_in
from adapter.mapping.plan import Covered
from adapter.mapping.reader import Reader
from adapter.mapping.row_findings import UNDECIDED, Assumed, Impure, ItemOmitted, RowFinding
from adapter.mapping.scope import Codes, Frames, Get, Scope
from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000.codes import NOT_PROTECTED
from adapter.ss12000.shape import Field

PROTECTED_WHEN_UNKNOWN = Assumed("Sekretessmarkering")
_OMIT = object()
"""What an unknown word comes to where it is left out."""
_REMEMBERED = 1000  # texts of a column
IDENTIFIERS = frozenset(("Person.civicNo.value", "Person.eduPersonPrincipalNames", "Person.externalIdentifiers.value"))
"""Attributes that tell people apart: nothing is taken away from them."""
_PLACEHOLDER = re.compile(r"\{([^{}]+)\}")


@dataclass
class PlainValues:
    """Compiles plain values of one mapping."""

    reader: Reader
    coverage: list[Covered] = field(default_factory=list)
    rule: tuple[str, Span] = ("", Span(""))  # the one that is compiled

    def compile(self, form: str, node: Node, field_: Field, scope: Scope, subject: str) -> Get | None:
        """The function for a column, text or format; None when it cannot be made."""
        if form == "text" and isinstance(node, Table):
            return self._text(node, field_, subject)
        if form == "format" and isinstance(node, Table):
            cell = self._format(node, scope, subject)
        else:
            name = node.get("column") if isinstance(node, Table) else node
            if isinstance(name, Scalar) and self._is_constant(name, field_, scope, subject):
                return None
            cell = self.reader.column(name, scope) if name is not None else None
            cell = _pure(cell, node.span, subject) if cell is not None and subject in IDENTIFIERS else cell
        options = node if isinstance(node, Table) else Table((), node.span)
        if cell is None:
            self.inside(options, field_, scope, subject)
            return None
        codes = options.get("codes")
        through = f", codes {codes.value}" if isinstance(codes, Scalar) else ""
        self.cover(subject, f"{cell.origin}{through}", node.span, cell.columns)
        return self._cell_value(cell, options, field_, scope, subject)

    def inside(self, options: Table, field_: Field, scope: Scope, subject: str) -> None:
        """Report what is wrong with the words of a value whose column is not known."""
        self._cell_value(Cell(lambda frames: "", place_of(scope), "", (), ""), options, field_, scope, subject)

    def _is_constant(self, name: Scalar, field_: Field, scope: Scope, subject: str) -> bool:
        """Whether a column is named like a value of the attribute, and no column is called exactly that."""
        found = scope.find(name.value)
        if name.value not in field_.allowed or (found is not None and found[2] == name.value):
            return False
        message = f'"{name.value}" alone is a column; the constant is written {{text: {name.value}}}.'
        self.reader.report("M210", f"{subject}: {message}", name.span)
        return True

    def _text(self, node: Table, field_: Field, subject: str) -> Get | None:
        said = node.get("text") or node
        text = self.reader.text(said)
        self.cover(subject, f'always "{text}"', node.span)
        value = self._constant(text, field_, said.span, subject)
        if value is not None and field_.name == "securityMarking":
            value = Assumed(value)
        return None if value is None else constant(value)

    def _constant(self, text: str, field_: Field, span: Span, subject: str) -> Any:
        """A text of the mapping as the attribute's value; None (and a finding) where it is none."""
        value: Any = text
        if step := self._implied(field_, subject):
            try:
                value = step.apply(text)
            except ValueError as error:
                self.reader.report("M250", f'"{text}" {error}.', span)
                return None
        self._allowed(value, field_, span, subject)
        return value

    def _format(self, node: Table, scope: Scope, subject: str) -> Cell | None:
        template = node.get("format") or node
        if not isinstance(template, Scalar):
            self.reader.report("M111", "a format is one text: put it in quotes, for it holds { and }.", template.span)
            return None
        text = self.reader.text(template)
        pieces = _PLACEHOLDER.split(text)
        names = [Scalar(name, _inside(template, name)) for name in pieces[1::2]]
        found = [self.reader.column(name, scope) for name in names]
        cells = [cell for cell in found if cell is not None]
        if subject in IDENTIFIERS:
            cells = [_pure(cell, node.span, subject) for cell in cells]
        if not found or len(cells) < len(found):
            if not found:
                self.reader.report("M113", "a format names a column in braces: {COLUMN}.", template.span)
            return None
        between = pieces[::2]
        if stray := next((piece for piece in between if "{" in piece or "}" in piece), None):
            self.reader.report("M113", f'"{stray.strip()}" has a brace without its pair.', template.at(stray))
            return None

        def get(frames: Frames) -> str:
            texts = [cell.get(frames) for cell in cells]
            if not all(texts):
                return ""
            return between[0] + "".join(text + after for text, after in zip(texts, between[1:], strict=True))

        columns = tuple(column for cell in cells for column in cell.columns)
        return Cell(get, cells[0].place, text, columns, f'"{text}"')

    def _cell_value(self, cell: Cell, node: Table, field_: Field, scope: Scope, subject: str) -> Get | None:
        steps = self.reader.conversions(node.get("as"))
        translate, known = self._codes(node, field_, subject)
        if translate is not None:
            self.reader.gives(steps, conversions.ONE, "a code list translates one text")
        else:
            steps = self._fitted(steps, field_, subject)
        empty = self.when_empty(node, field_, scope, subject, cell)
        unknown = self._when_unknown(node, field_, subject)
        text_of, place, span = cell.get, cell.place, node.span
        listed = self.reader.codes.get(known)
        if listed is not None and listed.index is not None:  # what stands in it is not read yet
            translates_empty = listed.index.view.written
        else:
            translates_empty = translate is not None and translate("") is not None
        finish = self._implied(field_, subject)
        if not steps.steps and translate is None:
            if slot := cell.own_slot:
                return lambda frames: frames[0][slot] or empty(frames)
            return lambda frames: text_of(frames) or empty(frames)

        def get(frames: Frames) -> Any:
            text = text_of(frames)
            if not text and not translates_empty:
                return empty(frames)
            if text == UNDECIDED:
                return PROTECTED_WHEN_UNKNOWN if field_.name == "securityMarking" else empty(frames)
            value: Any = convert(steps, text, place(frames), span, subject) if text else text
            if value in ("", []) and not translates_empty:
                return empty(frames)
            if translate is None:
                return value
            found = translate(str(value))
            if found is None and not value:
                return empty(frames)
            if found is None:
                if unknown is _OMIT:
                    return None
                if unknown is not None:
                    return unknown
                words = f"is not in the code list {known}"
                raise RowFinding("M320", words, place(frames), span, subject, text)
            return found if finish is None else convert(Steps((finish,)), found, place(frames), span, subject)

        return _remembering(cell.own_slot, get) if cell.own_slot else get

    def _fitted(self, steps: Steps, field_: Field, subject: str) -> Steps:
        """These steps, and the one that the attribute's own type asks for; what they give must fit it."""
        form = {"integer": conversions.NUMBER, "boolean": conversions.FLAG}.get(field_.type, conversions.TEXT)
        wanted = {conversions.TEXT, form, *((conversions.LIST,) if field_.many else ())}
        self.reader.gives(steps, wanted, f"{subject} takes {form}")
        last = self._implied(field_, subject) if steps.gives == conversions.TEXT else None
        if last is None or (steps.steps and steps.steps[-1].name == last.name):
            return steps
        return Steps((*steps.steps, last), steps.span)

    def _implied(self, field_: Field, subject: str) -> Conversion | None:
        """The conversion that the attribute's own type asks for."""
        name = "personnummer" if subject == "Person.civicNo.value" else field_.type
        return conversions.parse(name, self.reader.almanac) if name in conversions.NAMES else None

    def _codes(self, node: Table, field_: Field, subject: str) -> tuple[Codes | None, str]:
        said = node.get("codes")
        if said is None:
            return None, ""
        found = self.reader.code_list(said)
        if found is None:
            return None, self.reader.text(said)
        for value in found.values:
            self._constant(value, field_, said.span, subject)
        if found.otherwise == NOT_PROTECTED:
            self._open(field_, said.span)
        return found.translate, found.name

    def _when_unknown(self, node: Table, field_: Field, subject: str) -> Any:
        said = node.get("unknown")
        if said is None or (word := self.reader.text(said)) == "reject":
            return PROTECTED_WHEN_UNKNOWN if field_.name == "securityMarking" else None
        if word == "omit":
            if field_.name == "securityMarking":
                message = "an unknown mark protects: `unknown: omit` cannot stand at securityMarking."
                self.reader.report("M242", message, said.span)
            return _OMIT
        if word == "protected":
            if field_.name != "securityMarking":
                self.reader.report("M113", "`unknown: protected` is for securityMarking only.", said.span)
            return PROTECTED_WHEN_UNKNOWN
        if word == NOT_PROTECTED:
            self._open(field_, said.span)
        return self._constant(word, field_, said.span, subject)

    def _open(self, field_: Field, span: Span) -> None:
        """No mapping may say that an unknown mark is none."""
        if field_.name == "securityMarking":
            message = f"an unknown mark protects; list those that mean {NOT_PROTECTED}, and leave the rest out."
            self.reader.report("M242", message, span)

    def when_empty(
        self,
        node: Table,
        field_: Field,
        scope: Scope,
        subject: str,
        cell: Cell | None = None,
    ) -> Get:
        """What an empty cell means: as written, else a fault where a value is required and nothing elsewhere."""
        default = "reject" if field_.required else "omit"
        choice = self.reader.item_choice(node.get("empty"), language.EMPTY, default, scope)
        where = cell.place if cell else place_of(scope)
        why = cell.why_empty if cell else lambda frames: "is empty"
        span = node.span
        if field_.name == "securityMarking":  # fails closed: no marking read is not "no marking"
            return constant(PROTECTED_WHEN_UNKNOWN)
        if choice == "omit":
            return constant(None)

        def omit_item(frames: Frames) -> None:
            raise ItemOmitted

        def reject(frames: Frames) -> None:
            raise RowFinding("M300", f"{why(frames)}; a value is required", where(frames), span, subject)

        return omit_item if choice == "omit_item" else reject

    def _allowed(self, value: object, field_: Field, span: Span, subject: str) -> None:
        if field_.allowed and value not in field_.allowed:
            known = [str(allowed) for allowed in field_.allowed]
            message = f'"{value}" is not a value of {subject}; there are {", ".join(known)}.'
            self.reader.report("M242", message, span, did_you_mean(str(value), known))

    def cover_reference(self, node: Table, subject: str) -> None:
        """Remember for the coverage table where a reference comes from."""
        via = node.get("via")
        parts = via.items if isinstance(via, Items) else (via,) if via is not None else ()
        columns = [name for part in parts for name in _named(part)]
        target = node.get("ref")
        name = target.value if isinstance(target, Scalar) else "?"
        self.cover(subject, f"{name} by {', '.join(columns)}", node.span, tuple(columns))

    def cover(self, subject: str, origin: str, span: Span, columns: tuple[str, ...] = ()) -> None:
        """Remember for the coverage table where an attribute comes from."""
        self.coverage.append(Covered(*self.rule, subject, origin, span, columns))


def _pure(cell: Cell, span: Span, subject: str) -> Cell:
    """The cell of something that tells people apart: refused where it held a sign that nobody sees."""

    def get(frames: Frames) -> str:
        text = cell.get(frames)
        if isinstance(text, Impure):
            raise RowFinding("M313", f"holds {text.sign}, which nobody sees", cell.place(frames), span, subject)
        return text

    return replace(cell, get=get)


def _named(node: Node) -> list[str]:
    """What a part of a key is called: its columns, or the constant."""
    constant = node.get("text") if isinstance(node, Table) else None
    return [found.value for found in columns_in(node)] or [constant.value if isinstance(constant, Scalar) else "?"]


def _inside(template: Scalar, name: str) -> Span:
    """Where the name of a column stands in a format."""
    place = template.at(f"{{{name}}}")
    return replace(place, column=place.column + 1)


def _remembering(slot: int, get: Get) -> Get:
    """The same, with what the first texts gave kept: codes, school years and flags have few different ones."""
    known: dict[str, Any] = {}

    def remembered(frames: Frames) -> Any:
        text = frames[0][slot]
        value = known.get(text)
        if value is None:
            value = get(frames)
            if len(known) < _REMEMBERED and isinstance(value, str | int):
                known[text] = value
        return value

    return remembered


def constant(value: Any) -> Get:
    """The same for every row."""
    return lambda frames: value


def place_of(scope: Scope) -> Callable[[Frames], RowRef]:
    """Which row a finding here is about."""
    name = scope.frames[0].view.name
    return lambda frames: RowRef(name, frames[0][0])
