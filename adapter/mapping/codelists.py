"""The `codes:` of a mapping, compiled: lists that stand in it, and lists that a source holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from adapter.mapping import language
from adapter.mapping.problems import RowProblem
from adapter.mapping.reader import Reader
from adapter.mapping.scope import Frame, Index, Key, KeyPart, Scope
from adapter.mapping.sources import SourceCompiler
from adapter.mapping.syntax import Scalar, Table


class Codes(Protocol):
    """A compiled code list: text -> value, or None where the list lacks it."""

    def __call__(self, text: str, /) -> str | None: ...


@dataclass(frozen=True)
class CodeList:
    """How texts are translated; what can come out, as far as that is known; the index of a list from a source."""

    translate: Codes
    values: tuple[str, ...]
    otherwise: str
    index: Index | None = None


@dataclass
class CodeLists:
    """Reads the lists of one mapping."""

    reader: Reader
    sources: SourceCompiler

    def compile(self, lists: Table) -> dict[str, CodeList]:
        """Name -> list, of those that can be read."""
        found: dict[str, CodeList] = {}
        for name, node in lists.entries:
            table = self.reader.table(node, name.span)
            if "from" in table and "key" in table:
                if (read := self._from_source(table)) is not None:
                    found[name.value] = read
                continue
            entries = [(key.value, self.reader.text(value)) for key, value in table.entries]
            exact = {key.strip(): value for key, value in entries if key != "otherwise"}
            values = tuple(dict.fromkeys(value for _, value in entries))
            otherwise = dict(entries).get("otherwise", "")
            found[name.value] = CodeList(_translator(exact, otherwise), values, otherwise)
        return found

    def _from_source(self, table: Table) -> CodeList | None:
        """A list that a source holds; it is looked up while the rows are read."""
        table = self.reader.words(table, language.CODES_FROM, "a code list from a source")
        name, key, value = (table.get(word) for word in ("from", "key", "value"))
        if not isinstance(name, Scalar) or key is None or value is None:
            self.reader.issue(
                "M112", "a code list from a source is {from: SOURCE, key: COLUMN, value: COLUMN}.", table.span
            )
            return None
        if (view := self.sources.known(name)) is None:
            return None
        own = Scope((Frame(view.name, view),))
        part, cell = self.reader.key_part(key, own), self.reader.column(value, own)
        if part is None or cell is None:
            return None
        get = part.get
        any_case = KeyPart(lambda frames: str(get(frames)).casefold(), f"{part.name}, in any case", "")
        index = self.sources.index(view, Key.of([any_case]))
        otherwise = self.reader.text(table.get("otherwise") or Scalar("", table.span))
        rows_of, slot = index.rows, cell.own_slot

        def translate(text: str) -> str | None:
            found = {row[slot] for row in rows_of.get(text.casefold(), ()) if not isinstance(row, RowProblem)}
            if not found:
                return otherwise or None
            return found.pop() if len(found) == 1 else None

        return CodeList(translate, (otherwise,) if otherwise else (), otherwise, index)


def _translator(exact: Mapping[str, str], otherwise: str) -> Codes:
    """A list that stands in the mapping: exactly, else but for case, else what is said for all others."""
    folded = {key.casefold(): value for key, value in exact.items()}

    def translate(text: str) -> str | None:
        return exact.get(text) or folded.get(text.casefold()) or (otherwise if text and otherwise else None)

    return translate
