"""Reads each source once, and hands every row to whoever asked for it: a rule as it streams by, or an index.

A source that drives one rule and is not looked up before is never held in memory, unless its rows are joined or
merged: those are made when all that they are made of is read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, field
from itertools import compress
from types import TracebackType
from typing import TYPE_CHECKING

from adapter.errors import SourceFailed
from adapter.findings import Finding, Severity, Span
from adapter.mapping.plan import InlineRows, Plan, Rule
from adapter.mapping.scope import Get, Index, Row, View
from adapter.sync.cleaning import Cleaner, filled
from adapter.sync.shaping import ask, fill, finished, laid_out
from adapter.sync.shrink import Length
from connectors.base import Batch, Connector, SourceError, SourceTable

if TYPE_CHECKING:
    from adapter.sync.differences.record import Record


class Sources:
    """All configured sources, open for one run. Raises SourceFailed where one cannot be opened."""

    def __init__(self, connectors: Mapping[str, Connector], since: Mapping[str, str] | None = None) -> None:
        self._connectors = connectors
        self._since = since or {}
        self._stack = ExitStack()
        self.tables: dict[str, SourceTable] = {}

    def __enter__(self) -> Sources:
        findings = []
        for name, connector in self._connectors.items():
            try:
                self.tables[name] = self._stack.enter_context(connector.open())
            except SourceError as error:
                findings.append(_finding(name, error))
        if findings:
            self._stack.close()
            raise SourceFailed("a source cannot be read; last night's data stay published", findings)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def headers(self) -> dict[str, Sequence[str] | None]:
        """Source -> its columns."""
        return {name: table.columns for name, table in self.tables.items()}

    @property
    def places(self) -> dict[str, str]:
        """Source -> what messages call it: its file, where it is one."""
        return {name: getattr(table, "place", name) for name, table in self.tables.items()}

    def since(self, source: str) -> str:
        """What is known of a source's last good run, to be put behind what is wrong with it now."""
        return f"; {self._since[source]}" if source in self._since else ""

    @property
    def kinds(self) -> dict[str, Mapping[str, str]]:
        """Source -> column -> what it holds, where the source knows that."""
        return {name: getattr(table, "kinds", {}) for name, table in self.tables.items()}


@dataclass(eq=False)
class Layout:
    """One way of laying out a source's rows: views that share their slots get the same tuples.

    `pending`: the rows of one that is joined or merged, until that can be done.
    """

    view: View
    indexes: list[Index] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    pending: list[Row] | None = None


class _Inline:
    """A source that stands in the mapping, read like any other; its row numbers are the mapping's lines."""

    age_hours = None

    def __init__(self, found: InlineRows) -> None:
        self.columns: Sequence[str] = found.columns
        self._rows = found.rows

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """A row at a time, for each stands on a line of its own."""
        where = [self.columns.index(column) for column in columns]
        for line, row in self._rows:
            yield Batch(line, [[row[position] for position in where]])

    def __enter__(self) -> SourceTable:
        return self

    def __exit__(self, *details: object) -> None:
        """Nothing is open."""


class Extraction:
    """One run's reading of the sources that a plan uses.

    `tell` is told what was wrong with a source that could be read all the same. `traced`: what was read stays at hand
    when it is used. `memory` writes down what is read, `look_on` is told how many rows more.
    """

    def __init__(
        self,
        sources: Sources,
        plan: Plan,
        tell: Callable[[Finding], None],
        traced: bool = False,
        memory: Record | None = None,
        look_on: Callable[[int], None] = lambda rows: None,
    ) -> None:
        self._tell = tell
        self._look_on = look_on
        self._memory = memory
        self._sources = sources
        self._places = sources.places
        self._traced = traced
        self.lengths: dict[str, Length] = {}
        self._tables: dict[str, SourceTable] = {**sources.tables}
        self._tables.update((name, _Inline(rows)) for name, rows in plan.inline.items())
        self._inline = plan.inline.keys()
        self._views = plan.views
        self._rules = [rule for rules in plan.rules.values() for rule in rules]
        self._layouts: dict[str, dict[int, Layout]] = {}
        self._held: dict[int, list[Row]] = {}
        self._read: set[str] = set()
        self._uses = Counter(id(index) for rule in self._rules for index in set(rule.indexes))
        needed = {id(index) for view in plan.views for index in view.made.needs}
        self._asked = needed | self._uses.keys()  # indexes that rows ask when objects are built of them
        if memory is not None:
            memory.asks_late(plan)
        for rule in self._rules:
            self._layout(rule.view).rules.append(rule)
            for index in rule.indexes:
                self._want(index)
        self._check_ages()

    def rows(self, rule: Rule) -> Iterator[Row]:
        """The rows that drive a rule, with all indexes ready that it looks into."""
        source = rule.view.source
        for index in (*rule.indexes, *rule.view.made.needs):
            self._make_ready(index.view)
        if source not in self._read and self._drives_alone(rule):
            yield from self._pass(source, rule)
        else:
            self._make_ready(rule.view)
            yield from self._held.pop(id(rule), ())
        self._release(set(rule.indexes))

    def ends(self, plan: Plan) -> None:
        """All is built: let go of what has been read, unless it is to stay at hand."""
        for index in plan.indexes if not self._traced else ():
            index.rows.clear()

    def columns_of(self, source: str) -> list[str]:
        """The columns of a source that are used, in the order in which they are read."""
        return list(
            dict.fromkeys(
                column
                for layout in self._layouts[source].values()
                for column in layout.view.slots
                if column not in layout.view.origins and column not in layout.view.absent
            )
        )

    def unit_columns_of(self, source: str) -> list[str]:
        """Those of them that name a school unit."""
        named = {column for view in self._views if view.source == source for column in view.unit_columns}
        return [column for column in self.columns_of(source) if column in named]

    def _release(self, indexes: Iterable[Index]) -> None:
        """Let go of indexes that nobody looks into any more."""
        if self._traced:
            return
        for index in indexes:
            self._uses[id(index)] -= 1
            if not self._uses[id(index)]:
                self._write_down(index)
                index.rows.clear()

    def _layout(self, view: View) -> Layout:
        layouts = self._layouts.setdefault(view.source, {})
        known = layouts.get(id(view.slots))
        if known is None:
            known = layouts[id(view.slots)] = Layout(view, pending=[] if view.made.late else None)
            view.made.groups = {} if self._traced else None
            for index in view.made.looked_up:
                self._want(index)
                self._uses[id(index)] += 1
        return known

    def _want(self, index: Index) -> None:
        layout = self._layout(index.view)
        if index not in layout.indexes:
            layout.indexes.append(index)

    def _drives_alone(self, rule: Rule) -> bool:
        drivers = [other for layout in self._layouts[rule.view.source].values() for other in layout.rules]
        return drivers == [rule] and not rule.view.made.late

    def _make_ready(self, view: View) -> None:
        """Read what a view's rows are made of, and make them."""
        self._read_whole(view.source)
        layout = self._layout(view)
        for index in view.made.looked_up:
            self._make_ready(index.view)
        for index in view.made.needs:  # nobody lets go of them
            self._write_down(index)
        if layout.pending is None:
            return
        with self._memory.aside() if self._memory is not None else nullcontext():
            rows, layout.pending = finished(view, layout.pending), None
            if self._memory is not None:
                rows = self._memory.makes(view, rows, conditions(layout.indexes))
            self._hand_out(layout, rows)
        self._release(join.index for join in view.made.joins)

    def _write_down(self, index: Index) -> None:
        """An index has all its rows."""
        if self._memory is None:
            return
        with self._memory.aside():
            ask(index)
        if id(index) in self._asked:
            self._asked.discard(id(index))  # once
            self._memory.filled(index)

    def _read_whole(self, source: str) -> None:
        if source not in self._read:
            for _ in self._pass(source, None):
                raise AssertionError("only a streaming rule is handed rows")

    def _pass(self, source: str, streaming: Rule | None) -> Iterator[Row]:
        """One reading from first row to last; yields the streaming rule's rows."""
        self._read.add(source)
        layouts = list(self._layouts[source].values())
        columns = self.columns_of(source)
        memory = self._memory if source not in self._inline else None
        if memory is not None:
            memory.begins(source, self._tables[source], columns)
        cleaner, table = Cleaner(source), self._tables[source]
        length = self.lengths[source] = Length(0, {})
        counted = [(column, length.units.setdefault(column, Counter())) for column in self.unit_columns_of(source)]
        try:
            for batch in table.batches(columns):
                numbers: Sequence[int] = range(batch.first_row, batch.first_row + len(batch.rows))
                self._look_on(len(batch.rows))
                texts = cleaner.by_column(batch, columns)
                if cleaner.took_signs:
                    for rule in self._rules:
                        rule.view.impure = True
                some = None if source in self._inline else filled(texts)
                if memory is not None:
                    memory.read(source, batch, some)
                if some is not None:  # rows of nothing but empty cells are no rows
                    numbers = list(compress(numbers, some))
                    texts = [list(compress(column, some)) for column in texts]
                length.rows += len(numbers)
                cells = dict(zip(columns, texts, strict=True))
                for column, units in counted:
                    units.update(cells[column])
                    if memory is not None:
                        memory.names_units(source, column, numbers, cells[column])
                for layout in layouts:
                    stay = bool(layout.indexes) or layout.pending is not None
                    rows = laid_out(numbers, cells, layout.view, stay)
                    if layout.pending is not None:
                        layout.pending += rows
                        continue
                    self._hand_out(layout, rows, streaming)
                    if streaming in layout.rules:
                        yield from rows
        except SourceError as error:
            raise SourceFailed(
                "a source broke off; last night's data stay published", [_finding(source, error)]
            ) from error
        for finding in cleaner.findings():
            self._tell(finding)
        if memory is not None:
            memory.has_read(source, table, cleaner.rows)
        self._tell_remarks(source)
        self._check_length(source, length.rows)

    def _tell_remarks(self, source: str) -> None:
        for remark in getattr(self._tables[source], "remarks", ()):
            self._tell(Finding(remark.code, remark.message, Severity.WARNING, span=Span(remark.place)))

    def _hand_out(self, layout: Layout, rows: list[Row], streaming: Rule | None = None) -> None:
        for index in layout.indexes:
            fill(index, rows, self._takes(index))
        for rule in layout.rules:
            if rule is not streaming:
                self._held.setdefault(id(rule), []).extend(rows)

    def _takes(self, index: Index) -> Callable[[Row, Hashable], None] | None:
        made = self._memory is not None and index.view.made.late and id(index) in self._asked
        return self._memory.takes(index) if made and self._memory is not None else None

    def _check_ages(self) -> None:
        findings = []
        for view in self._views:
            age = self._tables[view.source].age_hours
            if view.max_age_hours is not None and age is not None and age > view.max_age_hours:
                message = (
                    f"is {age:.0f} hours old; the mapping expects at most {view.max_age_hours:.0f}"
                    f"{self._sources.since(view.source)}. "
                    "See why the export did not run."
                )
                findings.append(Finding("S131", message, span=Span(self._places.get(view.source, view.source))))
        if findings:
            raise SourceFailed("a source is too old; last night's data stay published", list(dict.fromkeys(findings)))

    def _check_length(self, source: str, count: int) -> None:
        wanted = max((view.min_rows for view in self._views if view.source == source), default=0)
        if count < wanted:
            message = (
                f"has {count} rows; at least {wanted} are expected{self._sources.since(source)}. "
                "See why the export is short, or set "
                "expect: {min_rows: …} for it in the mapping."
            )
            raise SourceFailed(
                "a source is too short; last night's data stay published",
                [Finding("S130", message, span=Span(self._places.get(source, source)))],
            )


def conditions(indexes: Iterable[Index]) -> list[Get]:
    """What decides which rows stand in these."""
    return list(dict.fromkeys(index.view.keep for index in indexes if index.view.keep is not None))


def _finding(source: str, error: SourceError) -> Finding:
    message = str(error).removeprefix(f"{error.place}: ").removeprefix(f"{error.code} ")
    return Finding(error.code, message, span=Span(error.place or source))
