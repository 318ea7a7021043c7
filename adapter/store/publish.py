"""The publish transaction: documents, tombstones, stamps, version and notices change together, or nothing does."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import outbox, past, schema
from adapter.store.changes import ChangeSet, Publication, Spool, Spooled, TypeChanges
from adapter.store.engine import Store, lock_out, read_setting, write_setting
from adapter.store.stored import damaged, is_whole, modified_anew, with_meta, without_meta

_BATCH = 2000
_PUBLISHING = 1212001  # key of PostgreSQL's advisory lock
_RETENTION = past.Retention()
_T = TypeVar("_T")


def digests(store: Store, kind: ResourceType) -> dict[str, bytes]:
    """id -> digest of everything published of a type: what the sync compares with."""
    table = schema.published[kind]
    with store.reading() as connection:
        return dict(connection.execute(sa.select(table.c.id, table.c.digest)).all())


def bodies(store: Store, kind: ResourceType, ids: Sequence[str]) -> dict[str, bytes]:
    """id -> document (without `meta`) of some published objects; ids that are not published are left out.

    Raises StateError where a document is not what was published.
    """
    table = schema.published[kind]
    found: dict[str, bytes] = {}
    with store.reading() as connection:
        for some in batches(ids, 500):
            wanted = sa.select(table.c.id, table.c.digest, table.c.body).where(table.c.id.in_(some))
            for object_id, digest, body in connection.execute(wanted):
                if not is_whole(body, digest):
                    raise damaged([f"{kind} {object_id}: not what was published"])
                found[object_id] = without_meta(body)
    return found


def documents(store: Store) -> dict[ResourceType, dict[str, dict[str, Any]]]:
    """Everything that is published, by type and id: all of it in memory, for rehearsals and tests."""
    return {
        kind: {
            object_id: json.loads(body) for object_id, body in bodies(store, kind, list(digests(store, kind))).items()
        }
        for kind in FETCH_ORDER
    }


def commit(
    store: Store,
    changes: ChangeSet,
    run: str,
    now: int,
    tell_after: int = 0,
    retention: past.Retention = _RETENTION,
    unrecorded: Collection[str] = (),
) -> Publication:
    """Publish a change set as the next version, stamped `now` (ms), in one transaction.

    New and changed objects get meta.modified = the stamp; deleted ones leave a tombstone; an id that is
    published again loses its tombstone; each subscription gets its notice. Stamps never run backwards, even
    if the clock does. `tell_after`: so long (ms) the notice waits for a publication that follows at once.
    What the objects were before is kept as `retention` says, but for `unrecorded` ones.
    Raises StateError; then nothing has changed.
    """
    with store.writing() as connection:
        version = _next_version(connection)
        at, seq = next_stamp(connection, now)
        first_seq = seq
        for kind, found in changes:
            table = schema.published[kind]
            if version > 1:
                past.record(connection, version, kind, _recorded(found, unrecorded))
            _forget_tombstones(connection, kind, found.created)
            seq = _insert(connection, table, changes.spool, found.created, version, at, seq)
            seq = _update(connection, table, changes.spool, found.updated, version, at, seq)
            seq = _delete(connection, kind, found.deleted, version, at, seq)
        types = changes.modified_types
        connection.execute(
            sa.insert(schema.publication).values(
                version=version,
                at=at,
                first_seq=first_seq,
                run=run,
                types=json.dumps([str(kind) for kind in types]),
                deletions=changes.deletions,
            )
        )
        remember_stamp(connection, first_seq, at, seq)
        past.prune(connection, version, at, retention)
        outbox.enqueue(connection, version, types, changes.deletions, at, now + tell_after if tell_after else 0)
    return Publication(version, at)


def _recorded(found: TypeChanges, unrecorded: Collection[str]) -> dict[past.Did, list[str]]:
    return {
        "created": [entry.id for entry in found.created if entry.id not in unrecorded],
        "updated": [entry.id for entry in found.updated if entry.id not in unrecorded],
        "deleted": [object_id for object_id in found.deleted if object_id not in unrecorded],
    }


def restamp(store: Store, after_version: int, now: int) -> int:
    """Give everything that changed after a version a new meta.modified, and say how many.

    The client fetches what changed from five minutes before it received a notice; a notice that is sent late
    must therefore find its changes stamped anew. Documents and versions stay; deletions are stamped too.
    """
    first = sa.select(sa.func.min(schema.publication.c.first_seq)).where(schema.publication.c.version > after_version)
    with store.writing() as connection:
        at, seq = next_stamp(connection, now)
        first_seq = seq
        lowest = connection.execute(first).scalar()
        touched = 0
        for table in (*schema.published.values(), schema.tombstone):
            time = table.c.deleted if table is schema.tombstone else table.c.modified
            changed = sa.and_(table.c.seq >= lowest, table.c.version > after_version)
            low = connection.execute(sa.select(sa.func.min(table.c.seq)).where(changed)).scalar()
            if low is None:
                continue
            offset = seq - low  # every new seq lies above every old one: the unique index is never in the way
            values = {table.c.seq: table.c.seq + offset, time: at}
            if table is not schema.tombstone:
                values[table.c.body] = modified_anew(table.c.body, at)
            result = connection.execute(sa.update(table).where(changed).values(values))
            touched += result.rowcount
            highest = connection.execute(sa.select(sa.func.max(table.c.seq))).scalar_one()
            seq = max(seq, highest + 1)
        remember_stamp(connection, first_seq, at, seq)
    return touched


def next_stamp(connection: Connection, now: int) -> tuple[int, int]:
    """The stamp to write (later than every stamp before it) and the first free seq. Locks out other writers."""
    lock_out(connection, _PUBLISHING)
    last = connection.execute(sa.select(sa.func.max(schema.stamp.c.at))).scalar()
    at = now if last is None else max(now, int(last) + 1)
    return at, int(read_setting(connection, "next_seq"))


def remember_stamp(connection: Connection, first_seq: int, at: int, next_seq: int) -> None:
    """That everything from `first_seq` to below `next_seq` was stamped `at`."""
    if next_seq > first_seq:
        connection.execute(sa.insert(schema.stamp).values(first_seq=first_seq, at=at))
        write_setting(connection, "next_seq", str(next_seq))


def _next_version(connection: Connection) -> int:
    last = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar()
    return int(last or 0) + 1


def _insert(
    connection: Connection,
    table: sa.Table,
    spool: Spool,
    entries: Iterable[Spooled],
    version: int,
    at: int,
    seq: int,
) -> int:
    """New documents; the statement is rendered once and the rows go to the driver as they are."""
    columns = ("id", "seq", "version", "digest", "created", "modified", "body")
    statement = sa.insert(table).values({name: sa.bindparam(name) for name in columns})
    compiled = statement.compile(dialect=connection.dialect)
    order = compiled.positiontup
    for some in batches(entries, _BATCH):
        rows = [
            (entry.id, number, version, entry.digest, at, at, with_meta(spool.body(entry), at, at))
            for number, entry in enumerate(some, seq)
        ]
        if order == list(columns):
            connection.exec_driver_sql(str(compiled), rows)
        else:
            connection.execute(statement, [dict(zip(columns, row, strict=True)) for row in rows])
        seq += len(some)
    return seq


def _update(
    connection: Connection,
    table: sa.Table,
    spool: Spool,
    entries: Iterable[Spooled],
    version: int,
    at: int,
    seq: int,
) -> int:
    statement = (
        sa.update(table)
        .where(table.c.id == sa.bindparam("_id"))
        .values(seq=sa.bindparam("_seq"), digest=sa.bindparam("_digest"), body=sa.bindparam("_body"))
        .values(version=version, modified=at)
    )
    for some in batches(entries, _BATCH):
        ids = [entry.id for entry in some]
        created = dict(connection.execute(sa.select(table.c.id, table.c.created).where(table.c.id.in_(ids))).all())
        rows: list[dict[str, Any]] = []
        for entry in some:
            body = with_meta(spool.body(entry), created[entry.id], at)
            rows.append({"_id": entry.id, "_seq": seq, "_digest": entry.digest, "_body": body})
            seq += 1
        connection.execute(statement, rows)
    return seq


def _delete(connection: Connection, kind: ResourceType, ids: Iterable[str], version: int, at: int, seq: int) -> int:
    table, graves = schema.published[kind], schema.tombstone
    for some in batches(ids, _BATCH):
        rows: list[dict[str, Any]] = []
        for object_id in some:
            rows.append({"type": str(kind), "id": object_id, "seq": seq, "version": version, "deleted": at})
            seq += 1
        connection.execute(sa.delete(table).where(table.c.id == sa.bindparam("_id")), [{"_id": i} for i in some])
        connection.execute(sa.insert(graves), rows)
    return seq


def _forget_tombstones(connection: Connection, kind: ResourceType, created: Iterable[Spooled]) -> None:
    """Deletions are applied last: a tombstone beside a living object would delete it again. Sheet 5.4."""
    table = schema.tombstone
    buried = set(connection.execute(sa.select(table.c.id).where(table.c.type == str(kind))).scalars())
    risen = [{"_id": entry.id} for entry in created if entry.id in buried]
    if risen:
        statement = sa.delete(table).where(table.c.type == str(kind), table.c.id == sa.bindparam("_id"))
        connection.execute(statement, risen)


def batches(items: Iterable[_T], size: int) -> Iterator[list[_T]]:
    """The same, so many at a time."""
    iterator = iter(items)
    while some := list(islice(iterator, size)):
        yield some
