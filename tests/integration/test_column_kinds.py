"""Columns whose types have no value in common: told before a row is read, as far as the database tells."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool
from support.databases import mariadb_url, postgres_url
from support.mapping import compiled
from support.shell import run
from support.small_school import settings

from connectors.registry import create

TABLES = {
    "postgresql": "CREATE TABLE t (n bigint, d numeric(8,0), u uuid, dag date, tid timestamp, text varchar(9))",
    "mysql": "CREATE TABLE t (n bigint, d decimal(8,0), u char(36), dag date, tid datetime, text varchar(9))",
}


@pytest.fixture(params=["postgresql", "mysql"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with postgres_url() if request.param == "postgresql" else mariadb_url() as found:
        engine = sa.create_engine(found, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(TABLES[request.param])
            connection.exec_driver_sql("CREATE TABLE e AS SELECT * FROM t")
        engine.dispose()
        yield found


@pytest.mark.parametrize("what", [{"table": "t"}, {"query": "SELECT t.* FROM t"}])
def test_a_database_tells_what_its_columns_hold(url: str, what: dict[str, str]) -> None:
    with create("t", {"connector": "sql", "url": url, **what}).open() as table:
        known = {"n": "numbers", "d": "numbers", "dag": "dates", "tid": "dates"}
        if "postgresql" in url:
            known["u"] = "uuids"
        assert table.kinds == known


def test_check_tells_of_columns_that_can_never_match(url: str, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        """\
mapping: 1
sources: {t: {key: n}}
Organisation:
  from: e
  id: {school_unit: text}
  enrich: {t: dag}
  fields: {displayName: t.text, schoolUnitCode: text}
""",
        encoding="utf-8",
    )
    organiser = settings().organiser
    (tmp_path / "config.toml").write_text(
        f"""\
[organiser]
name = "Exempelkommun"
organisation_number = "2120000001"
id_namespace = "{organiser.id_namespace}"
[mapping]
file = "mapping.yaml"
[sources.t]
connector = "sql"
url = "{url}"
table = "t"
[sources.e]
connector = "sql"
url = "{url}"
table = "e"
""",
        encoding="utf-8",
    )
    done = run("check", at=tmp_path)
    assert done.code == 2, done
    assert (
        'mapping.yaml:6:15: M235 "n" of "t" holds numbers, "dag" dates: no row can ever match. '
        "Is it the right column, or is an `as` missing?" in done.out
    )
    assert run("check", "--offline", at=tmp_path).code == 0


def test_conversions_tell_it_too_whatever_the_source() -> None:
    text = """\
mapping: 1
sources: {ad: {key: {column: pnr, as: %s}}}
Person:
  from: elever
  id: {uuid5: guid}
  enrich: {ad: {column: id, as: %s}}
  fields:
    givenName: ad.namn
    familyName: namn
    civicNo.value: pnr
    eduPersonPrincipalNames: eppn
    securityMarking: {text: Ingen}
"""
    headers = {"elever": ["guid", "id", "namn", "pnr", "eppn"], "ad": ["pnr", "namn"]}
    for its, mine, codes in (
        ("personnummer", "uuid", ["M235"]),
        ("integer", "uuid", ["M235"]),
        ("integer", "personnummer", []),
        ("integer", "pad(4)", []),
        ("uuid", "lower", []),
    ):
        assert [finding.code for finding in compiled(text % (its, mine), headers).findings] == codes
