"""A pupil's enrolments: from a table of them, or from the pupil's own row and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from adapter.drafting.guesses import Guess, decide, percent
from adapter.drafting.layout import EMPTY, Block, Entry, Flow, remark
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.bands import Band
from adapter.drafting.understanding.holding import are_apart_by_dates
from adapter.drafting.understanding.links import Link, converted
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.places import Place, classes_of, enrolled
from adapter.drafting.understanding.tables import Found, Table
from adapter.drafting.writing import keeping
from adapter.drafting.writing.beside import Beside, unit_beside
from adapter.drafting.writing.choosing import chosen, of_kind
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.sources import View
from adapter.drafting.writing.views import joined

_YEARS_NEEDED = ("GR", "SP", "SAM")


@dataclass
class Enrolments:
    """Writes a pupil's enrolments. `enrich`: what the rule must be joined with for it."""

    desk: Desk
    pupils: People
    source: str
    bands: Mapping[str, Band]
    enrich: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._unit: Beside | None = None
        self._class = classes_of(self.desk, self.pupils, self.bands)
        self._place = enrolled(self.desk, self.pupils, self.bands)
        if self._place and self._place.person is None and self._class and self._needs_class(self._place):
            link = self._class
            name = self.desk.sources.keyed(link.table, self.desk.key(link.target))
            self.enrich.append(Entry(name, link.via(), link.guess.note))
        place = self._place
        if place and place.person is None and not place.unit.is_list and not self._knows_form(place):
            prefix = "" if place.table is self.pupils.table else f"{self.enrich[0].key}."
            self._unit = unit_beside(self.desk, place.unit, "schoolType", prefix)
            self.enrich += [self._unit.enrich] if self._unit else []

    def _knows_form(self, place: Place) -> bool:
        classes = [self._class.table] if self._class and self.enrich else []
        return any(table.has("schoolType") for table in (place.table, self.pupils.table, *classes))

    def entries(self) -> list[Entry]:
        """The attribute."""
        place = self._place
        if place is None:
            return [remark(decide("enrolments: where does it say which school a pupil goes to?"))]
        if place.person is not None:
            return self._of_table(place, place.person) if place.bridge is None else self._of_groups(place, place.person)
        table, key = self.pupils.table, self.pupils.key.name
        if self.pupils.repeated and not are_apart_by_dates(table, key, self.desk.today):
            return self._of_rows(place)
        return self._of_own_row(place)

    def _needs_class(self, place: Place) -> bool:
        own, classes = self.pupils.table, self._class.table if self._class else None
        return classes is not None and (
            place.table is classes or any(classes.has(m) and not own.has(m) for m in ("schoolType", "schoolYear"))
        )

    # -- what is written --------------------------------------------------------------------------------------

    def _of_table(self, place: Place, link: Link) -> list[Entry]:
        table, codes = place.table, self.desk.codes
        self.desk.sources.taken(table, "enrolments", self._table_guess(place, link))
        form = table.find("schoolType")
        reach = [("", table), (f"{self.source}.", self.pupils.table)]
        keep = [*of_kind(table, self.pupils), *keeping.current(table, codes), *keeping.school_types(form, codes)]
        keep += keeping.years(table.find("schoolYear"))
        if not any(place.has("schoolType") for _, place in reach) and (
            unit := unit_beside(self.desk, place.unit, "schoolType")
        ):
            key = ((link.column.name, link.form),)
            view = View(f"{table.source}_enheter", table, key, keep=keep, joined={unit.name: unit.match})
            name, keep = self.desk.sources.view(view).name, []
            reach.append((unit.prefix, unit.table))
        elif link.form:
            name = self.desk.sources.keyed(table, ((link.column.name, link.form),))
        else:
            name = self.desk.sources.plain(table)
        match: Flow = {link.column.name: converted(link.target.name, link.form)}
        said = [Entry("each", name), Entry("match", match, link.guess.note)]
        if keep:
            said.append(Entry("keep", Block(keep)))
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, reach)))]))]

    def _table_guess(self, place: Place, link: Link) -> Guess:
        guess = Guess(85, "pupils and units are named in it") & link.guess
        return place.said(Guess(95, "by its name and its columns") if place.is_named else guess)

    def _of_rows(self, place: Place) -> list[Entry]:
        """Several rows for each pupil, of which some may know more than others."""
        table, key = place.table, self.pupils.key
        named, form = table.find("classId", "class"), table.find("schoolType")
        keep = [*chosen(self.desk, self.pupils), *keeping.school_types(form, self.desk.codes)]
        if named and 0 < named.column.filled < named.column.looked:
            keep.append(Entry(named.name, {"not": EMPTY}, Guess(85, "what stands on rows of classes is whole").note))
        view = View(f"{table.source}_inskrivningar", table, self.desk.key(key), keep=keep)
        name = self.desk.sources.view(view).name
        said = [Entry("each", name), Entry("match", {key.name: key.name}, Guess(95, "rows of the same pupil").note)]
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, [("", table)])))]))]

    def _of_groups(self, place: Place, link: Link) -> list[Entry]:
        """One for each school that a class of the pupil is at."""
        assert place.bridge is not None
        view = joined(self.desk, place.bridge, self.pupils, self.source, place.band)
        assert view is not None
        self.desk.sources.taken(place.bridge.table, "members", place.bridge.guess)
        prefix = f"{list(view.joined)[-1]}."
        match: Flow = {link.column.name: converted(link.target.name, link.form)}
        said = [
            Entry("each", view.name, Guess(80, "where the groups are").note),
            Entry("match", match, link.guess.note),
        ]
        reach = [(prefix, place.table), (f"{self.source}.", self.pupils.table)]
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, reach, prefix)))]))]

    def _of_own_row(self, place: Place) -> list[Entry]:
        reach = [("", self.pupils.table)]
        if self.enrich and self._class and not (self._unit and self.enrich[0].key == self._unit.name):
            reach.append((f"{self.enrich[0].key}.", self._class.table))
        if self._unit:
            reach.append((self._unit.prefix, self._unit.table))
        if place.unit.is_list:
            said = [Entry("each", {"split": place.unit.columns[0]}, place.unit.guess.note)]
            outer = [(f"{self.source}.", self.pupils.table)]
            return [
                Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, outer, value="value")))]))
            ]
        prefix = next((prefix for prefix, table in reach if table is place.table), "")
        return [Entry("enrolments", Block([Entry("list", Block(items=[self._fields(place, reach, prefix)]))]))]

    def _fields(self, place: Place, reach: list[tuple[str, Table]], prefix: str = "", value: str = "") -> list[Entry]:
        form, form_prefix = _first(reach, "schoolType")
        year, year_prefix = _first(reach, "schoolYear")
        programme, programme_prefix = _first(reach, "educationCode")
        keeping.school_types(form, self.desk.codes)
        school_type, note = keeping.school_type(form, form_prefix)
        said = [
            Entry("enroledAt", place.unit.flow(prefix, value), place.unit.guess.note),
            Entry("schoolType", school_type, note),
        ]
        if year:
            said.append(Entry("schoolYear", keeping.year(year, year_prefix), year.guess.note))
        else:
            said.extend(self._year_of_class(reach, form, form_prefix))
        if programme:
            said.append(Entry("educationCode", programme_prefix + programme.name, programme.guess.note))
        elif form and any((m := vocabulary.school_type(text)) and m.word == "GY" for text in form.column.texts):
            said.append(remark(decide("educationCode: which column tells the programme? Pupils in GY need one")))
        return said

    def _year_of_class(self, reach: list[tuple[str, Table]], form: Found | None, form_prefix: str) -> list[Entry]:
        """`6B`: the year that a class is called by; upper secondary needs none."""
        (named, prefix), least = _first(reach, "class"), 0.3
        if named is None and self._place and self._place.band:  # names of groups of all kinds
            named, prefix, least = self._place.table.find("name"), reach[0][0], 0.1
        share = named.column.share("year first") if named else 0.0
        if named is None or share < least:
            return [remark(decide("schoolYear: which column tells the year? Pupils in GR, SP and SAM need one"))]
        value: dict[str, Flow] = {"column": prefix + named.name, "as": ["pattern(^[0-9]+)", "integer"]}
        if form:
            known = {text: vocabulary.school_type(form.column.meant(text)) for text in sorted(form.column.words)}
            words = [text for text, meaning in known.items() if meaning and meaning.word in _YEARS_NEEDED]
            value["when"] = {form_prefix + form.name: words}
        guess = Guess(min(round(share * 100), 85), f"{percent(share)} of the classes begin with a year")
        return [Entry("schoolYear", value, guess.note)]


def _first(reach: list[tuple[str, Table]], meaning: str) -> tuple[Found | None, str]:
    """The first column of that meaning, and where it stands."""
    for prefix, table in reach:
        if found := table.find(meaning):
            return found, prefix
    return None, ""
