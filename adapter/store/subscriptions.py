"""Who is told of changes, where, of what, until when."""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from adapter.ss12000.types import ResourceType
from adapter.store import schema
from adapter.store.engine import Store
from adapter.store.outbox import last_access

LIFETIME = 90 * 86_400_000  # ms; Skolverket's reference


@dataclass(frozen=True, slots=True)
class Subscription:
    """Times in ms. `confirmed`: the version the client is known to hold; 0 before its full load was seen.

    `caller`: who subscribed, and whose reads confirm. `skew`: ms that the target's clock is ahead of ours.
    """

    id: str
    name: str
    target: str
    types: tuple[ResourceType, ...]
    created: int
    expires: int
    confirmed: int
    spelling: str
    caller: str
    skew: int


_COLUMNS = [schema.subscription.c[name] for name in Subscription.__slots__]


def register(
    store: Store, name: str, target: str, types: Sequence[ResourceType], caller: str, now: int
) -> Subscription:
    """A subscription, or a new beginning for the one that this target has: the client loads everything again.

    That it does is expected as if it had been told of everything: if not, it will be.
    """
    table = schema.subscription
    facts = {
        "name": name,
        "types": json.dumps([str(kind) for kind in types]),
        "created": now,
        "expires": now + LIFETIME,
        "confirmed": 0,
        "caller": caller,
    }
    with store.writing() as connection:
        changed = connection.execute(sa.update(table).where(table.c.target == target).values(**facts))
        if changed.rowcount:
            known = connection.execute(sa.select(table.c.id).where(table.c.target == target)).scalar_one()
            connection.execute(sa.delete(schema.notice).where(schema.notice.c.subscription == known))
        else:
            connection.execute(sa.insert(table).values(id=str(uuid.uuid4()), target=target, spelling="both", **facts))
        row = connection.execute(sa.select(*_COLUMNS).where(table.c.target == target)).one()
        version = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar()
        expected = {"version": version or 0, "types": facts["types"], "deletions": False, "state": "sent"}
        times = {"created": now, "sent": now, "next_attempt": now, "mark": last_access(connection)}
        connection.execute(sa.insert(schema.notice).values(subscription=row.id, **expected, **times))
    return _subscription(row)


def renew(store: Store, subscription_id: str, now: int) -> Subscription | None:
    """Another 90 days, or None where there is no such subscription."""
    table = schema.subscription
    with store.writing() as connection:
        connection.execute(sa.update(table).where(table.c.id == subscription_id).values(expires=now + LIFETIME))
    return find(store, subscription_id)


def delete(store: Store, subscription_id: str) -> None:
    """End a subscription; what waits for it is forgotten."""
    with store.writing() as connection:
        connection.execute(sa.delete(schema.notice).where(schema.notice.c.subscription == subscription_id))
        connection.execute(sa.delete(schema.subscription).where(schema.subscription.c.id == subscription_id))


def find(store: Store, subscription_id: str) -> Subscription | None:
    """One subscription, or None."""
    with store.reading() as connection:
        row = connection.execute(sa.select(*_COLUMNS).where(schema.subscription.c.id == subscription_id)).first()
    return _subscription(row) if row else None


def all_of(store: Store) -> list[Subscription]:
    """All subscriptions, the oldest first."""
    table = schema.subscription
    with store.reading() as connection:
        return [_subscription(row) for row in connection.execute(sa.select(*_COLUMNS).order_by(table.c.created))]


def set_skew(store: Store, subscription_id: str, skew: int) -> None:
    """Remember how far ahead of ours the target's clock is (ms)."""
    table = schema.subscription
    with store.writing() as connection:
        connection.execute(sa.update(table).where(table.c.id == subscription_id).values(skew=skew))


def spell(store: Store, subscription_id: str, spelling: str) -> None:
    """Remember which keys this target understands (quirk Q1): both, modifiedEntities or modifiedEntites."""
    table = schema.subscription
    with store.writing() as connection:
        connection.execute(sa.update(table).where(table.c.id == subscription_id).values(spelling=spelling))


def _subscription(row: sa.Row[tuple[object, ...]]) -> Subscription:
    facts = {name: getattr(row, name) for name in Subscription.__slots__}
    return Subscription(**{**facts, "types": tuple(ResourceType(kind) for kind in json.loads(row.types))})
