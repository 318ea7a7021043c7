"""What a run leaves for the next one besides settings: one body of bytes, which only that run's kin can read."""

from __future__ import annotations

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

_PART = 1 << 24  # bytes: a statement stays of a size that every server takes


def read(store: Store) -> bytes:
    """What was written last; empty where nothing was."""
    table = schema.keepsake
    with store.reading() as connection:
        parts = connection.execute(sa.select(table.c.body).order_by(table.c.part)).scalars().all()
    return b"".join(parts)


def write(store: Store, body: bytes) -> None:
    """In place of what was there; nothing where it is empty."""
    table = schema.keepsake
    parts = [body[start : start + _PART] for start in range(0, len(body), _PART)]
    with store.writing() as connection:
        connection.execute(sa.delete(table))
        for number, part in enumerate(parts):
            connection.execute(sa.insert(table).values(part=number, body=part))
