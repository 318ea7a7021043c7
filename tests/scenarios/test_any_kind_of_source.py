"""A thousand pupils become the same objects from every kind of source, and dirt is cleaned in each as in CSV."""

from __future__ import annotations

import sqlite3
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest
from support.catalogues import HAS_BONSAI
from support.databases import mariadb_url, postgres_url
from support.kinds import FILES, in_a_catalogue, on_a_server
from support.small_school import Tables, night, number, tables

from adapter.ss12000.types import ResourceType as R
from adapter.store import publish
from adapter.store.engine import Store, open_store
from connectors.base import Connector
from connectors.registry import create
from connectors.testing import Rows as Read

Rows = list[dict[str, str | None]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()


def as_sqlite(folder: Path, rows: Rows) -> Connector:
    columns = list(rows[0])
    (folder / "sis.db").unlink(missing_ok=True)
    with closing(sqlite3.connect(folder / "sis.db")) as database, database:
        database.execute(f"CREATE TABLE elever ({', '.join(columns)})")
        marks = ", ".join("?" for _ in columns)
        database.executemany(f"INSERT INTO elever VALUES ({marks})", [tuple(row.values()) for row in rows])
    return create("elever", {"connector": "sql", "url": f"sqlite:///{folder}/sis.db", "table": "elever"})


def as_xml(folder: Path, rows: Rows) -> Connector:
    cells = ["".join(f"<{name}>{escape(cell or '')}</{name}>" for name, cell in row.items()) for row in rows]
    text = "<r>" + "".join(f"<elev>{row}</elev>" for row in cells) + "</r>"
    (folder / "elever.xml").write_text(text, encoding="utf-8")
    columns = {name: name for name in rows[0]}
    return create(
        "elever", {"connector": "xml", "path": str(folder / "elever.xml"), "rows": "elev", "columns": columns}
    )


@pytest.mark.parametrize("kind", [as_sqlite, as_xml])
def test_a_dirty_source_gives_what_a_clean_one_gives(
    store: Store, tmp_path: Path, kind: Callable[[Path, Rows], Connector]
) -> None:
    found: Tables = tables()
    for pupil in found["elever"]:
        pupil["fornamn"], pupil["klass"] = f"Åsa{pupil['guid']}", f"{pupil['klass']}Ö"

    def run() -> Any:
        return night(store, {**found, "elever": kind(tmp_path, found["elever"])})

    assert run().error is None
    before = {resource: publish.digests(store, resource) for resource in R}
    rows = found["elever"]
    for pupil in rows:
        pupil["klass"] = unicodedata.normalize("NFD", str(pupil["klass"]))
    rows[0]["efternamn"] = f"\u200b{rows[0]['efternamn']}\u00a0"
    rows[1]["fornamn"] = str(rows[1]["fornamn"]).encode().decode("cp1252")
    rows.append(dict.fromkeys(rows[0], ""))
    rows.append(dict.fromkeys(rows[0], "\u00a0 "))
    report = run()
    assert (report.outcome, report.types[R.PERSON].rejected) == ("unchanged", 0)
    assert {resource: publish.digests(store, resource) for resource in R} == before
    assert [str(finding) for finding in report.findings.in_order() if finding.code in ("S150", "S151")] == [
        "elever:1 efternamn: 1 cell was written with signs that nobody sees (U+200B zero width space): they were taken "
        "away.",
        "elever:2 fornamn: 1 cell was encoded twice (Ã¥ for å) and read right. Mend the export before letters are "
        "lost.",
    ]


def a_thousand() -> Tables:
    """The small school's tables with a thousand pupils in forty classes."""
    found = tables()
    pattern = found["elever"][0]
    found["elever"] = [
        {
            **pattern,
            "guid": f"{n:08x}-0000-4000-8000-000000000000",
            "fornamn": f"Åsa {n}",
            "efternamn": f"Öst-{n}",
            "pnr": number(f"2014{n % 12 + 1:02d}{n // 12 % 28 + 1:02d}", n // 336 + 1),
            "klass": f"6{n % 40}",
        }
        for n in range(1000)
    ]
    found["ad"] = [{"pnr": pupil["pnr"], "eppn": f"x{n:03d}@edu.exempel.se"} for n, pupil in enumerate(found["elever"])]
    return found


@pytest.fixture(params=[*FILES, "postgresql", "mariadb", "ldap"])
def connector(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Connector]:
    pupils = a_thousand()["elever"]
    rows = Read(tuple(pupils[0]), [tuple(pupil.values()) for pupil in pupils])
    if request.param in FILES:
        yield FILES[request.param](tmp_path, rows)
    elif request.param == "ldap":
        if not HAS_BONSAI:
            pytest.skip("pip install '.[ldap]'")
        (tmp_path / "slapd").mkdir()
        with in_a_catalogue(tmp_path / "slapd", rows) as found:
            yield found
    else:
        with {"postgresql": postgres_url, "mariadb": mariadb_url}[request.param]() as url:
            yield on_a_server(url, rows)


@cache
def digests_of_rows_in_memory() -> dict[R, dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/state.db")
        assert night(store, a_thousand()).types[R.PERSON].created >= 1000
        found = {resource: publish.digests(store, resource) for resource in R}
        store.close()
    return found


def test_a_thousand_pupils_become_the_same_objects(store: Store, connector: Connector) -> None:
    assert night(store, {**a_thousand(), "elever": connector}).error is None
    assert {resource: publish.digests(store, resource) for resource in R} == digests_of_rows_in_memory()
