"""Reads only the rows that a night by differences asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING

from adapter.findings import Finding
from adapter.mapping.plan import Plan, Rule
from adapter.mapping.scope import Index, Row, View
from adapter.sync.cleaning import Cleaner
from adapter.sync.differences.arrays import Codes
from adapter.sync.differences.fetch import Fetcher, tell, tell_of_made
from adapter.sync.differences.made import codes_of_made, placed
from adapter.sync.differences.night import Night
from adapter.sync.differences.record import remarks_of
from adapter.sync.differences.shelf import Columns, Shelf, SourceShelf, Unusual
from adapter.sync.differences.tables import table_of
from adapter.sync.extract import Extraction, Sources, conditions
from adapter.sync.shaping import ask, fill, finished, laid_out

if TYPE_CHECKING:
    from adapter.sync.extract import Layout

_TOGETHER = 2000  # rows


class Selection(Extraction):
    """Stands for the reading of all rows. Raises Unusual, SourceFailed."""

    def __init__(self, sources: Sources, plan: Plan, tell_of: Callable[[Finding], None], night: Night) -> None:
        super().__init__(sources, plan, tell_of, memory=night)
        self._night = night
        self._looked_at: set[str] = set()
        self._listed = {index.view.home: index.view.name for index in plan.lists}
        names = [name for name in self._layouts if name not in self._inline]
        remarks = {name: remarks_of(table) for name, table in sources.tables.items()}
        night.look(self, sources, names)
        for name in names:
            shelf, cleaner = night.shelves[name], Cleaner(name)
            assert isinstance(shelf, SourceShelf)
            layouts = [layout for layout in self._layouts[name].values() if layout.pending is None]
            indexes = [index for layout in layouts for index in layout.indexes]
            self._take_over(shelf, indexes)
            tell(night, shelf, indexes, cleaner)
            if cleaner.took_signs:
                for rule in self._rules:
                    rule.view.impure = True
            for finding in cleaner.findings():
                self._tell(finding)
            length = self.lengths[name] = night.length(name)
            if remarks_of(sources.tables[name]) != remarks[name]:
                raise Unusual(f"{name} has something to tell of its rows")
            self._tell_remarks(name)
            self._check_length(name, length.rows)
        for layout in [layout for of_source in self._layouts.values() for layout in of_source.values()]:
            if layout.pending is not None:
                self._look_at_made(layout.view)
        for index in plan.indexes:
            ask(index)

    def rows(self, rule: Rule) -> Iterator[Row]:
        """Those of the rows that drive a rule that are to be built."""
        if rule.view.home not in self._night.shelves:
            yield from super().rows(rule)
            return
        for index in rule.indexes:
            self._make_ready(index.view)
        places = self._night.places(rule)
        shelf = self._night.shelves[rule.view.home]
        for start in range(0, len(places), _TOGETHER):
            yield from shelf.rows(places[start : start + _TOGETHER], rule.view)

    def ends(self, plan: Plan) -> None:
        super().ends(plan)
        for index in plan.indexes:
            table_of(index).fetch = None

    def _make_ready(self, view: View) -> None:
        """Other rows than those that stand in the mapping come when they are asked for."""
        if view.home not in self._night.shelves:
            super()._make_ready(view)

    def _take_over(self, shelf: Shelf, indexes: Sequence[Index]) -> None:
        if shelf.home in self._listed and (len(shelf.new) or len(shelf.gone)):
            raise Unusual(f"the code list {self._listed[shelf.home]} has changed")
        for index in indexes:
            if id(index) in self._asked:
                self._night.takes_over_index(index)
            table_of(index).fetch = Fetcher(self._night, index, shelf)

    # -- rows that are made -----------------------------------------------------------------------------

    def _look_at_made(self, view: View) -> None:
        """After those of the views that it is made of."""
        if view.home in self._looked_at:
            return
        self._looked_at.add(view.home)
        others = [index.view for index in _made_of(view)]
        for other in others:
            if other.made.late:
                self._look_at_made(other)
        layout = self._layout(view)
        same = all(self._is_same(home) for home in (view.source, *(other.home for other in others)))
        shelf = self._night.look_at_made(view, same, partial(self._made, layout))
        self._take_over(shelf, layout.indexes)
        tell_of_made(self._night, shelf, layout.indexes)

    def _is_same(self, home: str) -> bool:
        return home in self._inline or home in self._night.same

    def _made(self, layout: Layout) -> tuple[list[Row], Codes]:
        """All rows of a view, made of all rows that they are made of; and their codes."""
        view = layout.view
        self._make_others(view)
        for join in view.made.joins:
            join.found.clear()
        with self._night.aside(), ExitStack() as stack:
            for index in _made_of(view):
                if index.view.home in self._night.shelves:
                    stack.enter_context(table_of(index).all_there())
                    for rows in self._rows_of(index.view):
                        fill(index, rows)
                else:
                    self._make_ready(index.view)
            made = finished(view, [row for rows in self._unmade(view) for row in rows])
            return placed(made), codes_of_made(view, made, conditions(layout.indexes), self._night.coder)

    def _make_others(self, view: View) -> None:
        """First of all: what is filled for one view must not be filled and emptied for another meanwhile."""
        for index in view.made.looked_up:
            self._make_others(index.view)
            if index.view.made.late:
                for _ in self._rows_of(index.view):
                    pass

    def _rows_of(self, view: View) -> Iterator[list[Row]]:
        if not view.made.late:
            yield from self._unmade(view)
            return
        shelf = self._night.shelves[view.home]
        yield shelf.rows(range(len(shelf.numbers)), view)

    def _unmade(self, view: View) -> Iterator[list[Row]]:
        """All rows of a view's source, as the view sees them before any are made of them."""
        for numbers, cells in self._cells_of(view.source):
            yield laid_out(numbers, cells, view, True)

    def _cells_of(self, source: str) -> Iterator[tuple[Sequence[int], Columns]]:
        if source in self._inline:
            columns, cleaner = self.columns_of(source), Cleaner(source)
            for batch in self._tables[source].batches(columns):
                numbers = range(batch.first_row, batch.first_row + len(batch.rows))
                yield numbers, dict(zip(columns, cleaner.by_column(batch, columns), strict=True))
            return
        shelf = self._night.shelves[source]
        assert isinstance(shelf, SourceShelf)
        for start in range(0, len(shelf.numbers), _TOGETHER):
            yield shelf.cells(range(start, min(start + _TOGETHER, len(shelf.numbers))))


def _made_of(view: View) -> list[Index]:
    """What must be filled before a view's rows can be made: what is looked into for them, and for that."""
    found = {}
    for index in view.made.looked_up:
        if index.view.made.asked_late:
            found.update(dict.fromkeys(_made_of(index.view)))
        found[index] = None
    return list(found)
