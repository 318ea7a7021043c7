"""What the facade reads: pages of published objects by key, never by offset, over live data.

Full lists go by `rid` (arrival order), deltas by `seq`: an object that changes during the crawl gets a higher
seq and comes again; one that exists throughout is never skipped.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import sqlalchemy as sa

from adapter.ss12000.types import ResourceType
from adapter.store import schema
from adapter.store.engine import Store

_BOUNDS = ("modified_after", "modified_before", "created_after", "created_before")
DELETED = "deletedEntities"
"""The list of deletions, by the name of its path."""


class ListQuery(NamedTuple):
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


@dataclass(frozen=True, slots=True)
class Page:
    """`count` bodies (at most `limit`) with commas between; `next` is None on the last page, also a full one."""

    bodies: bytes
    count: int
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
    bounds = (query.modified_after, query.modified_before, query.created_after, query.created_before)
    values = {name: value for name, value in zip(_BOUNDS, bounds, strict=True) if value is not None}
    form = query.kind, query.is_delta, query.cursor > 0, tuple(values)
    values["cursor"], values["most"] = query.cursor, query.limit
    last: int
    if store.is_sqlite:  # it joins the bodies faster than they could be taken one by one; a server does not
        last, count, bodies, more = store.rows(_joined(*form), values)[0]
    else:
        values["most"] += 1
        rows = store.rows(_rows(*form), values)
        more = len(rows) > query.limit
        del rows[query.limit :]
        last, count, bodies = rows[-1][0] if rows else 0, len(rows), b",".join([body for _, body in rows])
    return Page(bodies or b"", count, query._replace(cursor=last) if more else None)


def read_one(store: Store, kind: ResourceType, object_id: str) -> bytes | None:
    """The body of one published object by id (canonical lower case), or None."""
    found = store.rows(_one(kind), {"id": object_id})
    return found[0][0] if found else None


@cache
def _rows(kind: ResourceType, is_delta: bool, goes_on: bool, filters: tuple[str, ...]) -> sa.Select[Any]:
    """A page's (key, body), at most :most of them. Its text is prepared once for each form that a client uses."""
    key, conditions = _asked(kind, is_delta, filters)
    start: sa.ColumnElement[int] = sa.bindparam("cursor", type_=sa.BigInteger)
    if is_delta and not goes_on:
        start = _seq_before(sa.bindparam("modified_after", type_=sa.BigInteger))
    wanted = sa.select(key.label("key"), schema.published[kind].c.body).where(key > start, *conditions)
    return wanted.order_by(key).limit(sa.bindparam("most", type_=sa.BigInteger))


@cache
def _joined(kind: ResourceType, is_delta: bool, goes_on: bool, filters: tuple[str, ...]) -> sa.Select[Any]:
    """The same as one row: (last key, how many, their bodies with commas between, whether more follow)."""
    page = _rows(kind, is_delta, goes_on, filters).subquery("page")
    whole = sa.select(
        sa.func.max(page.c.key).label("last"),
        sa.func.count().label("count"),
        sa.cast(sa.func.group_concat(page.c.body), sa.LargeBinary).label("bodies"),
    ).subquery("whole")
    key, conditions = _asked(kind, is_delta, filters)
    more: sa.Select[Any] = sa.select(sa.literal_column("1")).select_from(schema.published[kind])
    found = more.where(key > whole.c.last, *conditions).correlate(whole).exists()
    return sa.select(whole.c.last, whole.c.count, whole.c.bodies, found)


def _asked(
    kind: ResourceType, is_delta: bool, filters: Sequence[str]
) -> tuple[sa.Column[int], list[sa.ColumnElement[bool]]]:
    """By which key a list goes, and what its objects must fulfil."""
    table = schema.published[kind]
    conditions = []
    for name in filters:
        column, bound = table.c[name.partition("_")[0]], sa.bindparam(name, type_=sa.BigInteger)
        conditions.append(column > bound if name.endswith("_after") else column <= bound)
    return table.c.seq if is_delta else table.c.rid, conditions


@cache
def _one(kind: ResourceType) -> sa.Select[Any]:
    table = schema.published[kind]
    wanted = sa.select(table.c.body)
    return wanted.where(table.c.id == sa.bindparam("id", type_=sa.String))


def read_some(store: Store, kind: ResourceType, ids: Sequence[str]) -> list[bytes]:
    """The bodies of those of the ids (canonical lower case) that are published, in order of arrival."""
    table = schema.published[kind]
    wanted = sa.select(table.c.rid, table.c.body)
    found: dict[int, bytes] = {}
    with store.reading() as connection:
        for start in range(0, len(ids), 500):
            found.update(connection.execute(wanted.where(table.c.id.in_(ids[start : start + 500]))).all())
    return [found[rid] for rid in sorted(found)]


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


def modified(store: Store, kind: ResourceType, ids: Sequence[str]) -> dict[str, int]:
    """When (ms) those of the ids that are published were last changed."""
    table = schema.published[kind]
    found: dict[str, int] = {}
    with store.reading() as connection:
        for start in range(0, len(ids), 500):
            some = table.c.id.in_(ids[start : start + 500])
            found.update(connection.execute(sa.select(table.c.id, table.c.modified).where(some)).all())
    return found


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


def _seq_before(after: sa.BindParameter[int]) -> sa.ColumnElement[int]:
    """The seq from which objects modified later than a time begin, less one.

    Every seq from a stamp's first one on was given at or after that stamp, so the earliest stamp later than
    `after` is where to start: no index on `modified`, and no walk over a bulk load's equal times.
    """
    table = schema.stamp
    first = sa.select(sa.func.min(table.c.first_seq)).where(table.c.at > after).scalar_subquery()
    return sa.func.coalesce(first - sa.literal_column("1"), sa.literal_column(str(1 << 62)))
