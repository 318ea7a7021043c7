"""What the client tells us (/log, /statistics), and what it fetched: the ground on which a change is confirmed."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

_MOST_WAITING = 100_000  # accesses
_KEPT = 400 * 86_400_000  # ms


@dataclass(frozen=True, slots=True)
class Access:
    """One answered request: who, what, how many, when (ms); never which person.

    `kind`: full | delta | part | one. `began`: when the list's first page was asked for. `after`: where a delta
    begins, 0 for whole lists.
    """

    at: int
    caller: str
    resource: str
    kind: str
    objects: int
    last_page: bool
    began: int
    after: int


@dataclass(frozen=True, slots=True)
class ClientError:
    """An error that the client logged. Its text may hold personal data: it stays in the state."""

    received: int
    severity: str


class Recorder:
    """Gathers accesses in memory and writes them together, away from the requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: list[Access] = []
        self._lock = threading.Lock()

    def record(self, access: Access) -> None:
        """Remember one access until the next flush."""
        with self._lock:
            if len(self._waiting) < _MOST_WAITING:  # a state that cannot be written must not fill the memory
                self._waiting.append(access)

    def flush(self) -> None:
        """Write what has gathered. Raises StateError; then it stays for the next flush."""
        with self._lock:
            some, self._waiting = self._waiting, []
        if not some:
            return
        try:
            with self._store.writing() as connection:
                rows = [{name: getattr(access, name) for name in Access.__slots__} for access in some]
                connection.execute(sa.insert(schema.access), rows)
                connection.execute(sa.delete(schema.access).where(schema.access.c.at < some[0].at - _KEPT))
        except BaseException:
            with self._lock:
                self._waiting = some + self._waiting
            raise


def store_log(store: Store, entry: Mapping[str, Any], severity: str, now: int) -> None:
    """Keep what the client logged, as it came."""
    _keep(store, schema.client_log, now, severity=severity[:20], entry=json.dumps(entry, ensure_ascii=False))


def store_statistics(store: Store, entry: Mapping[str, Any], kind: str, now: int) -> None:
    """Keep what the client counted, as it came."""
    _keep(store, schema.client_statistics, now, type=kind[:40], entry=json.dumps(entry, ensure_ascii=False))


def recent_errors(store: Store, since: int, limit: int) -> list[ClientError]:
    """The newest errors that the client logged."""
    table = schema.client_log
    wanted = (
        sa.select(table.c.received, table.c.severity)
        .where(table.c.received >= since, sa.func.lower(table.c.severity) == "error")
        .order_by(table.c.number.desc())
        .limit(limit)
    )
    with store.reading() as connection:
        return [ClientError(*row) for row in connection.execute(wanted)]


def finished(store: Store, caller: str, since: int, mark: int = 0) -> dict[str, int]:
    """Lists that a caller began after a time and read to the end -> where the widest of them begins (ms).

    `mark`: the last access that was recorded before that time; it holds where the clock was set back.
    """
    table = schema.access
    wanted = (
        sa.select(table.c.resource, sa.func.min(table.c.after))
        .where(table.c.at > since, table.c.began > since, table.c.last_page, table.c.caller == caller)
        .where(table.c.number > mark)
        .where(table.c.kind.in_(("full", "delta")))
        .group_by(table.c.resource)
    )
    with store.reading() as connection:
        return {resource: int(after) for resource, after in connection.execute(wanted)}


@dataclass(frozen=True, slots=True)
class Fetch:
    """A list that was read to its end: by whom, when (ms)."""

    caller: str
    at: int


def fetches(store: Store, resource: str, since: int, limit: int) -> list[Fetch]:
    """The first times that a list was read to its end since a time."""
    table = schema.access
    wanted = (
        sa.select(table.c.caller, table.c.at)
        .where(table.c.resource == resource, table.c.began >= since, table.c.last_page)
        .order_by(table.c.number)
        .limit(limit)
    )
    with store.reading() as connection:
        return [Fetch(*row) for row in connection.execute(wanted)]


def _keep(store: Store, table: sa.Table, now: int, **values: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.insert(table).values(received=now, **values))
        connection.execute(sa.delete(table).where(table.c.received < now - _KEPT))
