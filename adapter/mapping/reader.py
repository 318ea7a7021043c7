"""Reads nodes of the mapping into texts, names and columns, and collects everything that is wrong with them."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from adapter.findings import Finding, RowRef, Severity, Span, did_you_mean
from adapter.mapping import conversions
from adapter.mapping.almanac import Almanac
from adapter.mapping.cells import Cell, Steps
from adapter.mapping.conversions import Conversion
from adapter.mapping.scope import CodeList, Frames, Index, OwnCell, Scope
from adapter.mapping.syntax import Items, Node, Scalar, Table

_TYPOGRAPHIC = "“”„»’‘´`"


@dataclass
class Reader:
    """One reading of one mapping."""

    almanac: Almanac
    sources: Container[str] = ()
    findings: list[Finding] = field(default_factory=list)
    guarding: bool = False  # whether what is read now tells of protection
    unusable: set[str] = field(default_factory=set)  # enriching sources of this rule that are wrong, which is told
    codes: dict[str, CodeList] = field(default_factory=dict)
    later: Container[str] = ()  # code lists that stand in a source, which are read after all keys of sources
    used_codes: set[str] = field(default_factory=set)
    used_indexes: list[Index] = field(default_factory=list)  # what the rule that is compiled looks into

    def report(
        self, code: str, message: str, span: Span, suggestion: str = "", severity: Severity = Severity.ERROR
    ) -> None:
        """Report, and go on."""
        self.findings.append(Finding(code, message, severity, span, suggestion=suggestion))

    def words(self, table: Table, known: Mapping[str, str], what: str) -> Table:
        """Every key of a table must be one of the known words.

        Gives the table to go on with: where it is clear which word was meant, as if that stood there.
        """
        entries = []
        for key, value in table.entries:
            meant = key
            if key.value not in known and not _is_tail(key):
                word, colon, rest = key.value.partition(":")
                if colon and rest and word in known:
                    self.report("M110", f"a space is missing after the colon: `{word}: {rest}`.", key.span)
                    meant, value = replace(key, value=word), Scalar(rest, key.span)
                else:
                    hint = "; several values stand in [ ]" if isinstance(value, Scalar) and not value.raw else ""
                    message = f'"{key.value}" is not a word of {what}; there are {", ".join(known)}{hint}.'
                    guess = did_you_mean(key.value, [word for word in known if word not in table])
                    guess = guess or did_you_mean(key.value, known)
                    self.report("M110", message, key.span, guess)
                    meant = replace(key, value=guess) if guess and guess not in table else key
            entries.append((meant, value))
        return Table(tuple(entries), table.span)

    def text(self, node: Node) -> str:
        """A scalar's text; "" (and a finding) for anything else."""
        if isinstance(node, Scalar):
            return node.value
        self.report("M111", "a text is expected here.", node.span)
        return ""

    def texts(self, node: Node) -> list[str]:
        """One text or a list of them."""
        if isinstance(node, Items):
            return [self.text(item) for item in node.items]
        return [self.text(node)]

    def as_items(self, node: Node | None) -> Items:
        """A list of what stands where a list should, which is told already."""
        items = () if node is None or (isinstance(node, Scalar) and not node.value) else (node,)
        return Items(items, node.span if node is not None else Span(""))

    def table(self, node: Node | None, span: Span) -> Table:
        """A table; an empty one where nothing stands, with a finding for anything else.

        What is wrong inside a list of tables is told as if they were one.
        """
        if isinstance(node, Table):
            return node
        if node is not None and not (isinstance(node, Scalar) and not node.value):
            self.report("M111", "a table of `word: value` is expected here.", node.span)
        return entries_of(node, span)

    def choice(self, node: Node | None, known: tuple[str, ...], default: str) -> str:
        """One of a few words."""
        if node is None:
            return default
        text = self.text(node)
        if text in known:
            return text
        self.report("M113", f'"{text}" is not one of {", ".join(known)}.', node.span, did_you_mean(text, known))
        return default

    def item_choice(self, node: Node | None, known: tuple[str, ...], default: str, scope: Scope) -> str:
        """The same, where words that leave out an item need a list that it is left out of."""
        found = self.choice(node, known, default)
        if node is not None and found.endswith("_item") and not scope.in_list:
            here = " or ".join(word for word in known if not word.endswith("_item"))
            self.report("M113", f'"{found}" needs a list around it; say {here} here.', node.span)
            return default
        return found

    def conversions(self, node: Node | None) -> Steps:
        """The steps of an `as:`, each of which takes what the one before it gives."""
        steps: list[Conversion] = []
        for item in node.items if isinstance(node, Items) else (node,) if node is not None else ():
            text = self.text(item)
            try:
                step = conversions.parse(text, self.almanac)
            except ValueError as error:
                name = text.partition("(")[0]
                guess = "" if name in conversions.NAMES else did_you_mean(name, conversions.NAMES)
                self.report("M120", f"{error}.", item.span, guess)
                continue
            given = steps[-1].gives if steps else conversions.TEXT
            if step.takes != given:
                before = f'after "{steps[-1].name}"' if steps else "at the beginning"
                self.report("M121", f'"{step.name}" takes {step.takes}; {before} there is {given}.', item.span)
            steps.append(step)
        return Steps(tuple(steps), node.span if node is not None else None)

    def gives(self, steps: Steps, wanted: Container[str], what: str) -> None:
        """What comes out of an `as:` must be something that its place can use."""
        if steps.gives not in wanted and steps.span is not None:
            hint = "; add `first` or `join(…)` after the split" if steps.gives == conversions.LIST else ""
            self.report("M121", f'{what}, and "{steps.steps[-1].name}" gives {steps.gives}{hint}.', steps.span)

    def column(self, node: Node, scope: Scope) -> Cell | None:
        """The column that a name means here, or None (and a finding)."""
        if isinstance(node, Items):
            message = "one column is expected; of several, {first_of: [a, b]} takes the first, {format: …} joins them."
            self.report("M111", message, node.span)
            return None
        name = self.text(node)
        if not name:
            if isinstance(node, Scalar):
                self.report("M112", f"a column name is missing here{_comment(node)}.", node.span)
            return None
        found = scope.find(name)
        if found is None:
            view, asked = scope.blamed(name)
            message = f'source "{view.name}" has no column "{asked}"{_comment(node)}.'
            if asked in view.cut:
                message = f'"{asked}" is not among the columns of `by`, which are all that the object is made of.'
            if asked[0] in _TYPOGRAPHIC:
                message = f'source "{view.name}" has no column {asked}; write straight quotes (") or none.'
            if (other := asked.partition(".")[0]) in self.unusable:
                return None
            if other in self.sources:
                message = f'the row of "{other}" is not at hand here; add `enrich: {{{other}: COLUMN}}` to the rule.'
            self.report("M210", message, node.span, view.suggestion(asked))
            return None
        number, view, column = found
        view.used = True
        if self.guarding:
            view.guard(column)
            if view.may_lack(column):
                message = f'"{column}" tells of protection, so it cannot be optional: without it nobody is protected.'
                self.report("M244", message, node.span)
        slot, view_name = view.slot(column), view.name
        kind, optional = view.kind(column), view.may_lack(column)
        if number == 0:
            return Cell(
                OwnCell(slot),
                lambda frames: RowRef(view_name, frames[0][0]),
                column,
                (column,),
                column,
                kind=kind,
                optional=optional,
            )
        own = scope.frames[0].view.name

        def place(frames: Frames) -> RowRef:
            """The other source's row; where none was found there, the own row is to blame."""
            return RowRef(view_name, frames[number][0]) if frames[number][0] else RowRef(own, frames[0][0])

        def why_empty(frames: Frames) -> str:
            return "is empty" if frames[number][0] else f"is empty: no row of {view_name} matches"

        origin = f"{scope.frames[number].name}.{column}"
        return Cell(lambda frames: frames[number][slot], place, column, (column,), origin, why_empty, kind, optional)

    def code_list(self, said: Node) -> CodeList | None:
        """The code list of that name, or None (and a finding)."""
        name = self.text(said)
        found = self.codes.get(name)
        if found is None:
            message = f'there is no code list "{name}" under `codes`.'
            guess = did_you_mean(name, self.codes)
            self.report("M240", message, said.span, guess)
            return self.codes.get(guess)
        self.used_codes.add(name)
        if found.index is not None:
            self.used_indexes.append(found.index)
        return found


def entries_of(node: Node | None, span: Span) -> Table:
    """The entries of all tables in a list, where one table should stand; an empty table for anything else."""
    tables = [item for item in node.items if isinstance(item, Table)] if isinstance(node, Items) else []
    return Table(tuple(entry for table in tables for entry in table.entries), span)


def _is_tail(key: Scalar) -> bool:
    """The end of a `split(,)` without quotes, which is told where it begins."""
    return key.value.endswith(")") and "(" not in key.value


def _comment(node: Node) -> str:
    cut = isinstance(node, Scalar) and node.cut
    return "; what follows # is a comment: put a text with # in quotes" if cut else ""
