"""What is kept for a time only: who read what, what the client logged, what administrators did."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store


@dataclass(frozen=True, slots=True)
class Kept:
    """How long each is kept, in ms."""

    access: int
    client_log: int
    deeds: int


def expire(store: Store, now: int, kept: Kept) -> None:
    """Forget what is older. `now` in ms. Raises StateError."""
    old = (
        (schema.access, schema.access.c.at, kept.access),
        (schema.client_log, schema.client_log.c.received, kept.client_log),
        (schema.client_statistics, schema.client_statistics.c.received, kept.client_log),
        (schema.deed, schema.deed.c.at, kept.deeds),
    )
    with store.reading() as connection:
        due = [
            (table, time < now - age)
            for table, time, age in old
            if (first := connection.execute(sa.select(sa.func.min(time))).scalar()) is not None and first < now - age
        ]
    if due:
        with store.writing() as connection:
            for table, condition in due:
                connection.execute(sa.delete(table).where(condition))
