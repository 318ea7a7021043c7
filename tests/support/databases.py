"""Databases of one's own for a test, on the servers that run here; without servers, in containers.

Where neither is to be had the test is skipped, except in CI, where that is a failure: no database test may hide.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

_POSTGRES = os.environ.get("SS12000_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")
_MARIADB = os.environ.get("SS12000_TEST_MARIADB", "mysql+pymysql://root@127.0.0.1:3306/mysql")


@contextmanager
def postgres_url() -> Iterator[str]:
    """URL of a new, empty PostgreSQL database."""
    yield from _own(_POSTGRES, "postgres", 'DROP DATABASE "{}" WITH (FORCE)')


@contextmanager
def mariadb_url() -> Iterator[str]:
    """URL of a new, empty MariaDB database."""
    yield from _own(_MARIADB, "mariadb", "DROP DATABASE `{}`")


def _own(server: str, kind: str, drop: str) -> Iterator[str]:
    with _answering(server, kind) as url:
        engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        name = f"ss12000_{uuid.uuid4().hex[:12]}"
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        try:
            yield sa.make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            with engine.connect() as connection:
                connection.exec_driver_sql(drop.format(name))
            engine.dispose()


@contextmanager
def _answering(server: str, kind: str) -> Iterator[str]:
    if _answers(server):
        yield server
        return
    try:
        container = _container(kind)
    except Exception as error:
        reason = f"no {kind} answers at {sa.make_url(server).host}, and no container can be started: {error}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with container:
        yield container.get_connection_url()


def _answers(server: str) -> bool:
    try:
        engine = sa.create_engine(server, poolclass=NullPool, connect_args={"connect_timeout": 3})
        engine.connect().close()
    except sa.exc.OperationalError:
        return False
    return True


def _container(kind: str):  # type: ignore[no-untyped-def]
    if kind == "postgres":
        from testcontainers.postgres import PostgresContainer

        container = PostgresContainer("postgres:16", driver="psycopg")
    else:
        from testcontainers.mysql import MySqlContainer

        container = MySqlContainer("mariadb:11", dialect="pymysql")
    container.start()
    return container
