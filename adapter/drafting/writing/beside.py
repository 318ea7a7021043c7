"""What stands on the row of a unit and not on the row that names it: most often the form of school."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from adapter.drafting.layout import Entry, Flow
from adapter.drafting.understanding.tables import Table
from adapter.drafting.understanding.units import UnitReference
from adapter.drafting.writing.desk import Desk


@dataclass(frozen=True)
class Beside:
    """The table of units, found from another row. `name`: what the mapping calls it; `match`: its column -> mine."""

    name: str
    table: Table
    match: Mapping[str, Flow]
    via: Flow
    note: str

    @property
    def prefix(self) -> str:
        """Before the names of its columns."""
        return f"{self.name}."

    @property
    def enrich(self) -> Entry:
        """As a rule says it."""
        return Entry(self.name, self.via, self.note)


def unit_beside(desk: Desk, unit: UnitReference | None, meaning: str, prefix: str = "") -> Beside | None:
    """The unit's own row, where it tells what is wanted; None where it does not."""
    units = desk.units
    table = units.own_table
    if unit is None or table is None or units.code is None or not table.has(meaning):
        return None
    if not unit.columns or unit.is_list or len(unit.via) != 1:
        return None
    target = unit.by[0] if unit.by else ({"column": units.code.name, "as": "pad(8)"} if units.pads else units.code.name)
    key = (target, "") if isinstance(target, str) else _parts(target)
    name = desk.sources.keyed(table, (key,))
    desk.sources.taken(table, "school units", units.guess)
    via = unit.with_prefix(prefix)[0]
    return Beside(name, table, {key[0]: via}, via, unit.guess.note)


def _parts(told: Flow) -> tuple[str, str]:
    assert isinstance(told, dict)
    return str(told["column"]), str(told["as"])
