"""A state that an earlier version made becomes one of this version, in the transaction that opens it.

1 -> 2: `body` holds the document as the facade sends it, with `meta` in front.
2 -> 3: earlier versions are kept, from the one that is published now on.
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
    if found < 3:
        last = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar()
        setting = schema.setting
        connection.execute(sa.delete(setting).where(setting.c.name == schema.HISTORY_FROM))
        connection.execute(sa.insert(setting).values(name=schema.HISTORY_FROM, value=str(last or 1)))


def _put_meta_in_front(connection: Connection, table: sa.Table) -> None:
    wanted = sa.select(table.c.rid, table.c.body, table.c.created, table.c.modified).order_by(table.c.rid)
    written = sa.update(table).where(table.c.rid == sa.bindparam("_rid")).values(body=sa.bindparam("_body"))
    last = 0
    while rows := connection.execute(wanted.where(table.c.rid > last).limit(_TOGETHER)).all():
        bodies = [{"_rid": rid, "_body": with_meta(body, created, modified)} for rid, body, created, modified in rows]
        connection.execute(written, bodies)
        last = rows[-1].rid
