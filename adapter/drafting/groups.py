"""The rules for Group: classes and teaching groups, and who is in them."""

from __future__ import annotations

from collections.abc import Mapping

from adapter.drafting import keeping
from adapter.drafting.bands import KINDS, Band, Bridge, bridges, current, joined, rows_of, source
from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import EMPTY, Block, Entry, Flow, remark
from adapter.drafting.links import WORDS, Link, converted
from adapter.drafting.national_tests import Tests
from adapter.drafting.people import People
from adapter.drafting.persons import Persons
from adapter.drafting.picture import Picture
from adapter.drafting.sources import View

_MISSING = {
    "classes": "no classes were found: neither a table of them nor a column of pupils' rows",
    "groups": "no table of teaching groups was found; only those that take a national test are published",
}
_SAME = Guess(95, "the row is the pupil's own").note
_WHAT = {"classes": "classes", "groups": "teaching groups"}


class Groups:
    """Writes the rules, and knows what the mapping calls classes and teaching groups."""

    def __init__(self, picture: Picture, persons: Persons, found: Mapping[str, Band], tests: Tests) -> None:
        self.picture, self.persons, self.tests = picture, persons, tests
        self.bands = dict(found)
        self.names = {kind: self._source(band) for kind, band in self.bands.items()}

    def _source(self, band: Band) -> str:
        sources = self.picture.sources
        if band.of_rows:
            return self._gathered(band)
        if band.by:
            return self.persons.names["pupils"]
        both = len({id(b.table) for b in self.bands.values()}) < len(self.bands)
        sources.taken(band.table, "classes and teaching groups" if both else _WHAT[band.kind], band.guess)
        return source(self.picture, band)

    def _gathered(self, band: Band) -> str:
        """Groups that many rows tell of: one row for each."""
        pupils = self.picture.pupils
        assert pupils is not None
        keep = [*pupils.rows, Entry(band.key.name, {"not": EMPTY})]
        keep += keeping.school_types(band.table.find("schoolType"), self.picture.codes)
        name = f"{band.table.source}_{'klasser' if band.kind == 'classes' else 'grupper'}"
        view = View(name, band.table, self.picture.key(band.key), band.guess.note, keep, merge=True)
        return self.picture.sources.view(view).name

    # -- the rules --------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The section."""
        asked = [remark(decide(_MISSING[kind])) for kind in KINDS if kind not in self.bands]
        pupils = self.picture.pupils
        if pupils is None or not self.bands:
            return asked
        rules = [self._rule(band, pupils) for band in self.bands.values()]
        return [*asked, Entry("Group", Block(items=rules))]

    def _rule(self, band: Band, pupils: People) -> list[Entry]:
        name = self.names[band.kind]
        rows: Flow = {"distinct": name, "by": list(band.by)} if band.by else name
        note = band.guess.note if band.by else ""
        said = [Entry("from", rows, note)]
        if keep := self._keep(band):
            said.append(Entry("keep", Block(keep)))
        said.append(Entry("id", {"uuid5": self._id(band)}, self._key_guess(band).note))
        return [*said, Entry("fields", Block([*self._fields(band), *self._members(band, pupils)]))]

    def _keep(self, band: Band) -> list[Entry]:
        keep = [] if band.is_asked else [*band.keep]
        if not band.by and not band.of_rows:
            keep += keeping.current(band.table, self.picture.codes)
        if not band.of_rows:
            keep += keeping.school_types(band.table.find("schoolType"), self.picture.codes)
        if band.kind == "groups":
            keep += self.tests.condition(band)
        return keep

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

    def _fields(self, band: Band) -> list[Entry]:
        table = band.table
        wanted = ("class", "name") if band.kind == "classes" else ("group", "name")
        named = table.find(*(wanted if band.of_rows or band.by else ("name", wanted[0])))
        form = table.find("schoolType")
        school_type, note = keeping.school_type(form)
        kind = band.keep[0].note if band.keep and not band.by else band.guess.note
        if band.is_asked:
            kind = Guess(95, "as is decided under sources").note
        said = [
            Entry("displayName", named.name if named else band.key.name, named.guess.note if named else ""),
            Entry("groupType", {"text": band.word}, kind),
            Entry("schoolType", school_type, note),
        ]
        unit = self.picture.units.reference(table)
        if unit is None:
            nowhere: Flow = {"ref": "Organisation", "via": {"text": "?"}}
            return [*said, Entry("organisation", nowhere, decide("which column tells the group's school?"))]
        return [*said, Entry("organisation", unit.flow(), unit.guess.note)]

    # -- members ----------------------------------------------------------------------------------------------

    def _members(self, band: Band, pupils: People) -> list[Entry]:
        if band.of_rows:
            return self._of_own_rows(band, pupils)
        if band.by:
            return self._of_values(band, pupils)
        own = self.picture.links.to(pupils.table, band.table, band.keys, WORDS["groups"])
        bridge = next(bridges(self.picture, pupils, band.table, band.keys), None)
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
        return [self._each(self.persons.names["pupils"], same, note, [], self._self(pupils), _SAME)]

    def _of_own_rows(self, band: Band, pupils: People) -> list[Entry]:
        rows = rows_of(self.picture, band, pupils, "klassrader" if band.kind == "classes" else "grupprader")
        note = Guess(95, "pupils' rows with the same value").note
        return [self._each(rows, {band.key.name: band.key.name}, note, [], self._self(pupils), _SAME)]

    def _of_bridge(self, bridge: Bridge, pupils: People) -> list[Entry]:
        table, link, sources = bridge.table, bridge.group, self.picture.sources
        sources.taken(table, "members", bridge.guess)
        match: dict[str, Flow] = {link.column.name: converted(link.target.name, link.form)}
        person, why = self.persons.reference(pupils, bridge.person), bridge.person.guess.note
        if view := joined(self.picture, bridge, pupils, self.persons.names["pupils"]):
            return [self._each(view.name, match, link.guess.note, [], person, why)]
        name = sources.keyed(table, ((link.column.name, link.form),)) if link.form else sources.plain(table)
        return [self._each(name, match, link.guess.note, current(self.picture, bridge), person, why)]

    def _self(self, pupils: People) -> Flow:
        own = Link(pupils.key, pupils.key, pupils.table, 1.0, self.picture.links.form(pupils.key))
        return self.persons.reference(pupils, own)

    @staticmethod
    def _each(name: str, match: Mapping[str, Flow], note: str, keep: list[Entry], person: Flow, why: str) -> Entry:
        said = [Entry("each", name), Entry("match", match, note)]
        if keep:
            said.append(Entry("keep", Block(keep)))
        return Entry("groupMemberships", Block([*said, Entry("fields", {"person": person}, why)]))
