"""Who was protected on an earlier night: the id and since when, and nothing else about them.

So a mark that is lost, with its column or its source, publishes nobody the same night.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

KEPT = 400 * 86_400_000
"""ms; so long somebody is remembered who does not come any more: a school year and a summer."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One person. `unmarked`: on so many nights the mark was gone, the last of them on `unmarked_on` (a date).

    `marked`: by a mark of their own, and not as the same person as somebody marked.
    """

    marked: bool
    unmarked: int
    unmarked_on: str

    def nights(self, today: str) -> int:
        """Nights without the mark, tonight among them. A second run on one day is no second night."""
        return self.unmarked + (today > self.unmarked_on)


def remembered(store: Store) -> dict[str, Remembered]:
    """Everybody who is remembered, by id."""
    table = schema.protected
    wanted = sa.select(table.c.id, table.c.marked, table.c.unmarked, table.c.unmarked_on)
    with store.reading() as connection:
        return {row[0]: Remembered(*row[1:]) for row in connection.execute(wanted)}


def remember(store: Store, protected: Mapping[str, bool], now: int) -> None:
    """These are protected tonight: id -> whether by a mark of their own."""
    table = schema.protected
    with store.writing() as connection:
        known = set(connection.execute(sa.select(table.c.id)).scalars())
        seen = [{"_id": object_id, "_marked": own} for object_id, own in protected.items() if object_id in known]
        new = [{"id": object_id, "marked": own, "since": now} for object_id, own in protected.items()]
        new = [row for row in new if row["id"] not in known]
        if seen:
            again = sa.update(table).where(table.c.id == sa.bindparam("_id")).values(marked=sa.bindparam("_marked"))
            connection.execute(again.values(seen=now, unmarked=0, unmarked_on=""), seen)
        if new:
            connection.execute(sa.insert(table).values(seen=now, unmarked=0, unmarked_on=""), new)


def end_night(store: Store, waiting: Iterable[str], published: Iterable[str], today: str, now: int) -> None:
    """A good run has ended: one more night without a mark for those who wait; who is published is forgotten."""
    table = schema.protected
    later = [{"_id": object_id} for object_id in waiting]
    gone = [{"_id": object_id} for object_id in published]
    by_id = table.c.id == sa.bindparam("_id")
    with store.writing() as connection:
        if later:
            another = sa.update(table).where(by_id, table.c.unmarked_on < today)
            connection.execute(another.values(unmarked=table.c.unmarked + 1, unmarked_on=today, seen=now), later)
        if gone:
            connection.execute(sa.delete(table).where(by_id), gone)
        connection.execute(sa.delete(table).where(table.c.seen < now - KEPT))
