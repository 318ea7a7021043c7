"""Room for many organisers in one PostgreSQL: a schema each, owned by a role that sees nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from adapter.errors import StateError
from adapter.store.engine import of_network, translated
from adapter.store.namespace import Namespace

QUEUE = "ss12000_queue"
"""Where the queue lies in the fleet's database."""
_MADE_BY = "SELECT obj_description(oid, 'pg_namespace') FROM pg_catalog.pg_namespace WHERE nspname = :name"
_ADVICE = {
    "permission denied to create role": "Its login needs CREATEROLE: ALTER ROLE … CREATEROLE.",
    "permission denied for database": "Its login may make no schema there: GRANT CREATE ON DATABASE … TO ….",
}
_EXISTS = "SELECT EXISTS (SELECT FROM pg_catalog.{} WHERE {} = :name)"


def make(url: str, namespace: Namespace) -> None:
    """The schema and its role; what is there stays as it is. Raises StateError."""
    with _asking(url) as connection:
        role, schema = _quoted(connection, namespace.role), _quoted(connection, namespace.schema)
        if not _is_there(connection, "pg_roles", "rolname", namespace.role):
            connection.exec_driver_sql(f"CREATE ROLE {role} NOLOGIN")
            connection.exec_driver_sql(f"GRANT {role} TO CURRENT_USER")
        connection.exec_driver_sql(f"CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {role}")


def remove(url: str, namespace: Namespace) -> None:
    """The schema with all that is in it, and its role. Raises StateError."""
    with _asking(url) as connection:
        role, schema = _quoted(connection, namespace.role), _quoted(connection, namespace.schema)
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
        if _is_there(connection, "pg_roles", "rolname", namespace.role):
            connection.exec_driver_sql(f"DROP OWNED BY {role}")
            connection.exec_driver_sql(f"DROP ROLE {role}")


def left_of(url: str, namespace: Namespace) -> list[str]:
    """What the database still has of an organiser. Raises StateError."""
    with _asking(url) as connection:
        found = []
        if _is_there(connection, "pg_namespace", "nspname", namespace.schema):
            found.append(f"schema {namespace.schema}")
        if _is_there(connection, "pg_roles", "rolname", namespace.role):
            found.append(f"role {namespace.role}")
        return found


def make_queue(url: str, statements: str, version: tuple[int, ...]) -> None:
    """The queue's own schema, made of `statements`; anew where an earlier version made it: nights are planned again.

    Raises StateError: unreachable, no permission, made by a later version.
    """
    with _asking(url) as connection:
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(1212005)"))
        made = connection.execute(sa.text(_MADE_BY), {"name": QUEUE}).scalar()
        found = tuple(map(int, made.split("."))) if made else ()
        if found == version:
            return
        if found > version:
            raise StateError(
                f"the queue was made by a later version ({made}). Install the newer ss12000-adapter again."
            )
        connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {QUEUE} CASCADE")
        connection.exec_driver_sql(f"CREATE SCHEMA {QUEUE}")
        connection.exec_driver_sql(f"SET LOCAL search_path TO {QUEUE}")
        driver: Any = connection.connection.driver_connection
        driver.execute(statements)
        # numbers of jobs go on from no earlier queue's: what became of those is still on record
        now = "(extract(epoch from clock_timestamp()) * 1000)::bigint"
        connection.exec_driver_sql(f"SELECT setval('procrastinate_jobs_id_seq', {now})")
        connection.exec_driver_sql(f"COMMENT ON SCHEMA {QUEUE} IS '{'.'.join(map(str, version))}'")


def must_answer(url: str) -> None:
    """Raises StateError where the database cannot be reached."""
    with _asking(url) as connection:
        connection.execute(sa.text("SELECT 1"))


def database_name(url: str) -> str:
    """Which database of the server a URL names. Raises StateError."""
    with of_fleet():
        return sa.make_url(url).database or ""


def connection_string(url: str, schema: str) -> str:
    """The same server for who speaks to it without SQLAlchemy, in a schema. Raises StateError."""
    from psycopg.conninfo import make_conninfo

    with of_fleet():
        parsed = of_network(sa.make_url(url))
        _, given = parsed.get_dialect()().create_connect_args(parsed)
        given["options"] = f"{given.get('options', '')} -c search_path={schema}"
        return make_conninfo(**given)


@contextmanager
def _asking(url: str) -> Iterator[Connection]:
    with of_fleet():
        engine = sa.create_engine(of_network(sa.make_url(url)), poolclass=NullPool, hide_parameters=True)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()


@contextmanager
def of_fleet() -> Iterator[None]:
    """What the database says, as what to do about fleet.database. Raises StateError."""
    try:
        with translated():
            yield
    except StateError as error:
        if error.__cause__ is None:  # said by us
            raise
        said = str(getattr(error.__cause__, "orig", error.__cause__)).partition("\n")[0].rstrip(" .")
        advice = next(
            (words for sign, words in _ADVICE.items() if sign in said), "Is the server up, and the URL right?"
        )
        raise StateError(f"fleet.database: {said}. {advice}") from None


def _is_there(connection: Connection, table: str, column: str, name: str) -> bool:
    return bool(connection.execute(sa.text(_EXISTS.format(table, column)), {"name": name}).scalar())


def _quoted(connection: Connection, name: str) -> str:
    return connection.dialect.identifier_preparer.quote_identifier(name)
