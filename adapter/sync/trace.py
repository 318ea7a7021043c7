"""Which rows one object is made of: its own, those that it looks up, and those of the objects that it refers to.

A traced run has tables that tell what they were asked, and lets go of nothing. What was asked while a row was built is
what it was built from; joined and merged rows are taken apart again into rows of the sources.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple

from adapter.mapping.plan import Plan, Rule
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Index, Join, Row, View, row_key
from adapter.ss12000.ids import canonical_uuid

Tables = dict[str, list[dict[str, str]]]
"""Source -> rows as the source has them, in order; only cells that the mapping reads."""
_Question = tuple[int, Hashable]


class SourceRow(NamedTuple):
    """A row of a source of config.toml (or one written in the mapping), with the cells that the mapping reads."""

    source: str
    number: int
    cells: dict[str, str]


@dataclass(frozen=True)
class _Built:
    rule: Rule
    row: Row
    asked: tuple[_Question, ...]


def key_of(rule: Rule, row: Row) -> tuple[str, ...]:
    """The key of a row's object as the source writes it, in lower case."""
    return tuple(str(part((row,))).casefold() for part in rule.target.key.parts)


def names_of(key: tuple[str, ...]) -> list[str]:
    """What a key may be asked for by: a uuid in any form, several columns with / between them."""
    whole = "/".join(key)
    return [whole, canonical_uuid(whole) or whole]


def keys_of(rule: Rule, row: Row) -> list[str]:
    """What a row may be asked for by: its key, or one column of it."""
    key = key_of(rule, row)
    return [name for part in (key, *((column,) for column in key)) for name in names_of(part)]


class _Table(dict[Hashable, Any]):
    """Tells `log` which of its keys were asked for."""

    def __init__(self, log: list[_Question]) -> None:
        super().__init__()
        self._log = log

    def get(self, key: Hashable, default: Any = None) -> Any:
        self._log.append((id(self), key))
        return super().get(key, default)

    def __contains__(self, key: object) -> bool:
        self._log.append((id(self), key))
        return super().__contains__(key)


@dataclass(eq=False)
class Lookups:
    """What a run looks up, row by row."""

    _log: list[_Question] = field(default_factory=list, init=False)
    _plan: Plan | None = field(default=None, init=False)

    def table(self) -> dict[Hashable, Any]:
        """What the mapping's rows and ids are to be looked up in."""
        return _Table(self._log)

    def ids(self) -> dict[Hashable, str]:
        """The same for objects."""
        return _Table(self._log)

    def rows(self, plan: Plan, rows: Callable[[Rule], Iterator[Row]]) -> Callable[[Rule], Iterator[Row]]:
        """The same rows; what is asked from now on is asked for the row that was handed out last."""
        self._plan = plan

        def handed_out(rule: Rule) -> Iterator[Row]:
            for row in rows(rule):
                self._log.clear()
                yield row

        return handed_out

    @property
    def plan(self) -> Plan:
        """The mapping that is followed. Only once the run has begun."""
        assert self._plan is not None, "nothing was traced"
        return self._plan

    def made_of(self, rule: Rule, row: Row) -> list[SourceRow]:
        """The rows that the row handed out last is read beside: its own first, then those that it looked up."""
        parts = _Parts()
        parts.take_apart(rule.view, row)
        own = parts.rows()
        for table, key in dict.fromkeys(self._log):
            if (index := self._indexes.get(table)) is not None:
                for found in _rows(index, key):
                    parts.take_apart(index.view, found)
        return [*own, *(found for found in parts.rows() if found not in own)]

    @cached_property
    def _indexes(self) -> dict[int, Index]:
        rules = [rule for rules in self.plan.rules.values() for rule in rules]
        return {id(index.rows): index for rule in rules for index in rule.indexes}


@dataclass(eq=False)
class Trace(Lookups):
    """Follows a run. `wanted` says of a rule, a row and an object's id ("" where it has none) whether it is the one."""

    wanted: Callable[[Rule, Row, str], bool]
    found: list[tuple[Rule, Row]] = field(default_factory=list)
    _built: dict[_Question, list[_Built]] = field(default_factory=dict)
    _wanted: list[_Built] = field(default_factory=list)

    def take(self, rule: Rule, row: Row, object_id: str) -> None:
        """A row was built, or gave no object."""
        built = _Built(rule, row, tuple(dict.fromkeys(self._log)))
        self._built.setdefault((id(rule.target.ids), row_key(rule.target.key.parts)(row)), []).append(built)
        if self.wanted(rule, row, object_id):
            self.found.append((rule, row))
            self._wanted.append(built)

    def case(self) -> Tables:
        """The rows that the wanted objects are made of. Call it when the run has ended."""
        plan, parts = self.plan, _Parts()
        pending, known = list(self._wanted), set(map(id, self._wanted))
        while pending:
            built = pending.pop()
            parts.take_apart(built.rule.view, built.row)
            for table, key in built.asked:
                if (index := self._indexes.get(table)) is not None:
                    for row in _rows(index, key):
                        parts.take_apart(index.view, row)
                for other in self._built.get((table, key), ()):
                    if id(other) not in known:
                        known.add(id(other))
                        pending.append(other)
        return {source: parts.of(source) for source in parts.sources if source not in plan.inline}


@dataclass
class _Parts:
    """Rows of views, taken apart into rows of their sources: (source, number) -> cells."""

    _cells: dict[tuple[str, int], dict[str, str]] = field(default_factory=dict)
    _known: set[tuple[int, Row]] = field(default_factory=set)

    @property
    def sources(self) -> list[str]:
        """Those that any row is of."""
        return sorted({source for source, _ in self._cells})

    def rows(self) -> list[SourceRow]:
        """All of them, by source and number."""
        return [SourceRow(source, number, cells) for (source, number), cells in sorted(self._cells.items())]

    def of(self, source: str) -> list[dict[str, str]]:
        """A source's rows in order, without what is empty in them."""
        rows = sorted((number, cells) for (name, number), cells in self._cells.items() if name == source)
        return [{column: cell for column, cell in cells.items() if cell} for _, cells in rows]

    def take_apart(self, view: View, row: Row) -> None:
        """Add what a view's row is made of."""
        if (id(view.slots), row) in self._known:
            return
        self._known.add((id(view.slots), row))
        for part in (view.made.groups or {}).get(row[0], [row]) if view.made.merge else [row]:
            self._add(view, part)
            for join in view.made.joins:
                for match in _rows(join.index, join.key((part,))):
                    if _fits(view, join, part, match):
                        self.take_apart(join.index.view, match)

    def _add(self, view: View, row: Row) -> None:
        cells = self._cells.setdefault((view.source, row[0]), {})
        for column, slot in view.slots.items():
            if column in view.origins:
                continue
            known, cell = cells.get(column, ""), row[slot]
            on = view.made.split.get(column)
            if on is not None and known:
                cells[column] = known if cell in known.split(on) else f"{known}{on}{cell}"
            elif len(cell) > len(known):
                cells[column] = cell


def _rows(index: Index, key: Hashable) -> list[Row]:
    return [row for row in dict.get(index.rows, key) or () if not isinstance(row, RowFinding)]


def _fits(view: View, join: Join, row: Row, match: Row) -> bool:
    """Whether the joined row has this match's cells."""
    other = join.index.view
    return all(
        row[slot] == match[other.slots[view.origins[column][1]]]
        for column, slot in view.slots.items()
        if column in view.origins and column.startswith(f"{join.name}.")
    )
