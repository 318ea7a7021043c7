"""What the client tells us (/log, /statistics), and what it fetched: the ground on which a change is confirmed."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import sqlalchemy as sa

from adapter.ss12000.ids import canonical_uuid
from adapter.store import schema
from adapter.store.engine import Store
from adapter.store.reader import driver_dialect

_MOST_WAITING = 100_000  # accesses
_KEPT = 400 * 86_400_000  # ms


class Access(NamedTuple):
    """What was answered: who, what, how many, when (ms); never which person.

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


@dataclass(frozen=True, slots=True)
class Complaint:
    """What the client logged of one object. `code`: Skolverket's four digits, "" where it names none.

    `message` may hold personal data: it is shown to administrators alone, and never of somebody protected.
    """

    received: int
    severity: str
    object_id: str
    code: str
    message: str


_CODE = re.compile(r"(?<!\d)[2-6]\d{3}(?!\d)")  # form undocumented: domain sheet A21

_Alike = tuple[str, str, str, bool, int, int]


class Recorder:
    """Gathers accesses in memory and writes them together, away from the requests."""

    def __init__(self, store: Store) -> None:
        self._store = store
        style = "qmark" if store.is_sqlite else "format"
        columns = [schema.access.c[name] for name in Access._fields]
        insert = sa.insert(schema.access).values({column: sa.bindparam(column.name) for column in columns})
        self._insert = str(insert.compile(dialect=driver_dialect(store.engine, style)))
        self._waiting: dict[_Alike, list[int]] = {}  # -> when last (ms), how many objects
        self._lock = threading.Lock()

    def record(self, access: Access) -> None:
        """Remember one access until the next flush. Pages of one list become one row: when last, how many objects."""
        at, caller, resource, kind, objects, last_page, began, after = access
        alike: _Alike = (caller, resource, kind, last_page, began, after)
        with self._lock:
            found = self._waiting.get(alike)
            if found is not None:
                found[0] = at
                found[1] += objects
            elif len(self._waiting) < _MOST_WAITING:  # a state that cannot be written must not fill the memory
                self._waiting[alike] = [at, objects]

    @property
    def waits(self) -> bool:
        """Whether anything has gathered."""
        return bool(self._waiting)

    def flush(self) -> None:
        """Write what has gathered. Raises StateError; then it stays for the next flush."""
        with self._lock:
            some, self._waiting = self._waiting, {}
        if not some:
            return
        rows = [(at, *alike[:3], objects, *alike[3:]) for alike, (at, objects) in some.items()]
        try:
            with self._store.writing() as connection:
                connection.exec_driver_sql(self._insert, rows)  # as they are: nothing handles them one by one
                connection.execute(sa.delete(schema.access).where(schema.access.c.at < rows[0][0] - _KEPT))
        except BaseException:
            with self._lock:
                later, self._waiting = self._waiting, some
            for (caller, resource, kind, last_page, began, after), (at, objects) in later.items():
                self.record(Access(at, caller, resource, kind, objects, last_page, began, after))
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


def complaints(store: Store, since: int, object_id: str = "", limit: int = 5_000) -> list[Complaint]:
    """What the client logged of objects since a time (ms), the newest first: of one, or of all. No mere information."""
    table = schema.client_log
    wanted = sa.select(table.c.received, table.c.severity, table.c.entry).where(
        table.c.received >= since, sa.func.lower(table.c.severity) != "info"
    )
    if object_id:
        wanted = wanted.where(sa.func.lower(table.c.entry).contains(object_id))
    with store.reading() as connection:
        rows = connection.execute(wanted.order_by(table.c.number.desc()).limit(limit)).all()
    found = [_complaint(received, severity, json.loads(entry)) for received, severity, entry in rows]
    return [one for one in found if one is not None and object_id in ("", one.object_id)]


def _complaint(received: int, severity: str, entry: Any) -> Complaint | None:
    known = canonical_uuid(str(entry.get("resourceId") or "")) if isinstance(entry, dict) else None
    if known is None:
        return None
    message = str(entry.get("message") or "")
    code = _CODE.search(str(entry.get("messageType") or "")) or _CODE.search(message)
    return Complaint(received, severity, known, code[0] if code else "", message)


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


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody whose tokens opened the facade: when last (ms), and how many objects were answered."""

    caller: str
    at: int
    objects: int


def readers(store: Store, since: int) -> list[Reader]:
    """Who has read anything since a time (ms), the latest first."""
    table = schema.access
    last = sa.func.max(table.c.at)
    wanted = sa.select(table.c.caller, last, sa.func.sum(table.c.objects)).where(table.c.at >= since)
    with store.reading() as connection:
        return [Reader(*row) for row in connection.execute(wanted.group_by(table.c.caller).order_by(last.desc()))]


@dataclass(frozen=True, slots=True)
class Logged:
    """An entry of the client's log. `message` may hold personal data: for administrators alone."""

    received: int
    severity: str
    resource: str
    object_id: str
    message: str
    code: str


def logged(store: Store, limit: int) -> list[Logged]:
    """The newest entries, whatever their severity."""
    table = schema.client_log
    wanted = sa.select(table.c.received, table.c.severity, table.c.entry).order_by(table.c.number.desc()).limit(limit)
    with store.reading() as connection:
        rows = [(received, severity, json.loads(entry)) for received, severity, entry in connection.execute(wanted)]
    return [
        Logged(
            received,
            severity,
            str(entry.get("resourceType") or ""),
            canonical_uuid(str(entry.get("resourceId") or "")) or "",
            str(entry.get("message") or ""),
            code[0] if (code := _CODE.search(f"{entry.get('messageType')} {entry.get('message')}")) else "",
        )
        for received, severity, entry in rows
        if isinstance(entry, dict)
    ]


class Counted(NamedTuple):
    """What the client says that it has taken of one type."""

    new: int = 0
    updated: int = 0
    deleted: int = 0


def counted(store: Store, since: int) -> dict[str, Counted]:
    """Type, as the client spells it -> the sum of its statistics since a time (ms)."""
    table = schema.client_statistics
    found: dict[str, Counted] = {}
    with store.reading() as connection:
        rows = connection.execute(sa.select(table.c.type, table.c.entry).where(table.c.received >= since)).all()
    for kind, text in rows:
        entry = json.loads(text)
        counts = [entry.get(name) for name in ("newCount", "updatedCount", "deletedCount")]
        if all(isinstance(count, int) for count in counts):
            found[kind] = Counted(*map(sum, zip(found.get(kind, Counted()), counts, strict=True)))
    return found


def _keep(store: Store, table: sa.Table, now: int, **values: str) -> None:
    with store.writing() as connection:
        connection.execute(sa.insert(table).values(received=now, **values))
        connection.execute(sa.delete(table).where(table.c.received < now - _KEPT))
