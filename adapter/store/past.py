"""Earlier versions of what is published, as differences: of each object that a version changed, what it was before.

Going back through them from what is published now gives any version that is still kept. Of persons who are protected
nothing is kept.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.ss12000.types import ResourceType
from adapter.store import protected, schema, veil
from adapter.store.engine import Store, read_setting, write_setting
from adapter.store.stored import damaged, is_whole, without_meta

_TOGETHER = 500  # ids in one statement
_DAY = 86_400_000  # ms


Did = Literal["created", "updated", "deleted"]
"""What a version did to an object."""
DID: tuple[Did, ...] = ("created", "updated", "deleted")


@dataclass(frozen=True, slots=True)
class Retention:
    """How many versions are kept, and for how long (ms)."""

    versions: int = 30
    age: int = 90 * _DAY


@dataclass(frozen=True, slots=True)
class Version:
    """One publication. `at` in ms; created, updated, deleted: objects, where that is still known."""

    number: int
    at: int
    run: str
    created: int | None
    updated: int | None
    deleted: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """What a version did to an object: `before` and `after` are its documents, None where there was none."""

    version: int
    at: int
    before: bytes | None
    after: bytes | None


def record(connection: Connection, version: int, kind: ResourceType, ids: Mapping[Did, Sequence[str]]) -> None:
    """Keep what is published of objects that a version is about to change; of created ones, that there was nothing."""
    table, published = schema.past, schema.published[kind]
    columns = ["version", "type", "did", "id", "digest", "body"]
    for did in ("updated", "deleted"):
        fixed = (sa.literal(version), sa.literal(str(kind)), sa.literal(did))
        now = sa.select(*fixed, published.c.id, published.c.digest, published.c.body)
        for some in _batches(ids[did]):
            connection.execute(sa.insert(table).from_select(columns, now.where(published.c.id.in_(some))))
    rows = [{"version": version, "type": str(kind), "did": "created", "id": new} for new in ids["created"]]
    if rows:
        connection.execute(sa.insert(table), rows)


def prune(connection: Connection, version: int, at: int, retention: Retention) -> None:
    """Forget what is older than is to be kept. `version` is the one that is published now."""
    table, publication = schema.past, schema.publication
    old = sa.select(sa.func.max(publication.c.version)).where(publication.c.at < at - retention.age)
    known = int(read_setting(connection, schema.HISTORY_FROM, "1"))
    lowest = max(known, version - retention.versions, connection.execute(old).scalar() or 0)
    if lowest > known or version == 1:
        connection.execute(sa.delete(table).where(table.c.version <= lowest))
        write_setting(connection, schema.HISTORY_FROM, str(min(lowest, version)))


def expire(store: Store, now: int, retention: Retention) -> None:
    """The same on a night that publishes nothing. `now` in ms."""
    oldest_kept = sa.select(sa.func.min(schema.past.c.version))
    with store.reading() as connection:
        if connection.execute(oldest_kept).scalar() is None:
            return
    with store.writing() as connection:
        version = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar_one()
        prune(connection, version, now, retention)


def forget(store: Store, persons: Collection[str]) -> None:
    """Nothing of these persons is kept."""
    table = schema.past
    of_persons = sa.delete(table).where(table.c.type == str(ResourceType.PERSON))
    known = sa.select(sa.func.count()).select_from(table)
    with store.reading() as connection:
        if not persons or not connection.execute(known).scalar_one():
            return
    with store.writing() as connection:
        for some in _batches(sorted(persons)):
            connection.execute(of_persons.where(table.c.id.in_(some)))


def oldest(store: Store) -> int:
    """The lowest version that can be made."""
    return int(store.setting(schema.HISTORY_FROM, "1"))


def versions(store: Store) -> list[Version]:
    """All publications, the newest first."""
    table, publication = schema.past, schema.publication
    counted = sa.select(table.c.version, table.c.did, sa.func.count()).group_by(table.c.version, table.c.did)
    wanted = sa.select(publication.c.version, publication.c.at, publication.c.run)
    first = oldest(store)
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(publication.c.version.desc())).all()
        counts = {(version, did): count for version, did, count in connection.execute(counted)}
    return [
        Version(number, at, run, *(counts.get((number, did), 0) if number > first else None for did in DID))
        for number, at, run in rows
    ]


def before(store: Store, kind: ResourceType, version: int) -> Iterator[tuple[str, bytes | None]]:
    """Objects that have changed since a version, with their documents as they were then; None: there was none."""
    table = schema.past
    first = (
        sa.select(table.c.id, sa.func.min(table.c.version))
        .where(table.c.type == str(kind), table.c.version > version)
        .group_by(table.c.id)
    )
    with store.reading() as connection:
        by_version: dict[int, list[str]] = {}
        for object_id, number in connection.execute(first):
            by_version.setdefault(number, []).append(object_id)
    for number, ids in sorted(by_version.items()):
        for some in _batches(ids):
            wanted = sa.select(table.c.id, table.c.digest, table.c.body)
            wanted = wanted.where(table.c.version == number, table.c.type == str(kind), table.c.id.in_(some))
            with store.reading() as connection:
                rows = connection.execute(wanted).all()
            for object_id, digest, body in rows:
                yield object_id, _document(kind, object_id, digest, body)


def of_object(store: Store, kind: ResourceType, object_id: str) -> list[Change]:
    """What each version that is kept did to one object, the newest first. Ids of protected persons are masked."""
    table, publication, published = schema.past, schema.publication, schema.published[kind]
    wanted = (
        sa.select(table.c.version, publication.c.at, table.c.digest, table.c.body)
        .join(publication, publication.c.version == table.c.version)
        .where(table.c.type == str(kind), table.c.id == object_id)
        .order_by(table.c.version.desc())
    )
    now = sa.select(published.c.digest, published.c.body).where(published.c.id == object_id)
    with store.reading() as connection:
        row = connection.execute(now).fetchone()
        after = _document(kind, object_id, *row) if row is not None else None
        found = []
        for version, at, digest, body in connection.execute(wanted).all():
            earlier = _document(kind, object_id, digest, body)
            found.append(Change(version, at, earlier, after))
            after = earlier
    hidden = protected.remembered(store).keys()
    return [replace(one, before=_veiled(one.before, hidden), after=_veiled(one.after, hidden)) for one in found]


def _veiled(body: bytes | None, hidden: Collection[str]) -> bytes | None:
    return None if body is None else veil.without(body, hidden)


def _document(kind: ResourceType, object_id: str, digest: bytes | None, body: bytes | None) -> bytes | None:
    if body is None or digest is None:
        return None
    if not is_whole(body, digest):
        raise damaged([f"{kind} {object_id}, an earlier version: not what was published"])
    return without_meta(body)


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _TOGETHER] for start in range(0, len(ids), _TOGETHER))
