"""The `codes:` of a mapping, compiled: lists that stand in it, and lists that a source holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapter.mapping import language
from adapter.mapping.keys import KeyReader
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import CodeList, Codes, Frame, Key, KeyPart, Scope
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.syntax import Node, Scalar, Table


@dataclass
class CodeLists:
    """Reads the lists of one mapping into the reader: those that stand in it before its sources, the others after."""

    reader: KeyReader
    sources: SourceCompiler
    lists: Table

    def read_written(self) -> None:
        """The lists that stand in the mapping; the names of the others are known from now on."""
        later = {name.value for name, node in self.lists.entries if _in_a_source(node)}
        self.reader.later = later
        for name, node in self.lists.entries:
            if name.value in later:
                continue
            table = self.reader.table(node, name.span)
            entries = [(key.value, self.reader.text(value)) for key, value in table.entries]
            exact = {key.strip(): value for key, value in entries if key != "otherwise"}
            values = tuple(dict.fromkeys(value for _, value in entries))
            otherwise = dict(entries).get("otherwise", "")
            self.reader.codes[name.value] = CodeList(name.value, _translator(exact, otherwise), values, otherwise)

    def read_from_sources(self) -> None:
        """The lists that sources hold."""
        self.reader.later = ()
        for name, node in self.lists.entries:
            if isinstance(node, Table) and _in_a_source(node):
                found = self._from_source(name.value, node)
                self.reader.codes[name.value] = found or CodeList(name.value, lambda text: text, (), "")

    def _from_source(self, name_of_list: str, table: Table) -> CodeList | None:
        """A list that a source holds; it is looked up while the rows are read."""
        table = self.reader.words(table, language.CODES_FROM, "a code list from a source")
        name, key, value = (table.get(word) for word in ("from", "key", "value"))
        if not isinstance(name, Scalar) or key is None or value is None:
            self.reader.report(
                "M112", "a code list from a source is {from: SOURCE, key: COLUMN, value: COLUMN}.", table.span
            )
            return None
        if (view := self.sources.known(name)) is None:
            return None
        own = Scope((Frame(view.name, view),))
        part, cell = self.reader.key_part(key, own, early=True), self.reader.column(value, own)
        if part is None or cell is None:
            return None
        get = part.get
        any_case = KeyPart(lambda frames: str(get(frames)).casefold(), f"{part.name}, in any case", "")
        index = self.sources.index(view, Key.of([any_case]))
        otherwise = self.reader.text(table.get("otherwise") or Scalar("", table.span))
        rows_of, slot = index.rows, cell.own_slot

        def translate(text: str) -> str | None:
            found = {row[slot] for row in rows_of.get(text.casefold(), ()) if not isinstance(row, RowFinding)}
            if not found:
                return (otherwise or None) if text else None
            return found.pop() if len(found) == 1 else None

        return CodeList(name_of_list, translate, (otherwise,) if otherwise else (), otherwise, index)


def _in_a_source(node: Node) -> bool:
    """Whether it is said as a list from a source; one of the three words may be misspelt."""
    return isinstance(node, Table) and sum(word in node for word in ("from", "key", "value")) > 1


def _translator(exact: Mapping[str, str], otherwise: str) -> Codes:
    """A list that stands in the mapping: exactly, else but for case, else what is said for all others."""
    folded = {key.casefold(): value for key, value in exact.items()}

    def translate(text: str) -> str | None:
        return exact.get(text) or folded.get(text.casefold()) or (otherwise if text and otherwise else None)

    return translate
