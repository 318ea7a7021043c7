"""Opens the state the way its kind needs: pragmas, isolation, hidden parameters, private files."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine
from sqlalchemy.pool import ConnectionPoolEntry

from adapter.errors import StateError
from adapter.store import schema
from adapter.store.namespace import NOWHERE_ELSE, Namespace, enter
from adapter.store.reader import Reader, Row
from adapter.store.upgrade import upgrade

_PAGE_SIZE = 16384  # bytes; documents of 0.3 to 2 kB share a page, so a list of 1 000 is few reads
BUSY_SECONDS = 30
_CONNECTIONS = 8  # to a server; four more where that is not enough
_NOTICE_WHO_IS_GONE = {
    "keepalives_idle": "5",
    "keepalives_interval": "5",
    "keepalives_count": "2",
    "tcp_user_timeout": "15000",
    "options": "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=2",
}
_PREPARING = 1212000  # key of PostgreSQL's advisory lock
_WHERE = "ss12000_namespace"


@dataclass(frozen=True)
class Store:
    """An open state. Read with `reading()`, write with `writing()`; both translate what can go wrong."""

    engine: Engine
    reader: Reader
    namespace: Namespace = NOWHERE_ELSE
    shared: bool = False  # engine and reader are others' too

    @cached_property
    def is_sqlite(self) -> bool:
        """Whether the state is one file on this machine."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view for one read. Raises StateError."""
        reader = self.engine.execution_options(sqlite_begin="BEGIN")  # must not wait for a writer
        with translated(), reader.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction: all of it or nothing. Raises StateError."""
        with translated(), self.engine.begin() as connection:
            yield connection

    def rows(self, statement: sa.Select[Any], parameters: Mapping[str, object]) -> list[Row]:
        """All rows of one of a few statements, by the driver itself. Raises StateError."""
        return self.reader.rows(statement, parameters, self.namespace)

    def setting(self, name: str, default: str = "") -> str:
        """A stored setting, or the default."""
        with self.reading() as connection:
            return read_setting(connection, name, default)

    def close(self) -> None:
        """Let go of every connection that is nobody else's."""
        if not self.shared:
            self.reader.close()
            self.engine.dispose()


class Servers:
    """Connections to database servers that many states share: a pool for each URL."""

    def __init__(self, connections: int) -> None:
        self._connections = connections
        self._opened: dict[str, tuple[Engine, Reader]] = {}

    def at(self, url: URL, patience: int) -> tuple[Engine, Reader]:
        """The one pool of a server, and how pages are read from it."""
        name = url.render_as_string(hide_password=False)
        if name not in self._opened:
            engine = _server(url, patience, self._connections)
            self._opened[name] = engine, Reader(engine)
        return self._opened[name]

    def close(self) -> None:
        """Let go of every connection."""
        for engine, reader in self._opened.values():
            reader.close()
            engine.dispose()
        self._opened.clear()


def open_store(
    url: str, patience: int = BUSY_SECONDS, namespace: Namespace = NOWHERE_ELSE, servers: Servers | None = None
) -> Store:
    """Open the state at an SQLAlchemy URL; make its tables when it is new.

    `patience`: seconds to wait for whoever writes, and for a connection. `namespace`: where in a shared PostgreSQL it
    lies; `servers`: whose connections it uses instead of its own.
    Raises StateError: unreachable, no permission, made by a newer version of this program.
    """
    with translated():
        parsed = sa.make_url(url)
        if parsed.get_backend_name() == "sqlite":
            if any(namespace):
                raise StateError("state.schema and state.role are for PostgreSQL; a file is one organiser's already.")
            engine = _sqlite(parsed, patience)
            store = Store(engine, Reader(engine))
        else:
            engine, reader = servers.at(parsed, patience) if servers is not None else _alone(parsed, patience)
            engine = engine.execution_options(**{_WHERE: namespace})
            store = Store(engine, reader, namespace, servers is not None)
        _prepare(store)
        return store


def exists(url: str) -> bool:
    """Whether there is a state already, as far as that can be told without making one. Raises StateError."""
    with translated():
        parsed = sa.make_url(url)
    return parsed.get_backend_name() != "sqlite" or Path(parsed.database or "").is_file()


@contextmanager
def translated() -> Iterator[None]:
    """The one gate where the database's exceptions become ours. Never shows parameters."""
    try:
        yield
    except (sa.exc.OperationalError, sa.exc.DatabaseError) as error:
        raise StateError(f"the state store failed: {error.orig}. Published data are unchanged.") from error
    except sa.exc.TimeoutError as error:
        raise StateError("the state store is busy: no connection was free in time. Try again.") from error
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError) as error:
        raise StateError(f"state.url cannot be used: {error}") from error


def read_setting(connection: Connection, name: str, default: str = "") -> str:
    """A stored setting inside an open transaction."""
    table = schema.setting
    found = connection.execute(sa.select(table.c.value).where(table.c.name == name)).scalar()
    return default if found is None else str(found)


def write_setting(connection: Connection, name: str, value: str) -> None:
    """Store a setting inside an open transaction."""
    table = schema.setting
    changed = connection.execute(sa.update(table).where(table.c.name == name).values(value=value))
    if not changed.rowcount:
        connection.execute(sa.insert(table).values(name=name, value=value))


def lock_out(connection: Connection, key: int) -> None:
    """No other process writes what `key` stands for until the transaction ends. SQLite has one writer by nature."""
    if connection.dialect.name == "postgresql":
        namespace: Namespace = connection.get_execution_options().get(_WHERE, NOWHERE_ELSE)
        connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({namespace.lock(key)})"))


def _prepare(store: Store) -> None:
    with store.writing() as connection:
        if not store.is_sqlite:  # two processes starting at once must not both create
            own = {"schema": store.namespace.schema}
            connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_PREPARING}, hashtext(:schema))"), own)
            _must_have_schema(connection, store.namespace)
        if store.is_sqlite or not _has_all_tables(connection):
            schema.metadata.create_all(connection)
        found = read_setting(connection, "schema_version")
        if not found:
            write_setting(connection, "schema_version", str(schema.SCHEMA_VERSION))
            write_setting(connection, "next_seq", "1")
            write_setting(connection, "page_token_key", secrets.token_hex(32))
        elif int(found) < schema.SCHEMA_VERSION:
            upgrade(connection, int(found))
            write_setting(connection, "schema_version", str(schema.SCHEMA_VERSION))
        elif int(found) > schema.SCHEMA_VERSION:
            raise StateError(
                f"the state has schema {found}, this program knows up to {schema.SCHEMA_VERSION}. "
                "Install the newer version of ss12000-adapter again."
            )


def _sqlite(url: URL, patience: int) -> Engine:
    if url.database and url.database != ":memory:":
        path = Path(url.database)
        if not path.parent.is_dir():
            raise StateError(f"state.url: the folder {path.parent} does not exist. Create it first.")
        try:
            path.touch(mode=0o600)  # the file holds pupils: nobody else on the machine reads it
        except OSError as error:
            raise StateError(f"state.url: {path} cannot be written: {os.strerror(error.errno or 0)}") from None
    engine = sa.create_engine(url, hide_parameters=True, connect_args={"timeout": patience, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _on_connect(connection: Any, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # SQLAlchemy begins; the driver must not do it late
        for pragma in (
            f"page_size={_PAGE_SIZE}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",  # a withheld person leaves no bytes behind
            "cache_size=-8192",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _on_begin(connection: Connection) -> None:
        mode = connection.get_execution_options().get("sqlite_begin", "BEGIN IMMEDIATE")
        connection.exec_driver_sql(mode)

    return engine


def _alone(url: URL, patience: int) -> tuple[Engine, Reader]:
    engine = _server(url, patience, _CONNECTIONS)
    return engine, Reader(engine)


def _server(url: URL, patience: int, connections: int) -> Engine:
    pool = {"pool_pre_ping": True, "pool_size": connections, "max_overflow": 4, "pool_timeout": patience}
    engine = sa.create_engine(of_network(url), hide_parameters=True, **pool)

    @event.listens_for(engine, "engine_connect")
    def _on_taken(connection: Connection) -> None:
        try:
            enter(connection.connection, connection.get_execution_options().get(_WHERE, NOWHERE_ELSE))
        except engine.dialect.loaded_dbapi.Error as error:
            raise sa.exc.OperationalError(None, None, error) from error

    return engine


def _has_all_tables(connection: Connection) -> bool:
    """In one question: to ask for each of them takes as long as all else that `status` does."""
    there = "SELECT count(*) FROM pg_catalog.pg_tables WHERE schemaname = current_schema() AND tablename = ANY(:names)"
    found = connection.execute(sa.text(there), {"names": list(schema.metadata.tables)}).scalar_one()
    return bool(found == len(schema.metadata.tables))


def of_network(url: URL) -> URL:
    """The URL, and that a machine which is gone is noticed at both ends in 15 seconds. What it says itself stays."""
    if url.get_backend_name() != "postgresql" or "options" in url.query:
        return url
    patience = {
        "connect_timeout": "3" if isinstance(url.query.get("host"), tuple) else "10"
    }  # then the next of several
    return url.set(query={**patience, **_NOTICE_WHO_IS_GONE, **url.query})


def _must_have_schema(connection: Connection, namespace: Namespace) -> None:
    if not namespace.schema:
        return
    if not namespace.role:  # nobody else's: made like the tables in it
        connection.execute(sa.schema.CreateSchema(namespace.schema, if_not_exists=True))
    if connection.execute(sa.text("SELECT current_schema()")).scalar() is None:
        raise StateError(f"state.schema: the database has no schema {namespace.schema!r}. `fleet add` makes it.")
