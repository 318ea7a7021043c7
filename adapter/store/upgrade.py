"""A state that an earlier version made becomes one of this version, in the transaction that opens it.

1 -> 2: `body` holds the document as the facade sends it, with `meta` in front.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.store import schema
from adapter.store.stored import with_meta

_TOGETHER = 1000  # rows in memory


def upgrade(connection: Connection, found: int) -> None:
    """From the schema version that was found to this program's."""
    if found < 2:
        for table in schema.published.values():
            _put_meta_in_front(connection, table)


def _put_meta_in_front(connection: Connection, table: sa.Table) -> None:
    wanted = sa.select(table.c.rid, table.c.body, table.c.created, table.c.modified).order_by(table.c.rid)
    written = sa.update(table).where(table.c.rid == sa.bindparam("_rid")).values(body=sa.bindparam("_body"))
    last = 0
    while rows := connection.execute(wanted.where(table.c.rid > last).limit(_TOGETHER)).all():
        bodies = [{"_rid": rid, "_body": with_meta(body, created, modified)} for rid, body, created, modified in rows]
        connection.execute(written, bodies)
        last = rows[-1].rid
