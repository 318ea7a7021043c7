"""What the facade reads: pages of published objects by key, never by offset, over live data.

Full lists go by `rid` (arrival order), deltas by `seq`: an object that changes during the crawl gets a higher
seq and comes again; one that exists throughout is never skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.ss12000.types import ResourceType
from adapter.store import schema
from adapter.store.engine import Store

DELETED = "deletedEntities"
"""The list of deletions, by the name of its path."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list. Times in ms: `after` exclusive, `before` inclusive. `cursor`: last key seen."""

    kind: ResourceType
    limit: int
    modified_after: int | None = None
    modified_before: int | None = None
    created_after: int | None = None
    created_before: int | None = None
    cursor: int = 0
    began: int = 0  # when the first page was asked for

    @property
    def is_delta(self) -> bool:
        """Whether the page goes by change number."""
        return self.modified_after is not None


Row = sa.Row[int, int, int, bytes]
"""A stored object, as it comes from the database: (key, created, modified, body)."""


@dataclass(frozen=True, slots=True)
class Page:
    """At most `limit` rows; `next` is None on the last page, also when that page is full."""

    rows: Sequence[Row]
    next: ListQuery | None


@dataclass(frozen=True, slots=True)
class Tombstones:
    """A page of deletions in seq order; `next_cursor` is None on the last page."""

    ids: Sequence[tuple[ResourceType, str]]
    next_cursor: int | None


def read(store: Store, query: ListQuery) -> Page:
    """One page of published objects.

    Raises StateError if the store cannot be read (the facade answers 503). Source: domain sheet 5.2, 5.3.
    """
    table = schema.published[query.kind]
    key = table.c.seq if query.is_delta else table.c.rid
    wanted = sa.select(key, table.c.created, table.c.modified, table.c.body).order_by(key).limit(query.limit + 1)
    for column, after, before in (
        (table.c.modified, query.modified_after, query.modified_before),
        (table.c.created, query.created_after, query.created_before),
    ):
        if after is not None:
            wanted = wanted.where(column > after)
        if before is not None:
            wanted = wanted.where(column <= before)
    with store.reading() as connection:
        start = query.cursor
        if query.modified_after is not None and not start:
            start = _seq_before(connection, query.modified_after)
        found = connection.execute(wanted.where(key > start)).fetchall()
    rows = found[: query.limit]
    more = len(found) > query.limit
    return Page(rows, replace(query, cursor=rows[-1][0]) if more else None)


def read_one(store: Store, kind: ResourceType, object_id: str) -> Row | None:
    """One published object by id (canonical lower case), or None."""
    table = schema.published[kind]
    wanted = sa.select(table.c.rid, table.c.created, table.c.modified, table.c.body)
    with store.reading() as connection:
        found = connection.execute(wanted.where(table.c.id == object_id)).fetchone()
    return found


def read_some(store: Store, kind: ResourceType, ids: Sequence[str]) -> list[Row]:
    """Those of the ids (canonical lower case) that are published, in order of arrival."""
    table = schema.published[kind]
    wanted = sa.select(table.c.rid, table.c.created, table.c.modified, table.c.body)
    found: list[Row] = []
    with store.reading() as connection:
        for start in range(0, len(ids), 500):
            found += connection.execute(wanted.where(table.c.id.in_(ids[start : start + 500])))
    return sorted(found)


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an object: in which version it was last changed or taken back, and when (ms)."""

    version: int
    created: int
    modified: int
    gone: bool


def fate(store: Store, kind: ResourceType, object_id: str) -> Fate | None:
    """Whether an object is published, was taken back, or (None) was never there."""
    table, graves = schema.published[kind], schema.tombstone
    with store.reading() as connection:
        row = connection.execute(
            sa.select(table.c.version, table.c.created, table.c.modified).where(table.c.id == object_id)
        ).fetchone()
        if row is not None:
            return Fate(*row, False)
        grave = connection.execute(
            sa.select(graves.c.version, graves.c.deleted).where(graves.c.type == str(kind), graves.c.id == object_id)
        ).fetchone()
    return Fate(grave[0], grave[1], grave[1], True) if grave is not None else None


def read_tombstones(
    store: Store, kinds: Sequence[ResourceType], after: int | None, limit: int, cursor: int = 0
) -> Tombstones:
    """Deletions at or after a time (ms): a superset is harmless, a missed one is not. Sheet 5.4."""
    table = schema.tombstone
    wanted = (
        sa.select(table.c.type, table.c.id, table.c.seq)
        .where(table.c.type.in_([str(kind) for kind in kinds]), table.c.seq > cursor)
        .order_by(table.c.seq)
        .limit(limit + 1)
    )
    if after is not None:
        wanted = wanted.where(table.c.deleted >= after)
    with store.reading() as connection:
        found = connection.execute(wanted).fetchall()
    ids = [(ResourceType(kind), object_id) for kind, object_id, _ in found[:limit]]
    return Tombstones(ids, found[limit - 1].seq if len(found) > limit else None)


def counts(store: Store) -> dict[ResourceType, int]:
    """How many objects of each type are published."""
    with store.reading() as connection:
        return {
            kind: connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for kind, table in schema.published.items()
        }


def current_version(store: Store) -> int:
    """The number of the last publication; 0 before the first complete one."""
    with store.reading() as connection:
        return connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar() or 0


def oldest_stamps(store: Store, version: int) -> dict[str, int]:
    """List -> the oldest stamp (ms) among what changed in it after a version; only lists with changes."""
    first = sa.select(sa.func.min(schema.publication.c.first_seq)).where(schema.publication.c.version > version)
    found = {}
    with store.reading() as connection:
        lowest = connection.execute(first).scalar()
        if lowest is None:
            return {}
        for name, table, time in (
            *((kind.collection, table, table.c.modified) for kind, table in schema.published.items()),
            (DELETED, schema.tombstone, schema.tombstone.c.deleted),
        ):  # stamps grow with seq, and a change is never stamped below its publication's first
            wanted = sa.select(time).where(table.c.seq >= lowest, table.c.version > version).order_by(table.c.seq)
            if (stamp := connection.execute(wanted.limit(1)).scalar()) is not None:
                found[name] = int(stamp)
    return found


def _seq_before(connection: Connection, after: int) -> int:
    """The seq from which objects modified later than a time begin, less one.

    Every seq from a stamp's first one on was given at or after that stamp, so the earliest stamp later than
    `after` is where to start: no index on `modified`, and no walk over a bulk load's equal times.
    """
    table = schema.stamp
    first = connection.execute(sa.select(sa.func.min(table.c.first_seq)).where(table.c.at > after)).scalar()
    return (first - 1) if first is not None else (1 << 62)
