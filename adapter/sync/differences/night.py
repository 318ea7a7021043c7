"""A night by differences: which rows must be looked at again, and all else as it was in the last good run.

Types are built in their order. Before a type's rules run, the rows to build are known: new ones, those of objects of
which a row is gone, those that asked for something that has changed, those that are looked at every night. Every other
object is put where the run that made it had put it. When a type is settled, it is known which keys lead elsewhere now.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from operator import itemgetter
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from adapter.mapping.plan import Rule
from adapter.mapping.scope import Index, Row, View
from adapter.ss12000.types import ResourceType
from adapter.sync.differences import elsewhere
from adapter.sync.differences.arrays import NO_CODES, NO_PLACES, Array, Codes, Mask, Places, among, growing, in_order
from adapter.sync.differences.kept import DROPPED, Kept, name_of
from adapter.sync.differences.made import MadeShelf, found_again, number_of
from adapter.sync.differences.record import ALWAYS, HIDDEN, IndexRecord, Record, SourceRecord, UnitRecord
from adapter.sync.differences.restore import restore
from adapter.sync.differences.shelf import Shelf, SourceShelf, Unusual, beside, compared, raws_of, told_apart
from adapter.sync.differences.tables import table_of
from adapter.sync.shaping import fill
from adapter.sync.shrink import Length
from connectors.base import SourceTable

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly
    from adapter.sync.extract import Extraction, Sources

_Object = tuple[ResourceType, str]


class Met(Exception):
    """What is built goes by something that was not looked at: another attempt looks at that too."""


@dataclass(eq=False)
class Before:
    """A rule's rows of the last good run. `there`: their places tonight, -1 for those gone; `again`: those to build."""

    shelf: Shelf
    there: Places
    group: Codes
    claim: Codes
    ids: Array
    flags: Array
    outcome: Array
    ends: Array
    deps: Codes
    again: Mask

    @property
    def left(self) -> int:
        """How many of them are not built."""
        return int(np.count_nonzero(~self.again))

    def asked(self, dirty: Codes) -> Mask:
        """The rows that asked for any of these."""
        found = np.zeros(len(self.ends), dtype=bool)
        found[np.searchsorted(self.ends, np.flatnonzero(among(self.deps, dirty)), side="right")] = True
        return found


@dataclass(eq=False)
class Night(Record):
    """One night. `pulled`: objects that turned out to be concerned, when the rest had been built.

    `file`: for a database's rows until the night is over. `same`: sources whose files are as they were. `shelves` are
    kept from one attempt to the next.
    """

    file: IO[bytes] = field(default_factory=BytesIO)
    kept: Kept = field(default_factory=Kept)
    same: frozenset[str] = frozenset()
    shelves: dict[str, Shelf] = field(default_factory=dict)
    pulled: set[_Object] = field(default_factory=set)
    asked_again: set[_Object] = field(default_factory=set)  # what has come to be pulled in this attempt
    _dirty: set[int] = field(default_factory=set)
    _before: dict[int, Before] = field(default_factory=dict)
    _restored: dict[ResourceType, int] = field(default_factory=dict)  # the first so many that are known
    _user_names: dict[Hashable, str] = field(default_factory=dict)
    _unbuilt: dict[ResourceType, list[str]] = field(default_factory=dict)
    _ids: dict[ResourceType, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for outcome in self.kept.facts["outcomes"]:
            self.outcomes.setdefault(tuple(outcome), len(self.outcomes))

    # -- sources ----------------------------------------------------------------------------------------

    def look(self, extraction: Extraction, sources: Sources, names: Sequence[str]) -> None:
        """Find the rows that differ, and from them the keys under which others are found now. Raises Unusual."""
        headers = {name: list(table.columns) for name, table in sources.tables.items()}
        if headers != self.kept.facts["headers"]:
            raise Unusual("a source has other columns")
        for name in names:
            columns = extraction.columns_of(name)
            facts = self.kept.facts["sources"].get(name)
            if facts is None or facts["columns"] != columns:
                raise Unusual(f"{name} is read otherwise than before")
            table = sources.tables[name]
            shelf = self.shelves.get(name)
            if isinstance(shelf, SourceShelf):
                shelf.opened_again(partial(raws_of, table, columns, self.coder, self.file))
            else:
                shelf = self.shelves[name] = self._shelf(name, table, columns, facts["how"])
            self._take_over(shelf, facts, shelf.how)

    def look_at_made(self, view: View, same: bool, make: Callable[[], tuple[list[Row], Codes]]) -> MadeShelf:
        """The same for a view whose rows are made. `same`: of rows that are as they were. Raises Unusual."""
        home = view.home
        facts = self.kept.facts["sources"].get(home)
        if facts is None or facts["columns"] != list(view.slots):
            raise Unusual(f"{view.name} is read otherwise than before")
        if same:
            self.same |= {home}
        columns, before = list(view.slots), self.kept[f"codes {home}"]
        if same:
            kept = np.arange(len(before))
            shelf = MadeShelf(home, columns, kept, before, kept, NO_PLACES, make)
            found_again(view, facts["joins"])
        else:
            rows, codes = make()
            codes = told_apart(codes)
            shelf = MadeShelf(home, columns, np.arange(len(rows)), codes, *beside(codes, before, view.name), make, rows)
        self.shelves[home] = shelf
        self._take_over(shelf, facts, "")
        self.sources[home].view = view
        return shelf

    def _shelf(self, name: str, table: SourceTable, columns: Sequence[str], how: str) -> SourceShelf:
        read = partial(raws_of, table, columns, self.coder, self.file)
        if name not in self.same:
            return compared(name, read(), columns, self.coder, self.kept[f"codes {name}"], how)
        numbers = self.kept[f"numbers {name}"]
        kept = np.arange(len(numbers))
        return SourceShelf(name, columns, numbers, NO_CODES, kept, NO_PLACES, how, read)

    def _take_over(self, shelf: Shelf, facts: dict[str, Any], how: str) -> None:
        name = shelf.home
        found = self.sources[name] = SourceRecord(shelf.columns, how=how, same=name in self.same)
        if found.same:
            return
        found.numbers, found.codes = growing("q", shelf.numbers.astype(np.int64)), growing("Q", shelf.codes)
        old = shelf.kept >= 0
        for column, texts in facts["units"].items():
            which = self.kept[f"units {name} {column}"][shelf.kept[old]].astype(np.int64)
            found.units[column] = UnitRecord(
                {text: place for place, text in enumerate(texts)},
                growing("q", shelf.numbers[old].astype(np.int64)),
                growing("q", which),
            )

    def told(self, name: str) -> tuple[Places, Places]:
        """Places of the rows of a source that are new; and of those of which there was something to tell."""
        shelf, told = self.shelves[name], self.kept[f"told {name}"]
        if name in self.same:
            return shelf.new, np.flatnonzero(told)
        old = np.flatnonzero(shelf.kept >= 0)
        return shelf.new, old[told[shelf.kept[old]]]

    def length(self, name: str) -> Length:
        """How many rows a source has, and how many of each unit."""
        facts, shelf = self.kept.facts["sources"][name], self.shelves[name]
        if name in self.same:
            return Length(facts["rows"], {column: Counter(dict(found)) for column, found in facts["counts"].items()})
        units = {column: found.counts(shelf.numbers) for column, found in self.sources[name].units.items()}
        return Length(len(shelf.numbers), units)

    def found_under(self, index: Index) -> tuple[Codes, Places]:
        """The codes of the keys of an index, and the number of the row that each is of."""
        name, source = table_of(index).name, index.view.home
        if source in self.same:
            return (self.kept[name], self.kept[f"numbers {source}"]) if name in self.kept else (NO_CODES, NO_PLACES)
        record = self.indexes[name]
        return np.frombuffer(record.codes, dtype=np.uint64), np.frombuffer(record.numbers, dtype=np.int64)

    def takes_over_index(self, index: Index) -> None:
        """The keys of the rows that are still there; those of rows that are gone lead elsewhere now."""
        name = table_of(index).name
        shelf = self.shelves[index.view.home]
        if name in self.indexes or shelf.home in self.same:
            return
        if name in self.kept:
            codes = self.kept[name]
        else:  # it never had a row
            codes = np.zeros(len(self.kept[f"codes {shelf.home}"]), dtype=np.uint64)
        tonight = np.zeros(len(shelf.kept), dtype=np.uint64)
        old = shelf.kept >= 0
        tonight[old] = codes[shelf.kept[old]]
        there = tonight != 0
        self.indexes[name] = IndexRecord(
            growing("q", shelf.numbers[there].astype(np.int64)), growing("Q", tonight[there])
        )
        self._dirty.update(codes[shelf.gone].tolist())
        self._dirty.discard(0)

    def fills(self, index: Index, rows: Sequence[Row], fresh: set[int]) -> None:
        """Put rows into an index; under the keys of those that are new, something else is found now."""
        table = table_of(index)
        found, code, number_in = self.indexes.get(table.name), table.code, number_of(index.view)

        def takes(row: Row, key: Hashable) -> None:
            if found is not None and (number := number_in(row)) in fresh:
                found.numbers.append(number)
                found.codes.append(code(key))
                self._dirty.add(code(key))

        fill(index, rows, takes)

    def tells(self, name: str, told: Iterable[int]) -> None:
        """Rows of a source of which there is something to tell."""
        self.sources[name].told.update(told)

    def filled(self, index: Index) -> None:
        """What is found under which key is known from the rows that have come and gone."""

    # -- types ------------------------------------------------------------------------------------------

    def begins_kind(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """Choose the rows to build, and put everything else where it was."""
        of = [(rule, self._load(rule)) for rule in rules if rule.view.home in self.shelves]
        ids = self._ids[kind] = self.kept.ids(f"{kind} ids")
        looked_at = np.append(self.kept[f"{kind} always"], False)  # the last for rows of no object that is known
        wanted = {object_id for of_kind, object_id in self.pulled if of_kind is kind}
        if kind is ResourceType.PERSON:
            wanted |= assembly.watch.known.keys()
        if wanted:
            looked_at[:-1] |= np.fromiter((object_id in wanted for object_id in ids), dtype=bool, count=len(ids))
        self._choose(of, looked_at)
        self._unbuilt[kind] = restore(self, kind, of, ids, ~looked_at[:-1] & _in_any(of, len(ids)), assembly)
        self._restored[kind] = len(self.known[kind])
        self._user_names = assembly.user_names

    def places(self, rule: Rule) -> list[int]:
        """The rows of a rule to build, in order."""
        before = self._before[id(rule)]
        again = before.there[before.again]
        return np.union1d(again[again >= 0], before.shelf.new).tolist()  # type: ignore[no-any-return]

    def _load(self, rule: Rule) -> Before:
        name, shelf, kept = name_of(rule), self.shelves[rule.view.home], self.kept
        rows = self.kept.facts["sources"][shelf.home]["rows"]
        back = np.full(rows, -1, dtype=np.int64)
        old = np.flatnonzero(shelf.kept >= 0)
        back[shelf.kept[old]] = old
        parts = {part: kept[f"{name} {part}"] for part in _PARTS}
        group = kept[f"{name} group"] if rule.distinct else NO_CODES
        there = back[kept[f"{name} row"]]
        again = (there < 0) | ((parts["flags"] & ALWAYS) > 0)
        found = self._before[id(rule)] = Before(shelf, there, group, **parts, again=again)
        return found

    def _choose(self, of: list[tuple[Rule, Before]], looked_at: Mask) -> None:
        """All rows of an object are built, or none; and so with rows that are one by what they are distinct by.

        `looked_at` says of each id whether it is, and is made to say so of all.
        """
        dirty = in_order(self._dirty)
        groups: set[int] = set()
        for rule, before in of:
            before.again |= before.asked(dirty)
            if rule.distinct:
                groups |= self._new_groups(rule, before.shelf)
        known = -1
        while known != (known := int(np.count_nonzero(looked_at)) + len(groups)):
            some = in_order(groups)
            for rule, before in of:
                has_id = before.ids >= 0
                before.again |= has_id & looked_at[before.ids]
                if rule.distinct:
                    before.again |= among(before.group, some)
                    groups.update(before.group[before.again].tolist())
                looked_at[before.ids[before.again & has_id]] = True

    def _new_groups(self, rule: Rule, shelf: Shelf) -> set[int]:
        code, value_of = self.coder.keys(f"group of {rule.span}"), itemgetter(*rule.distinct)
        return {code(value_of(row)) for row in shelf.rows(shelf.new.tolist(), rule.view)}

    # -- what comes of it -------------------------------------------------------------------------------

    def person(self, object_id: str, number: Hashable, name: Hashable) -> tuple[int, int]:
        """Who has the user name of somebody that was not looked at must be looked at beside them."""
        codes = super().person(object_id, number, name)
        other = self._user_names.get(codes[1], object_id)
        if other != object_id and self._stays(ResourceType.PERSON, other):
            self.asked_again.add((ResourceType.PERSON, other))
        return codes

    def goes_by(self, kind: ResourceType, object_id: str) -> None:
        """Raises Met where that was not looked at."""
        if self._stays(kind, object_id):
            self.asked_again.add((kind, object_id))
            raise Met

    def settled(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """Which keys lead elsewhere than in the last good run; which objects had to be looked at and were not."""
        super().settled(kind, rules, assembly)
        names = list(self.known[kind])
        for rule in rules:
            met = {object_id for rivals in rule.target.rivals.values() for object_id in rivals}
            before = self._before.get(id(rule))
            met.update(names[place] for place in self.rule(rule).ids[before.left if before else 0 :] if place >= 0)
            self.asked_again.update((kind, object_id) for object_id in met if self._stays(kind, object_id))
            if before is not None:
                self._dirty.update(self._keys_elsewhere(rule, before))
        if kind in (ResourceType.GROUP, ResourceType.DUTY):
            self._units_elsewhere(kind, rules, assembly, names[self._restored[kind] :])

    def ends(self, assembly: Assembly) -> None:
        """Everything is built. What was dropped before and stands now must be built too."""
        for kind, unbuilt in self._unbuilt.items():
            current = assembly.stages[kind].current
            self.asked_again.update((kind, object_id) for object_id in unbuilt if object_id in current)
        if not self.asked_again:  # what was gone by has been gone by, and takes much room
            self._before.clear()
            self.shelves.clear()
            self.kept.arrays.clear()

    def _stays(self, kind: ResourceType, object_id: str) -> bool:
        """Whether an object is as it was, without having been looked at."""
        restored = self._restored.get(kind, 0)
        return self.known[kind].get(object_id, restored) < restored

    def _keys_elsewhere(self, rule: Rule, before: Before) -> set[int]:
        told = {int(code): where for code, where in self.kept.facts["answers"].get(self.moment(rule), ())}
        new = self.answers[self.moment(rule)]
        codes = {*before.claim[before.again].tolist(), *self.rule(rule).claim[before.left :], *told, *new} - {0}
        hides = (before.flags & HIDDEN) > 0
        names = self._ids[rule.kind]
        return set(elsewhere.keys(rule.target, codes, before.claim, hides, before.ids, names, told))

    def _units_elsewhere(
        self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly, new: Sequence[str]
    ) -> None:
        """Activities go by the school units of groups and duties, whose ids they have."""
        names, stage = self._ids[kind], assembly.stages[kind]
        places = set(np.flatnonzero(self.kept[f"{kind} state"] == DROPPED).tolist())
        for rule in rules:
            if (before := self._before.get(id(rule))) is not None:
                places.update(before.ids[before.again].tolist())
        some = {*new, *(names[place] for place in places if place >= 0), *stage.dropped, *stage.rejected}
        now: dict[str, Any] = assembly.group_units
        if kind is ResourceType.DUTY:
            now = {object_id: units[0] for object_id, units in stage.units.items()}
        self._dirty.update(map(self.facts[kind], elsewhere.units(self.kept, kind, names, some, now)))


def _in_any(of: Sequence[tuple[Rule, Before]], count: int) -> Mask:
    """Which ids are of a row that stays."""
    found: Mask = np.zeros(count + 1, dtype=np.bool_)  # the last for -1
    for _, before in of:
        found[before.ids[~before.again]] = True
    return found[:-1]


_PARTS = ("claim", "ids", "flags", "outcome", "ends", "deps")
