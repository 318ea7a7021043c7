"""One run at a time on one state, across processes and machines. The lock dies with its holder.

Our own, for on a server the lock must be the server's: docs/decisions/0007-locks-and-retries.md.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa

from adapter.errors import StateError
from adapter.store.engine import Store, translated

_KEY = 1212002  # of PostgreSQL's advisory lock


@contextmanager
def run_lock(store: Store) -> Iterator[None]:
    """Hold the run lock. Raises StateError at once where another run holds it."""
    if not store.is_sqlite:
        with _server_lock(store):
            yield
        return
    database = store.engine.url.database
    if not database or database == ":memory:":
        yield
        return
    with closing(file_lock(f"{database}.lock")):
        yield


def _busy() -> StateError:
    return StateError("another run is going on with this state; wait for its end. Published data are unchanged.")


def file_lock(path: str) -> sqlite3.Connection:
    """An open exclusive transaction on a database of its own: released by the system, however we end.

    Raises StateError at once where another run holds it.
    """
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        connection.close()
        if "locked" in str(error):
            raise _busy() from None
        raise StateError(f"the run lock {path} cannot be taken: {error}") from None
    return connection


@contextmanager
def _server_lock(store: Store) -> Iterator[None]:
    key = store.namespace.lock(_KEY)
    with translated(), store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not connection.execute(sa.text(f"SELECT pg_try_advisory_lock({key})")).scalar():
            raise _busy()
        try:
            yield
        finally:
            connection.execute(sa.text(f"SELECT pg_advisory_unlock({key})"))
