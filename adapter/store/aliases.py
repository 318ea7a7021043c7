"""Ids that stay, whatever a key becomes: the id that the mapping makes now -> the id that the object had before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store


def all_of(store: Store) -> dict[str, str]:
    """Made id -> kept id."""
    table = schema.alias
    with store.reading() as connection:
        return dict(connection.execute(sa.select(table.c.made, table.c.kept)).all())


def write(store: Store, aliases: Mapping[str, str], now: int) -> None:
    """Add these, in place of earlier ones of the same made ids. `now` in ms."""
    table = schema.alias
    rows = [{"made": made, "kept": kept, "at": now} for made, kept in aliases.items()]
    with store.writing() as connection:
        _remove(connection, aliases)
        if rows:
            connection.execute(sa.insert(table), rows)


def remove(store: Store, made: Iterable[str]) -> None:
    """Forget these."""
    with store.writing() as connection:
        _remove(connection, made)


def _remove(connection: sa.Connection, made: Iterable[str]) -> None:
    table = schema.alias
    rows = [{"_made": one} for one in made]
    if rows:
        connection.execute(sa.delete(table).where(table.c.made == sa.bindparam("_made")), rows)
