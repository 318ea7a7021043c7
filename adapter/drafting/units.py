"""School units: the table of them, or what else tells a row's unit; and how others refer to one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from adapter.drafting import vocabulary
from adapter.drafting.codes import Codes
from adapter.drafting.guesses import Guess, decide, percent
from adapter.drafting.layout import Block, Entry, Flow, one_of, remark
from adapter.drafting.links import WORDS, Links, converted
from adapter.drafting.sources import Sources
from adapter.drafting.tables import Found, Table

_NAMED = r"skolenhet|skola|skolor|enhet|school|unit|orgs?$|organis"
_ONE = "skolan"  # what the mapping calls a school that no table knows


@dataclass(frozen=True)
class UnitReference:
    """How a row tells its unit: columns of it, and which of the units' columns they are where not the key."""

    via: list[Flow]
    by: list[Flow]
    guess: Guess
    columns: tuple[str, ...] = ()
    is_list: bool = False

    @property
    def form(self) -> str:
        """The conversion that each column asks for."""
        return next((str(part["as"]) for part in self.via if isinstance(part, Mapping) and "as" in part), "")

    def flow(self, prefix: str = "", value: str = "") -> Flow:
        """As a reference; `prefix` where the columns are another row's, `value` in place of a list's column."""
        columns = self.with_prefix(prefix) if not value else [value]
        found: dict[str, Flow] = {"ref": "Organisation", "via": columns[0] if len(columns) == 1 else columns}
        if self.by:
            found["by"] = self.by[0] if len(self.by) == 1 else self.by
        return found

    def with_prefix(self, prefix: str) -> list[Flow]:
        """The columns, as another row's."""
        return [_prefixed(part, prefix) for part in self.via]


@dataclass
class Units:
    """Where units are told; without a table they are the different values of columns, or one that is written down."""

    tables: Sequence[Table]
    others: Sequence[Table]  # that hold no people
    sources: Sources
    codes: Codes
    links: Links
    table: Table | None = None
    code: Found | None = None
    _names: dict[str, None] = field(default_factory=dict)  # units without a table, by what rows call them
    _values_of: tuple[Table, str] | None = None
    _one: bool = False

    def __post_init__(self) -> None:
        best = max(self.others, key=self._likeness, default=None)
        if best is not None and self._likeness(best) > 0:
            self.table, self.code = best, best.find("schoolUnitCode")

    def _likeness(self, table: Table) -> float:
        """How much a table looks like one of school units."""
        code = table.find("schoolUnitCode")
        if code is None or not code.column.filled or table.has("civicNo") or table.has("familyName"):
            return 0
        if code.column.distinct * 2 < code.column.filled or not code.column.share("unit"):
            return 0
        return 1 + 2 * table.called(_NAMED) + table.has("name") + code.column.unique - 2 * table.has("schoolYear")

    @property
    def guess(self) -> Guess:
        """How sure it is that the table is one of units."""
        assert self.table is not None
        assert self.code is not None
        if self.table.called(_NAMED):
            return Guess(95, "by its name and the codes in it") & Guess(
                self.code.guess.percent + 4, self.code.guess.why
            )
        return Guess(80, "by the codes in it")

    @property
    def pads(self) -> bool:
        """Whether a program has taken the codes for numbers, so that zeros at their beginning are gone."""
        columns = [found.column for table in self.tables if (found := table.find("schoolUnitCode"))]
        return any(column.share("zeros lost") > 0 for column in columns)

    # -- references -------------------------------------------------------------------------------------------

    def reference(self, table: Table) -> UnitReference | None:
        """How the rows of a table tell their unit; None where they do not."""
        if self.table is None or self.code is None:
            return self._by_value(table)
        if table is self.table:
            return None
        form = self.table.find("schoolType")
        others = [column for column in self.table.columns if column.unique and not (form and column is form.column)]
        unique = [self.code.column, *(column for column in others if column is not self.code.column)]
        link = self.links.to(table, self.table, unique, WORDS["units"])
        if link is None:
            return self._by_two(table) or self._only_one()
        via = (
            {"column": link.column.name, "as": "pad(8)"}
            if self.pads and link.target is self.code.column
            else link.via()
        )
        by = [] if link.target is self.code.column else [converted(link.target.name, link.form)]
        return UnitReference([via], by, link.guess, (link.column.name,), link.is_list)

    def _by_two(self, table: Table) -> UnitReference | None:
        """The system's own unit may hold several school units, one in each form of school."""
        assert self.table is not None
        unit, my_unit, share = self._alike(table, "unit")
        form, my_form, _ = self._alike(table, "schoolType")
        if not (unit and form and share > 0.3) or not self.table.tells_apart(unit, form):
            return None
        why = f"{percent(share)} of {my_unit} are {unit} of {self.table.source}, which may be several school units"
        return UnitReference(
            [my_unit, my_form], [unit, form], Guess(min(round(share * 100), 90), why), (my_unit, my_form)
        )

    def _alike(self, table: Table, meaning: str) -> tuple[str, str, float]:
        """The units' column of that meaning, the other table's, and how much they have in common."""
        assert self.table is not None
        pairs = [(its, mine) for its in self.table.all(meaning) for mine in table.all(meaning)]
        shares = [(self.links.overlap(mine.column, its.column), its.name, mine.name) for its, mine in pairs]
        share, its_name, my_name = max(shares, default=(0.0, "", ""), key=lambda found: found[0])
        return (its_name, my_name, share) if share else ("", "", 0.0)

    def _only_one(self) -> UnitReference | None:
        assert self.code is not None
        if len(self.code.column.words) != 1 or not self.code.column.unique:
            return None
        return UnitReference([{"text": next(iter(self.code.column.words))}], [], Guess(85, "there is one unit"))

    def _by_value(self, table: Table) -> UnitReference | None:
        """There is no table of units: a column of codes or names of units, or the only school there is."""
        if self._values_of is None and not self._names and not self._one:
            self._choose()
        if self._one:
            return UnitReference([{"text": "1"}], [], Guess(80, "nothing tells schools apart: it is one school"))
        found = table.find("schoolUnitCode" if self._values_of else "unit")
        return UnitReference([found.name], [], found.guess, (found.name,)) if found else None

    def _choose(self) -> None:
        coded = [(table, found) for table in self.tables if (found := table.find("schoolUnitCode"))]
        if coded:
            table, found = max(coded, key=lambda pair: pair[1].column.distinct)
            self._values_of = table, found.name
            return
        for table in self.tables:
            if found := table.find("unit"):
                shown = self.codes.writable(found.column, vocabulary.nothing)
                self._names.update(dict.fromkeys(filter(vocabulary.is_unit, shown)))
        self._one = not any(table.find("unit") for table in self.tables)

    # -- the rule ---------------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        """The rule for Organisation."""
        if self.table is not None and self.code is not None:
            return self._of_table(self.table, self.code)
        if self._values_of is None and not self._names and not self._one:
            self._choose()
        if self._values_of is not None:
            return self._of_values(*self._values_of)
        return self._of_rows()

    def _of_table(self, table: Table, code: Found) -> list[Entry]:
        name = table.find("name")
        kind = self._kind_column(table)
        key = ((code.name, "pad(8)" if self.pads else ""),)
        source = self.sources.keyed(table, key, code.guess.note)
        self.sources.taken(table, "school units", self.guess)
        said = [Entry("from", source)]
        if not code.column.unique:
            by = [code.name, *([name.name] if name else [])]
            said = [Entry("from", {"distinct": source, "by": by}, Guess(85, "several rows for one unit").note)]
        if kind is not None:
            said.append(Entry("keep", {kind.name: _schools(kind)}, kind.guess.note))
        shown = Entry("displayName", name.name, name.guess.note) if name else self._nameless(code.name)
        unit_code: Flow = {"column": code.name, "as": "pad(8)"} if self.pads else code.name
        said.append(Entry("id", {"school_unit": unit_code}, code.guess.note))
        said.append(Entry("fields", Block([shown, Entry("schoolUnitCode", unit_code)])))
        return [Entry("Organisation", Block(said))]

    def _nameless(self, code: str) -> Entry:
        return Entry("displayName", code, decide("no column with the units' names was found"))

    def _kind_column(self, table: Table) -> Found | None:
        """A column that tells schools from districts."""
        for column in table.columns:
            known = [found.word for text in column.words if (found := vocabulary.unit_kind(text))]
            if "school" in known and column.distinct < 10 and len(known) * 2 >= column.distinct > 0:
                return Found(column, Guess(85, "some rows are no schools"))
        return None

    def _of_values(self, table: Table, column: str) -> list[Entry]:
        source = self.sources.plain(table)
        note = Guess(80, "there is no table of units; these are all that are told of").note
        fields = Block([self._nameless(column), Entry("schoolUnitCode", column)])
        said = [Entry("from", {"distinct": source, "by": [column]}, note), Entry("id", {"school_unit": column})]
        return [Entry("Organisation", Block([*said, Entry("fields", fields)]))]

    def _of_rows(self) -> list[Entry]:
        """Units that only the mapping knows."""
        fields = Block([Entry("displayName", "namn"), Entry("schoolUnitCode", "skolenhetskod")])
        said = [Entry("from", _ONE), Entry("id", {"school_unit": "skolenhetskod"}), Entry("fields", fields)]
        return [Entry("Organisation", Block(said))]

    def rows(self) -> list[Entry]:
        """What stands under `sources:` for units that no table knows."""
        if self.table is not None or self._values_of is not None:
            return []
        names = list(self._names) or (["1"] if self._one else ["?"])
        what = "" if self._one else ", as the column says (enhet)"
        question = decide(f"no table of school units was found: write each unit{what}, its skolenhetskod and name")
        rows = [Entry("rows", [{"enhet": name, "skolenhetskod": "", "namn": ""} for name in names])]
        return [remark(question), Entry(_ONE, Block([Entry("key", "enhet"), *rows]))]


def _schools(kind: Found) -> Flow:
    words = [text for text in sorted(kind.column.words) if (found := vocabulary.unit_kind(text)) and found.word]
    return one_of(words)


def _prefixed(part: Flow, prefix: str) -> Flow:
    if not prefix or (not isinstance(part, str) and "text" in part):
        return part
    if isinstance(part, str):
        return prefix + part
    assert isinstance(part, dict)
    return {**part, "column": prefix + part["column"]}
