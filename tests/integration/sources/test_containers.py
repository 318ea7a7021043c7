"""SQL Server and Oracle, where Docker is: no such server can be installed from Debian. Elsewhere these say so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from support.kinds import on_a_server

from connectors.base import SourceError
from connectors.registry import create
from connectors.testing import ConnectorPromises, rows_to_read

pytestmark = pytest.mark.long


def _docker() -> str:
    """Why there is no Docker; "" where there is."""
    import docker

    client = docker.from_env(version="1.41")  # so that nothing is asked before `ping`
    try:
        client.ping()
    except (docker.errors.DockerException, OSError) as error:
        return f"no Docker engine answers: {str(error)[:80]}"
    finally:
        client.close()
    return ""


@pytest.fixture(scope="module", params=["mssql", "oracle"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    if why := _docker():
        pytest.skip(why)
    container: Any
    if request.param == "mssql":
        from testcontainers.mssql import SqlServerContainer

        container = SqlServerContainer("mcr.microsoft.com/mssql/server:2022-latest", dialect="mssql+pymssql")
    else:
        from testcontainers.oracle import OracleDbContainer

        container = OracleDbContainer("gvenzl/oracle-free:slim")
    with container as started:
        found = started.get_connection_url()
        on_a_server(found, rows_to_read())
        _days(found)
        yield found


def _days(url: str) -> None:
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE dagar (fran DATE, tal DECIMAL(12,2))")
        day = sa.table("dagar", sa.column("fran"), sa.column("tal"))
        connection.execute(sa.insert(day), [{"fran": dt.date(2026, 8, 17), "tal": 17}])
    engine.dispose()


class TestOthers(ConnectorPromises):
    @pytest.fixture
    def connector(self, url: str) -> Any:
        return create("elever", {"connector": "sql", "url": url, "table": "ELEV"})


def test_a_query_with_an_order_of_its_own_is_taken(url: str) -> None:
    query = 'WITH e AS (SELECT * FROM "ELEV") SELECT "tal", "År" FROM e WHERE "tal" < 3 ORDER BY "tal"'
    with create("elever", {"connector": "sql", "url": url, "query": query}).open() as table:
        assert [tuple(row) for batch in table.batches(["tal"]) for row in batch.rows] == [("0",), ("1",), ("2",)]


def test_dates_and_decimals_are_texts(url: str) -> None:
    with create("dagar", {"connector": "sql", "url": url, "table": "dagar"}).open() as table:
        ((day, number),) = [tuple(row) for batch in table.batches(table.columns) for row in batch.rows]
    assert (day or "")[:10] == "2026-08-17"
    assert number == "17"


def test_what_is_not_there_is_told(url: str) -> None:
    with pytest.raises(SourceError, match="S122"):
        create("elever", {"connector": "sql", "url": url, "table": "LARARE"}).open()
