"""Whose part of a shared PostgreSQL a connection works in: a schema, and the database role that owns it.

Many organisers may have their states in one database. A connection is told whose it is whenever it is taken, before
anything is asked: with the role taken on, the server itself refuses what is another organiser's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from sqlalchemy.pool import PoolProxiedConnection

from adapter.errors import StateError

if TYPE_CHECKING:
    from psycopg import sql

_KNOWN = "ss12000_namespace"  # in a connection's own notes


class Namespace(NamedTuple):
    """`schema`: where the tables lie; `role`: taken on in every connection. "" = as the server has it."""

    schema: str = ""
    role: str = ""

    def lock(self, key: int) -> str:
        """Arguments of an advisory lock that no other organiser in the database waits for."""
        return f"{key}, ({_OWN_NUMBER})" if self.schema else str(key)


NOWHERE_ELSE = Namespace()
"""Where the server leads whoever says nothing: a database of one's own."""
_OWN_NUMBER = "SELECT oid::int8::bit(32)::int4 FROM pg_catalog.pg_namespace WHERE nspname = current_schema()"


def enter(connection: PoolProxiedConnection, namespace: Namespace) -> None:
    """Let the connection work there from now on; nothing is sent where it does already.

    Raises StateError, or what the driver raises; then the connection is given up.
    """
    if connection.info.get(_KNOWN, NOWHERE_ELSE) == namespace:
        return
    from psycopg import errors  # loaded already where there is a server

    driver: Any = connection.driver_connection
    alone = driver.autocommit
    try:
        driver.autocommit = True  # in a transaction it would be undone with it
        driver.execute(_words(namespace))
        driver.autocommit = alone
    except BaseException as error:
        connection.invalidate()  # nobody takes it as it was left here
        if isinstance(error, errors.InvalidParameterValue):
            raise StateError(f"state.role: the database has no role {namespace.role!r}. {_ADVICE}") from None
        if isinstance(error, errors.InsufficientPrivilege):
            raise StateError(f"state.role: the login may not take on {namespace.role!r}. {_ADVICE}") from None
        raise
    connection.info[_KNOWN] = namespace


def _words(namespace: Namespace) -> sql.Composed:
    """Both in one message; the role comes last, for it may do less."""
    from psycopg import sql

    path = sql.Identifier(namespace.schema) if namespace.schema else sql.SQL("DEFAULT")
    role = sql.Identifier(namespace.role) if namespace.role else sql.SQL("NONE")
    return sql.SQL("RESET ROLE; SET search_path TO {}; SET ROLE {}").format(path, role)


_ADVICE = "`fleet add` makes schema and role."
