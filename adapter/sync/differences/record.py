"""Writes down a run while it is made: what each row was read as, what it asked, and what it gave.

A row's object is a function of the row and of what it was answered. So a row need be looked at again only when it is
new, when it asked for something that has changed since, or when there was something to tell of it.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, compress
from operator import sub
from typing import TYPE_CHECKING, Any

import numpy as np

from adapter.mapping.cells import converted
from adapter.mapping.plan import Plan, Rule
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Get, Index, Row, Target, View
from adapter.ss12000.types import ResourceType
from adapter.sync.differences.arrays import Array, Codes
from adapter.sync.differences.codes import NONE, Coder
from adapter.sync.differences.made import codes_of_made, number_of, placed
from adapter.sync.differences.shelf import Unusual, codes_of, how_of, lines_of, raw_of
from adapter.sync.differences.tables import Ids, Rows, table_of
from connectors.base import Batch, SourceTable

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly

HIDDEN, ALWAYS = 1, 2
"""Of a row that drives a rule: its object exists and is not published; there is something to tell of it."""


@dataclass(eq=False)
class SourceRecord:
    """One source's rows that count: numbers, and codes where it is read row by row; what to tell of some."""

    columns: Sequence[str]
    numbers: array[int] = field(default_factory=lambda: array("q"))
    codes: array[int] = field(default_factory=lambda: array("Q"))
    told: set[int] = field(default_factory=set)  # numbers
    units: dict[str, UnitRecord] = field(default_factory=dict)
    how: str = ""
    lines: tuple[int, Codes] | None = None  # number of the first line, and a code for each
    remarks: int = 0  # before it was read
    same: bool = False  # as in the last good run, so that what is kept of it stays
    view: View | None = None  # where they are rows of others, made
    all_told: bool = False  # whether there is something to tell of what they are made of, so that all are looked at


@dataclass(eq=False)
class UnitRecord:
    """In which rows a column names which school unit, by place in `texts`."""

    texts: dict[str, int] = field(default_factory=dict)
    numbers: array[int] = field(default_factory=lambda: array("q"))
    which: array[int] = field(default_factory=lambda: array("q"))

    def add(self, numbers: Iterable[int], cells: Iterable[str]) -> None:
        """The cells of some rows."""
        texts = self.texts
        self.numbers.extend(numbers)
        self.which.extend([texts.setdefault(cell, len(texts)) for cell in cells])

    def counts(self, numbers: Array) -> Counter[str]:
        """How many of these rows name which unit."""
        there = np.isin(np.frombuffer(self.numbers, dtype=np.int64), numbers)
        found = np.bincount(np.frombuffer(self.which, dtype=np.int64)[there], minlength=len(self.texts))
        return Counter({text: int(found[which]) for text, which in self.texts.items() if found[which]})


@dataclass(eq=False)
class IndexRecord:
    """The codes of the keys under which rows are found; a row may stand here twice, and says the same."""

    numbers: array[int] = field(default_factory=lambda: array("q"))
    codes: array[int] = field(default_factory=lambda: array("Q"))


@dataclass(eq=False)
class RuleRecord:
    """What came of the rows that drive a rule. All arrays but `deps` have one entry a row.

    group: code of what it is distinct by, where the rule says so; claim: code of its key; ids: place of its object's id
    among the kind's, or -1 where that is not known; outcome: which counts it added; deps: codes of what it asked, up to
    `ends`.
    """

    numbers: array[int] = field(default_factory=lambda: array("q"))
    group: array[int] = field(default_factory=lambda: array("Q"))
    claim: array[int] = field(default_factory=lambda: array("Q"))
    ids: array[int] = field(default_factory=lambda: array("q"))
    flags: array[int] = field(default_factory=lambda: array("B"))
    outcome: array[int] = field(default_factory=lambda: array("I"))
    ends: array[int] = field(default_factory=lambda: array("Q"))
    deps: array[int] = field(default_factory=lambda: array("Q"))


class Writer:
    """Writes down what comes of one rule's rows. It runs for every row: what it calls is bound once."""

    def __init__(self, record: Record, rule: Rule, found: RuleRecord) -> None:
        self._log, self._ids, self._outcomes = record.log, record.known[rule.kind], record.outcomes
        self._claim, self._group = rule.target.code, record.coder.keys(f"group of {rule.span}")
        self._counts = [tally.counts for tally in rule.tallies]
        self._last = tuple(chain(*self._counts))
        self._number = number_of(rule.view)
        self._add_group, self._deps = found.group.append, found.deps
        self._adds = (
            found.numbers.append,
            found.claim.append,
            found.ids.append,
            found.flags.append,
            found.outcome.append,
            found.ends.append,
        )

    def skipped(self, row: Row, value: Hashable) -> None:
        """A row that gives nothing, for another is of the same value."""
        self._add_group(self._group(value))
        self._add(self._number(row), NONE, -1, HIDDEN, 0)

    def took(self, row: Row, value: Hashable, object_id: str, key: Hashable, given: bool, told: bool) -> None:
        """A row that was built: `object_id` as far as it is known, `given` where it gave this object."""
        if value is not None:
            self._add_group(self._group(value))
        place = self._ids.setdefault(object_id, len(self._ids)) if object_id else -1
        self._add(self._number(row), self._claim(key), place, (0 if given else HIDDEN) | (ALWAYS if told else 0), 1)

    def _add(self, number: int, claim: Any, place: int, flags: int, taken: int) -> None:
        before, now = self._last, tuple(chain(*self._counts))
        outcome = (taken, *map(sub, now, before))
        self._last = now
        self._deps.extend(self._log)
        self._log.clear()
        add_number, add_claim, add_id, add_flags, add_outcome, add_end = self._adds
        add_number(number)
        add_claim(claim)
        add_id(place)
        add_flags(flags)
        add_outcome(self._outcomes.setdefault(outcome, len(self._outcomes)))
        add_end(len(self._deps))


@dataclass(eq=False)
class Record:
    """One run, written down. `log`: what has been asked since the last row."""

    coder: Coder
    log: list[int] = field(default_factory=list)
    sources: dict[str, SourceRecord] = field(default_factory=dict)
    indexes: dict[str, IndexRecord] = field(default_factory=dict)
    rules: dict[int, RuleRecord] = field(default_factory=dict)
    known: dict[ResourceType, dict[str, int]] = field(default_factory=lambda: {kind: {} for kind in ResourceType})
    numbers: array[int] = field(default_factory=lambda: array("Q"))  # codes of the known persons' personnummer
    names: array[int] = field(default_factory=lambda: array("Q"))  # and of their user names
    outcomes: dict[tuple[int, ...], int] = field(default_factory=dict)
    answers: dict[str, dict[int, str]] = field(default_factory=dict)
    moments: Counter[ResourceType] = field(default_factory=Counter)  # how often objects of a type were settled
    unusual: str = ""  # why nothing can be kept
    _tables: int = 0

    def __post_init__(self) -> None:
        self.number: Callable[[Hashable], int] = self.coder.keys("number")
        self.name: Callable[[Hashable], int] = self.coder.keys("name")
        self.facts = {kind: self.coder.keys(f"unit of {kind}") for kind in ResourceType}

    # -- what is looked up ------------------------------------------------------------------------------

    def table(self) -> Rows:
        """A table of rows."""
        self._tables += 1
        return Rows(f"rows {self._tables}", self.coder, self.log.append)

    def ids(self) -> Ids:
        """A table of ids."""
        self._tables += 1
        return Ids(f"ids {self._tables}", self.coder, self.log.append)

    def asks_for_units(self, activity: Mapping[str, Any]) -> None:
        """An activity goes by the school units of its groups and of its teachers' duties."""
        groups, duties = self.facts[ResourceType.GROUP], self.facts[ResourceType.DUTY]
        self.log.extend(groups(group["id"]) for group in activity["groups"])
        self.log.extend(duties(teacher["duty"]["id"]) for teacher in activity.get("teachers") or ())

    def asks_late(self, plan: Plan) -> None:
        """Where rows are a source's, and conditions look into others: whoever finds a row looks there.

        So what is asked there is asked by the row that is built. Not for a code list, whose answers are remembered, nor
        where a key is converted: of rows that do not count, nothing is told.
        """
        early = [index for index in plan.indexes if any(True for get in index.key for _ in converted(get))]
        made = {id(index.view.made) for index in (*plan.lists, *early)}
        for index in plan.indexes:
            its = index.view.made
            if its.needs and not (its.split or its.joins or its.merge) and id(its) not in made:
                its.asked_late = True
                table_of(index).keep = index.view.keep

    # -- rows of sources --------------------------------------------------------------------------------

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What is asked meanwhile is not asked for a row that is built."""
        asked = len(self.log)
        yield
        del self.log[asked:]

    def begins(self, source: str, table: SourceTable, columns: Sequence[str]) -> None:
        """A source is read."""
        found = self.sources[source] = SourceRecord(columns, remarks=remarks_of(table))
        lines = lines_of(table)
        if lines is None:
            found.how = how_of(table)
        else:
            found.how = lines.how
            found.lines = lines.first, codes_of(lines, self.coder)

    def read(self, source: str, batch: Batch, some: Sequence[bool] | None) -> None:
        """Some rows as they came; `some` says which of them are rows, None all."""
        found = self.sources[source]
        numbers: Iterable[int] = range(batch.first_row, batch.first_row + len(batch.rows))
        if found.numbers and batch.first_row <= found.numbers[-1]:
            self.unusual = f"{source} has two rows of one number"
        found.numbers.extend(numbers if some is None else compress(numbers, some))
        if found.lines is None:
            row = self.coder.row
            try:
                found.codes.extend(
                    [row(raw_of(cells)) for cells in (compress(batch.rows, some) if some else batch.rows)]
                )
            except Unusual as why:
                self.unusual = str(why)

    def has_read(self, source: str, table: SourceTable, told: Iterable[int]) -> None:
        """A source is read to its end; `told`: rows of which there is something to tell."""
        found = self.sources[source]
        found.told.update(told)
        if remarks_of(table) != found.remarks:
            self.unusual = f"{source} has something to tell of its rows"

    def makes(self, view: View, rows: Sequence[Row], keeps: Sequence[Get]) -> list[Row]:
        """All rows of a view that are made of other rows, its place behind each. `keeps`: see `codes_of_made`."""
        found = self.sources[view.home] = SourceRecord(list(view.slots), view=view)
        try:
            found.codes.extend(codes_of_made(view, rows, keeps, self.coder))
        except Unusual as why:
            self.unusual = str(why)
        found.numbers.extend(range(len(rows)))
        return placed(rows)

    def names_units(self, source: str, column: str, numbers: Iterable[int], cells: Iterable[str]) -> None:
        """Which school units some rows name."""
        self.sources[source].units.setdefault(column, UnitRecord()).add(numbers, cells)

    def filled(self, index: Index) -> None:
        """An index over rows that are simply a source's has all of them."""
        source = self.sources.get(index.view.home)
        if source is None or source.view is not None or not isinstance(index.rows, Rows):
            return
        found, code = self.indexes.setdefault(index.rows.name, IndexRecord()), index.rows.code
        for key, rows in index.rows.items():
            found.numbers.extend([row.row.row if isinstance(row, RowFinding) else row[0] for row in rows])
            found.codes.extend([code(key)] * len(rows))

    def takes(self, index: Index) -> Callable[[Row, Hashable], None]:
        """Writes down the keys under which an index has rows that are made."""
        table = table_of(index)
        found, code = self.indexes.setdefault(table.name, IndexRecord()), table.code

        def taken(row: Row, key: Hashable) -> None:
            found.numbers.append(row[-1])
            found.codes.append(code(key))

        return taken

    # -- rows that drive a rule -------------------------------------------------------------------------

    def writer(self, rule: Rule) -> Writer:
        """For the rows of a rule that are built from now on."""
        self.log.clear()
        return Writer(self, rule, self.rule(rule))

    def rule(self, rule: Rule) -> RuleRecord:
        """What came of a rule's rows."""
        return self.rules.setdefault(id(rule), RuleRecord())

    def person(self, object_id: str, number: Hashable, name: Hashable) -> tuple[int, int]:
        """The codes of a person's number and user name."""
        known, number, name = self.known[ResourceType.PERSON], self.number(number), self.name(name)
        place = known.setdefault(object_id, len(known))
        if (missing := place - len(self.numbers)) >= 0:
            self.numbers.extend([NONE] * (missing + 1))
            self.names.extend([NONE] * (missing + 1))
        self.numbers[place], self.names[place] = number, name
        return number, name

    # -- types as they are built ------------------------------------------------------------------------

    def begins_kind(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """The objects of a type are built from now on."""

    def goes_by(self, kind: ResourceType, object_id: str) -> None:
        """What is built goes by an object that an earlier rule made."""

    def settled(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """It is known which of them stand: where keys lead that do not lead where their rows say."""
        self.moments[kind] += 1
        rejected = assembly.stages[kind].rejected
        for rule in rules:
            target = rule.target
            places = {target.code(key) for found in rejected.values() for other, key in found if other is target}
            codes = {code for code in target.settled | places if isinstance(code, int)}
            self.answers[self.moment(rule)] = {code: answer(target, code) for code in codes}

    def moment(self, rule: Rule) -> str:
        """What answers of a rule's objects are called that were given between the last two times that some settled."""
        return f"{rule.span} {self.moments[rule.kind]}"


def remarks_of(table: SourceTable) -> int:
    """How much an open source has to tell so far."""
    return len(getattr(table, "remarks", ()))


def answer(target: Target, code: int) -> str:
    """Where a key leads: an id, or why to none."""
    if code in target.shared:
        return "shared"
    return dict.get(target.ids, code) or ("hidden" if code in target.hidden else "")
