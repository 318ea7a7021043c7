"""What is wrong with a source's options, its address or its plug-in is told before a row is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.databases import mariadb_url, postgres_url

from connectors.base import SourceError
from connectors.registry import OptionsError, create
from connectors.sql import schema as sql_schema


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
    assert caught.value.code in ("S102", "S120", "S121")


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
    with pytest.raises(SourceError, match=r'"broken" needs nowhere: install it'):
        create("x", {"connector": "broken"})
    (info / "entry_points.txt").write_text("[ss12000_adapter.connectors]\nbad = my_connector:No\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r'"bad" \(my_connector:No\) cannot be loaded'):
        create("x", {"connector": "bad"})


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
