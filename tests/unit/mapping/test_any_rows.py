"""Whatever stands in the rows, and however they come: nothing is raised, and the result is the same."""

from __future__ import annotations

import csv
import random
import sqlite3
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from support.any_mapping import COLUMNS, mappings
from support.mapping import compiled, digests
from support.one_pupil import ENROLMENTS, NUMBER, ROW, mapping
from support.small_school import UNIT, Rows

from connectors.csv import connector as csv_file
from connectors.csv.connector import CsvConnector, CsvOptions
from connectors.sql import connector as sql
from connectors.sql.connector import SqlConnector
from connectors.sql.options import SqlOptions

# key and user name in one, so that joins give something
NAME = "g1@edu.exempel.se"
# what a file may hold; half of the cells are such that they meet each other
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=12)
CELL = st.one_of(st.none(), TEXT, st.sampled_from([NAME, UNIT, NUMBER, "2026-11-23", "6", "N", "J", "a,b"]))
SOURCES = """\
sources:
  elever: {key: guid}
  ad: {key: {column: nummer, as: personnummer}}
  inskr: {}
  skolor: {key: kod}
  ar: {of: inskr, with: {ad: {upn: elev}, skolor: {kod: enhet}}, key: elev, merge: most}
  val: {of: elever, split: {column: x}, with: {ar: {elev: guid}}, keep: {status: {not: S}}, key: x, merge: only}
"""
WHOLE = mapping(
    "  keep: {status: {not: S}, slut: {on_or_after: today, or: empty}}\n  id: {uuid5: guid}\n"
    "  enrich: {ad: pnr, ar: guid, val: ar.ak}",
    SOURCES,
    eduPersonPrincipalNames="{first_of: [val.ar.elev, eppn]}",
    middleName="{first_of: [ar.ad.nummer, ar.skolor.namn, {column: x, as: ['split(,)', first]}]}",
    enrolments=ENROLMENTS,
)


GOOD: dict[str, dict[str, str | None]] = {
    "elever": {**ROW, "guid": NAME, "status": "A", "slut": "", "x": "6"},
    "ad": {"nummer": NUMBER, "upn": NAME},
    "inskr": {"elev": NAME, "enhet": UNIT, "form": "Grundskola", "ak": "6", "till": ""},
    "skolor": {"kod": UNIT, "namn": "S"},
}


def rows(good: dict[str, str | None]) -> Any:
    """Good rows with cells of any kind among the good ones; the first is good, for a source is never empty."""
    cells = {name: st.sampled_from(range(15)).flatmap(partial(cell_or_any, cell)) for name, cell in good.items()}
    return st.lists(st.fixed_dictionaries(cells), max_size=3).map(lambda some: [dict(good), *some])


def cell_or_any(cell: str | None, draw: int) -> Any:
    return CELL if draw == 7 else st.just(cell)


TABLES = st.fixed_dictionaries({name: rows(good) for name, good in GOOD.items()})


@settings(max_examples=100, deadline=None)
@given(tables=TABLES, seed=st.integers(0, 1000))
def test_the_order_of_rows_and_columns_changes_nothing(tables: dict[str, list[Any]], seed: int) -> None:
    first = digests(WHOLE, tables)
    draw = random.Random(seed)
    mixed = {name: draw.sample(some, len(some)) for name, some in tables.items()}
    turned = {name: [dict(reversed(row.items())) for row in some] for name, some in mixed.items()}
    assert digests(WHOLE, turned) == first


@settings(max_examples=25, deadline=None)
@given(tables=TABLES, size=st.integers(1, 7))
def test_the_size_of_batches_and_the_kind_of_source_change_nothing(tables: dict[str, list[Any]], size: int) -> None:
    first = digests(WHOLE, tables)
    assert digests(WHOLE, {name: Rows(some, batch=size) for name, some in tables.items()}) == first
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_file, "BATCH", size)
        patch.setattr(sql, "BATCH", size)
        for kind in (as_csv, as_sqlite):
            assert digests(WHOLE, {name: kind(Path(folder), name, some) for name, some in tables.items()}) == first


OF_ANY_MAPPING = {
    "elever": {"guid": "g1", "namn": "Åsa", "efter": "Öberg", "pnr": NUMBER, "eppn": NAME, "skydd": "N", "x": "a,b"},
    "ad": {"nummer": NUMBER, "upn": NAME, "x": "6"},
    "inskr": {"elev": "g1", "enhet": UNIT, "form": "GR", "ak": "6", "till": ""},
    "skolor": {"kod": UNIT, "namn": "a"},
    "grupper": {"grupp": "6", "namn": "6A", "kod": UNIT, "elev": "g1"},
}


@pytest.mark.long
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(
    text=mappings(),
    tables=st.fixed_dictionaries({name: rows(good) for name, good in OF_ANY_MAPPING.items()}),
    seed=st.integers(0, 1000),
)
def test_a_mapping_that_passes_check_never_fails_whatever_the_rows(
    text: str, tables: dict[str, list[Any]], seed: int
) -> None:
    assume(not compiled(text, COLUMNS).errors)
    first = digests(text, tables)
    draw = random.Random(seed)
    assert digests(text, {name: draw.sample(some, len(some)) for name, some in tables.items()}) == first


def as_csv(folder: Path, name: str, some: list[dict[str, str | None]]) -> CsvConnector:
    path = folder / f"{name}.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(some[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(some)
    return CsvConnector(name, CsvOptions(path=str(path), encoding="utf-8", delimiter=";"))


def as_sqlite(folder: Path, name: str, some: list[dict[str, str | None]]) -> SqlConnector:
    columns = list(some[0])
    with sqlite3.connect(folder / "sis.db") as database:
        database.execute(f"CREATE TABLE {name} ({', '.join(columns)})")
        marks = ", ".join("?" for _ in columns)
        database.executemany(
            f"INSERT INTO {name} VALUES ({marks})", [tuple(row[column] for column in columns) for row in some]
        )
    database.close()
    options = SqlOptions.model_validate({"url": f"sqlite:///{folder}/sis.db", "table": name})
    return SqlConnector(name, options)
