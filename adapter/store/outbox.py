"""Notices that wait to be sent or to be acted upon: written in the publish transaction, so that none is forgotten.

One notice at a time is in flight to a subscription, across processes and machines: whoever sends holds a lease.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import schema
from adapter.store.engine import Store, lock_out

LEASE = 120_000  # ms; longer than any request may take
LONGEST_WAIT = 2 * 3_600_000  # ms; what is to wait longer was put off before the clock was set back


_CLAIMING = 1212003  # key of PostgreSQL's advisory lock
_ANY = sa.select(schema.notice.c.id).limit(1)
_OF_SUBSCRIPTION = ("target", "spelling", "confirmed", "caller", "skew", "expires")


@dataclass(frozen=True, slots=True)
class Notice:
    """What one subscription is to be told, or was told (`sent`): the union of its rows `ids` and `repeated`.

    `repeated`: rows that were sent before, are not confirmed, and are told again with this one.
    """

    ids: tuple[int, ...]
    subscription: str
    target: str
    spelling: str
    confirmed: int  # the version that the client is known to hold
    caller: str
    skew: int
    expires: int
    version: int
    types: tuple[ResourceType, ...]
    deletions: bool
    state: str
    created: int
    attempts: int
    sent: int | None
    mark: int  # the last access before it was sent
    error: str
    repeated: tuple[int, ...] = ()


def enqueue(
    connection: Connection, version: int, types: Sequence[ResourceType], deletions: bool, now: int, due: int = 0
) -> None:
    """A pending notice for every subscription that is concerned: of its types, or of any deletion. Sheet 8.

    `due`: not before this time (ms), unless something else is to be told before.
    """
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
                    next_attempt=due,
                )
            )


def claim(store: Store, now: int, force: bool = False, skip: Container[str] = ()) -> Notice | None:
    """Take what one subscription is to be told, for as long as the lease lasts; None where nothing is due.

    `force` does not wait for the next attempt's time; `skip` are subscriptions that had their turn. What was
    sent and is not confirmed is told again: only what a notice names is read after it, and confirms it.
    """
    table = schema.notice
    with store.writing() as connection:
        lock_out(connection, _CLAIMING)
        for rows in _by_subscription(connection, sa.and_(table.c.state != "sent")):
            if rows[0].subscription in skip:
                continue
            if any(row.state == "sending" and 0 < row.next_attempt - now <= LEASE for row in rows):
                continue  # in flight
            if not force and all(0 < row.next_attempt - now <= LONGEST_WAIT for row in rows):
                continue
            sent = sa.and_(table.c.state == "sent", table.c.subscription == rows[0].subscription)
            notice = _with_unconfirmed(rows, [row for some in _by_subscription(connection, sent) for row in some])
            lease = {"state": "sending", "next_attempt": now + LEASE, "mark": last_access(connection)}
            connection.execute(
                sa.update(table).where(table.c.id.in_(notice.ids)).values(attempts=table.c.attempts + 1, **lease)
            )
            return notice
    return None


def last_access(connection: Connection) -> int:
    """The number of the last access that is recorded."""
    return connection.execute(sa.select(sa.func.max(schema.access.c.number))).scalar() or 0


def mark_sent(store: Store, notice: Notice, at: int) -> None:
    """The target took it: one row stays until the client has fetched. `at`: before the request was made."""
    table = schema.notice
    with store.writing() as connection:
        in_vain = connection.execute(
            sa.select(sa.func.max(table.c.attempts)).where(table.c.id.in_(notice.repeated))
        ).scalar()
        connection.execute(sa.delete(table).where(table.c.id.in_((*notice.ids[1:], *notice.repeated))))
        connection.execute(
            sa.update(table)
            .where(table.c.id == notice.ids[0])
            .values(
                state="sent",
                sent=at,
                attempts=max(notice.attempts, in_vain or 0) + 1,
                error="",
                version=notice.version,
                types=json.dumps([str(kind) for kind in notice.types]),
                deletions=notice.deletions,
            )
        )


def mark_pending(store: Store, notice: Notice, next_attempt: int, error: str) -> None:
    """Not delivered, or not acted upon: it waits for its next attempt."""
    table = schema.notice
    with store.writing() as connection:
        connection.execute(
            sa.update(table)
            .where(table.c.id.in_(notice.ids))
            .values(state="pending", next_attempt=next_attempt, error=error)
        )


def mark_confirmed(store: Store, notice: Notice) -> None:
    """The client has fetched: it holds this version."""
    table = schema.subscription
    with store.writing() as connection:
        connection.execute(sa.delete(schema.notice).where(schema.notice.c.id.in_(notice.ids)))
        connection.execute(
            sa.update(table)
            .where(table.c.id == notice.subscription, table.c.confirmed < notice.version)
            .values(confirmed=notice.version)
        )


def is_anything_open(store: Store) -> bool:
    """Whether there is any notice that is not confirmed: asked again and again, so by the driver itself."""
    return bool(store.rows(_ANY, {}))


def open_notices(store: Store) -> list[Notice]:
    """All that is not confirmed: pending and in flight by subscription, and what was sent."""
    table = schema.notice
    with store.reading() as connection:
        waiting = [_notice(rows) for rows in _by_subscription(connection, table.c.state != "sent")]
        return waiting + [_notice(rows) for rows in _by_subscription(connection, table.c.state == "sent")]


def _by_subscription(
    connection: Connection, which: sa.ColumnElement[bool]
) -> Iterator[list[sa.Row[tuple[object, ...]]]]:
    wanted = (
        sa.select(schema.notice, *(schema.subscription.c[name] for name in _OF_SUBSCRIPTION))
        .join(schema.subscription, schema.subscription.c.id == schema.notice.c.subscription)
        .where(which)
        .order_by(schema.notice.c.subscription, schema.notice.c.id)
    )
    rows = connection.execute(wanted).fetchall()
    for _, some in groupby(rows, key=lambda row: row.subscription):
        yield list(some)


def _with_unconfirmed(rows: Sequence[sa.Row[tuple[object, ...]]], sent: Sequence[sa.Row[tuple[object, ...]]]) -> Notice:
    """What waits, and beside it what was sent and is not confirmed."""
    both = _notice([*sent, *rows])
    return replace(_notice(rows), types=both.types, deletions=both.deletions, repeated=tuple(row.id for row in sent))


def _notice(rows: Sequence[sa.Row[tuple[object, ...]]]) -> Notice:
    last = rows[-1]
    told = {kind for row in rows for kind in json.loads(row.types)}
    return Notice(
        ids=tuple(row.id for row in rows),
        subscription=last.subscription,
        **{name: getattr(last, name) for name in _OF_SUBSCRIPTION},
        version=max(row.version for row in rows),
        types=tuple(kind for kind in FETCH_ORDER if str(kind) in told),
        deletions=any(row.deletions for row in rows),
        state=last.state,
        created=min(row.created for row in rows),
        attempts=max(row.attempts for row in rows),
        sent=last.sent,
        mark=last.mark,
        error=last.error,
    )
