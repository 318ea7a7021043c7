"""The rule for Duty: staff's work at units, from a table of it, their own rows, or the groups that they teach."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import Block, Entry, Flow, remark
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.bands import Band, Bridge
from adapter.drafting.understanding.links import Link, converted
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.places import Place, role_in, working
from adapter.drafting.understanding.tables import Found
from adapter.drafting.understanding.units import UnitReference
from adapter.drafting.writing import keeping
from adapter.drafting.writing.choosing import of_kind
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.persons import Persons
from adapter.drafting.writing.sources import Key, View
from adapter.drafting.writing.views import joined
from adapter.mapping.synonyms import plain

_NONE = "no table of staff's work at schools was found; without it no staff are published"


class Duties:
    """Writes the rule, and knows how a teacher's duty is referred to."""

    def __init__(self, desk: Desk, persons: Persons, bands: Mapping[str, Band]) -> None:
        self.desk, self.persons, self.bands = desk, persons, bands
        staff = desk.staff
        self._place = working(desk, staff, bands) if staff else None
        self._prefix = ""  # before the columns of the unit, where they are the groups'
        self._view = self._source(self._place, staff) if self._place and staff else None
        self.name = self._view.name if self._view else ""

    def _columns(self, place: Place) -> list[str]:
        """Those that tell the unit."""
        return [self._prefix + column for column in place.unit.columns]

    def _source(self, place: Place, staff: People) -> View | None:
        """The view whose rows are duties, with the key that teachers' rows find them by."""
        sources, unit, table = self.desk.sources, place.unit, place.table
        if place.bridge is not None:
            return self._taught(place, place.bridge, staff)
        units: Key = tuple((column, unit.form) for column in unit.columns)
        if place.person is not None:
            guess = Guess(95, "by its name and its columns") if place.is_named else place.person.named_guess
            sources.taken(table, "staff's work", place.said(guess))
            theirs = of_kind(table, staff)
            keep = [*theirs, *keeping.current(table, self.desk.codes)]
            name = f"{table.source}_tjanster" if theirs else table.source
            key = ((place.person.column.name, place.person.form), *units)
            return sources.view(View(name, table, key, place.person.guess.note, keep))
        own = sources.named(self.persons.names["staff"])
        if not unit.is_list and not staff.repeated:
            return own
        keep = [*own.keep, *keeping.school_types(table.find("schoolType"), self.desk.codes)]
        split = unit.columns[0] if unit.is_list else ""
        return sources.view(View(f"{table.source}_tjanster", table, (*own.key, *units), "", keep, split))

    def _taught(self, place: Place, bridge: Bridge, staff: People) -> View | None:
        """Teachers' rows beside the groups', where only groups tell a unit."""
        view = joined(self.desk, bridge, staff, self.persons.names["staff"], place.band)
        if view is None:
            return None
        self.desk.sources.taken(bridge.table, "teachers", bridge.guess)
        self._prefix = f"{list(view.joined)[-1]}."
        units: Key = tuple((column, place.unit.form) for column in self._columns(place))
        view.key = ((bridge.person.column.name, bridge.person.form), *units)
        return view

    # -- references -------------------------------------------------------------------------------------------

    def reference(
        self, teacher: Link, unit: UnitReference | None, prefix: str = "", mine: Flow = ""
    ) -> tuple[Flow, str]:
        """A teacher's duty, from the column that names the teacher and the unit of the group; and a note."""
        place, staff = self._place, self.desk.staff
        assert place is not None
        assert staff is not None
        assert self._view is not None
        via: Flow = mine or teacher.via()
        key = place.person.target if place.person else staff.key
        column = place.person.column.name if place.person else staff.key.name
        by_key = teacher.target is key
        if place.person is None and len(self._view.key) == 1:
            by: dict[str, Flow] = {} if by_key else {"by": converted(teacher.target.name, teacher.form)}
            return {"ref": "Duty", "via": via, **by}, teacher.guess.note
        if not by_key:
            why = f"it names {teacher.target.name} of staff, and their work is found by {key.name}"
            return {"ref": "Duty", "via": via, "by": column}, decide(why)
        if unit is not None and unit.columns and unit.by == place.unit.by:
            return {"ref": "Duty", "via": [via, *unit.with_prefix(prefix)]}, teacher.guess.note
        if not place.unit.columns:
            return {"ref": "Duty", "via": via, "by": column}, teacher.guess.note
        why = "who works at several units is not found by this; add the unit to via and by"
        return {"ref": "Duty", "via": via, "by": column}, Guess(70, why).note

    # -- the rule ---------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The section."""
        place, staff = self._place, self.desk.staff
        if place is None or staff is None:
            return [remark(decide(_NONE))]
        role = role_in(place.table, staff) if place.person is None else place.table.find("dutyRole")
        columns = [place.person.column.name if place.person else staff.key.name, *self._columns(place)]
        source: Flow = self.name
        note, guess = "", Guess(90, "one for each person, unit and role")
        if place.bridge is not None or (place.person is None and staff.repeated):
            source, role = {"distinct": self.name, "by": columns}, None
            guess = Guess(85, "one for each person and unit")
            note = Guess(60, "they work where the groups are that they teach").note if place.bridge else ""
        parts = [*columns, *([role.name] if role and place.person else [])]
        said = [
            Entry("from", source, note),
            Entry("id", {"uuid5": parts[0] if len(parts) == 1 else parts}, guess.note),
        ]
        link = place.person or Link(staff.key, staff.key, staff.table, 1.0, self.desk.links.form(staff.key))
        why = link.guess if place.person else Guess(95, "it is the same row")
        fields = [
            Entry("person", self.persons.reference(staff, link), why.note),
            Entry("dutyAt", place.unit.flow(self._prefix), place.unit.guess.note),
            self._role(role),
        ]
        return [Entry("Duty", Block([*said, Entry("fields", Block(fields))]))]

    def _role(self, role: Found | None) -> Entry:
        if role is None:
            return Entry("dutyRole", {"text": "Lärare"}, decide("guess 50 %: no column tells what they do"))
        column = role.column
        words = [(text, m) for text in sorted(column.words) if (m := vocabulary.duty_role(column.meant(text)))]
        if not words and all(text.isdecimal() for text in role.column.words):
            as_known = vocabulary.duty_role_numbers
            words = [(text, as_known[text]) for text in sorted(role.column.words) if text in as_known]
        codes, name = self.desk.codes, plain(role.name)
        codes.add(name, words)
        others = role.column.distinct - len(words)
        note = Guess(90, f"{others} other words" if others != 1 else "one other word").note if others > 0 else ""
        codes.finish(name, [Entry("otherwise", "Annan personal", note)])
        return Entry("dutyRole", {"column": role.name, "codes": name}, role.guess.note)
