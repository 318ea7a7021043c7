"""Any database that SQLAlchemy speaks to: one SELECT, read-only, streamed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from sqlalchemy.engine import Connection, CursorResult, Engine
from sqlalchemy.pool import NullPool

from connectors.base import Batch, Cell, SourceError
from connectors.sql import select_only
from connectors.sql.kinds import kinds
from connectors.text import as_text

BATCH = 2000  # rows


class SqlOptions(BaseModel):
    """Keys of an sql source in config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(description="SQLAlchemy URL; opened read-only")
    query: str | None = Field(default=None, description="one SELECT")
    table: str | None = Field(default=None, min_length=1, description="or a table or view: ELEV, dbo.ELEV")
    timeout_seconds: int = Field(default=300, ge=1, description="for connecting and for each statement")

    @model_validator(mode="after")
    def _one_of(self) -> SqlOptions:
        if (self.query is None) == (self.table is None):
            raise ValueError("write either query or table")
        if self.query is not None and (why := select_only.refusal(self.query, _database(self.url))):
            raise ValueError(f"the query {why}")
        return self


class SqlConnector:
    """One SELECT on one database."""

    Options = SqlOptions

    def __init__(self, name: str, options: SqlOptions) -> None:
        self.name = name
        self.options = options

    def open(self) -> SqlTable:
        """Connect and ask for the column names; no row is fetched. Raises SourceError."""
        try:
            opened = engine(self.options)
        except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ModuleNotFoundError, ValueError) as error:
            raise SourceError("S120", f"the url cannot be used: {short(error)}.", self.name) from None
        try:
            connection = opened.connect()
        except sa.exc.DBAPIError as error:
            opened.dispose()
            message = f"the database does not let us in: {short(error)}. Check url, network and password."
            raise SourceError("S121", message, self.name) from None
        return SqlTable(self.name, opened, connection, self.options)


class SqlTable:
    """An open query in a read-only transaction."""

    age_hours: float | None = None

    def __init__(self, name: str, engine: Engine, connection: Connection, options: SqlOptions) -> None:
        self._name = name
        self._engine = engine
        self._connection = connection
        try:
            self._select = _select(connection, options)
            _read_only(connection, options.timeout_seconds)
            with self._executed(f"SELECT * FROM ({self._select}\n) AS source_rows WHERE 1 = 0") as empty:
                self.columns: Sequence[str] = tuple(empty.keys())
                self.kinds = kinds(connection.dialect.name, empty.cursor.description if empty.cursor else None)
        except SourceError:
            self.close()
            raise
        twice = next((column for column in self.columns if list(self.columns).count(column) > 1), None)
        if twice is not None:
            self.close()
            raise SourceError("S123", f'the column "{twice}" comes twice; name columns one by one.', name)

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """The rows, only these columns. Raises SourceError, also half-way."""
        quoted = ", ".join(self._connection.dialect.identifier_preparer.quote_identifier(name) for name in columns)
        number = 1
        try:
            with self._executed(f"SELECT {quoted or '1'} FROM ({self._select}\n) AS source_rows") as rows:
                while some := rows.fetchmany(BATCH):
                    yield Batch(number, self._texts(some, columns, number))
                    number += len(some)
        except sa.exc.DBAPIError as error:
            message = f"the database broke off after {number - 1} rows: {short(error)}."
            raise SourceError("S124", message, self._name) from None

    def __enter__(self) -> SqlTable:
        return self

    def __exit__(self, *details: object) -> None:
        self.close()

    def close(self) -> None:
        """End the transaction and the connection."""
        with suppress(sa.exc.DBAPIError):
            self._connection.close()
        self._engine.dispose()

    def _executed(self, query: str) -> CursorResult[Any]:
        try:
            options = {"stream_results": True, "max_row_buffer": BATCH}
            return self._connection.execution_options(**options).exec_driver_sql(query.replace("%", "%%"))
        except sa.exc.DBAPIError as error:
            raise SourceError("S122", f"the database refuses the query: {short(error)}.", self._name) from None

    def _texts(self, rows: Sequence[Any], columns: Sequence[str], number: int) -> list[Sequence[Cell]]:
        """Rows of text; columns that hold texts already are not touched."""
        if not columns:  # rows are counted alone
            return [() for _ in rows]
        turned: list[Sequence[Cell]] = []
        for name, column in zip(columns, zip(*rows, strict=True), strict=True):
            if set(map(type, column)) <= {str, type(None)}:
                turned.append(column)
                continue
            try:
                turned.append([as_text(cell) for cell in column])
            except TypeError as error:
                message = f'the column "{name}" holds {error}, which has no text; leave it out of the query.'
                raise SourceError("S125", message, f"{self._name}:{number}") from None
        return list(zip(*turned, strict=True))


def _database(url: SecretStr) -> str:
    """The kind of database, "" where the url is none, which is told when it is opened."""
    try:
        return sa.make_url(url.get_secret_value()).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        return ""


def engine(options: SqlOptions) -> Engine:
    """Connects to the database, read-only where its driver can promise that."""
    url = sa.make_url(options.url.get_secret_value())
    backend = url.get_backend_name()
    arguments: dict[str, Any] = {}
    if backend == "sqlite" and url.database and not url.database.startswith("file:"):
        url = url.set(database=f"file:{url.database}", query={**url.query, "mode": "ro", "uri": "true"})
        arguments["timeout"] = options.timeout_seconds
    elif backend in ("postgresql", "mysql", "mariadb"):
        arguments["connect_timeout"] = min(options.timeout_seconds, 30)
    return sa.create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args=arguments)


def _select(connection: Connection, options: SqlOptions) -> str:
    if options.query is not None:
        return options.query.strip().rstrip("; \t\r\n")
    quote = connection.dialect.identifier_preparer.quote_identifier
    return "SELECT * FROM " + ".".join(quote(part) for part in str(options.table).split("."))


def _read_only(connection: Connection, seconds: int) -> None:
    """The database's own promise that nothing is written, where it has one, and an end to patience."""
    statements = {
        "sqlite": ["PRAGMA query_only = ON"],
        "postgresql": [
            "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY",
            f"SET LOCAL statement_timeout = {seconds * 1000}",
        ],
        "mysql": ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"],
        "mariadb": ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION READ ONLY"],
    }
    for statement in statements.get(connection.dialect.name, ()):
        connection.exec_driver_sql(statement)


def short(error: Exception) -> str:
    """The driver's own words, one line, without the URL and its password."""
    words = str(getattr(error, "orig", None) or error).strip().splitlines()
    return words[0][:200].rstrip(".") if words else type(error).__name__
