"""The same rows give the same batches, whatever kind of source they stand in (`connectors.testing`)."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest
import sqlalchemy as sa
from support.catalogues import ADMIN, BASE, HAS_BONSAI, SECRET, Catalogue, Entry, catalogue
from support.databases import mariadb_url, postgres_url
from support.sheets import SHEETS, ods

from connectors.base import Connector
from connectors.registry import create
from connectors.testing import ConnectorPromises, Rows, rows_to_read


def _fill(url: str, rows: Rows) -> None:
    engine = sa.create_engine(url)
    columns = [sa.Column(name, sa.Integer if name == "tal" else sa.String(80)) for name in rows.header]
    table = sa.Table("ELEV", sa.MetaData(), *columns)
    table.create(engine)
    with engine.begin() as connection:
        values = [dict(zip(rows.header, (*row[:3], int(row[3] or 0), row[4]), strict=True)) for row in rows.cells]
        connection.execute(sa.insert(table), values)
    engine.dispose()


def _as_csv(rows: Rows) -> bytes:
    lines = [";".join('"' + (c or "").replace('"', '""') + '"' for c in row) for row in [rows.header, *rows.cells]]
    return "\r\n".join(lines).encode("cp1252")


class TestCsv(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        (tmp_path / "elev.csv").write_bytes(_as_csv(rows))
        return create("elever", {"connector": "csv", "path": str(tmp_path / "elev.csv")})


class TestCsvInAZip(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        with zipfile.ZipFile(tmp_path / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("annat.txt", "x")
            archive.writestr("ut/elever.csv", _as_csv(rows))
        options = {"path": str(tmp_path / "export.zip"), "member": "ut/elev*.csv"}
        return create("elever", {"connector": "csv", **options})


class TestCsvPacked(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        (tmp_path / "elev.csv.gz").write_bytes(gzip.compress(_as_csv(rows)))
        return create("elever", {"connector": "csv", "path": str(tmp_path / "elev*.csv.gz")})


class TestXml(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        cells = ["".join(f"<c{n}>{escape(cell or '')}</c{n}>" for n, cell in enumerate(row)) for row in rows.cells]
        inner = "".join(f"<e:elev xmlns:e='urn:x'>{row}</e:elev>" for row in cells)
        text = f"<?xml version='1.0' encoding='iso-8859-1'?><register><kopia/><elever>{inner}</elever></register>"
        (tmp_path / "elev.xml").write_bytes(text.encode("iso8859-1"))
        columns = {name: f"c{n}" for n, name in enumerate(rows.header)}
        options = {"path": str(tmp_path / "elev.xml"), "rows": "elever/elev", "columns": columns}
        return create("elever", {"connector": "xml", **options})


class TestFixedWidth(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        widths = (10, 40, 4, 6, 3)
        lines = ["".join((c or "").ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows.cells]
        (tmp_path / "elev.txt").write_bytes("\r\n".join(lines).encode("cp1252"))
        ends = [sum(widths[: n + 1]) for n in range(len(widths))]
        columns = {name: f"{end - width + 1}-{end}" for name, width, end in zip(rows.header, widths, ends, strict=True)}
        return create("elever", {"connector": "fixed-width", "path": str(tmp_path / "elev.txt"), "columns": columns})


class TestJson(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        found = [dict(zip(rows.header, (*row[:3], int(row[3] or 0), row[4]), strict=True)) for row in rows.cells]
        text = json.dumps({"kopia": [], "data": {"elever": found}}, ensure_ascii=False, indent=1)
        (tmp_path / "elev.json").write_text(text, encoding="utf-8")
        return create("elever", {"connector": "json", "path": str(tmp_path / "elev.json"), "rows": "data.elever"})


class TestJsonLines(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        found = [dict(zip(rows.header, row, strict=True)) for row in rows.cells]
        lines = "\n".join(json.dumps(row) for row in found)
        (tmp_path / "elev.jsonl").write_text(lines + "\n", encoding="utf-8")
        columns = {name: name for name in rows.header}
        return create("elever", {"connector": "json", "path": str(tmp_path / "elev.jsonl"), "columns": columns})


class TestXlsx(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        book = openpyxl.Workbook()
        sheet = book.active
        assert sheet is not None
        for row in [("Export 2026-08-17", None, None, None, None), rows.header]:
            sheet.append(list(row))
        for row in rows.cells:
            sheet.append([*row[:3], int(row[3] or 0), row[4]])
        book.save(tmp_path / "elev.xlsx")
        return create("elever", {"connector": "excel", "path": str(tmp_path / "elev.xlsx")})


class TestOds(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        (tmp_path / "elev.ods").write_bytes(ods([rows.header, *rows.cells]))
        return create("elever", {"connector": "excel", "path": str(tmp_path / "elev.ods"), "sheet": 1})


class TestXls(ConnectorPromises):
    """A file that LibreOffice has written: nothing here writes this form."""

    @pytest.fixture
    def rows(self) -> Rows:
        return rows_to_read(1000)

    @pytest.fixture
    def connector(self, rows: Rows) -> Connector:
        return create("elever", {"connector": "excel", "path": str(SHEETS / "thousand.xls")})


LDAP = ("uid", "cn", "l", "employeeNumber", "title")


def _entry(row: Sequence[str | None]) -> Entry:
    values = {name: [cell] for name, cell in zip(LDAP, row, strict=True) if cell}
    return {"dn": [f"uid={row[0]},ou=elever,{BASE}"], "objectClass": ["inetOrgPerson"], "sn": ["x"], **values}


@pytest.fixture(scope="module")
def slapd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    folder, entries = tmp_path_factory.mktemp("slapd"), map(_entry, rows_to_read().cells)
    with catalogue(folder, entries, "size=500 size.prtotal=unlimited") as found:
        yield found


@pytest.mark.skipif(not HAS_BONSAI, reason="pip install '.[ldap]'")
class TestLdap(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, slapd: Catalogue) -> Connector:
        columns = dict(zip(rows.header, LDAP, strict=True))
        given = {"url": slapd.tls, "ca": str(slapd.ca), "user": ADMIN, "password": SECRET}
        wanted = {"base": f"ou=elever,{BASE}", "filter": "(objectClass=inetOrgPerson)", "columns": columns}
        return create("elever", {"connector": "ldap", **given, **wanted})


class TestSqlite(ConnectorPromises):
    @pytest.fixture
    def connector(self, rows: Rows, tmp_path: Path) -> Connector:
        url = f"sqlite:///{tmp_path}/sis.db"
        _fill(url, rows)
        return create("elever", {"connector": "sql", "url": url, "table": "ELEV"})


@pytest.fixture(scope="module", params=[postgres_url, mariadb_url], ids=["postgresql", "mariadb"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with request.param() as found:
        _fill(found, rows_to_read())
        yield found


class TestServers(ConnectorPromises):
    @pytest.fixture
    def connector(self, url: str) -> Connector:
        return create("elever", {"connector": "sql", "url": url, "table": "ELEV"})

    def test_the_source_is_only_read(self, connector: Connector) -> None:
        with connector.open() as table, pytest.raises(sa.exc.DBAPIError):
            table._session.connection.exec_driver_sql("CREATE TABLE spar (a INT)")  # type: ignore[attr-defined]
