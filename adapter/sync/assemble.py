"""All five types in the order in which they refer to each other, and then what may stand: the set rules of 3.8.

Organisation, Person, Duty, Group, Activity: each reference is resolved when the object is built, and what only
a later type can justify (staff by a duty, a teaching group by an activity, a unit by anything) is settled after it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import TYPE_CHECKING

import orjson

from adapter.findings import Finding, RowRef, Severity
from adapter.mapping.build import Builder, ObjectValues, builder
from adapter.mapping.plan import Plan, Rule
from adapter.mapping.row_findings import RowFinding
from adapter.mapping.scope import Row
from adapter.settings import ProfileChoice
from adapter.ss12000.rules import can_be_reached, is_staff
from adapter.ss12000.types import BUILD_ORDER, FETCH_ORDER, ResourceType
from adapter.store.absent import NEVER, Absence, Absences
from adapter.store.changes import ChangeSet, TypeChanges
from adapter.sync import closure, protect
from adapter.sync.merge import Merger
from adapter.sync.shrink import Length
from adapter.sync.stage import Stage, known_of
from adapter.sync.watch import Marks, Watch

if TYPE_CHECKING:
    from adapter.sync.differences.kept import Kept
    from adapter.sync.differences.record import Record

Observer = Callable[[Rule, Row, ObjectValues], None]
"""Told of each object as it is built: previews and explanations."""
Missed = Callable[[Rule, Row, list[Finding]], None]
"""Told of each row that gives no object, with what is wrong with it; nothing, where a condition leaves it out."""


@dataclass(eq=False)
class Assembly:
    """One run's objects. `bodies(kind, ids)` loads what is published."""

    stages: dict[ResourceType, Stage]
    choice: ProfileChoice
    namespace: bytes
    bodies: Callable[[ResourceType, Sequence[str]], dict[str, bytes]]
    watch: Watch
    observe: Observer | None = None
    miss: Missed | None = None
    memory: Record | None = None
    grace: Mapping[str, int] = field(default_factory=dict)  # type -> nights that an object may be missing
    absent: Absences = field(default_factory=dict)
    missing: dict[ResourceType, dict[str, Absence]] = field(default_factory=dict)  # tonight, and stay
    marked_rows: dict[str, int] = field(default_factory=dict)  # rule -> rows with a protection mark
    marks: Marks = field(default_factory=dict)
    lengths: dict[str, Length] = field(default_factory=dict)  # source -> its rows
    short: list[Finding] = field(default_factory=list)  # sources that have shrunk
    emptied: set[str] = field(default_factory=set)  # groups that got no members
    turns: dt.date = dt.date.max  # the first day on which the same rows may come to something else
    oldest: dict[str, float] = field(default_factory=dict)  # source -> hours that it may be old
    leans_on_published: bool = False  # whether earlier versions of rejected objects have their say
    kept: Kept | None = None  # for the next run
    unusual: str = ""  # why there is nothing
    memberless: dict[str, RowRef] = field(default_factory=dict)
    duty_persons: dict[str, str] = field(default_factory=dict)
    group_units: dict[str, str | None] = field(default_factory=dict)
    taught: dict[str, list[str]] = field(default_factory=dict)
    numbers: dict[Hashable, str | tuple[str, ...]] = field(default_factory=dict)  # personnummer -> persons
    user_names: dict[Hashable, str] = field(default_factory=dict)
    unreachable: dict[str, RowRef | None] = field(default_factory=dict)
    unit_names: dict[str, tuple[str, str]] = field(default_factory=dict)  # units that were built -> code, name

    def build(self, plan: Plan, rows: Callable[[Rule], Iterator[Row]]) -> None:
        """Every rule over all its rows, type by type."""
        for kind in BUILD_ORDER:
            stage = self.stages[kind]
            if self.memory is not None:
                self.memory.begins_kind(kind, plan.rules[kind], self)
            for rule in plan.rules[kind]:
                self._run(rule, rows(rule), stage)
            stage.built = True
            self._settle(kind, stage)
            self._hide(kind, plan)
            if kind is ResourceType.DUTY:
                self._settle_staff()
                self._hide(ResourceType.PERSON, plan)
                self._hide(kind, plan)
        self._drop_unneeded()
        for kind, rules in plan.rules.items():
            for rule in rules:
                self._tell_of_shared_keys(self.stages[kind], rule)

    def _hide(self, kind: ResourceType, plan: Plan) -> None:
        self.stages[kind].hide([rule.target for rule in plan.rules[kind]])
        if self.memory is not None:
            self.memory.settled(kind, plan.rules[kind], self)

    def exists(self, kind: ResourceType, object_id: str) -> bool:
        """Whether an object is among those to be published."""
        return object_id in self.stages[kind].current

    def enrolled(self) -> Counter[str]:
        """School unit -> persons who are enrolled there."""
        return Counter(unit for units in self.stages[ResourceType.PERSON].units.values() for unit in set(units))

    def changes(self, changed: ChangeSet) -> None:
        """Fill in what is different from what is published."""
        for kind in FETCH_ORDER:
            stage, found = self.stages[kind], changed.types[kind]
            _count(stage, found)
            found.missing = len(self.missing.get(kind, ()))
            known = stage.published
            for object_id, entry in stage.changed.items():
                before = known.get(object_id)
                if before is None:
                    found.created.append(entry)
                elif before != entry.digest:
                    found.updated.append(entry)
            found.unchanged = len(stage.current) - len(found.created) - len(found.updated)
            found.deleted = sorted(known.keys() - stage.current.keys())

    def _run(self, rule: Rule, rows: Iterator[Row], stage: Stage) -> None:
        marked = stage.marked_rows
        ready = builder(rule, protect.withholds(self.choice))
        change = protect.transformer(self.choice, self.namespace) if stage.kind is ResourceType.PERSON else None
        note = self._notes(stage.kind)
        merger = Merger(partial(self._body, stage)) if rule.merges else None
        writer = self.memory.writer(rule) if self.memory is not None else None
        value_of = itemgetter(*rule.distinct) if rule.distinct else _no_value
        skipped = writer.skipped if writer is not None else None
        for row in _distinct(ready, rows, skipped) if rule.distinct else rows:
            heard = stage.findings.heard
            stage.findings.overheard = [] if self.miss is not None else None
            values = stage.take(row, ready, change, merger)
            if values is None and self.miss is not None:
                self.miss(rule, row, stage.findings.overheard or [])
            if values is not None:
                note(values, RowRef(rule.view.name, row[0]))
                if rule.lists_members and not values["groupMemberships"]:
                    self.memberless[values["id"]] = RowRef(rule.view.name, row[0])
                elif rule.lists_members:  # by a second rule for the same group
                    self.memberless.pop(values["id"], None)
                if self.observe is not None:
                    self.observe(rule, row, values)
            if writer is not None:
                writer.took(row, value_of(row), *stage.last, values is not None, stage.findings.heard > heard)
        if rule.kind is ResourceType.PERSON:
            name = rule.name
            self.marked_rows[name] = self.marked_rows.get(name, 0) + stage.marked_rows - marked

    def _body(self, stage: Stage, object_id: str) -> bytes:
        """An object of this run, which is new, or the same as what is published."""
        changed = stage.changed.get(object_id)
        if changed is None and self.memory is not None:
            self.memory.goes_by(stage.kind, object_id)
        return stage.spool.body(changed) if changed else self.bodies(stage.kind, [object_id])[object_id]

    def _tell_of_shared_keys(self, stage: Stage, rule: Rule) -> None:
        """Keys of several published objects: a mistake of the mapping, told once whatever refers to them."""
        target, shared = rule.target, rule.target.shared
        if not shared:
            return
        rows = sorted(row for key in shared for row in target.rivals[key].values() if row is not None)
        places = f", the first at {rows[0]}" if rows else ""
        is_are = "1 key is" if len(shared) == 1 else f"{len(shared)} keys are"
        message = (
            f"{is_are} shared by several objects ({rule.name}, {', '.join(target.key.columns)}{places}). A reference "
            "through such a key leads nowhere. Make the key of more columns, or keep only the rows that count."
        )
        stage.findings.add(Finding("M352", message, span=target.span))

    # -- what later types need to know of earlier ones ----------------------------------------------------

    def _notes(self, kind: ResourceType) -> Callable[[ObjectValues, RowRef | None], None]:
        return {
            ResourceType.ORGANISATION: self._note_unit,
            ResourceType.PERSON: self._note_person,
            ResourceType.DUTY: self._note_duty,
            ResourceType.GROUP: self._note_group,
            ResourceType.ACTIVITY: self._note_activity,
        }[kind]

    def _note_unit(self, values: ObjectValues, row: RowRef | None) -> None:
        self.unit_names[values["id"]] = values["schoolUnitCode"], values["displayName"]
        wanted = self.choice.school_units
        if wanted and values["schoolUnitCode"] not in wanted:
            self.stages[ResourceType.ORGANISATION].drop(values["id"])

    def _note_person(self, values: ObjectValues, row: RowRef | None) -> None:
        """User names are unique whatever their case; of two persons with one, neither is taken."""
        number: Hashable = values["civicNo"]["value"]
        name: Hashable = values["eduPersonPrincipalNames"][0].casefold()
        if self.memory is not None:
            number, name = self.memory.person(values["id"], number, name)
        known = self.numbers.setdefault(number, values["id"])
        if known != values["id"]:
            self.numbers[number] = (*(known if isinstance(known, tuple) else (known,)), values["id"])
        if is_staff(values) and not can_be_reached(values):
            self.unreachable[values["id"]] = row
        other = self.user_names.setdefault(name, values["id"])
        if other != values["id"]:
            stage = self.stages[ResourceType.PERSON]
            words = "belongs to another person too"
            stage.report("M351", words, row, "eduPersonPrincipalNames", values["id"])
            stage.report("M351", words, None, f"eduPersonPrincipalNames {other}", other)
            for object_id in {other, values["id"]} & stage.current.keys():
                stage.reject(object_id)

    def _note_duty(self, values: ObjectValues, row: RowRef | None) -> None:
        self.duty_persons[values["id"]] = values["person"]["id"]

    def _note_group(self, values: ObjectValues, row: RowRef | None) -> None:
        is_class = values["groupType"] == "Klass"
        self.group_units[values["id"]] = None if is_class else values["organisation"]["id"]

    def _note_activity(self, values: ObjectValues, row: RowRef | None) -> None:
        stage = self.stages[ResourceType.ACTIVITY]
        if self.memory is not None:
            self.memory.asks_for_units(values)
        if why := closure.unlike_groups(values, self.group_units):
            stage.report("R140", why, row, "groups", values["id"])
            stage.reject(values["id"])
            return
        self.taught[values["id"]] = [group["id"] for group in values["groups"]]
        duties = self.stages[ResourceType.DUTY].units
        unit = values["organisation"]["id"]
        if any(duties.get(teacher["duty"]["id"], (unit,)) != (unit,) for teacher in values.get("teachers") or ()):
            words = "has a teacher whose duty is at another school unit"
            stage.report("R141", words, row, "teachers", values["id"], Severity.WARNING)

    # -- settling -----------------------------------------------------------------------------------------

    def _settle(self, kind: ResourceType, stage: Stage) -> None:
        """Withheld beats all; units that are not there; then rejected objects in their last good version."""
        if kind is ResourceType.PERSON:
            self._withhold(stage)
        if kind is ResourceType.GROUP:
            self._drop_memberless(stage)
        for object_id in stage.withheld & stage.current.keys():
            stage.drop(object_id)
        units = self.stages[ResourceType.ORGANISATION].current
        if kind is not ResourceType.ORGANISATION:
            astray = [object_id for object_id, found in stage.units.items() if any(unit not in units for unit in found)]
            for object_id in astray:
                if self.choice.school_units:  # left out on purpose
                    stage.drop(object_id)
                    continue
                words = "refers to a school unit that is not published"
                stage.report("R142", words, None, f"id {object_id}", object_id)
                stage.reject(object_id)
        self._spare_missing(kind, stage)
        self._keep_rejected(kind, stage)
        if kind is ResourceType.PERSON:
            self._withhold_twins(stage)  # of those that stay in an earlier version
            for object_id in stage.withheld & stage.current.keys():
                stage.drop(object_id)
            stage.keep_spelling(self.bodies)

    def _spare_missing(self, kind: ResourceType, stage: Stage) -> None:
        """What no row gives any more stays in its last version for as many nights as the organiser says."""
        nights, before = self.grace.get(kind, 0), self.absent.get(kind, {})
        if not nights:
            return
        there = stage.current.keys() | stage.rejected.keys() | stage.withheld | stage.dropped.keys()
        for object_id in stage.published.keys() - there:
            absence = before.get(object_id, NEVER).and_tonight(self.watch.today)
            if absence.nights <= nights:
                self.missing.setdefault(kind, {})[object_id] = absence
                stage.rejected[object_id] = []

    def _drop_memberless(self, stage: Stage) -> None:
        """A group that gets no members is of no use to anybody, and is often one of last year's."""
        for object_id, row in self.memberless.items():
            if object_id in stage.current:
                units = stage.units[object_id]
                stage.drop(object_id)
                self.emptied.add(object_id)
                message = "has no members, so it is not published"
                stage.report("R143", message, row, "groupMemberships", object_id, Severity.NOTE, units)

    def _withhold(self, stage: Stage) -> None:
        """Who is protected under another key; and who was protected, until the mark has been gone long enough."""
        self._withhold_twins(stage)
        for object_id in self.watch.meet(set(stage.current), stage):
            if protect.withholds(self.choice):
                self._hide_person(stage, object_id)
            else:
                stage.reject(object_id)  # what is published of them, marked or under an invented name, stays

    def _hide_person(self, stage: Stage, object_id: str) -> None:
        """Withhold somebody who was built as if they were not protected."""
        stage.withheld.add(object_id)
        if (entry := stage.changed.get(object_id)) is not None:
            stage.secrets.add(known_of(orjson.loads(stage.spool.body(entry))))

    def _withhold_twins(self, stage: Stage) -> None:
        """One person under two keys: protection of one protects the other."""
        for number, row in stage.marked_numbers.items():
            ids = self.numbers.get(number if self.memory is None else self.memory.number(number), ())
            for object_id in (ids,) if isinstance(ids, str) else ids:
                if object_id in stage.marked or object_id not in stage.current:
                    continue
                message = "is also the number of somebody without a mark, under another key: both are withheld"
                stage.findings.add(Finding("M345", message, Severity.WARNING, row=row, subject="Person.civicNo.value"))
                stage.twins.add(object_id)
                self._hide_person(stage, object_id)

    def _keep_rejected(self, kind: ResourceType, stage: Stage) -> None:
        tried: set[str] = set()
        note = self._notes(kind)
        while again := [
            i for i in stage.rejected if i in stage.published and i not in tried and i not in stage.withheld
        ]:
            self.leans_on_published = True
            tried.update(again)  # an earlier version may take its user name back from somebody, who is then rejected
            for values in stage.keep(self.bodies(kind, sorted(again)), self.exists):
                note(values, None)

    def _settle_staff(self) -> None:
        """A person needs an enrolment or a duty to get an account; and with a duty, an address."""
        persons, duties = self.stages[ResourceType.PERSON], self.stages[ResourceType.DUTY]
        at_work = {person for duty, person in self.duty_persons.items() if duty in duties.current}
        for object_id in [i for i, units in persons.units.items() if not units and i not in at_work]:
            persons.drop(object_id)
        silent = [i for i in self.unreachable if i in persons.current and not persons.units[i]]
        for object_id in silent:
            if self.memory is not None:
                self.memory.goes_by(ResourceType.PERSON, object_id)
            message = 'is missing an address of type "Skola personal", which staff must have'
            persons.report("R122", message, self.unreachable[object_id], "emails", object_id)
            persons.reject(object_id)
        if silent:
            self._keep_rejected(ResourceType.PERSON, persons)
            for duty, person in self.duty_persons.items():
                if person not in persons.current:
                    duties.drop(duty)

    def _drop_unneeded(self) -> None:
        """Teaching groups that take no test, and units that nothing refers to."""
        groups, units = self.stages[ResourceType.GROUP], self.stages[ResourceType.ORGANISATION]
        activities = self.stages[ResourceType.ACTIVITY]
        taught = {group for activity in activities.current for group in self.taught[activity]}
        for object_id in [i for i in groups.current if self.group_units[i] is not None and i not in taught]:
            groups.drop(object_id)
        needed: set[str] = set()
        for stage in (self.stages[ResourceType.PERSON], self.stages[ResourceType.DUTY], groups, activities):
            for found in set(stage.units.values()):
                needed.update(found)
        for object_id in [i for i in units.current if i not in needed]:
            units.drop(object_id)


def _no_value(row: Row) -> None:
    """What the row of a rule is distinct by that has an object for each row."""


def _distinct(
    ready: Builder, rows: Iterator[Row], skipped: Callable[[Row, Hashable], None] | None = None
) -> Iterator[Row]:
    """Of the rows that give one object the first; one that counts, where any does. `skipped` is told of the others.

    A row for which that cannot be told always comes, so that it is reported whatever order the rows are in.
    """
    value_of = itemgetter(*ready.rule.distinct)
    seen: set[Hashable] = set()
    left_out: dict[Hashable, Row] = {}
    for row in rows:
        value = value_of(row)
        try:
            if not ready.counts(row):
                left_out.setdefault(value, row)
                if skipped is not None:
                    skipped(row, value)
                continue
        except RowFinding:
            yield row
            continue
        if value not in seen:
            seen.add(value)
            yield row
        elif skipped is not None:
            skipped(row, value)
    yield from (row for value, row in left_out.items() if value not in seen)


def _count(stage: Stage, found: TypeChanges) -> None:
    found.read, found.rejected, found.kept = stage.read, stage.rejected_rows, stage.kept
    found.withheld, found.published = len(stage.withheld), len(stage.published)
