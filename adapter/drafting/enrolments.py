"""A pupil's enrolments: from a table of them, or from the pupil's own row and what it leads to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from adapter.drafting import keeping, vocabulary
from adapter.drafting.bands import Band, Bridge, bridges, joined
from adapter.drafting.guesses import Guess, decide, percent
from adapter.drafting.layout import EMPTY, Block, Entry, Flow, remark
from adapter.drafting.links import WORDS, Link, converted
from adapter.drafting.people import People
from adapter.drafting.picture import Picture
from adapter.drafting.sources import View
from adapter.drafting.tables import Found, Table
from adapter.drafting.units import UnitReference

_NAMED = r"inskriv|placering|enrol|studie|skolgang"
_YEARS_NEEDED = ("GR", "SP", "SAM")


@dataclass(frozen=True)
class _Place:
    """Where a pupil's school is told. `mine`: the column that names the pupil, where it is not their own table."""

    table: Table
    unit: UnitReference
    score: float
    mine: Link | None = None
    bridge: Bridge | None = None  # where only the groups that a pupil is in tell the unit
    band: Band | None = None


@dataclass
class Enrolments:
    """Writes a pupil's enrolments. `enrich`: what the rule must be joined with for it."""

    picture: Picture
    pupils: People
    source: str
    bands: Mapping[str, Band]
    enrich: list[Entry] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._class = self._table_of_classes()
        places = [*self._tables(), *self._own()]
        self._place = max(places, key=lambda place: place.score, default=None) or next(self._groups(), None)
        if self._place and self._place.mine is None and self._class and self._needs_class(self._place):
            link = self._class
            name = self.picture.sources.keyed(link.table, self.picture.key(link.target))
            self.enrich.append(Entry(name, link.via(), link.guess.note))

    def entries(self) -> list[Entry]:
        """The attribute."""
        place = self._place
        if place is None:
            return [remark(decide("enrolments: where does it say which school a pupil goes to?"))]
        if place.mine is not None:
            return self._of_table(place, place.mine) if place.bridge is None else self._of_groups(place, place.mine)
        table, key = self.pupils.table, self.pupils.key.name
        if self.pupils.repeated and not keeping.are_apart_by_dates(table, key, self.picture.today):
            return self._of_rows(place)
        return self._of_own_row(place)

    # -- where it is told -------------------------------------------------------------------------------------

    def _tables(self) -> Iterator[_Place]:
        for table in self.picture.tables:
            if table in self.picture.tables_of_people or table is self.picture.units.table:
                continue
            link, unit = self.picture.person(table, self.pupils), self.picture.units.reference(table)
            if link is None or unit is None or link.is_list or link.column.name in unit.columns:
                continue
            says = table.has("schoolType") + table.has("schoolYear")
            if says or unit.columns:
                score = 2.0 * says + table.called(_NAMED) + link.share / 2 - (not unit.columns)
                yield _Place(table, unit, score, link)

    def _own(self) -> Iterator[_Place]:
        """The pupil's own row, or the class that it names."""
        table = self.pupils.table
        says = 2.0 * (table.has("schoolType") + table.has("schoolYear"))
        if unit := self.picture.units.reference(table):
            yield _Place(table, unit, 1 + says)
        elif self._class and (unit := self.picture.units.reference(self._class.table)):
            yield _Place(self._class.table, unit, 1 + says + self._class.table.has("schoolType"))

    def _groups(self) -> Iterator[_Place]:
        """The classes that a pupil is a member of, else the teaching groups."""
        for band in self.bands.values():
            unit = self.picture.units.reference(band.table)
            for bridge in bridges(self.picture, self.pupils, band.table, band.keys) if unit and unit.columns else ():
                if unit:
                    yield _Place(band.table, unit, 0, bridge.person, bridge, band)

    def _table_of_classes(self) -> Link | None:
        band, found = self.bands.get("classes"), self.pupils.table.find("classId", "class")
        if band is None or found is None or band.table is self.pupils.table:
            return None
        return self.picture.links.to(self.pupils.table, band.table, band.keys, WORDS["groups"])

    def _needs_class(self, place: _Place) -> bool:
        own, classes = self.pupils.table, self._class.table if self._class else None
        return classes is not None and (
            place.table is classes or any(classes.has(m) and not own.has(m) for m in ("schoolType", "schoolYear"))
        )

    # -- what is written --------------------------------------------------------------------------------------

    def _of_table(self, place: _Place, link: Link) -> list[Entry]:
        table, codes = place.table, self.picture.codes
        name = self.picture.sources.plain(table)
        if link.form:
            name = self.picture.sources.keyed(table, ((link.column.name, link.form),))
        self.picture.sources.taken(table, "enrolments", self._table_guess(place, link))
        form = table.find("schoolType")
        keep = [*keeping.dates(table), *keeping.school_types(form, codes), *keeping.years(table.find("schoolYear"))]
        match: Flow = {link.column.name: converted(link.target.name, link.form)}
        said = [Entry("each", name), Entry("match", match, link.guess.note)]
        if keep:
            said.append(Entry("keep", Block(keep)))
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, [("", table)])))]))]

    def _table_guess(self, place: _Place, link: Link) -> Guess:
        if place.table.called(_NAMED):
            return Guess(95, "by its name and its columns")
        return Guess(85, "pupils and units are named in it") & link.guess

    def _of_rows(self, place: _Place) -> list[Entry]:
        """Several rows for each pupil, of which some may know more than others."""
        table, key = place.table, self.pupils.key
        named, form = table.find("classId", "class"), table.find("schoolType")
        keep = [*self.pupils.rows, *keeping.school_types(form, self.picture.codes)]
        if named and 0 < named.column.filled < named.column.looked:
            keep.append(Entry(named.name, {"not": EMPTY}, Guess(85, "what stands on rows of classes is whole").note))
        view = View(f"{table.source}_inskrivningar", table, self.picture.key(key), keep=keep)
        name = self.picture.sources.view(view).name
        said = [Entry("each", name), Entry("match", {key.name: key.name}, Guess(95, "rows of the same pupil").note)]
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, [("", table)])))]))]

    def _of_groups(self, place: _Place, link: Link) -> list[Entry]:
        """One for each school that a class of the pupil is at."""
        assert place.bridge is not None
        view = joined(self.picture, place.bridge, self.pupils, self.source, place.band)
        assert view is not None
        self.picture.sources.taken(place.bridge.table, "members", place.bridge.guess)
        prefix = f"{list(view.joined)[-1]}."
        match: Flow = {link.column.name: converted(link.target.name, link.form)}
        said = [
            Entry("each", view.name, Guess(80, "where the groups are").note),
            Entry("match", match, link.guess.note),
        ]
        reach = [(prefix, place.table), (f"{self.source}.", self.pupils.table)]
        return [Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, reach, prefix)))]))]

    def _of_own_row(self, place: _Place) -> list[Entry]:
        reach = [("", self.pupils.table)]
        if self.enrich and self._class:
            reach.append((f"{self.enrich[0].key}.", self._class.table))
        if place.unit.is_list:
            said = [Entry("each", {"split": place.unit.columns[0]}, place.unit.guess.note)]
            outer = [(f"{self.source}.", self.pupils.table)]
            return [
                Entry("enrolments", Block([*said, Entry("fields", Block(self._fields(place, outer, value="value")))]))
            ]
        prefix = "" if place.table is self.pupils.table else reach[-1][0]
        return [Entry("enrolments", Block([Entry("list", Block(items=[self._fields(place, reach, prefix)]))]))]

    def _fields(self, place: _Place, reach: list[tuple[str, Table]], prefix: str = "", value: str = "") -> list[Entry]:
        form, form_prefix = _first(reach, "schoolType")
        year, year_prefix = _first(reach, "schoolYear")
        programme, programme_prefix = _first(reach, "educationCode")
        keeping.school_types(form, self.picture.codes)
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
        elif form and any((m := vocabulary.school_type(text)) and m.word == "GY" for text in form.column.words):
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
            words = [
                t for t in sorted(form.column.words) if (m := vocabulary.school_type(t)) and m.word in _YEARS_NEEDED
            ]
            value["when"] = {form_prefix + form.name: words}
        guess = Guess(min(round(share * 100), 85), f"{percent(share)} of the classes begin with a year")
        return [Entry("schoolYear", value, guess.note)]


def _first(reach: list[tuple[str, Table]], meaning: str) -> tuple[Found | None, str]:
    """The first column of that meaning, and where it stands."""
    for prefix, table in reach:
        if found := table.find(meaning):
            return found, prefix
    return None, ""
