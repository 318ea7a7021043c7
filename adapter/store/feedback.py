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

_KEPT = 400 * 86_400_000  # ms


@dataclass(frozen=True, slots=True)
class Access:
    """One answered request: who, what, how many, when (ms); never which person. `kind`: full | delta | one."""

    at: int
    caller: str
    resource: str
    kind: str
    objects: int
    last_page: bool


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


def fetched_to_the_end(store: Store, since: int, full: bool = False) -> set[str]:
    """Resources whose last page was read since a time; with `full`, as whole lists only."""
    table = schema.access
    wanted = sa.select(table.c.resource).where(table.c.at >= since, table.c.last_page).distinct()
    if full:
        wanted = wanted.where(table.c.kind == "full")
    with store.reading() as connection:
        return set(connection.execute(wanted).scalars())


def first_access(store: Store, since: int) -> int | None:
    """When the first request of a list since a time was answered."""
    table = schema.access
    wanted = sa.select(sa.func.min(table.c.at)).where(table.c.at >= since, table.c.kind == "full")
    with store.reading() as connection:
        return connection.execute(wanted).scalar()


def _keep(store: Store, table: sa.Table, now: int, **values: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.insert(table).values(received=now, **values))
        connection.execute(sa.delete(table).where(table.c.received < now - _KEPT))
