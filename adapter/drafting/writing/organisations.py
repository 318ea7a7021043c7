"""The rule for Organisation: from a table of units, from columns of another table, or written down by hand."""

from __future__ import annotations

from dataclasses import dataclass

from adapter.drafting.guesses import Guess, decide
from adapter.drafting.layout import EMPTY, Block, Entry, Flow, one_of, remark
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.tables import Found, Table
from adapter.drafting.writing.desk import Desk
from adapter.drafting.writing.sources import View

_ONE = "skolan"  # what the mapping calls a school that no table knows


@dataclass
class Organisations:
    """Writes the rule."""

    desk: Desk

    def entries(self) -> list[Entry]:
        """The section."""
        units = self.desk.units
        if units.table is None or units.code is None:
            return self._of_rows()
        return self._of_table(units.table, units.code) if units.is_own else self._of_values(units.table, units.code)

    def _of_table(self, table: Table, code: Found) -> list[Entry]:
        units, kind = self.desk.units, self._kind_column(table)
        key = ((code.name, "pad(8)" if units.pads else ""),)
        source = self.desk.sources.keyed(table, key, code.guess.note)
        self.desk.sources.taken(table, "school units", units.guess)
        said = [Entry("from", source)]
        if code.column.distinct < code.column.filled:
            by = [code.name, *([units.name.name] if units.name else [])]
            said = [Entry("from", {"distinct": source, "by": by}, Guess(85, "several rows for one unit").note)]
        if kind is not None:
            said.append(Entry("keep", {kind.name: _schools(kind)}, kind.guess.note))
        elif code.column.filled < code.column.looked:
            said.append(Entry("keep", {code.name: {"not": EMPTY}}, Guess(85, "some rows are no school units").note))
        unit_code: Flow = {"column": code.name, "as": "pad(8)"} if units.pads else code.name
        said.append(Entry("id", {"school_unit": unit_code}, code.guess.note))
        said.append(Entry("fields", Block([self._shown(code), Entry("schoolUnitCode", unit_code)])))
        return [Entry("Organisation", Block(said))]

    def _of_values(self, table: Table, code: Found) -> list[Entry]:
        note = Guess(80, "there is no table of units; these are all that are told of").note
        keep = [Entry(code.name, {"not": EMPTY})]
        view = View(f"{table.source}_enheter", table, ((code.name, ""),), code.guess.note, keep, merge=True)
        fields = Block([self._shown(code), Entry("schoolUnitCode", code.name)])
        said = [Entry("from", self.desk.sources.view(view).name, note)]
        said.append(Entry("id", {"school_unit": code.name}, code.guess.note))
        return [Entry("Organisation", Block([*said, Entry("fields", fields)]))]

    def _shown(self, code: Found) -> Entry:
        name = self.desk.units.name
        if name is None:
            return Entry("displayName", code.name, decide("no column with the units' names was found"))
        return Entry("displayName", name.name, Guess(90, f"a text for each {code.name}").note)

    @staticmethod
    def _kind_column(table: Table) -> Found | None:
        """A column that tells schools from districts."""
        for column in table.columns:
            known = [found.word for text in column.texts if (found := vocabulary.unit_kind(text))]
            if "school" in known and column.distinct < 10 and len(known) * 2 >= column.distinct > 0:
                return Found(column, Guess(85, "some rows are no schools"))
        return None

    @staticmethod
    def _of_rows() -> list[Entry]:
        """Units that only the mapping knows."""
        fields = Block([Entry("displayName", "namn"), Entry("schoolUnitCode", "skolenhetskod")])
        said = [Entry("from", _ONE), Entry("id", {"school_unit": "skolenhetskod"}), Entry("fields", fields)]
        return [Entry("Organisation", Block(said))]

    def rows(self) -> list[Entry]:
        """What stands under `sources:` for units that no table knows."""
        units = self.desk.units
        if units.table is not None:
            return []
        called = self._called() if units.by_name else ["1"]
        what = ", as the column says (enhet)" if units.by_name else ""
        question = decide(f"no table of school units was found: write each unit{what}, its skolenhetskod and name")
        rows = [Entry("rows", [{"enhet": name, "skolenhetskod": "", "namn": ""} for name in called or ["?"]])]
        return [remark(question), Entry(_ONE, Block([Entry("key", "enhet"), *rows]))]

    def _called(self) -> list[str]:
        """What rows call their units, as far as that may be written down."""
        shown: dict[str, None] = {}
        for table in self.desk.tables:
            if found := table.find("unit"):
                texts = self.desk.codes.writable(found.column, vocabulary.nothing)
                shown.update(dict.fromkeys(filter(vocabulary.is_unit, texts)))
        return list(shown)


def _schools(kind: Found) -> Flow:
    column = kind.column
    known = {text: vocabulary.unit_kind(column.meant(text)) for text in sorted(column.words)}
    return one_of([text for text, meaning in known.items() if meaning and meaning.word])
