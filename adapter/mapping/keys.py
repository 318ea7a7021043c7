"""Reads the keys of a mapping: of which columns they are, and what is wrong with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from adapter.findings import Span
from adapter.mapping import conversions, language
from adapter.mapping.cells import Cell, ConvertedKey, FirstFilled
from adapter.mapping.reader import Reader, entries_of
from adapter.mapping.scope import CodeList, Frame, Get, Key, KeyPart, Scope, View
from adapter.mapping.syntax import Items, Node, Scalar, Table

_ALIKE = ({"numbers", "personnummer"},)


@dataclass(frozen=True)
class Match:
    """How rows of a view are found: by these columns of it, from those of mine."""

    its: Key
    mine: Key


@dataclass
class KeyReader(Reader):
    """A reader that reads keys too."""

    lookups: list[tuple[View, Key, Key]] = field(default_factory=list)  # of second rows: theirs, by its key and mine
    optional_parts: dict[Get, tuple[str, Span]] = field(default_factory=dict)  # parts of keys that a source may lack

    def key(self, node: Node, scope: Scope, early: bool = False) -> Key:
        """A key of one or several columns; `early` as in `key_part`."""
        nodes = node.items if isinstance(node, Items) else (node,)
        if not nodes:
            self.report("M112", "a column name is missing here.", node.span)
        parts = [part for item in nodes if (part := self.key_part(item, scope, early)) is not None]
        return Key.of(parts)

    def comparable(self, mine: Key, its: Key, source: str, span: Span) -> None:
        """Report columns that are compared though no value of one can be one of the other."""
        for my, other in zip(mine.each(), its.each(), strict=False):
            if my.kind and other.kind and my.kind != other.kind and {my.kind, other.kind} not in _ALIKE:
                message = (
                    f'"{other.name}" of "{source}" holds {other.kind}, "{my.name}" {my.kind}: no row can ever match. '
                    "Is it the right column, or is an `as` missing?"
                )
                self.report("M235", message, span)

    def match(self, node: Node | None, view: View, mine: Scope, what: str, span: Span) -> Match | None:
        """`{its column: my column}`, `its` being a view's; None (and a finding) where it cannot be read."""
        if not isinstance(node, Table) or not node.entries:
            self.report("M112", f"{what}: {{its column: my column}}`.", span)
            node = entries_of(node, span)
        own = Scope((Frame(view.name, view),))
        pairs = []
        for its, my in node.entries:
            plain, part = self.key_part(its, own, True), self.key_part(my, mine)
            converted = _as_in_key(plain, view)
            if converted is not plain and isinstance(my, Scalar) and (mine.find(my.value) or (1,))[0] == 0:
                part = _as_in_key(part, mine.frames[0].view)
            pairs.append((converted, part))
        good = [(its, my) for its, my in pairs if its is not None and my is not None]
        if not pairs or len(good) < len(pairs):
            return None
        found = Match(Key.of([its for its, _ in good]), Key.of([my for _, my in good]))
        self.comparable(found.mine, found.its, view.name, span)
        return found

    def sure_of_protection(self) -> None:
        """Report parts of keys that a source may lack, where they lead to rows that tell of protection."""
        for view, its, mine in self.lookups:
            for part in (*its.parts, *mine.parts) if view.made.guarded else ():
                if part in self.optional_parts:
                    column, span = self.optional_parts[part]
                    message = (
                        f'"{column}" leads to what tells of protection, so it cannot be optional: '
                        "without it nobody is protected."
                    )
                    self.report("M244", message, span)

    def key_part(self, node: Node, scope: Scope, early: bool = False) -> KeyPart | None:
        """A column of a key: its name, or {column, as, codes}, {text} or {first_of: [columns]}.

        `early`: it is asked for while its source is read, before any other source may be looked up.
        """
        if not isinstance(node, Table):
            cell = self.column(node, scope)
            return self._part(KeyPart(cell.get, cell.column, cell.kind), cell, node) if cell else None
        node = self.words(node, language.COLUMN, "a key column")
        if (choice := node.get("first_of")) is not None:
            self._alone(node, "first_of", "stands inside `first_of`, with the column that it is about")
            return self._first_part(choice, scope, early)
        if (constant := node.get("text")) is not None:
            self._alone(node, "text", "has no place beside `text`, which is compared as it is written")
            text = self.text(constant)
            return KeyPart(lambda frames: text, f'"{text}"', "")
        name = node.get("column")
        if name is None:
            self.report("M112", "a key column is a name or {column: NAME, as: …}.", node.span)
        cell = self.column(name, scope) if name is not None else None
        steps = self.conversions(node.get("as"))
        self.gives(steps, conversions.ONE, "a key is one text")
        codes, listed = self._codes_of_key(node.get("codes"), early), node.get("codes")
        if name is None or cell is None or (listed is not None and codes is None):
            return None
        if not steps.steps and codes is None:
            return self._part(KeyPart(cell.get, cell.column, cell.kind), cell, name)
        words = [
            *(self.texts(node.get("as") or node) if steps.steps else ()),
            *([f"codes {self.text(listed)}"] if listed else ()),
        ]
        holds = "" if codes else steps.steps[-1].holds
        part = KeyPart(ConvertedKey(cell, steps, codes), f"{cell.column} as {', '.join(words)}", holds)
        return self._part(part, cell, name)

    def _part(self, part: KeyPart, cell: Cell, node: Node) -> KeyPart:
        """The same, remembered where the source may lack its column."""
        if cell.optional:
            self.optional_parts[part.get] = cell.column, node.span
        return part

    def _alone(self, node: Table, form: str, why: str) -> None:
        """Report words that mean nothing where this one stands."""
        for word, _ in node.entries:
            if word.value != form and word.value in language.COLUMN:
                self.report("M110", f"`{word.value}` {why}.", word.span)

    def _first_part(self, choice: Node, scope: Scope, early: bool) -> KeyPart | None:
        """The first filled one of some columns; one that begins with a constant is that constant."""
        if not isinstance(choice, Items) or not choice.items:
            self.report("M111", "`first_of:` takes columns in [ ].", choice.span)
            return None
        parts = [part for item in choice.items if (part := self.key_part(item, scope, early)) is not None]
        if len(parts) < len(choice.items):
            return None
        if parts[0].name.startswith('"'):
            return parts[0]
        first, kinds = FirstFilled([part.get for part in parts]), {part.kind for part in parts}
        name = f"first of {', '.join(part.name for part in parts)}"
        if all(get in self.optional_parts for get in first.gets):
            self.optional_parts[first] = self.optional_parts[first.gets[0]]
        return KeyPart(first, name, "".join(kinds) if len(kinds) == 1 else "")

    def _codes_of_key(self, said: Node | None, early: bool) -> CodeList | None:
        """The code list that a key is translated by."""
        if said is None:
            return None
        name = self.text(said)
        if name in self.later or (early and (found := self.codes.get(name)) and found.index is not None):
            self.used_codes.add(name)
            message = (
                f'the code list "{name}" stands in a source, which is not read yet here; write the list under `codes`.'
            )
            self.report("M243", message, said.span)
            return None
        return self.code_list(said)


def columns_in(node: Node | None) -> Iterator[Scalar]:
    """The columns that a key names, wherever they stand in it."""
    if isinstance(node, Scalar):
        yield node
    inside = node.items if isinstance(node, Items) else ()
    if isinstance(node, Table):
        inside = tuple(found for word in ("column", "first_of") if (found := node.get(word)) is not None)
    for part in inside:
        yield from columns_in(part)


def _as_in_key(part: KeyPart | None, view: View) -> KeyPart | None:
    """A column that the view's own key converts is compared in that form."""
    if part is None:
        return None
    return next((key for key in view.key.each() if key.name.startswith(f"{part.name} as ")), part)
