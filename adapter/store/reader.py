"""Reads by the driver itself: a page of a list costs its bytes, not rows of an object-relational layer.

Connections are opened as the engine opens all of them, and kept; the driver keeps their prepared statements.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect, Engine
from sqlalchemy.pool import PoolProxiedConnection

from adapter.errors import StateError
from adapter.store.namespace import NOWHERE_ELSE, Namespace, enter

Row = tuple[Any, ...]
_KEPT = 4  # connections; the pool has others for whoever writes


class Reader:
    """Runs single statements, each on a connection that nobody else uses meanwhile; safe from any thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        self._dialect = driver_dialect(engine, "named" if self._is_sqlite else "pyformat")
        driver: type[Exception] = engine.dialect.loaded_dbapi.Error
        self._failures = (driver, sa.exc.DBAPIError, sa.exc.TimeoutError)
        self._texts: dict[sa.Select[Any], tuple[str, dict[str, Any]]] = {}
        self._idle: deque[PoolProxiedConnection] = deque()

    def rows(
        self, statement: sa.Select[Any], parameters: Mapping[str, object], namespace: Namespace = NOWHERE_ELSE
    ) -> list[Row]:
        """All rows of one consistent view. `statement` is one of a few that are kept. Raises StateError."""
        known = self._texts.get(statement)
        if known is None:
            compiled = statement.compile(dialect=self._dialect)
            known = self._texts[statement] = str(compiled), compiled.params
        text, given = known
        parameters = {**given, **parameters}
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            try:
                return self._read(connection, text, parameters, namespace)
            except self._failures:
                if connection.is_valid:
                    connection.invalidate()  # it may only have died while it lay idle
        return self._read_anew(text, parameters, namespace)

    def close(self) -> None:
        """Give every connection back."""
        while self._idle:
            self._give_back(self._idle.pop())

    def _give_back(self, connection: PoolProxiedConnection) -> None:
        if not self._is_sqlite:
            driver: Any = connection.driver_connection
            driver.autocommit = False  # the next to use it may write
        connection.close()

    def _read_anew(self, text: str, parameters: Mapping[str, object], namespace: Namespace) -> list[Row]:
        try:
            connection = self._engine.raw_connection()
            if not self._is_sqlite:
                driver: Any = connection.driver_connection
                driver.autocommit = True
        except self._failures as error:
            raise _failed(error) from error
        try:
            return self._read(connection, text, parameters, namespace)
        except self._failures as error:
            if connection.is_valid:
                connection.invalidate()
            raise _failed(error) from error

    def _read(
        self, connection: PoolProxiedConnection, text: str, parameters: Mapping[str, object], namespace: Namespace
    ) -> list[Row]:
        driver: Any = connection.driver_connection
        found: list[Row]
        if self._is_sqlite:
            found = driver.execute(text, parameters).fetchall()
        else:
            enter(connection, namespace)
            with driver.cursor(binary=True) as cursor:  # bodies as bytes, not as hexadecimal text
                found = cursor.execute(text, parameters).fetchall()
        if len(self._idle) < _KEPT:
            self._idle.append(connection)
        else:
            self._give_back(connection)
        return found


def driver_dialect(engine: Engine, paramstyle: str) -> Dialect:
    """The engine's dialect for statements that the driver gets as they are, with parameters in this style."""
    kind: Any = type(engine.dialect)
    dialect: Dialect = kind(paramstyle=paramstyle)
    return dialect


def _failed(error: Exception) -> StateError:
    return StateError(f"the state store failed: {getattr(error, 'orig', error)}. Published data are unchanged.")
