"""The rule for Activity: teaching that takes a national test, its groups and its teachers."""

from __future__ import annotations

from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import Block, Entry, Flow, remark
from adapter.drafting.understanding.bands import Band, Bridge, bridges, tells_who_teaches
from adapter.drafting.understanding.links import Link, converted
from adapter.drafting.understanding.national_tests import Tests
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.duties import Duties
from adapter.drafting.writing.groups import Groups
from adapter.drafting.writing.views import current, joined, rows_of, takes_a_test

_ASKED = (
    "which teaching group takes which national test? No column has names of tests. Make a table of it "
    "(group; test as `open-data search` names it) and run init again"
)
_ONE_EACH = Guess(90, "one for each group and test").note


class Activities:
    """Writes the rule."""

    def __init__(self, desk: Desk, groups: Groups, duties: Duties, tests: Tests) -> None:
        self.desk, self.groups, self.duties, self.tests = desk, groups, duties, tests

    def entries(self) -> list[Entry]:
        """The section."""
        band, test = self.groups.bands.get("groups"), self.tests.test
        if band is None or test is None or self.tests.table is None:
            return [remark(decide(_ASKED))]
        said = self._of_table(band, self.tests.link) if self.tests.link else self._of_groups(band)
        return [Entry("Activity", Block(said))]

    def _of_groups(self, band: Band) -> list[Entry]:
        """The group's own row names the test."""
        name, test = self.groups.names["groups"], self.tests.test
        assert test is not None
        via: Flow = converted(band.key.name, self.desk.links.form(band.key))
        rows: Flow = {"distinct": name, "by": list(dict.fromkeys([*band.by, test.name]))} if band.by else name
        said = [
            Entry("from", rows),
            Entry("keep", Block([*([] if band.is_asked else band.keep), *takes_a_test(self.desk, self.tests)])),
            Entry("id", {"uuid5": [band.key.name, test.name]}, _ONE_EACH),
        ]
        return [*said, Entry("fields", Block(self._fields(band, name, "", via, None)))]

    def _of_table(self, band: Band, link: Link) -> list[Entry]:
        table, test, name = self.tests.table, self.tests.test, self.groups.names["groups"]
        assert table is not None
        assert test is not None
        source = self.desk.sources.plain(table)
        said = [
            Entry("from", source),
            Entry("id", {"uuid5": [link.column.name, test.name]}, _ONE_EACH),
            Entry("enrich", {name: link.via()}, link.guess.note),
        ]
        return [*said, Entry("fields", Block(self._fields(band, name, f"{name}.", link.via(), link)))]

    def _fields(self, band: Band, name: str, prefix: str, via: Flow, link: Link | None) -> list[Entry]:
        named = self.groups.named(band)
        unit, test = self.desk.units.reference(band.table), self.tests.test
        assert test is not None
        group: dict[str, Flow] = {"ref": "Group", "of": name, "via": via}
        said = [
            Entry("displayName", prefix + (named.name if named else band.key.name), named.guess.note if named else ""),
            Entry("groups", {"list": [group]}, link.guess.note if link else ""),
        ]
        if unit:
            said.append(Entry("organisation", unit.flow(prefix), unit.guess.note))
        else:
            nowhere: Flow = {"ref": "Organisation", "via": {"text": "?"}}
            said.append(Entry("organisation", nowhere, decide("which column tells the group's school?")))
        said.append(Entry("parentActivity", {"ref": "test_activity", "via": test.name}, test.guess.note))
        return [*said, *self._teachers(band, prefix, link)]

    # -- teachers ---------------------------------------------------------------------------------------------

    def _teachers(self, band: Band, prefix: str, link: Link | None) -> list[Entry]:
        staff = self.desk.staff
        asked = [remark(decide("teachers: where does it say who teaches a group?"))]
        if staff is None or not self.duties.name:
            return asked
        if band.of_rows:
            return self._of_rows(band, link)
        own = self.desk.person(band.table, staff)
        if band.by:
            return self._of_value_rows(own, band, prefix, link) if own and not own.is_list else asked
        bridge = next(bridges(self.desk, staff, band.table, band.keys), None)
        if own and (
            bridge is None or (tells_who_teaches(own.column.name) and not tells_who_teaches(bridge.table.name))
        ):
            return self._of_column(own, band, prefix)
        return self._of_bridge(bridge, band, prefix, link) if bridge else asked

    def _of_bridge(self, bridge: Bridge, band: Band, prefix: str, link: Link | None) -> list[Entry]:
        table, mine, sources = bridge.table, bridge.group, self.desk.sources
        staff, keep = self.desk.staff, current(self.desk, bridge)
        assert staff is not None
        source = sources.keyed(table, ((mine.column.name, mine.form),)) if mine.form else sources.plain(table)
        if view := joined(self.desk, bridge, staff, self.duties.persons.names["staff"]):
            source, keep = view.name, []
        sources.taken(table, "teachers", bridge.guess)
        same = link is not None and link.target is mine.target
        asked = link.column.name if link is not None and same else prefix + mine.target.name
        said = [Entry("each", source), Entry("match", {mine.column.name: converted(asked, mine.form)}, mine.guess.note)]
        if keep:
            said.append(Entry("keep", Block(keep)))
        unit, outer = self.desk.units.reference(table), ""
        if unit is None or not unit.columns:
            unit, outer = self.desk.units.reference(band.table), f"{self.groups.names['groups']}."
        duty, note = self.duties.reference(bridge.person, unit, outer)
        return [Entry("teachers", Block([*said, Entry("fields", {"duty": duty}, note)]))]

    def _of_column(self, own: Link, band: Band, prefix: str) -> list[Entry]:
        unit, name = self.desk.units.reference(band.table), self.groups.names["groups"]
        if own.is_list:
            duty, note = self.duties.reference(own, unit, f"{name}.", "value")
            said = [Entry("each", {"split": prefix + own.column.name}), Entry("fields", {"duty": duty}, note)]
            return [Entry("teachers", Block(said))]
        duty, note = self.duties.reference(own, unit, prefix, own.via(prefix))
        return [Entry("teachers", {"list": [{"duty": duty}]}, note)]

    def _of_value_rows(self, own: Link, band: Band, prefix: str, link: Link | None) -> list[Entry]:
        """Rows that tell of a group and its pupils name the teacher too."""
        mine = link.column.name if link is not None else prefix + band.key.name
        duty, note = self.duties.reference(own, self.desk.units.reference(band.table))
        said = [Entry("each", self.groups.names["groups"]), Entry("match", {band.key.name: mine})]
        return [Entry("teachers", Block([*said, Entry("fields", {"duty": duty}, note)]))]

    def _of_rows(self, band: Band, link: Link | None) -> list[Entry]:
        """Staff's own rows name the group."""
        staff = self.desk.staff
        assert staff is not None
        if staff.table is not band.table:
            return [remark(decide("teachers: where does it say who teaches a group?"))]
        rows = rows_of(self.desk, band, staff, "lararrader")
        mine = link.column.name if link else band.key.name
        own = Link(staff.key, staff.key, staff.table, 1.0, self.desk.links.form(staff.key))
        duty, _ = self.duties.reference(own, self.desk.units.reference(band.table))
        note = Guess(90, "staff's rows with the same group").note
        said = [Entry("each", rows), Entry("match", {band.key.name: mine}, note), Entry("fields", {"duty": duty})]
        return [Entry("teachers", Block(said))]
