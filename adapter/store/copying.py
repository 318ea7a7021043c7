"""The whole state into another one: from SQLite to PostgreSQL, or back."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.errors import StateError
from adapter.store import schema
from adapter.store.engine import Store

_TOGETHER = 500  # rows in memory: bodies among them


def copy(source: Store, target: Store) -> dict[str, int]:
    """Every table, in one transaction; gives how many rows of each. Raises StateError, then nothing is there.

    The target is a state that nothing was ever put into.
    """
    counts = {}
    with source.reading() as reading, target.writing() as writing:
        if any(writing.execute(sa.select(sa.func.count()).select_from(table)).scalar() for table in _FILLED):
            raise StateError("the other state is not empty: a copy goes into a new one. Nothing was changed.")
        for table in schema.metadata.sorted_tables:
            writing.execute(sa.delete(table))  # settings of the new state: the key of page tokens and others
            counts[table.name] = _rows(reading, writing, table)
            if not target.is_sqlite:
                _count_on(writing, table)
    return counts


def count(store: Store) -> dict[str, int]:
    """How many rows each table has."""
    with store.reading() as connection:
        return {
            table.name: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in schema.metadata.sorted_tables
        }


_FILLED = (schema.publication, schema.run, schema.subscription)


def _rows(reading: Connection, writing: Connection, table: sa.Table) -> int:
    count = 0
    rows = reading.execution_options(yield_per=_TOGETHER).execute(sa.select(table)).mappings()
    for some in rows.partitions(_TOGETHER):
        writing.execute(sa.insert(table), [dict(row) for row in some])
        count += len(some)
    return count


def _count_on(writing: Connection, table: sa.Table) -> None:
    """A server's own numbers go on from the highest."""
    column = table.autoincrement_column
    if column is None or not isinstance(column.type, sa.BigInteger) or column.autoincrement is not True:
        return
    highest = writing.execute(sa.select(sa.func.max(column))).scalar()
    if highest is not None:
        sequence = sa.func.pg_get_serial_sequence(table.name, column.name)
        writing.execute(sa.select(sa.func.setval(sequence, highest)))
