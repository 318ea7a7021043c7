"""What every connector promises, whatever it reads: the same rows give the same batches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
import sqlalchemy as sa
from support.databases import mariadb_url, postgres_url

from connectors.base import Connector, SourceError, SourceTable
from connectors.registry import OptionsError, create
from connectors.sql import schema as sql_schema

HEADER = ("elev guid", "förnamn", "År", "tal", "tom")
ROWS = [(f"g{n}", f'Åsa-{n} Öberg, "{n}"; %s', "6", str(n), None if n % 3 else "") for n in range(5003)]


def _fill(url: str) -> None:
    engine = sa.create_engine(url)
    columns = [sa.Column(name, sa.Integer if name == "tal" else sa.String(80)) for name in HEADER]
    table = sa.Table("ELEV", sa.MetaData(), *columns)
    table.create(engine)
    with engine.begin() as connection:
        connection.execute(
            sa.insert(table), [dict(zip(HEADER, (*row[:3], int(row[3]), row[4]), strict=True)) for row in ROWS]
        )
    engine.dispose()


def _csv(folder: Path) -> Connector:
    quoted = [HEADER, *((c or "" for c in row) for row in ROWS)]
    text = "\r\n".join(";".join('"' + str(c).replace('"', '""') + '"' for c in row) for row in quoted)
    (folder / "elev.csv").write_bytes(text.encode("cp1252"))
    return create("elever", {"connector": "csv", "path": str(folder / "elev.csv")})


def _xml(folder: Path) -> Connector:
    cells = ["".join(f"<c{n}>{escape(cell or '')}</c{n}>" for n, cell in enumerate(row)) for row in ROWS]
    rows = "".join(f"<e:elev xmlns:e='urn:x'>{row}</e:elev>" for row in cells)
    text = f"<?xml version='1.0' encoding='iso-8859-1'?><register><kopia/><elever>{rows}</elever></register>"
    (folder / "elev.xml").write_bytes(text.encode("iso8859-1"))
    columns = {name: f"c{n}" for n, name in enumerate(HEADER)}
    options = {"path": str(folder / "elev.xml"), "rows": "elever/elev", "columns": columns}
    return create("elever", {"connector": "xml", **options})


@pytest.fixture(params=["csv", "xml", "sqlite", "postgres", "mariadb"])
def connector(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connector]:
    if request.param in ("csv", "xml"):
        yield _csv(tmp_path) if request.param == "csv" else _xml(tmp_path)
        return
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/sis.db"
        _fill(url)
        yield create("elever", {"connector": "sql", "url": url, "table": "ELEV"})
        return
    with postgres_url() if request.param == "postgres" else mariadb_url() as url:
        _fill(url)
        yield create("elever", {"connector": "sql", "url": url, "table": "ELEV"})


def everything(table: SourceTable, columns: Sequence[str]) -> list[tuple[str | None, ...]]:
    return [tuple(row) for batch in table.batches(columns) for row in batch.rows]


def test_the_header_is_as_the_source_spells_it(connector: Connector) -> None:
    with connector.open() as table:
        assert tuple(table.columns) == HEADER


def test_rows_come_whole_in_order_as_text(connector: Connector) -> None:
    with connector.open() as table:
        found = everything(table, HEADER)
    assert sorted((*row[:4], row[4] or "") for row in found) == sorted((*row[:4], row[4] or "") for row in ROWS)


def test_only_the_columns_asked_for_come_in_the_order_asked_for(connector: Connector) -> None:
    with connector.open() as table:
        found = everything(table, ["tal", "elev guid"])
    assert sorted(found) == sorted((row[3], row[0]) for row in ROWS)


def test_rows_can_be_counted_without_a_column(connector: Connector) -> None:
    with connector.open() as table:
        assert everything(table, []) == [()] * len(ROWS)


def test_rows_are_numbered_without_gaps(connector: Connector) -> None:
    with connector.open() as table:
        numbers = [batch.first_row + offset for batch in table.batches(["tal"]) for offset in range(len(batch.rows))]
    assert numbers == list(range(numbers[0], numbers[0] + len(ROWS)))


def test_where_rows_are_lines_each_line_alone_gives_its_row(connector: Connector) -> None:
    with connector.open() as table:
        lines = table.lines() if hasattr(table, "lines") else None
        if lines is None:
            return
        rows = {
            batch.first_row + offset: tuple(row)
            for batch in table.batches(["tal", "förnamn"])
            for offset, row in enumerate(batch.rows)
        }
        places = [number - lines.first for number in rows]
        assert [tuple(row or ()) for row in lines.cells(places[::-1], ["tal", "förnamn"])] == list(rows.values())[::-1]
        assert len(list(lines)) == len(set(lines)) == len(ROWS)


def test_a_read_can_be_left_half_way(connector: Connector) -> None:
    with connector.open() as table:
        next(iter(table.batches(["tal"])))
    with connector.open() as table:
        assert len(everything(table, ["tal"])) == len(ROWS)


def test_the_source_is_only_read(connector: Connector) -> None:
    with connector.open() as table:
        if not hasattr(table, "_connection"):
            return
        with pytest.raises(sa.exc.DBAPIError):
            table._connection.exec_driver_sql(
                "DELETE FROM " + ('"ELEV"' if "mysql" not in str(table._engine.url) else "ELEV")
            )


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"connector": "sql", "url": "sqlite:///x.db"}, "either query or table"),
        ({"connector": "sql", "url": "sqlite:///x.db", "query": "DROP TABLE ELEV"}, "DROP"),
        ({"connector": "csv", "path": "x.csv", "encoding": "klingon"}, "no encoding"),
        ({"connector": "csv", "path": "x.csv", "delimeter": ";"}, 'Did you mean "delimiter"'),
        ({"connector": "xml", "path": "x.xml", "rows": "elev[@a='1']", "columns": {"a": "b"}}, "names between /"),
        ({"connector": "xml", "path": "x.xml", "rows": "elev", "columns": {"a": "b[c"}}, '"b\\[c" is no path'),
        ({"connector": "odbc"}, "there are csv"),
    ],
)
def test_wrong_options_are_told_before_anything_is_opened(options: dict[str, str], expected: str) -> None:
    with pytest.raises(OptionsError, match=expected):
        create("elever", options)


@pytest.mark.parametrize(
    "url",
    ["sqlite:////nowhere/at/all.db", "postgresql+psycopg://u:hemligt@127.0.0.1:9/d", "nonsense://h/d", "x"],
)
def test_a_database_that_is_not_there_is_told_without_the_password(url: str) -> None:
    connector = create("elever", {"connector": "sql", "url": url, "table": "ELEV"})
    with pytest.raises(SourceError) as caught:
        connector.open()
    assert "hemligt" not in str(caught.value)
    assert caught.value.code in ("S120", "S121", "S122")


def test_a_url_with_a_port_that_is_none_is_told() -> None:
    url = "postgresql+psycopg://u:hemligt@127.0.0.1:port/test"
    with pytest.raises(SourceError, match="S120"):
        create("t", {"connector": "sql", "url": url, "table": "x"}).open()
    with pytest.raises(SourceError, match="write it like") as told:
        sql_schema.tables(url)
    assert "hemligt" not in str(told.value)


def test_a_look_at_a_database_that_is_not_there_makes_none(tmp_path: Path) -> None:
    with pytest.raises(SourceError):
        sql_schema.tables(f"sqlite:///{tmp_path}/typo.db")
    assert list(tmp_path.iterdir()) == []


def test_a_plug_in_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_connector.py").write_text(
        "from pydantic import BaseModel\n"
        "class Mine:\n"
        "    class Options(BaseModel):\n"
        "        size: int\n"
        "    def __init__(self, name, options):\n"
        "        self.size = options.size\n",
        encoding="utf-8",
    )
    info = tmp_path / "my_connector-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-connector\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[ss12000_adapter.connectors]\nmine = my_connector:Mine\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert create("x", {"connector": "mine", "size": 3}).size == 3  # type: ignore[attr-defined]
    (info / "entry_points.txt").write_text("[ss12000_adapter.connectors]\nbroken = nowhere:Mine\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r'"broken" \(nowhere:Mine\) cannot be loaded'):
        create("x", {"connector": "broken"})


@pytest.mark.parametrize("server", [postgres_url, mariadb_url], ids=["postgresql", "mariadb"])
def test_a_look_at_a_database_finds_what_it_declares(server: Any) -> None:
    with server() as url:
        engine = sa.create_engine(url)
        with engine.begin() as connection:
            for statement in (
                "CREATE TABLE skola (id INT PRIMARY KEY, kod VARCHAR(8))",
                "CREATE TABLE elev (a INT, b INT, skola INT REFERENCES skola (id), PRIMARY KEY (a, b))",
                "ALTER TABLE elev ADD CONSTRAINT till_skola FOREIGN KEY (skola) REFERENCES skola (id)",
                "CREATE TABLE betyg (a INT, b INT, FOREIGN KEY (a, b) REFERENCES elev (a, b))",
                "CREATE VIEW velev AS SELECT * FROM elev",
            ):
                connection.exec_driver_sql(statement)
        engine.dispose()
        found = {table.name: table for table in sql_schema.tables(url)}
    assert list(found) == ["betyg", "elev", "skola", "velev"]
    assert found["betyg"].foreign == {}  # two columns together lead somewhere, neither does alone
    assert found["elev"].primary == ("a", "b")
    assert found["elev"].foreign == {"skola": ("skola", "id")}
    assert found["velev"] == sql_schema.TableSchema("velev")
