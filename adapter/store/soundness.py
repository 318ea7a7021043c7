"""Whether the state is as it was written: a disc, a copy or a hand may have changed its bytes."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from adapter.errors import StateError
from adapter.store import schema
from adapter.store.engine import Store, write_setting
from adapter.store.stored import damaged, is_whole, with_meta, without_meta

_TOGETHER = 1000  # documents in memory
_TOLD = 10
DAMAGE = "damage"
"""Setting: what was seen to be damaged; "" for nothing."""
RESTORED = "restored"
"""Setting: when (ms) a copy took the place of the state, until a run has been good; "" else."""


def check(store: Store) -> list[str]:
    """What is damaged, a line each and at most ten; empty where all is as it was written. Raises StateError.

    The database's own check (SQLite), and each published document against the digest and the times beside it.
    """
    found = [f"the database: {line}" for line in _integrity(store)]
    for kind, table in schema.published.items():
        wanted = sa.select(table.c.rid, table.c.id, table.c.digest, table.c.created, table.c.modified, table.c.body)
        last = -1
        while len(found) < _TOLD:
            with store.reading() as connection:
                rows = connection.execute(wanted.where(table.c.rid > last).order_by(table.c.rid).limit(_TOGETHER)).all()
            if not rows:
                break
            found.extend(f"{kind} {row.id}: not what was published" for row in rows if not _is_whole(row))
            last = rows[-1].rid
    return [*found, *_past(store)][:_TOLD]


def examine(store: Store) -> list[str]:
    """The same, and the facade serves nothing from then on until nothing is damaged any more."""
    found = check(store)
    mark(store, "; ".join(found))
    return found


def must_be_sound(store: Store) -> None:
    """Raises StateDamaged where anything is; marks it as `examine` does."""
    if found := examine(store):
        raise damaged(found)


def mark(store: Store, damage: str) -> None:
    """What is known to be damaged, "" for nothing. That it cannot be written down is no further damage."""
    with suppress(StateError):
        if store.setting(DAMAGE) != damage:
            with store.writing() as connection:
                write_setting(connection, DAMAGE, damage)


def backup(store: Store, path: Path) -> None:
    """A copy of the state as it is at one moment, while it is served and written. Raises StateError."""
    if not store.is_sqlite:
        raise StateError("the state is on a database server: let the server make the copy (pg_dump).")
    if path.exists():
        raise StateError(f"{path} exists already. Name another file, or take it away first.")
    try:
        path.touch(mode=0o600)
        with closing(sqlite3.connect(str(store.engine.url.database))) as own, closing(sqlite3.connect(path)) as copy:
            own.backup(copy)
    except (sqlite3.Error, OSError) as error:
        path.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or error
        raise StateError(f"{path}: the copy cannot be made: {why}. Name a file in another folder.") from error


def vacuum(store: Store) -> None:
    """Give room back that deleted objects have left. Raises StateError."""
    if not store.is_sqlite:
        raise StateError("the state is on a database server, which gives room back by itself.")
    try:
        with closing(sqlite3.connect(str(store.engine.url.database), isolation_level=None)) as own:
            own.execute("VACUUM")
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except sqlite3.Error as error:
        raise StateError(f"the state cannot be made smaller: {error}. Nothing was changed.") from error


def size(store: Store) -> int:
    """Bytes of the state on disc."""
    with store.reading() as connection:
        if store.is_sqlite:
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _past(store: Store) -> Iterator[str]:
    """Earlier versions that are not what was published."""
    table = schema.past
    key = (table.c.version, table.c.type, table.c.id)
    last: tuple[int, str, str] = (-1, "", "")
    while True:
        wanted = sa.select(*key, table.c.digest, table.c.body).where(sa.tuple_(*key) > last).order_by(*key)
        with store.reading() as connection:
            rows = connection.execute(wanted.limit(_TOGETHER)).all()
        if not rows:
            return
        for version, kind, object_id, digest, body in rows:
            if body is not None and not is_whole(body, digest):
                yield f"{kind} {object_id} before version {version}: not what was published"
        last = rows[-1][:3]


def _integrity(store: Store) -> list[str]:
    if not store.is_sqlite:
        return []
    with store.reading() as connection:
        lines = [str(line) for line in connection.exec_driver_sql(f"PRAGMA integrity_check({_TOLD})").scalars()]
    return [re.sub(r"\s+", " ", line) for line in lines if line != "ok"]


def _is_whole(row: Any) -> bool:
    """Of a published document: digest, times and body belong together."""
    return is_whole(row.body, row.digest) and bool(
        with_meta(without_meta(row.body), row.created, row.modified) == row.body
    )
