"""A copy of the state in place of the state, so that every client comes to hold what is published then.

A copy is older than what clients hold. So all of it is stamped anew and told to everybody as news; what came after the
copy is told as deleted, until a run publishes it again; and who subscribed or was protected after it, is still so.
Until a run has been good nothing is served: who is protected since the copy stands in it as before.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from adapter.errors import StateError
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import outbox, publish, schema, soundness
from adapter.store.engine import Store, open_store, write_setting
from adapter.store.lock import file_lock
from adapter.store.soundness import RESTORED

_CARRIED = (schema.subscription, schema.protected, schema.alias, schema.deed)
"""Tables that are taken from the state that was there: they hold what people and clients have done since the copy."""
_FORGOTTEN = ("made_from",)
"""Settings by which a night goes by the one before."""


@dataclass
class Known:
    """What the state that was there tells: its last stamp, the ids of each type that clients may hold, whole tables."""

    last_stamp: int = 0
    ids: dict[str, set[str]] = field(default_factory=dict)
    rows: dict[sa.Table, list[dict[str, Any]]] = field(default_factory=dict)


def restore(url: str, copy: Path, now: int) -> tuple[Path, bool]:
    """Put a copy that `backup` made in place of an SQLite state. `now` in ms.

    Gives where the state that was there lies now, and whether it could be read. Raises StateError; then nothing has
    changed.
    """
    place = Path(sa.make_url(url).database or "")
    if sa.make_url(url).get_backend_name() != "sqlite":
        raise StateError(
            "the state is on a database server: let the server put its copy back (pg_restore), then run `state resend`."
        )
    if not copy.is_file():
        raise StateError(f"{copy}: there is no such file. Name a copy that `state backup` has made.")
    fresh, kept = (place.with_name(f"{place.name}.{name}") for name in ("restoring", "before-restore"))
    if kept.exists():
        raise StateError(f"{kept} is there from the last time. Keep it somewhere else, or delete it, and try again.")
    lock = file_lock(f"{place}.lock")
    try:
        _copied(copy, fresh)
        store = open_store(sa.make_url(url).set(database=str(fresh)).render_as_string(hide_password=False))
        try:
            if found := soundness.check(store):
                raise StateError(f"{copy} is damaged itself ({found[0]}). Take an earlier copy.")
            known = _read(url) if place.exists() else Known()
            resend(store, now, known)
        finally:
            store.close()
        _swap(fresh, place, kept)
    except OSError as error:
        raise StateError(f"{place}: the copy cannot be put there: {error.strerror}. Nothing was changed.") from error
    finally:
        lock.close()
        for path in _files(fresh):
            path.unlink(missing_ok=True)
    return kept, known is not None


def resend(store: Store, now: int, known: Known | None = None) -> None:
    """Tell every client everything as news, and serve nothing until a run has been good. `now` in ms.

    `known`: what the state that was there before tells; None where nobody could read it, or nobody knows.
    """
    with store.writing() as connection:
        if known is not None:
            for table, rows in known.rows.items():
                connection.execute(sa.delete(table))
                if rows:
                    connection.execute(sa.insert(table), rows)
        for name in _FORGOTTEN:
            write_setting(connection, name, "")
        connection.execute(sa.delete(schema.keepsake))
        connection.execute(sa.delete(schema.notice))
        connection.execute(sa.update(schema.subscription).values(confirmed=0))
        write_setting(connection, RESTORED, str(now))
    if known is not None:
        _bury(store, known, now)
    publish.restamp(store, 0, max(now, known.last_stamp + 1 if known else 0))
    with store.writing() as connection:
        version = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar()
        if version:
            outbox.enqueue(connection, version, FETCH_ORDER, True, now)


def _bury(store: Store, known: Known, now: int) -> None:
    """What clients may hold and the copy does not: told as deleted."""
    with store.writing() as connection:
        at, seq = publish.next_stamp(connection, max(now, known.last_stamp + 1))
        version = connection.execute(sa.select(sa.func.max(schema.publication.c.version))).scalar() or 0
        first = seq
        for kind, table in schema.published.items():
            there = set(connection.execute(sa.select(table.c.id)).scalars())
            graves = schema.tombstone
            buried = set(connection.execute(sa.select(graves.c.id).where(graves.c.type == str(kind))).scalars())
            rows = []
            for object_id in sorted(known.ids.get(str(kind), set()) - there - buried):
                rows.append({"type": str(kind), "id": object_id, "seq": seq, "version": version, "deleted": at})
                seq += 1
            if rows:
                connection.execute(sa.insert(graves), rows)
        publish.remember_stamp(connection, first, at, seq)


def _read(url: str) -> Known | None:
    """What the state that is there tells; None where it cannot be read."""
    try:
        store = open_store(url)
        try:
            with store.reading() as connection:
                return _known(connection)
        finally:
            store.close()
    except StateError:
        return None


def _known(connection: Connection) -> Known:
    known = Known(int(connection.execute(sa.select(sa.func.max(schema.stamp.c.at))).scalar() or 0))
    for kind, table in schema.published.items():
        known.ids[str(kind)] = set(connection.execute(sa.select(table.c.id)).scalars())
    for kind, object_id in connection.execute(sa.select(schema.tombstone.c.type, schema.tombstone.c.id)):
        known.ids.setdefault(kind, set()).add(object_id)
    for table in _CARRIED:
        known.rows[table] = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
    return known


def _copied(copy: Path, to: Path) -> None:
    """The file and what SQLite keeps beside it: a copy that somebody made by hand may have both."""
    try:
        to.touch(mode=0o600)
        with (
            closing(sqlite3.connect(f"file:{copy}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise StateError(
            f"{copy}: this is no copy of a state: {error}. Name one that `state backup` has made."
        ) from error


def _swap(fresh: Path, place: Path, kept: Path) -> None:
    for path in _files(place):
        if path.exists():
            shutil.move(path, path.with_name(path.name.replace(place.name, kept.name, 1)))
    shutil.move(fresh, place)


def _files(database: Path) -> Iterable[Path]:
    return (database, *(database.with_name(f"{database.name}-{end}") for end in ("wal", "shm")))
