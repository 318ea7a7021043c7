"""A night by differences: which rows must be looked at again, and all else as it was in the last good run.

Types are built in their order. Before a type's rules run, the rows to build are known: new ones, those of objects of
which a row is gone, those that asked for something that has changed, those that are looked at every night. Every other
object is put where the run that made it had put it. When a type is settled, it is known which keys lead elsewhere now.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from adapter.mapping.plan import Plan, Rule
from adapter.mapping.scope import Index, Row, row_key
from adapter.ss12000.types import ResourceType
from adapter.sync.cleaning import Cleaner
from adapter.sync.differences.kept import ALWAYS, CURRENT, DROPPED, Array, Kept
from adapter.sync.differences.record import HIDDEN, IndexRecord, Record, RuleRecord, SourceRecord, UnitRecord, answer
from adapter.sync.differences.shelf import Codes, Places, Shelf, Unusual, compared, raws_of
from adapter.sync.shaping import fill, laid_out
from adapter.sync.shrink import Length

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly
    from adapter.sync.extract import Extraction, Sources

Mask = npt.NDArray[np.bool_]
_Object = tuple[ResourceType, str]


class Met(Exception):
    """What is built goes by something that was not looked at: another attempt looks at that too."""


@dataclass(eq=False)
class _Before:
    """A rule's rows of the last good run. `there`: their places tonight, -1 for those that are gone."""

    name: str
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
        found[np.searchsorted(self.ends, np.flatnonzero(_among(self.deps, dirty)), side="right")] = True
        return found


@dataclass(eq=False)
class Night(Record):
    """One night. `pulled`: objects that turned out to be concerned, when the rest had been built.

    `same`: sources whose files are as they were. `shelves` are kept from one attempt to the next.
    """

    kept: Kept = field(default_factory=Kept)
    same: frozenset[str] = frozenset()
    shelves: dict[str, Shelf] = field(default_factory=dict)
    pulled: set[_Object] = field(default_factory=set)
    asked_again: set[_Object] = field(default_factory=set)  # what has come to be pulled in this attempt
    _dirty: set[int] = field(default_factory=set)
    _before: dict[int, _Before] = field(default_factory=dict)
    _restored: dict[ResourceType, int] = field(default_factory=dict)
    _unbuilt: dict[ResourceType, list[str]] = field(default_factory=dict)
    _names: dict[Hashable, str] = field(default_factory=dict)
    _ids: dict[ResourceType, list[str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        super().__post_init__()
        for outcome in self.kept.facts["outcomes"]:
            self.outcomes.setdefault(tuple(outcome), len(self.outcomes))

    # -- sources ----------------------------------------------------------------------------------------

    def look(self, extraction: Extraction, sources: Sources, plan: Plan, names: Sequence[str]) -> None:
        """Find the rows that differ, and from them the keys under which others are found now. Raises Unusual."""
        headers = {name: list(table.columns) for name, table in sources.tables.items()}
        if headers != self.kept.facts["headers"]:
            raise Unusual("a source has other columns")
        for name in names:
            columns = extraction.columns_of(name)
            facts = self.kept.facts["sources"].get(name)
            if facts is None or facts["columns"] != columns:
                raise Unusual(f"{name} is read otherwise than before")
            if name not in self.shelves:
                self.shelves[name] = self._shelf(name, sources, columns, facts["how"])
            self._take_over(name, self.shelves[name], facts)

    def _shelf(self, name: str, sources: Sources, columns: Sequence[str], how: str) -> Shelf:
        table = sources.tables[name]
        if name not in self.same:
            return compared(name, table, columns, self.coder, self.kept[f"codes {name}"], how)
        numbers = self.kept[f"numbers {name}"]
        kept = np.arange(len(numbers))
        return Shelf(name, columns, numbers, _NOTHING, kept, _NOWHERE, how, lambda: raws_of(table, columns))

    def _take_over(self, name: str, shelf: Shelf, facts: dict[str, Any]) -> None:
        found = self.sources[name] = SourceRecord(shelf.columns, how=shelf.how, same=name in self.same)
        if found.same:
            return
        found.numbers, found.codes = _array("q", shelf.numbers.astype(np.int64)), _array("Q", shelf.codes)
        old = shelf.kept >= 0
        for column, texts in facts["units"].items():
            which = self.kept[f"units {name} {column}"][shelf.kept[old]].astype(np.int64)
            found.units[column] = UnitRecord(
                {text: place for place, text in enumerate(texts)}, _array("q", shelf.numbers[old].astype(np.int64)), _array("q", which)
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
        name, source = index.rows.name, index.view.source  # type: ignore[attr-defined]
        if source in self.same:
            return (self.kept[name], self.kept[f"numbers {source}"]) if name in self.kept else (_NOTHING, _NOWHERE)
        record = self.indexes[name]
        return np.frombuffer(record.codes, dtype=np.uint64), np.frombuffer(record.numbers, dtype=np.int64)

    def takes_over_index(self, index: Index) -> None:
        """The keys of the rows that are still there; those of rows that are gone lead elsewhere now."""
        name = index.rows.name  # type: ignore[attr-defined]
        shelf = self.shelves[index.view.source]
        if name in self.indexes or index.view.source in self.same:
            return
        if name in self.kept:
            codes = self.kept[name]
        else:  # it never had a row
            codes = np.zeros(len(self.kept[f"codes {index.view.source}"]), dtype=np.uint64)
        tonight = np.zeros(len(shelf.kept), dtype=np.uint64)
        old = shelf.kept >= 0
        tonight[old] = codes[shelf.kept[old]]
        there = tonight != 0
        self.indexes[name] = IndexRecord(_array("q", shelf.numbers[there].astype(np.int64)), _array("Q", tonight[there]))
        self._dirty.update(codes[shelf.gone].tolist())
        self._dirty.discard(0)

    def fills(self, index: Index, rows: Sequence[Row], fresh: set[int]) -> None:
        """Put rows of a source into an index; under the keys of those that are new, something else is found now."""
        found, code = self.indexes.get(index.rows.name), index.rows.code  # type: ignore[attr-defined]

        def takes(number: int, key: Hashable) -> None:
            if number in fresh and found is not None:
                found.numbers.append(number)
                found.codes.append(code(key))
                self._dirty.add(code(key))

        fill(index, rows, takes)

    def filled(self, index: Index) -> None:
        """What is found under which key is known from the rows that have come and gone."""

    # -- types ------------------------------------------------------------------------------------------

    def begins_kind(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """Choose the rows to build, and put everything else where it was."""
        of = [(rule, self._load(rule)) for rule in rules if rule.view.source in self.shelves]
        ids = self._ids[kind] = self.kept.ids(f"{kind} ids")
        looked_at = np.append(self.kept[f"{kind} always"], False)  # the last for rows of no object that is known
        wanted = {object_id for of_kind, object_id in self.pulled if of_kind is kind}
        if kind is ResourceType.PERSON:
            wanted |= assembly.watch.known.keys()
        if wanted:
            looked_at[:-1] |= np.fromiter((object_id in wanted for object_id in ids), dtype=bool, count=len(ids))
        self._choose(of, looked_at)
        self._restore(kind, of, ~looked_at[:-1], assembly)

    def places(self, rule: Rule) -> list[int]:
        """The rows of a rule to build, in order."""
        before = self._before[id(rule)]
        again = before.there[before.again]
        return np.union1d(again[again >= 0], before.shelf.new).tolist()  # type: ignore[no-any-return]

    def _load(self, rule: Rule) -> _Before:
        name, shelf, kept = f"rule {rule.span}", self.shelves[rule.view.source], self.kept
        rows = self.kept.facts["sources"][shelf.source]["rows"]
        back = np.full(rows, -1, dtype=np.int64)
        old = np.flatnonzero(shelf.kept >= 0)
        back[shelf.kept[old]] = old
        parts = {part: kept[f"{name} {part}"] for part in _PARTS}
        group = kept[f"{name} group"] if rule.distinct else _NOTHING
        there = back[kept[f"{name} row"]]
        again = (there < 0) | ((parts["flags"] & ALWAYS) > 0)
        found = self._before[id(rule)] = _Before(name, shelf, there, group, **parts, again=again)
        return found

    def _choose(self, of: list[tuple[Rule, _Before]], looked_at: Mask) -> None:
        """All rows of an object are built, or none; and so with rows that are one by what they are distinct by.

        `looked_at` says of each id whether it is, and is made to say so of all.
        """
        dirty = _sorted(self._dirty)
        groups: set[int] = set()
        for rule, before in of:
            before.again |= before.asked(dirty)
            if rule.distinct:
                groups |= self._new_groups(rule, before.shelf)
        known = -1
        while known != (known := int(np.count_nonzero(looked_at)) + len(groups)):
            some = _sorted(groups)
            for rule, before in of:
                has_id = before.ids >= 0
                before.again |= has_id & looked_at[before.ids]
                if rule.distinct:
                    before.again |= _among(before.group, some)
                    groups.update(before.group[before.again].tolist())
                looked_at[before.ids[before.again & has_id]] = True

    def _new_groups(self, rule: Rule, shelf: Shelf) -> set[int]:
        code, value_of = self.coder.keys(f"group of {rule.span}"), itemgetter(*rule.distinct)
        return {code(value_of(row)) for row in rows_of(shelf, shelf.new.tolist(), rule)}

    def _restore(self, kind: ResourceType, of: list[tuple[Rule, _Before]], stays: Mask, assembly: Assembly) -> None:
        ids = self._ids[kind]
        at = np.flatnonzero(stays)
        now = np.full(len(ids) + 1, -1, dtype=np.int64)  # the last for -1
        now[at] = np.arange(len(at))
        texts = [ids[place] for place in at.tolist()]
        self.known[kind].update(zip(texts, range(len(texts)), strict=True))
        self._restored[kind] = len(texts)
        self._objects(kind, at, texts, assembly)
        stage = assembly.stages[kind]
        for rule, before in of:
            left = ~before.again
            self._restore_rows(self.rule(rule), before, left, now)
            hides = (before.flags & HIDDEN) > 0
            given = left & ~hides & (before.claim != 0)
            claims = before.claim[given].tolist()
            rule.target.ids.update(zip(claims, map(ids.__getitem__, before.ids[given].tolist()), strict=True))
            hidden = left & hides & (before.claim != 0)
            rule.target.hidden.update(before.claim[hidden].tolist())
            for outcome, rows in enumerate(np.bincount(before.outcome[left]).tolist()):
                taken, *counts = self.kept.facts["outcomes"][outcome]
                stage.read += rows * taken
                for tally, (matched, missing, ambiguous) in zip(rule.tallies, _threes(counts), strict=False):
                    tally.matched += rows * matched
                    tally.missing += rows * missing
                    tally.ambiguous += rows * ambiguous

    def _restore_rows(self, found: RuleRecord, before: _Before, left: Mask, now: Places) -> None:
        found.numbers = _array("q", before.shelf.numbers[before.there[left]].astype(np.int64))
        found.group = _array("Q", before.group[left]) if len(before.group) else found.group
        found.claim, found.ids = _array("Q", before.claim[left]), _array("q", now[before.ids[left]])
        found.flags, found.outcome = _array("B", before.flags[left]), _array("H", before.outcome[left])
        many = np.diff(before.ends, prepend=np.uint32(0))
        found.deps = _array("Q", before.deps[np.repeat(left, many)])
        found.ends = _array("Q", np.cumsum(many[left], dtype=np.uint64))

    def _objects(self, kind: ResourceType, at: Places, texts: list[str], assembly: Assembly) -> None:
        stage, kept = assembly.stages[kind], self.kept
        state = kept[f"{kind} state"]
        combined = [tuple(units) for units in kept.facts["units"]]
        units = [combined[which] for which in kept[f"{kind} units"][at].tolist()]
        stands = (state[at] == CURRENT).tolist()
        digests = kept[f"{kind} dropped"].tobytes()
        nth = np.cumsum(state == DROPPED) - 1
        for text, of, current in zip(texts, units, stands, strict=True):
            if current:
                stage.current[text] = stage.published[text]
                stage.units[text] = of
        unbuilt = self._unbuilt[kind] = []
        for place, text in zip(at.tolist(), texts, strict=True):
            if state[place] == DROPPED:
                start = int(nth[place]) * 16
                stage.current[text] = digests[start : start + 16]
                stage.units[text] = combined[int(kept[f"{kind} units"][place])]
                unbuilt.append(text)
        match kind:
            case ResourceType.PERSON:
                self._persons(at, texts, assembly)
            case ResourceType.DUTY:
                persons = kept.ids("Duty person")
                assembly.duty_persons.update(zip(texts, [persons[place] for place in at.tolist()], strict=True))
            case ResourceType.GROUP:
                classes = kept["Group class"][at].tolist()
                for text, of, is_class in zip(texts, units, classes, strict=True):
                    assembly.group_units[text] = None if is_class else of[0]
            case ResourceType.ACTIVITY:
                taught = kept.facts["taught"]
                assembly.taught.update(zip(texts, [taught[place] for place in at.tolist()], strict=True))
            case _:
                pass

    def _persons(self, at: Places, texts: list[str], assembly: Assembly) -> None:
        numbers, names = self.kept["Person number"][at].tolist(), self.kept["Person name"][at].tolist()
        self.persons.update(zip(texts, zip(numbers, names, strict=True), strict=True))
        self._names = dict(zip(names, texts, strict=True))
        assembly.user_names.update(self._names)
        silent = np.flatnonzero(self.kept["Person unreachable"][at]).tolist()
        assembly.unreachable.update(dict.fromkeys(texts[place] for place in silent))
        for number, text in zip(numbers, texts, strict=True):
            known = assembly.numbers.setdefault(number, text)
            if known != text:
                assembly.numbers[number] = (*(known if isinstance(known, tuple) else (known,)), text)

    # -- what comes of it -------------------------------------------------------------------------------

    def person(self, object_id: str, number: Hashable, name: Hashable) -> tuple[int, int]:
        """Who has the user name of somebody that was not looked at must be looked at beside them."""
        codes = super().person(object_id, number, name)
        other = self._names.get(codes[1], object_id)
        if other != object_id:
            self._pull(ResourceType.PERSON, other)
        return codes

    def goes_by(self, kind: ResourceType, object_id: str) -> None:
        """Raises Met where that was not looked at."""
        if self.known[kind].get(object_id, self._restored[kind]) < self._restored[kind]:
            self._pull(kind, object_id)
            raise Met

    def settled(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly) -> None:
        """Which keys lead elsewhere than in the last good run."""
        super().settled(kind, rules, assembly)
        restored = self._restored.get(kind, 0)
        names = list(self.known[kind])
        for rule in rules:
            for rivals in rule.target.rivals.values():
                for object_id in rivals:
                    if self.known[kind].get(object_id, restored) < restored:
                        self._pull(kind, object_id)
            if (before := self._before.get(id(rule))) is not None:
                self._compare_answers(rule, before)
        self._find_met(kind, rules, names)
        if kind in (ResourceType.GROUP, ResourceType.DUTY):
            self._compare_units(kind, rules, assembly, names[restored:])

    def _find_met(self, kind: ResourceType, rules: Sequence[Rule], names: list[str]) -> None:
        """Objects that were not looked at, and that a row which was built is of too."""
        restored = self._restored[kind]
        for rule in rules:
            before = self._before.get(id(rule))
            for place in set(self.rule(rule).ids[before.left if before else 0 :]):
                if 0 <= place < restored:
                    self._pull(kind, names[place])

    def _compare_answers(self, rule: Rule, before: _Before) -> None:
        old = {int(code): where for code, where in self.kept.facts["answers"].get(self.moment(rule), ())}
        new = self.answers[self.moment(rule)]
        codes = {*before.claim[before.again].tolist(), *self.rule(rule).claim[before.left :], *old, *new} - {0}
        ids = self._ids[rule.kind]
        rows = np.flatnonzero(_among(before.claim, _sorted(codes)))
        was: dict[int, str] = {}
        hides = ((before.flags[rows] & HIDDEN) > 0).tolist()
        for code, place, hidden in zip(before.claim[rows].tolist(), before.ids[rows].tolist(), hides, strict=True):
            if not hidden:
                was[code] = ids[place]
            else:
                was.setdefault(code, "hidden")
        was |= old
        self._dirty.update(code for code in codes if was.get(code, "") != answer(rule.target, code))

    def _compare_units(self, kind: ResourceType, rules: Sequence[Rule], assembly: Assembly, new: list[str]) -> None:
        """Groups and duties at another school unit than before, which activities go by."""
        ids, stage = self._ids[kind], assembly.stages[kind]
        places = {
            place
            for rule in rules
            if (before := self._before.get(id(rule))) is not None
            for place in before.ids[before.again].tolist()
        } - {-1}
        places.update(np.flatnonzero(self.kept[f"{kind} state"] == DROPPED).tolist())
        changed = {*new, *(ids[place] for place in places), *stage.dropped, *stage.rejected}
        combined, which, state = self.kept.facts["units"], self.kept[f"{kind} units"], self.kept[f"{kind} state"]
        old = {ids[place]: place for place in range(len(ids)) if ids[place] in changed}
        for object_id in changed:
            place = old.get(object_id)
            was: Any = _MISSING
            if kind is ResourceType.DUTY:
                if place is not None and state[place] == CURRENT:
                    was = tuple(combined[which[place]])
                now: Any = stage.units.get(object_id, _MISSING)
            else:
                if place is not None and state[place] in (CURRENT, DROPPED):
                    was = None if self.kept["Group class"][place] else combined[which[place]][0]
                now = assembly.group_units.get(object_id, _MISSING)
            if was != now:
                self._dirty.add(self.facts[kind](object_id))

    def ends(self, assembly: Assembly) -> None:
        """Everything is built. What was dropped before and stands now must be built too."""
        for kind, unbuilt in self._unbuilt.items():
            for object_id in unbuilt:
                if object_id in assembly.stages[kind].current:
                    self._pull(kind, object_id)
        self.asked_again -= self.pulled

    def _pull(self, kind: ResourceType, object_id: str) -> None:
        self.asked_again.add((kind, object_id))


_PARTS = ("claim", "ids", "flags", "outcome", "ends", "deps")
_MISSING = object()
_NOTHING: Codes = np.zeros(0, dtype=np.uint64)
_NOWHERE: Places = np.zeros(0, dtype=np.int64)


def rows_of(shelf: Shelf, places: Sequence[int], rule: Rule) -> list[Row]:
    """Some rows as a rule sees them."""
    if not len(places):
        return []
    numbers, cells = shelf.cells(places)
    return laid_out(numbers, cells, rule.view, False)


class Fetcher:
    """Brings the rows of an index when they are asked for."""

    def __init__(self, night: Night, index: Index, shelf: Shelf) -> None:
        self._night, self._index, self._shelf = night, index, shelf
        self._codes: Codes | None = None
        self._numbers: Places = _NOWHERE
        self._key = row_key(index.key, index.view.written)

    def __call__(self, code: int) -> None:
        """Fill in the rows of one key."""
        if self._codes is None:
            codes, numbers = self._night.found_under(self._index)
            order = np.argsort(codes, kind="stable")
            self._codes, self._numbers = codes[order], numbers[order]
        wanted = np.uint64(code)
        first, last = np.searchsorted(self._codes, wanted), np.searchsorted(self._codes, wanted, side="right")
        if first == last:
            return
        places = np.searchsorted(self._shelf.numbers, np.unique(self._numbers[first:last]))
        numbers, cells = self._shelf.cells(places.tolist())
        rows = laid_out(numbers, cells, self._index.view, False)
        dict.pop(self._index.rows, self._key(rows[0]), None)
        fill(self._index, rows)


def tell(night: Night, name: str, indexes: Sequence[Index], cleaner: Cleaner) -> None:
    """Look at a source's rows that are new, or of which there was something to tell last time."""
    new, told = night.told(name)
    shelf, places = night.shelves[name], np.union1d(new, told).tolist()
    if not places:
        return
    numbers, cells = shelf.cells(places, cleaner)
    fresh = set(shelf.numbers[new].tolist())
    for column, units in night.sources[name].units.items():
        some = [(number, cell) for number, cell in zip(numbers, cells[column], strict=True) if number in fresh]
        units.add([number for number, _ in some], [cell for _, cell in some])
    for index in indexes:
        night.fills(index, laid_out(numbers, cells, index.view, False), fresh)
    night.has_read(name, cleaner.rows)


def _among(codes: Codes, some: Codes) -> Mask:
    """Which of the codes are among some, which are sorted."""
    if not len(some):
        return np.zeros(len(codes), dtype=bool)
    place = np.searchsorted(some, codes)
    place[place == len(some)] = 0
    return some[place] == codes


def _sorted(codes: set[int]) -> Codes:
    return np.sort(np.fromiter(codes, dtype=np.uint64, count=len(codes)))


def _array(kind: str, values: Array) -> array[Any]:
    found: array[Any] = array(kind)
    found.frombytes(values.tobytes())
    return found


def _threes(counts: Sequence[int]) -> Iterable[tuple[int, int, int]]:
    return zip(counts[::3], counts[1::3], counts[2::3], strict=True)
