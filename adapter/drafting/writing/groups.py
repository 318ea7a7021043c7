"""The rules for Group: classes and teaching groups, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import EMPTY, Block, Entry, Flow, remark
from adapter.drafting.understanding.bands import KINDS, Band, Bridge, bridges
from adapter.drafting.understanding.links import WORDS, Link, converted
from adapter.drafting.understanding.national_tests import Tests
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.tables import Found
from adapter.drafting.writing import keeping
from adapter.drafting.writing.beside import Beside, unit_beside
from adapter.drafting.writing.choosing import chosen
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.persons import Persons
from adapter.drafting.writing.sources import View
from adapter.drafting.writing.views import current, joined, rows_of, source, takes_a_test

_MISSING = {
    "classes": "no classes were found: neither a table of them nor a column of pupils' rows",
    "groups": "no table of teaching groups was found; only those that take a national test are published",
}
_SAME = Guess(95, "the row is the pupil's own").note
_WHAT = {"classes": "classes", "groups": "teaching groups"}


class Groups:
    """Writes the rules, and knows what the mapping calls classes and teaching groups."""

    def __init__(self, desk: Desk, persons: Persons, found: Mapping[str, Band], tests: Tests) -> None:
        self.desk, self.persons, self.tests = desk, persons, tests
        self.bands = dict(found)
        self.names = {kind: self._source(band) for kind, band in self.bands.items()}

    def _source(self, band: Band) -> str:
        sources = self.desk.sources
        if band.of_rows:
            return self._gathered(band)
        if band.by:
            return self._of_others(band) if self._has_rows_of_its_own(band) else self.persons.names["pupils"]
        both = len({id(b.table) for b in self.bands.values()}) < len(self.bands)
        sources.taken(band.table, "classes and teaching groups" if both else _WHAT[band.kind], band.guess)
        return source(self.desk, band)

    def _has_rows_of_its_own(self, band: Band) -> bool:
        """Whether more rows tell of the band than there are pupils."""
        pupils = self.desk.pupils
        return band.person is not None or (pupils is not None and pupils.repeated)

    def _of_others(self, band: Band) -> str:
        """Rows that tell of groups, several for a pupil: those that hold now."""
        pupils = self.desk.pupils
        who = chosen(self.desk, pupils) if pupils and pupils.table is band.table else []
        keep = [*who, *band.keep, *keeping.current(band.table, self.desk.codes)]
        self.desk.sources.taken(band.table, f"{_WHAT[band.kind]} and their members", band.guess)
        name = f"{band.table.source}_{'klasser' if band.kind == 'classes' else 'grupper'}"
        key = ((band.key.name, ""),) if self.desk.is_in_one_unit(band.table, band.key) else ()
        return self.desk.sources.view(View(name, band.table, key, band.guess.note if key else "", keep)).name

    def _gathered(self, band: Band) -> str:
        """Groups that many rows tell of: one row for each."""
        pupils = self.desk.pupils
        assert pupils is not None
        keep = [*chosen(self.desk, pupils), Entry(band.key.name, {"not": EMPTY})]
        keep += keeping.school_types(band.table.find("schoolType"), self.desk.codes)
        name = f"{band.table.source}_{'klasser' if band.kind == 'classes' else 'grupper'}"
        view = View(name, band.table, self.desk.key(band.key), band.guess.note, keep, merge=True)
        return self.desk.sources.view(view).name

    # -- the rules --------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The section."""
        asked = [remark(decide(_MISSING[kind])) for kind in KINDS if kind not in self.bands]
        pupils = self.desk.pupils
        if pupils is None or not self.bands:
            return asked
        rules = [self._rule(band, pupils) for band in self.bands.values()]
        return [*asked, Entry("Group", Block(items=rules))]

    def _rule(self, band: Band, pupils: People) -> list[Entry]:
        name = self.names[band.kind]
        rows: Flow = {"distinct": name, "by": list(band.by)} if band.by else name
        note = band.guess.note if band.by else ""
        said = [Entry("from", rows, note)]
        unit = self.desk.units.reference(band.table)
        beside = None if band.table.has("schoolType") else unit_beside(self.desk, unit, "schoolType")
        if beside is not None:
            said.append(Entry("enrich", Block([beside.enrich])))
        if keep := self._keep(band):
            said.append(Entry("keep", Block(keep)))
        said.append(Entry("id", {"uuid5": self._id(band)}, self._key_guess(band).note))
        return [*said, Entry("fields", Block([*self._fields(band, beside), *self._members(band, pupils)]))]

    def _keep(self, band: Band) -> list[Entry]:
        keep = [] if band.is_asked or (band.by and self._has_rows_of_its_own(band)) else [*band.keep]
        if not band.by and not band.of_rows:
            keep += keeping.current(band.table, self.desk.codes)
        if not band.of_rows:
            keep += keeping.school_types(band.table.find("schoolType"), self.desk.codes)
        if band.kind == "groups":
            keep += takes_a_test(self.desk, self.tests)
        return list({entry.key: entry for entry in keep}.values())  # who takes a test is a teaching group

    def _id(self, band: Band) -> Flow:
        """Ids of classes and of teaching groups must differ, where both may be the same text."""
        if band.by:
            form = band.table.find("schoolType")
            by = [column for column in band.by if form is None or column != form.name]
            return by if len(by) > 1 else by[0]
        classes = self.bands.get("classes")
        if (
            band.kind == "groups"
            and classes
            and classes.table is not band.table
            and classes.key.form == band.key.form != "uuid"
        ):
            return [{"text": "undervisning"}, band.key.name]
        return band.key.name

    @staticmethod
    def _key_guess(band: Band) -> Guess:
        if band.by:
            return Guess(80, "these values together make a class")
        return Guess(95, f"unique in {band.key.looked} rows") if band.key.unique else band.guess

    def _fields(self, band: Band, beside: Beside | None) -> list[Entry]:
        table = band.table
        named = self.named(band)
        form = table.find("schoolType")
        if beside is not None:
            form = beside.table.find("schoolType")
            keeping.school_types(form, self.desk.codes)
        school_type, note = keeping.school_type(form, beside.prefix if beside else "")
        kind = band.keep[0].note if band.keep and not band.by else band.guess.note
        if band.is_asked:
            kind = Guess(95, "as is decided under sources").note
        said = [
            Entry("displayName", named.name if named else band.key.name, named.guess.note if named else ""),
            Entry("groupType", {"text": band.word}, kind),
            Entry("schoolType", school_type, note),
        ]
        unit = self.desk.units.reference(table)
        if unit is None:
            nowhere: Flow = {"ref": "Organisation", "via": {"text": "?"}}
            return [*said, Entry("organisation", nowhere, decide("which column tells the group's school?"))]
        return [*said, Entry("organisation", unit.flow(), unit.guess.note)]

    def named(self, band: Band) -> Found | None:
        """The column with the groups' names: not that of their units."""
        table, own = band.table, "class" if band.kind == "classes" else "group"
        if band.of_rows or band.by:
            return table.find(own, "name")
        unit = self.desk.units.reference(table)
        units = set(unit.columns if unit else ())
        if table is self.desk.units.table and self.desk.units.name:
            units.add(self.desk.units.name.name)
        found = [one for meaning in ("name", own) if (one := table.find(meaning)) and one.name not in units]
        apart = [one for one in found if one.column.distinct * 2 > one.column.filled]
        return next(iter([*apart, *found]), None) or self._by_content(band, units)

    @staticmethod
    def _by_content(band: Band, units: set[str]) -> Found | None:
        """The first column of texts that tell the groups apart, whatever it is called."""
        for column in band.table.columns if band.key.share("letters") < 0.9 else ():
            texts = column.share("letters") > 0.9 and column.share("date") == column.share("uuid") == 0
            if texts and column is not band.key and column.distinct * 2 > column.filled and column.name not in units:
                return Found(column, Guess(76, "a text for each of them"))
        return None

    # -- members ----------------------------------------------------------------------------------------------

    def _members(self, band: Band, pupils: People) -> list[Entry]:
        if band.of_rows:
            return self._of_own_rows(band, pupils)
        if band.by:
            return self._of_values(band, pupils)
        own = self.desk.links.to(pupils.table, band.table, band.keys, WORDS["groups"], to_few=True)
        bridge = band.bridge or next(bridges(self.desk, pupils, band.table, band.keys), None)
        if band.bridge:
            self.desk.sources.plain(band.bridge.table)
        alone = len({id(each.table) for each in self.bands.values()}) == len(self.bands)
        if own and not own.is_list and (band.kind == "classes" or (bridge is None and alone)):
            return self._of_pupils(own, pupils)
        if bridge is not None:
            return self._of_bridge(bridge, pupils)
        return [remark(decide("groupMemberships: where does it say who is in it?"))]

    def _of_pupils(self, link: Link, pupils: People) -> list[Entry]:
        """The pupil's own row names the class."""
        name, match = self.persons.names["pupils"], {link.column.name: converted(link.target.name, link.form)}
        return [self._each(name, match, link.guess.note, [], self._self(pupils), _SAME)]

    def _of_values(self, band: Band, pupils: People) -> list[Entry]:
        form = band.table.find("schoolType")
        same = {column: column for column in band.by if form is None or column != form.name}
        note = Guess(95, "pupils with the same values").note
        if band.person is not None:
            person, why = self.persons.reference(pupils, band.person), band.person.guess.note
            return [self._each(self.names[band.kind], same, note, [], person, why)]
        if self._has_rows_of_its_own(band):
            return [self._each(self.names[band.kind], same, note, [], self._self(pupils), _SAME)]
        return [self._each(self.persons.names["pupils"], same, note, [], self._self(pupils), _SAME)]

    def _of_own_rows(self, band: Band, pupils: People) -> list[Entry]:
        rows = rows_of(self.desk, band, pupils, "klassrader" if band.kind == "classes" else "grupprader")
        note = Guess(95, "pupils' rows with the same value").note
        return [self._each(rows, {band.key.name: band.key.name}, note, [], self._self(pupils), _SAME)]

    def _of_bridge(self, bridge: Bridge, pupils: People) -> list[Entry]:
        table, link, sources = bridge.table, bridge.group, self.desk.sources
        sources.taken(table, "members", bridge.guess)
        match: dict[str, Flow] = {link.column.name: converted(link.target.name, link.form)}
        person, why = self.persons.reference(pupils, bridge.person), bridge.person.guess.note
        if view := joined(self.desk, bridge, pupils, self.persons.names["pupils"]):
            return [self._each(view.name, match, link.guess.note, [], person, why)]
        name = sources.keyed(table, ((link.column.name, link.form),)) if link.form else sources.plain(table)
        return [self._each(name, match, link.guess.note, current(self.desk, bridge), person, why)]

    def _self(self, pupils: People) -> Flow:
        own = Link(pupils.key, pupils.key, pupils.table, 1.0, self.desk.links.form(pupils.key))
        return self.persons.reference(pupils, own)

    @staticmethod
    def _each(name: str, match: Mapping[str, Flow], note: str, keep: list[Entry], person: Flow, why: str) -> Entry:
        said = [Entry("each", name), Entry("match", match, note)]
        if keep:
            said.append(Entry("keep", Block(keep)))
        return Entry("groupMemberships", Block([*said, Entry("fields", {"person": person}, why)]))
