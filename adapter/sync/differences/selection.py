"""Reads only the rows that a night by differences asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from adapter.issues import Issue
from adapter.mapping.plan import Plan, Rule
from adapter.mapping.scope import Row, View
from adapter.sync.cleaning import Cleaner
from adapter.sync.differences.fetch import Fetcher, rows_of, tell
from adapter.sync.differences.night import Night
from adapter.sync.differences.record import remarks_of
from adapter.sync.differences.shelf import Unusual
from adapter.sync.differences.tables import table_of
from adapter.sync.extract import Extraction, Sources

_TOGETHER = 2000  # rows


def unfollowed(plan: Plan) -> str:
    """Why a mapping is not followed by differences: rows of its are not simply a source's; or ""."""
    made = [view.name for view in plan.views if view.made.late or view.made.split]
    return f"the rows of {made[0]} are made of others" if made else ""


class Selection(Extraction):
    """Stands for the reading of all rows. Raises Unusual, SourceFailed."""

    def __init__(self, sources: Sources, plan: Plan, tell_of: Callable[[Issue], None], night: Night) -> None:
        super().__init__(sources, plan, tell_of, memory=night)
        self._night = night
        self._names = [name for name in self._layouts if name not in self._inline]
        remarks = {name: remarks_of(table) for name, table in sources.tables.items()}
        night.look(self, sources, self._names)
        listed = {index.view.source for index in plan.lists}
        for name in self._names:
            shelf, cleaner = night.shelves[name], Cleaner(name)
            if name in listed and (len(shelf.new) or len(shelf.gone)):
                raise Unusual(f"the code list {name} has changed")
            indexes = [index for layout in self._layouts[name].values() for index in layout.indexes]
            for index in indexes:
                night.takes_over_index(index)
            tell(night, name, indexes, cleaner)
            for index in indexes:
                table_of(index).fetch = Fetcher(night, index, shelf)
            if cleaner.took_signs:
                for rule in self._rules:
                    rule.view.impure = True
            for issue in cleaner.findings():
                self._tell(issue)
            length = self.lengths[name] = night.length(name)
            if remarks_of(sources.tables[name]) != remarks[name]:
                raise Unusual(f"{name} has something to tell of its rows")
            self._tell_remarks(name)
            self._check_length(name, length.rows)

    def rows(self, rule: Rule) -> Iterator[Row]:
        """Those of the rows that drive a rule that are to be built."""
        if rule.view.source in self._inline:
            yield from super().rows(rule)
            return
        for index in rule.indexes:
            self._make_ready(index.view)
        places = self._night.places(rule)
        shelf = self._night.shelves[rule.view.source]
        for start in range(0, len(places), _TOGETHER):
            yield from rows_of(shelf, places[start : start + _TOGETHER], rule)

    def _make_ready(self, view: View) -> None:
        """Rows of config.toml's sources come when they are asked for."""
        if view.source in self._inline:
            super()._make_ready(view)
