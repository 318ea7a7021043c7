"""What may not be told of an object because it is about somebody protected, or because nobody knows."""

from __future__ import annotations

import re
from collections.abc import Collection

import orjson
import sqlalchemy as sa

from adapter.ss12000.types import ResourceType
from adapter.store import protected, schema
from adapter.store.engine import Store

MASK = "•••"
_ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")


def hides(store: Store, kind: ResourceType, object_id: str) -> bool:
    """Whether texts of others about an object may name somebody protected. A duty tells of its person; one that is
    not published any more may tell of anybody.
    """
    hidden = protected.remembered(store)
    if kind is not ResourceType.DUTY:
        return object_id in hidden
    table = schema.published[kind]
    with store.reading() as connection:
        body = connection.execute(sa.select(table.c.body).where(table.c.id == object_id)).scalar()
    return body is None or orjson.loads(body)["person"]["id"] in hidden


def without(body: bytes, hidden: Collection[str]) -> bytes:
    """A document with the ids of protected persons masked: whose class it is tells much of them."""
    if not hidden:
        return body
    return _ID.sub(lambda found: MASK if found[0] in hidden else found[0], body.decode()).encode()
