"""The same rows give the same batches, whatever kind of source they stand in (`connectors.testing`)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.catalogues import HAS_BONSAI
from support.databases import mariadb_url, postgres_url
from support.kinds import FILES, in_a_catalogue, on_a_server
from support.sheets import SHEETS

from connectors.base import Connector
from connectors.registry import create
from connectors.testing import ConnectorPromises, Rows, rows_to_read


class TestFiles(ConnectorPromises):
    @pytest.fixture(params=FILES)
    def connector(self, request: pytest.FixtureRequest, rows: Rows, tmp_path: Path) -> Connector:
        return FILES[request.param](tmp_path, rows)


class TestXls(ConnectorPromises):
    """A file that LibreOffice has written: nothing here writes this form."""

    @pytest.fixture
    def rows(self) -> Rows:
        return rows_to_read(1000)

    @pytest.fixture
    def connector(self, rows: Rows) -> Connector:
        return create("elever", {"connector": "excel", "path": str(SHEETS / "thousand.xls")})


@pytest.fixture(scope="module")
def from_a_catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connector]:
    with in_a_catalogue(tmp_path_factory.mktemp("slapd"), rows_to_read()) as found:
        yield found


@pytest.mark.skipif(not HAS_BONSAI, reason="pip install '.[ldap]'")
class TestLdap(ConnectorPromises):
    @pytest.fixture
    def connector(self, from_a_catalogue: Connector) -> Connector:
        return from_a_catalogue


@pytest.fixture(scope="module", params=[postgres_url, mariadb_url], ids=["postgresql", "mariadb"])
def from_a_server(request: pytest.FixtureRequest) -> Iterator[Connector]:
    with request.param() as url:
        yield on_a_server(url, rows_to_read())


class TestServers(ConnectorPromises):
    @pytest.fixture
    def connector(self, from_a_server: Connector) -> Connector:
        return from_a_server

    def test_the_source_is_only_read(self, connector: Connector) -> None:
        with connector.open() as table, pytest.raises(sa.exc.DBAPIError):
            table._session.connection.exec_driver_sql("CREATE TABLE spar (a INT)")  # type: ignore[attr-defined]
