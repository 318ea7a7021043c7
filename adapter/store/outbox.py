"""Notices that wait to be sent: written in the publish transaction, so that none is ever forgotten."""

from __future__ import annotations

import json
from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.ss12000.types import ResourceType
from adapter.store import schema


def enqueue(connection: Connection, version: int, types: Sequence[ResourceType], deletions: bool, now: int) -> None:
    """A pending notice for every subscription that is concerned: of its types, or of any deletion. Sheet 8."""
    changed = {str(kind) for kind in types}
    for subscription, wanted in connection.execute(
        sa.select(schema.subscription.c.id, schema.subscription.c.types)
    ).fetchall():
        told = [kind for kind in json.loads(wanted) if kind in changed]
        if told or deletions:
            connection.execute(
                sa.insert(schema.notice).values(
                    subscription=subscription,
                    version=version,
                    types=json.dumps(told),
                    deletions=deletions,
                    state="pending",
                    created=now,
                    next_attempt=now,
                )
            )
