"""A read-only connection to a database. Sources of one database share one, so that all see it at the same moment."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.pool import NullPool

from connectors.base import SourceError
from connectors.batches import BATCH
from connectors.sql.options import SqlOptions

_STEPS = 100_000  # of SQLite's machine, between two looks at the clock
_MY_SQL = (
    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
    "SET SESSION TRANSACTION READ ONLY",
    "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY",
)
_ONE_AT_A_TIME = ("mysql", "mariadb", "mssql")
"""Databases that give the rows of one query at a time."""

_shared: dict[tuple[int, str, int], Session] = {}


class Session:
    """A connection in one transaction that only reads."""

    def __init__(self, options: SqlOptions, name: str) -> None:
        self._key = _key(options)
        self._users = 1
        self._reading = False
        self._engine, self.connection = _connected(options, name)
        self.dialect = self.connection.dialect
        self._seconds = options.timeout_seconds
        try:
            self._only_reads()
        except sa.exc.DBAPIError as error:
            self.leave()
            raise SourceError(
                "S121", f"the database refuses a session that only reads: {short(error)}.", name
            ) from None

    def _only_reads(self) -> None:
        for statement in statements(self.dialect.name, self._seconds):
            self.connection.exec_driver_sql(statement)
        driver: Any = self.connection.connection.driver_connection
        if self.dialect.name == "sqlite":
            self.is_asked()
            driver.set_progress_handler(lambda: time.monotonic() > self._ends, _STEPS)
        elif self.dialect.name == "oracle":
            driver.call_timeout = self._seconds * 1000

    @property
    def takes_another(self) -> bool:
        """Whether a query can be sent now."""
        return not (self._reading and self.dialect.name in _ONE_AT_A_TIME)

    def executed(self, query: str, name: str, reading: bool = False) -> CursorResult[Any]:
        """The rows of a query, streamed. Raises SourceError."""
        doubled = query.replace("%", "%%") if self.dialect.paramstyle in ("format", "pyformat") else query
        self.is_asked()
        try:
            options = {"stream_results": True, "max_row_buffer": BATCH}
            found = self.connection.execution_options(**options).exec_driver_sql(doubled)
        except sa.exc.DBAPIError as error:
            self.spoilt()
            raise SourceError("S122", f"the database refuses the query: {short(error)}.", name) from None
        self._reading = self._reading or reading
        return found

    def is_asked(self) -> None:
        """From now on the database has its time to answer."""
        self._ends = time.monotonic() + self._seconds

    def has_read(self) -> None:
        """The rows of a query have been read, or are not wanted any more."""
        self._reading = False

    def spoilt(self) -> None:
        """A query has failed, and with it the transaction: nobody else may join."""
        if _shared.get(self._key) is self:
            del _shared[self._key]

    def broke_off(self, rows: CursorResult[Any]) -> None:
        """The rest of some rows will never come."""
        self.spoilt()
        unread: Any = getattr(rows.cursor, "_result", None)
        if hasattr(unread, "unbuffered_active"):  # else PyMySQL asks the broken connection for them when it forgets it
            unread.unbuffered_active = False

    def leave(self) -> None:
        """End the transaction and the connection, if nobody else reads."""
        self._users -= 1
        if self._users == 0:
            self.spoilt()
            with suppress(sa.exc.DBAPIError):
                self.connection.close()
            self._engine.dispose()

    def join(self) -> Session:
        """For another source."""
        self._users += 1
        return self


def session(options: SqlOptions, name: str) -> Session:
    """The session of a database that is open in this thread, or a new one. Raises SourceError."""
    key = _key(options)
    found = _shared.get(key)
    if found is not None and found.takes_another:
        return found.join()
    found = Session(options, name)
    _shared.setdefault(key, found)
    return found


def _key(options: SqlOptions) -> tuple[int, str, int]:
    """What sources must have alike to share a session; no two threads do."""
    return threading.get_ident(), options.url.get_secret_value(), options.timeout_seconds


def _connected(options: SqlOptions, name: str) -> tuple[Engine, Connection]:
    if wrong := _file_of_sqlite(options):
        raise SourceError(*wrong, name)
    try:
        opened = engine(options)
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
        raise SourceError("S120", f"the url cannot be used: {short(error)}.", name) from None
    try:
        return opened, opened.connect()
    except sa.exc.DBAPIError as error:
        opened.dispose()
        message = f"the database does not let us in: {short(error)}. Check url, network and password."
        raise SourceError("S121", message, name) from None


def _file_of_sqlite(options: SqlOptions) -> tuple[str, str] | None:
    """(code, message): what is wrong with the file of a SQLite database, which SQLite itself may read as empty rows."""
    try:
        url = sa.make_url(options.url.get_secret_value())
    except (sa.exc.ArgumentError, ValueError):
        return None
    if url.get_backend_name() != "sqlite" or not url.database or url.database.startswith("file:"):
        return None
    path = Path(url.database)
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        return "S102", f"{path} cannot be read: {error.strerror}. Is it the right path, and may we read it?"
    page = int.from_bytes(head[16:18], "big")
    pages, counted, valid_for = (int.from_bytes(head[at : at + 4], "big") for at in (28, 24, 92))
    whole = (65536 if page == 1 else page) * pages
    if counted == valid_for and path.stat().st_size < whole:
        return "S124", f"{path} is cut off: {path.stat().st_size} of {whole} bytes are there. Copy it anew."
    return None


def engine(options: SqlOptions) -> Engine:
    """Connects to the database, read-only where its driver can promise that."""
    url = sa.make_url(options.url.get_secret_value())
    backend, driver, seconds = url.get_backend_name(), url.get_driver_name(), options.timeout_seconds
    arguments: dict[str, Any] = {}
    if backend == "sqlite" and url.database and not url.database.startswith("file:"):
        url = url.set(database=f"file:{url.database}", query={**url.query, "mode": "ro", "uri": "true"})
        arguments["timeout"] = seconds
    elif backend in ("postgresql", "mysql", "mariadb"):
        arguments["connect_timeout"] = min(seconds, 30)
        if driver == "pymysql":
            arguments["read_timeout"] = seconds + 5  # its limit for locks comes first
    elif driver == "pymssql":
        arguments |= {"login_timeout": min(seconds, 30), "timeout": seconds, "read_only": True}
    elif driver == "oracledb":
        arguments["tcp_connect_timeout"] = float(min(seconds, 30))
    return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)


def statements(dialect: str, seconds: int) -> list[str]:
    """What makes a session one that only reads, sees one moment, and does not wait for ever."""
    # a limit of the statement's own would count our time too
    my_sql = [f"SET SESSION lock_wait_timeout = {seconds}", *_MY_SQL]
    known = {
        "sqlite": ["PRAGMA query_only = ON", "BEGIN"],
        "postgresql": [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {seconds * 1000}",
        ],
        "mysql": my_sql,
        "mariadb": my_sql,
        "oracle": ["SET TRANSACTION READ ONLY"],
    }
    return known.get(dialect, [])


def short(error: Exception) -> str:
    """The driver's own words, one line, without the URL and its password."""
    found = getattr(error, "orig", None) or error
    said = found.args[-1] if found.args else found
    while isinstance(said, tuple) and said:  # pymssql wraps (number, words) in another
        said = said[-1]
    if isinstance(said, bytes):  # its own number and severity come first
        lines = [line for line in said.decode(errors="replace").splitlines() if not line.startswith("DB-Lib")]
        return (lines or ["no answer"])[0][:200].rstrip(".")
    lines = str(found).strip().splitlines()
    return lines[0][:200].rstrip(".") if lines else type(error).__name__
