"""Databases as old systems leave them: what stands there comes, all sources at one moment, or it is told why not."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import sqlglot
from pydantic import SecretStr
from sqlalchemy.pool import NullPool
from support.databases import mariadb_url, postgres_url

from adapter.config import load
from connectors.base import Connector, SourceError
from connectors.registry import create
from connectors.sql.narrowing import Narrowing
from connectors.sql.options import SqlOptions
from connectors.sql.session import engine, statements

SERVERS = {"postgresql": postgres_url, "mariadb": mariadb_url}


@pytest.fixture(params=["sqlite", "postgresql", "mariadb"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/sis.db"
        return
    with SERVERS[request.param]() as found:
        yield found


@contextmanager
def writing(url: str) -> Iterator[sa.Connection]:
    made = sa.create_engine(url, poolclass=NullPool)
    with made.begin() as connection:
        yield connection
    made.dispose()


def source(url: str, **options: Any) -> Connector:
    return create("elever", {"connector": "sql", "url": url, **options})


def rows(connector: Connector) -> list[tuple[str | None, ...]]:
    with connector.open() as table:
        return [tuple(row) for batch in table.batches(list(table.columns)) for row in batch.rows]


def test_a_percent_sign_in_a_query_stays_one(url: str) -> None:
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT, namn VARCHAR(20))")
        connection.exec_driver_sql("INSERT INTO elev VALUES (1, '100%%'), (2, 'Bo')".replace("%%", _percent(url)))
    query = "SELECT id, namn, '5%' AS andel FROM elev WHERE namn LIKE '1%' OR namn = 'x%(y)s'"
    assert rows(source(url, query=query)) == [("1", "100%", "5%")]


def _percent(url: str) -> str:
    return "%" if url.startswith("sqlite") else "%%"


def test_two_sources_of_one_database_see_the_same_moment(url: str) -> None:
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        connection.exec_driver_sql("CREATE TABLE medlem (elev INT)")
        connection.exec_driver_sql("INSERT INTO elev VALUES (1)")
        connection.exec_driver_sql("INSERT INTO medlem VALUES (1)")
        if url.startswith("sqlite"):
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    pupils, members = source(url, table="elev"), source(url, table="medlem")
    with pupils.open() as first:
        assert len(_read(first)) == 1
        with writing(url) as connection:
            connection.exec_driver_sql("INSERT INTO elev VALUES (2)")
            connection.exec_driver_sql("INSERT INTO medlem VALUES (2)")
        with members.open() as second:
            assert _read(second) == [("1",)]
        assert _read(first) == [("1",)]
    assert len(rows(members)) == 2


def _read(table: Any) -> list[tuple[str | None, ...]]:
    return [tuple(row) for batch in table.batches(list(table.columns)) for row in batch.rows]


def test_two_sources_of_one_database_can_be_read_side_by_side(url: str) -> None:
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        connection.execute(sa.text("INSERT INTO elev VALUES (:n)"), [{"n": n} for n in range(5000)])
    one, other = source(url, table="elev"), source(url, query="SELECT id FROM elev WHERE id < 4500")
    with one.open() as first, other.open() as second:
        batches = first.batches(["id"])
        some = len(next(batches).rows)
        assert len(_read(second)) == 4500
        assert some + sum(len(batch.rows) for batch in batches) == 5000


def test_a_query_that_fails_spoils_no_other_source(url: str) -> None:
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        connection.exec_driver_sql("INSERT INTO elev VALUES (1)")
    with source(url, table="elev").open() as first:
        with pytest.raises(SourceError, match=r"S122 the database refuses the query.*larare"):
            source(url, table="larare").open()
        assert rows(source(url, table="elev")) == [("1",)]
        del first


TYPES = {
    "postgresql": (
        "CREATE TABLE elev (pnr CHAR(14), id NUMERIC(12,2), guid UUID, fran DATE, till TIMESTAMP, aktiv BOOLEAN, "
        "tom TEXT)",
        "INSERT INTO elev VALUES ('200901272385', 17.00, '2EB92533-0A4F-4251-B1D1-C4A1F0E0D0C0', '2026-08-17', "
        "'2026-08-17 08:30:00.123', true, '')",
        ("200901272385", "17", "2eb92533-0a4f-4251-b1d1-c4a1f0e0d0c0", "2026-08-17", "2026-08-17 08:30:00", "1", ""),
    ),
    "mariadb": (
        "CREATE TABLE elev (pnr CHAR(14), id DECIMAL(12,2), guid BINARY(16), fran DATE, till DATETIME, aktiv BOOLEAN, "
        "tom VARCHAR(9), ort VARCHAR(20) CHARACTER SET latin1)",
        "INSERT INTO elev VALUES ('200901272385', 17.00, UNHEX('2EB925330A4F4251B1D1C4A1F0E0D0C0'), '0000-00-00', "
        "'2026-08-17 08:30:00', true, '', 'Åmål')",
        (
            "200901272385",
            "17",
            "2eb92533-0a4f-4251-b1d1-c4a1f0e0d0c0",
            "0000-00-00",
            "2026-08-17 08:30:00",
            "1",
            "",
            "Åmål",
        ),
    ),
}


@pytest.mark.parametrize("kind", TYPES)
def test_values_of_every_type_come_as_the_text_that_other_systems_write(kind: str) -> None:
    table, values, expected = TYPES[kind]
    with SERVERS[kind]() as url:
        with writing(url) as connection:
            if kind == "mariadb":
                connection.exec_driver_sql("SET sql_mode = ''")
            connection.exec_driver_sql(table)
            connection.exec_driver_sql(values)
            connection.exec_driver_sql("INSERT INTO elev (pnr) VALUES (NULL)")
        found, nothing = rows(source(url, table="elev"))
    assert tuple(cell.strip() if cell else cell for cell in found) == expected
    assert set(nothing) == {None}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_lock_is_not_waited_for_for_ever(kind: str) -> None:
    with SERVERS[kind]() as url:
        with writing(url) as connection:
            connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        with writing(url) as connection:
            lock = "LOCK TABLE elev IN ACCESS EXCLUSIVE MODE" if kind == "postgresql" else "LOCK TABLES elev WRITE"
            connection.exec_driver_sql(lock)
            began = time.monotonic()
            with pytest.raises(
                SourceError,
                match=r"S122 the database refuses the query.*(lock timeout|statement timeout|Lock wait timeout)",
            ):
                source(url, table="elev", timeout_seconds=1).open()
            assert time.monotonic() - began < 20


def test_a_view_that_fails_half_way_is_told_with_the_rows_before() -> None:
    with postgres_url() as url:
        with writing(url) as connection:
            connection.exec_driver_sql(
                "CREATE VIEW velev AS SELECT n, 1 / (4500 - n) AS x FROM generate_series(1, 5000) n"
            )
        with pytest.raises(SourceError, match="S124 the database broke off after 4000 rows: division by zero"):
            rows(source(url, table="velev"))


KILLS = {
    "postgresql": "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() "
    "AND pid <> pg_backend_pid()",
    "mariadb": "KILL {}",
}


@pytest.mark.parametrize("kind", SERVERS)
def test_a_connection_that_breaks_is_told(kind: str) -> None:
    with SERVERS[kind]() as url:
        with writing(url) as connection:
            connection.exec_driver_sql("CREATE TABLE elev (id INT, fyllnad VARCHAR(200))")
            values = [{"n": n, "f": "x" * 200} for n in range(60_000)]
            connection.execute(sa.text("INSERT INTO elev VALUES (:n, :f)"), values)
        with source(url, table="elev").open() as table:
            batches = table.batches(["id", "fyllnad"])
            next(batches)
            kill = KILLS[kind].format(_own_number(table)) if kind == "mariadb" else KILLS[kind]
            with writing(url) as connection:
                connection.exec_driver_sql(kill)
            with pytest.raises(SourceError, match=r"S124 the database broke off after \d+ rows"):
                list(batches)


def _own_number(table: Any) -> int:
    return int(table._session.connection.connection.driver_connection.thread_id())


def test_a_query_may_stand_in_a_file(tmp_path: Path) -> None:
    with writing(f"sqlite:///{tmp_path}/sis.db") as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        connection.exec_driver_sql("INSERT INTO elev VALUES (1)")
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "elever.sql").write_text("-- alla elever\nSELECT id\nFROM elev;\n", encoding="utf-8")
    config = tmp_path / "config.toml"
    config.write_text(
        '[organiser]\nname = "K"\norganisation_number = "2120000001"\n'
        'id_namespace = "6f1c2a34-0b5d-4e6f-8a9b-0c1d2e3f4a5b"\n[mapping]\nfile = "m.yaml"\n'
        '[sources.elever]\nconnector = "sql"\nurl = "sqlite:///sis.db"\nquery = {file = "sql/elever.sql"}\n',
        encoding="utf-8",
    )
    _, connectors = load(config)
    assert rows(connectors["elever"]) == [("1",)]


QUOTES = {"mssql": "[{}]", "mysql": "`{}`"}


@pytest.mark.parametrize("database", ["mssql", "oracle", "sqlite", "postgresql", "mysql"])
@pytest.mark.parametrize(
    ("query", "table"),
    [("SELECT id, namn FROM elev WHERE namn LIKE 'Å%'", None), (None, "dbo.ELEV"), (None, "ELEV")],
)
def test_what_is_sent_is_one_query_in_the_database_s_own_language(
    database: str, query: str | None, table: str | None
) -> None:
    quote = QUOTES.get(database, '"{}"').format
    parser = {"mssql": "tsql", "postgresql": "postgres"}.get(database, database)
    sent = Narrowing(database, query, table, quote)
    for text in (sent.empty(), sent.of(["id", "namn"]), sent.of([])):
        (tree,) = sqlglot.parse(text, read=parser)
        assert tree is not None
        assert tree.key == "select"
        assert " AS source_rows" not in text


def test_sql_server_gets_a_query_whole_that_it_takes_only_by_itself() -> None:
    for query in ("WITH e AS (SELECT 1 AS id) SELECT id FROM e", "SELECT id FROM elev ORDER BY id"):
        sent = Narrowing("mssql", query, None, "[{}]".format)
        assert sent.empty() == sent.of(["id"]) == query
        assert Narrowing("oracle", query, None, '"{}"'.format).can_narrow
    assert Narrowing("mssql", "SELECT TOP 5 id FROM elev ORDER BY id", None, "[{}]".format).can_narrow


def test_a_query_that_comes_whole_is_narrowed_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with writing(f"sqlite:///{tmp_path}/sis.db") as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT, namn TEXT, hemligt TEXT)")
        connection.exec_driver_sql("INSERT INTO elev VALUES (1, 'Åsa', 'x')")
    monkeypatch.setattr("connectors.sql.connector.Narrowing", lambda d, q, t, n: Narrowing("mssql", q, t, n))
    query = "SELECT id, namn, hemligt FROM elev ORDER BY id"
    with source(f"sqlite:///{tmp_path}/sis.db", query=query).open() as table:
        assert table.columns == ("id", "namn", "hemligt")
        assert [list(batch.rows) for batch in table.batches(["namn", "id"])] == [[("Åsa", "1")]]
        assert [list(batch.rows) for batch in table.batches([])] == [[()]]


def test_a_session_only_reads_where_the_engine_has_such() -> None:
    assert statements("oracle", 60) == ["SET TRANSACTION READ ONLY"]
    assert statements("mysql", 60)[-1] == "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"


def test_a_query_that_never_ends_is_ended(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/sis.db"
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS i FROM n"
    with pytest.raises(SourceError, match=r"S12[24].*interrupted"):
        rows(source(url, query=endless, timeout_seconds=1))


def test_who_reads_slowly_is_waited_for(url: str) -> None:
    with writing(url) as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT)")
        connection.execute(sa.text("INSERT INTO elev VALUES (:n)"), [{"n": n} for n in range(60_000)])
    with source(url, table="elev", timeout_seconds=1).open() as table:
        batches = table.batches(["id"])
        count = len(next(batches).rows)
        time.sleep(1.5)
        assert count + sum(len(batch.rows) for batch in batches) == 60_000


@pytest.mark.parametrize(
    "url",
    [
        "mssql+pymssql://lasare:hemligt@127.0.0.1:9/Procapita",
        "oracle+oracledb://lasare:hemligt@127.0.0.1:9/?service_name=X",
    ],
)
def test_the_drivers_of_other_databases_are_really_used(url: str) -> None:
    assert engine(SqlOptions(url=SecretStr(url), table="x")).dialect.name in ("mssql", "oracle")
    with pytest.raises(SourceError, match="S121 the database does not let us in") as told:
        source(url, table="x", timeout_seconds=2).open()
    assert "hemligt" not in str(told.value)
    assert "b'" not in str(told.value)
    assert "\\n" not in str(told.value)


def test_a_database_file_that_is_cut_off_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "sis.db"
    with writing(f"sqlite:///{path}") as connection:
        connection.exec_driver_sql("CREATE TABLE elev (id INT, namn TEXT)")
        connection.execute(sa.text("INSERT INTO elev VALUES (:n, 'Åsa')"), [{"n": n} for n in range(3000)])
    whole = path.read_bytes()
    assert len(rows(source(f"sqlite:///{path}", table="elev"))) == 3000
    path.write_bytes(whole[:-3000])
    with pytest.raises(SourceError, match=r"S124 \S+sis.db is cut off: \d+ of \d+ bytes are there"):
        source(f"sqlite:///{path}", table="elev").open()


def test_a_database_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"S102 \S+typo.db cannot be read: No such file"):
        source(f"sqlite:///{tmp_path}/typo.db", table="elev").open()
