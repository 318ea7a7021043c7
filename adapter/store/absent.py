"""What is published and came no more: kept for some nights, where the organiser wants that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import sqlalchemy as sa

from adapter.ss12000.types import ResourceType
from adapter.store import schema
from adapter.store.engine import Store


class Absence(NamedTuple):
    """On so many nights an object was missing, the last of them on a date (ISO)."""

    nights: int
    on: str

    def and_tonight(self, today: str) -> Absence:
        """A second run on one day is no second night."""
        return Absence(self.nights + (today > self.on), max(today, self.on))


NEVER = Absence(0, "")
Absences = Mapping[ResourceType, Mapping[str, Absence]]


def read(store: Store) -> dict[ResourceType, dict[str, Absence]]:
    """What was missing on the last good night."""
    table = schema.absent
    found: dict[ResourceType, dict[str, Absence]] = {kind: {} for kind in ResourceType}
    with store.reading() as connection:
        for kind, object_id, nights, on in connection.execute(
            sa.select(table.c.type, table.c.id, table.c.nights, table.c.on_day)
        ):
            found[ResourceType(kind)][object_id] = Absence(nights, on)
    return found


def end_night(store: Store, missing: Absences) -> None:
    """A good run has ended: this was missing, and nothing else."""
    table = schema.absent
    rows = [
        {"type": str(kind), "id": object_id, "nights": found.nights, "on_day": found.on}
        for kind, ids in missing.items()
        for object_id, found in ids.items()
    ]
    with store.writing() as connection:
        if rows or connection.execute(sa.select(table.c.id).limit(1)).fetchone() is not None:
            connection.execute(sa.delete(table))
        if rows:
            connection.execute(sa.insert(table), rows)
