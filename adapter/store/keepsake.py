"""What a run leaves for the next one besides settings: bodies of bytes by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

_SMALL = 1 << 16  # bytes: those come together
_TOGETHER = 1 << 20


class Bodies:
    """The bodies of a state: small ones are read at once, others when they are asked for."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._small: dict[str, bytes] | None = None

    def __call__(self, name: str) -> bytes:
        """One body; empty where there is none."""
        table = schema.keepsake
        if self._small is None:
            wanted = sa.select(table.c.name, table.c.body).where(sa.func.length(table.c.body) <= _SMALL)
            with self._store.reading() as connection:
                self._small = {name: bytes(body) for name, body in connection.execute(wanted)}
        if name in self._small:
            return self._small[name]
        with self._store.reading() as connection:
            found = connection.execute(sa.select(table.c.body).where(table.c.name == name)).scalar()
        return bytes(found) if found is not None else b""


def write(store: Store, bodies: Iterable[tuple[str, bytes | None]]) -> None:
    """These and no others, in one transaction; None for one that stays as it is."""
    table = schema.keepsake
    # in their old place: what is deleted is written over with zeros, which costs as much
    update = sa.update(table).where(table.c.name == sa.bindparam("_name")).values(body=sa.bindparam("_body"))
    insert = sa.insert(table).values(name=sa.bindparam("_name"), body=sa.bindparam("_body"))
    with store.writing() as connection:
        known = set(connection.execute(sa.select(table.c.name)).scalars())
        left, waiting, size = set(known), list[dict[str, Any]](), 0
        for name, body in bodies:
            left.discard(name)
            if body is not None:
                waiting.append({"_name": name, "_body": body})
                size += len(body)
            if size > _TOGETHER:
                _flush(connection, known, update, insert, waiting)
                waiting, size = [], 0
        _flush(connection, known, update, insert, waiting)
        if left:
            connection.execute(
                sa.delete(table).where(table.c.name == sa.bindparam("_name")), [{"_name": n} for n in left]
            )


def _flush(
    connection: sa.Connection, known: set[str], update: sa.Update, insert: sa.Insert, rows: list[dict[str, Any]]
) -> None:
    for statement, some in (
        (update, [row for row in rows if row["_name"] in known]),
        (insert, [row for row in rows if row["_name"] not in known]),
    ):
        if some:
            connection.execute(statement, some)
