"""The rule for Duty: staff's work at units, from a table of it, their own rows, or the groups that they teach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from adapter.drafting import keeping, vocabulary
from adapter.drafting.bands import Band, bridges, joined
from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import Block, Entry, Flow, remark
from adapter.drafting.links import Link, converted
from adapter.drafting.people import People
from adapter.drafting.persons import Persons
from adapter.drafting.picture import Picture
from adapter.drafting.sources import Key, View
from adapter.drafting.tables import Found, Table
from adapter.drafting.units import UnitReference
from adapter.mapping.synonyms import plain

_NAMED = r"tjanst|befattning|duty|duties|anstallning|employ|ansvar"
_NONE = "no table of staff's work at schools was found; without it no staff are published"


@dataclass(frozen=True)
class _Place:
    """Where it is told. `staff`: the column that names them, where it is not their own row."""

    table: Table
    unit: UnitReference
    score: float
    staff: Link | None = None
    view: View | None = None  # of teachers' rows beside the groups', where only groups tell a unit
    prefix: str = ""

    @property
    def columns(self) -> list[str]:
        """Those that tell the unit."""
        return [self.prefix + column for column in self.unit.columns]


class Duties:
    """Writes the rule, and knows how a teacher's duty is referred to."""

    def __init__(self, picture: Picture, persons: Persons, bands: Mapping[str, Band]) -> None:
        self.picture, self.persons, self.bands = picture, persons, bands
        self._place: _Place | None = None
        if (staff := picture.staff) is not None:
            places = [*self._tables(staff), *self._own(staff)]
            self._place = max(places, key=lambda place: place.score, default=None) or next(self._taught(staff), None)
        self._view = self._source(self._place, staff) if self._place and staff else None
        self.name = self._view.name if self._view else ""

    # -- where it is told -------------------------------------------------------------------------------------

    def _tables(self, staff: People) -> Iterator[_Place]:
        for table in self.picture.tables:
            if table in self.picture.tables_of_people or table is self.picture.units.table:
                continue
            link, unit = self.picture.person(table, staff), self.picture.units.reference(table)
            if link is None or unit is None or link.is_list or unit.is_list or link.column.name in unit.columns:
                continue
            named, role = table.called(_NAMED), table.find("dutyRole")
            if named or role is not None:
                yield _Place(table, unit, 2.0 * bool(role) + 2 * named + link.share + bool(unit.columns), link)

    def _own(self, staff: People) -> Iterator[_Place]:
        if unit := self.picture.units.reference(staff.table):
            role = staff.table.find("dutyRole") or staff.role
            yield _Place(staff.table, unit, 1.5 + 2 * bool(role))

    def _taught(self, staff: People) -> Iterator[_Place]:
        """At the units of the groups that they teach."""
        for band in reversed(list(self.bands.values())):
            unit = self.picture.units.reference(band.table)
            for bridge in bridges(self.picture, staff, band.table, band.keys) if unit and unit.columns else ():
                if unit and (view := joined(self.picture, bridge, staff, self.persons.names["staff"], band)):
                    prefix = f"{list(view.joined)[-1]}."
                    yield _Place(bridge.table, unit, 0, bridge.person, view, prefix)

    def _source(self, place: _Place, staff: People) -> View:
        """The view whose rows are duties, with the key that teachers' rows find them by."""
        sources, unit = self.picture.sources, place.unit
        units: Key = tuple((column, unit.form) for column in place.columns)
        if place.staff is not None:
            guess = Guess(95, "by its name and its columns") if place.table.called(_NAMED) else place.staff.named_guess
            sources.taken(place.table, "teachers" if place.view else "staff's work", guess)
            key = ((place.staff.column.name, place.staff.form), *units)
            if place.view is not None:
                place.view.key = key
                return place.view
            keep = keeping.current(place.table, self.picture.codes)
            return sources.view(View(place.table.source, place.table, key, place.staff.guess.note, keep))
        own = sources.named(self.persons.names["staff"])
        if not unit.is_list and not staff.repeated:
            return own
        keep = [*own.keep, *keeping.school_types(place.table.find("schoolType"), self.picture.codes)]
        split = unit.columns[0] if unit.is_list else ""
        return sources.view(View(f"{place.table.source}_tjanster", place.table, (*own.key, *units), "", keep, split))

    # -- references -------------------------------------------------------------------------------------------

    def reference(
        self, teacher: Link, unit: UnitReference | None, prefix: str = "", mine: Flow = ""
    ) -> tuple[Flow, str]:
        """A teacher's duty, from the column that names the teacher and the unit of the group; and a note."""
        place, staff = self._place, self.picture.staff
        assert place is not None
        assert staff is not None
        assert self._view is not None
        via: Flow = mine or teacher.via()
        key = place.staff.target if place.staff else staff.key
        column = place.staff.column.name if place.staff else staff.key.name
        by_key = teacher.target is key
        if place.staff is None and len(self._view.key) == 1:
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
        place, staff = self._place, self.picture.staff
        if place is None or staff is None:
            return [remark(decide(_NONE))]
        role = place.table.find("dutyRole") or (staff.role if place.staff is None else None)
        columns = [place.staff.column.name if place.staff else staff.key.name, *place.columns]
        source: Flow = self.name
        note, guess = "", Guess(90, "one for each person, unit and role")
        if place.view is not None or (place.staff is None and staff.repeated):
            source, role = {"distinct": self.name, "by": columns}, None
            guess = Guess(85, "one for each person and unit")
            note = Guess(60, "they work where the groups are that they teach").note if place.view else ""
        parts = [*columns, *([role.name] if role and place.staff else [])]
        said = [
            Entry("from", source, note),
            Entry("id", {"uuid5": parts[0] if len(parts) == 1 else parts}, guess.note),
        ]
        link = place.staff or Link(staff.key, staff.key, staff.table, 1.0, self.picture.links.form(staff.key))
        why = link.guess if place.staff else Guess(95, "it is the same row")
        fields = [
            Entry("person", self.persons.reference(staff, link), why.note),
            Entry("dutyAt", place.unit.flow(place.prefix), place.unit.guess.note),
            self._role(role),
        ]
        return [Entry("Duty", Block([*said, Entry("fields", Block(fields))]))]

    def _role(self, role: Found | None) -> Entry:
        if role is None:
            return Entry("dutyRole", {"text": "Lärare"}, decide("guess 50 %: no column tells what they do"))
        words = [(text, found) for text in sorted(role.column.words) if (found := vocabulary.duty_role(text))]
        if not words and all(text.isdecimal() for text in role.column.words):
            as_known = vocabulary.duty_role_numbers
            words = [(text, as_known[text]) for text in sorted(role.column.words) if text in as_known]
        codes, name = self.picture.codes, plain(role.name)
        codes.add(name, words)
        others = role.column.distinct - len(words)
        note = Guess(90, f"{others} other words" if others != 1 else "one other word").note if others > 0 else ""
        codes.finish(name, [Entry("otherwise", "Annan personal", note)])
        return Entry("dutyRole", {"column": role.name, "codes": name}, role.guess.note)
