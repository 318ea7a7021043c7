"""What a run leaves for the next one besides settings: bodies of bytes by name."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store


def read(store: Store, name: str) -> bytes:
    """One body; empty where there is none."""
    table = schema.keepsake
    with store.reading() as connection:
        found = connection.execute(sa.select(table.c.body).where(table.c.name == name)).scalar()
    return bytes(found) if found is not None else b""


def write(store: Store, bodies: Iterable[tuple[str, bytes | None]]) -> None:
    """These and no others, in one transaction; None for one that stays as it is."""
    table = schema.keepsake
    with store.writing() as connection:
        known = set(connection.execute(sa.select(table.c.name)).scalars())
        left = set(known)
        for name, body in bodies:
            left.discard(name)
            if body is None:
                continue
            if name in known:  # in its old place: what is deleted is written over with zeros, which costs as much
                connection.execute(sa.update(table).where(table.c.name == name).values(body=body))
            else:
                connection.execute(sa.insert(table).values(name=name, body=body))
        for name in left:
            connection.execute(sa.delete(table).where(table.c.name == name))
