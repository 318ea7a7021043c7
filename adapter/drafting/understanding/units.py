"""Where school units are told: a table of them, or columns of others; and how a row of any table tells its unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from adapter.drafting.guesses import Guess, percent
from adapter.drafting.layout import Flow
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding import names
from adapter.drafting.understanding.links import WORDS, Links, converted
from adapter.drafting.understanding.tables import Found, Table

NAMED = r"skolenhet|skola|skolor|enhet|school|unit|orgs?$|organis|campus"
_OF_STAFF = r"personal|anst|larare|staff|teacher|employ|tjanst"
_OF_PERSONS = ("givenName", "middleName", "familyName", "eppn", "email")
_OWN_TABLE = 0.5  # units for each row, from which on a table is one of units
_ALIKE = 0.8
_FEW = 3  # units


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


class Units:
    """`table`, `code`, `name`: where units are told, if anywhere; `is_own`: whether the table is one of units.

    Without them a column may call units by names of its own (`by_name`), or there is only one.
    """

    def __init__(self, tables: Sequence[Table], others: Sequence[Table], links: Links) -> None:
        self._tables, self._links = tables, links
        self.table: Table | None = None
        self.code: Found | None = None
        self.name: Column | None = None
        self.is_own = False
        told = [(table, code) for table in tables if (code := self._code(table))]
        if told:
            self.table, self.code = max(told, key=lambda one: self._likeness(one[0], one[1], one[0] in others))
            self.is_own = self.table in others and self.code.column.distinct >= _OWN_TABLE * self.code.column.filled
            self.name = self._named(self.table, self.code.column)
        self.by_name = self.table is None and any(table.find("unit") for table in tables)

    @property
    def own_table(self) -> Table | None:
        """The table of units, where there is one."""
        return self.table if self.is_own else None

    @staticmethod
    def _code(table: Table) -> Found | None:
        code = table.find("schoolUnitCode")
        return code if code and code.column.filled and code.column.share("unit") > 0 else None

    def _likeness(self, table: Table, code: Found, holds_no_persons: bool) -> float:
        """Log-odds that units are told here, and are told best."""
        column = code.column
        score = min(code.score, 6.0) + 2 * column.share("unit") + 3 * column.distinct / column.filled
        own = holds_no_persons and column.distinct >= _OWN_TABLE * column.filled
        score += 2 * table.called(NAMED) + own + 2 * (self._named(table, column) is not None)
        score -= 1.5 * table.called(_OF_STAFF)  # pupils are at all schools, staff perhaps not
        return score + min(column.distinct, 20) / 20 - 2 * (own and table.has("schoolYear"))

    @staticmethod
    def _named(table: Table, code: Column) -> Column | None:
        """A column with a text for each code, called a name rather than anything else."""
        best: tuple[float, Column] | None = None
        for column in table.columns:
            if column is code or column.share("letters") < _ALIKE or not _are_paired(code, column):
                continue
            persons = _OF_PERSONS if table.has("civicNo") else ()
            if any(found.column is column for meaning in persons if (found := table.find(meaning))):
                continue  # two teachers at two schools stand in pairs with them, too
            weight = max(names.evidence(column.name, meaning).weight for meaning in ("name", "unit"))
            if weight <= 0 and code.distinct < _FEW:  # beside so few every other column stands in pairs
                continue
            score = weight + column.share("two words") - 2 * column.share("address") + column.longest / 100
            if best is None or score > best[0]:
                best = score, column
        is_own = code.distinct >= _OWN_TABLE * code.filled
        if best is not None and (best[0] > 0.5 or not is_own):
            return best[1]
        if not is_own:
            return None
        found = table.find("name")
        return found.column if found and found.column.varies and found.column is not code else None

    @property
    def guess(self) -> Guess:
        """How sure it is that the table is one of units."""
        assert self.table is not None
        assert self.code is not None
        if self.table.called(NAMED):
            return Guess(95, "by its name and the codes in it") & Guess(
                self.code.guess.percent + 4, self.code.guess.why
            )
        return Guess(80, "by the codes in it") & self.code.guess

    @property
    def pads(self) -> bool:
        """Whether a program has taken the codes for numbers, so that zeros at their beginning are gone."""
        columns = [found.column for table in self._tables if (found := table.find("schoolUnitCode"))]
        return any(column.share("zeros lost") > 0 for column in columns)

    # -- references -------------------------------------------------------------------------------------------

    def reference(self, table: Table) -> UnitReference | None:
        """How the rows of a table tell their unit; None where they do not."""
        if self.table is None or self.code is None:
            return self._called_by_name(table)
        if table is self.table:
            return None if self.is_own else self._own_row()
        if not self.is_own:
            return self._same_texts(table)
        form = self.table.find("schoolType")
        others = [column for column in self.table.columns if column.unique and not (form and column is form.column)]
        unique = [self.code.column, *(column for column in others if column is not self.code.column)]
        link = self._links.to(table, self.table, unique, WORDS["units"])
        if link is None:
            return self._by_two(table) or self._only_one()
        via = (
            {"column": link.column.name, "as": "pad(8)"}
            if self.pads and link.target is self.code.column
            else link.via()
        )
        by = [] if link.target is self.code.column else [converted(link.target.name, link.form)]
        return UnitReference([via], by, link.guess, (link.column.name,), link.is_list)

    def _own_row(self) -> UnitReference:
        assert self.code is not None
        return UnitReference([self.code.name], [], self.code.guess, (self.code.name,))

    def _same_texts(self, table: Table) -> UnitReference | None:
        """A column with the codes, or with the names, that stand in the other table."""
        assert self.code is not None
        assert self.table is not None
        found: list[tuple[float, UnitReference]] = []
        for target in filter(None, (self.code.column, self.name)):
            by: list[Flow] = [] if target is self.code.column else [target.name]
            for column in table.columns:
                share = column.digests[""].share_in(target.digests[""])
                if column.varies and share >= _ALIKE and column.share("letters") + column.share("unit") > _ALIKE:
                    guess = Guess(95, f"{percent(share)} are {target.name} of {self.table.source}")
                    score = share + 0.2 * (not by) + 0.1 * names.says(column.name, "unit")
                    found.append((score, UnitReference([column.name], by, guess, (column.name,))))
        return max(found, key=lambda one: one[0])[1] if found else None

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
        shares = [(self._links.overlap(mine.column, its.column), its.name, mine.name) for its, mine in pairs]
        share, its_name, my_name = max(shares, default=(0.0, "", ""), key=lambda found: found[0])
        return (its_name, my_name, share) if share else ("", "", 0.0)

    def _only_one(self) -> UnitReference | None:
        assert self.code is not None
        if len(self.code.column.words) != 1 or not self.code.column.unique:
            return None
        return UnitReference([{"text": next(iter(self.code.column.words))}], [], Guess(85, "there is one unit"))

    def _called_by_name(self, table: Table) -> UnitReference | None:
        """No table has codes: a column that calls units something, or the only school there is."""
        if not self.by_name:
            return UnitReference([{"text": "1"}], [], Guess(80, "nothing tells schools apart: it is one school"))
        found = table.find("unit")
        return UnitReference([found.name], [], found.guess, (found.name,)) if found else None


def _are_paired(one: Column, other: Column) -> bool:
    """Whether each text of one stands beside one text of the other, and the other way round."""
    pairs = np.unique(np.stack([one.cells, other.cells]), axis=1)
    return bool(pairs.shape[1] == len(np.unique(one.cells)) == len(np.unique(other.cells)) > 0)


def _prefixed(part: Flow, prefix: str) -> Flow:
    if not prefix or (not isinstance(part, str) and "text" in part):
        return part
    if isinstance(part, str):
        return prefix + part
    assert isinstance(part, dict)
    return {**part, "column": prefix + part["column"]}
