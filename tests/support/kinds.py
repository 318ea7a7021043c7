"""The same rows in every kind of source that can be written here: each maker gives a connector that reads them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import sqlite3
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import sqlalchemy as sa

from connectors.base import Connector
from connectors.registry import create
from connectors.testing import Rows
from support.catalogues import ADMIN, BASE, SECRET, Entry, catalogue
from support.sheets import ods

Maker = Callable[[Path, Rows], Connector]
ATTRIBUTES = (
    *("uid", "cn", "l", "employeeNumber", "title", "givenName", "initials", "description", "street", "st"),
    *("postalCode", "roomNumber", "o", "carLicense"),
)
"""Attributes of a catalogue's persons that hold any text, the first being unlike in all."""


def typed(cell: str | None) -> str | int | None:
    """A number where a sheet or a database would have made one of it."""
    return int(cell) if cell and cell.isdecimal() and str(int(cell)) == cell else cell


def _csv(rows: Rows) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([rows.header, *(["" if cell is None else cell for cell in row] for row in rows.cells)])
    return text.getvalue().encode("cp1252")


def as_csv(folder: Path, rows: Rows) -> Connector:
    (folder / "elever.csv").write_bytes(_csv(rows))
    return create("elever", {"connector": "csv", "path": str(folder / "elever.csv")})


def as_zip(folder: Path, rows: Rows) -> Connector:
    with zipfile.ZipFile(folder / "export.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("annat.txt", "x")
        archive.writestr("ut/elever.csv", _csv(rows))
    return create("elever", {"connector": "csv", "path": str(folder / "export.zip"), "member": "ut/elev*.csv"})


def as_gz(folder: Path, rows: Rows) -> Connector:
    (folder / "elever.csv.gz").write_bytes(gzip.compress(_csv(rows)))
    return create("elever", {"connector": "csv", "path": str(folder / "elev*.csv.gz")})


def as_xml(folder: Path, rows: Rows) -> Connector:
    cells = ["".join(f"<c{n}>{escape(cell or '')}</c{n}>" for n, cell in enumerate(row)) for row in rows.cells]
    inner = "".join(f"<e:elev xmlns:e='urn:x'>{row}</e:elev>" for row in cells)
    text = f"<?xml version='1.0' encoding='iso-8859-1'?><register><kopia/><elever>{inner}</elever></register>"
    (folder / "elever.xml").write_bytes(text.encode("iso8859-1"))
    columns = {name: f"c{n}" for n, name in enumerate(rows.header)}
    options = {"path": str(folder / "elever.xml"), "rows": "elever/elev", "columns": columns}
    return create("elever", {"connector": "xml", **options})


def as_fixed_width(folder: Path, rows: Rows) -> Connector:
    widths = [max((len(cell or "") for cell in column), default=0) + 1 for column in zip(*rows.cells, strict=True)]
    lines = ["".join((c or "").ljust(w) for c, w in zip(row, widths, strict=True)) for row in rows.cells]
    (folder / "elever.txt").write_bytes("\r\n".join(lines).encode("cp1252"))
    ends = [sum(widths[: n + 1]) for n in range(len(widths))]
    places = zip(rows.header, widths, ends, strict=True)
    columns = {name: f"{end - width + 1}-{end}" for name, width, end in places}
    return create("elever", {"connector": "fixed-width", "path": str(folder / "elever.txt"), "columns": columns})


def as_json(folder: Path, rows: Rows) -> Connector:
    found = [dict(zip(rows.header, map(typed, row), strict=True)) for row in rows.cells]
    text = json.dumps({"kopia": [], "data": {"elever": found}}, ensure_ascii=False, indent=1)
    (folder / "elever.json").write_text(text, encoding="utf-8")
    return create("elever", {"connector": "json", "path": str(folder / "elever.json"), "rows": "data.elever"})


def as_json_lines(folder: Path, rows: Rows) -> Connector:
    lines = (json.dumps(dict(zip(rows.header, row, strict=True))) for row in rows.cells)
    (folder / "elever.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    columns = {name: name for name in rows.header}
    return create("elever", {"connector": "json", "path": str(folder / "elever.jsonl"), "columns": columns})


def as_xlsx(folder: Path, rows: Rows) -> Connector:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("Elever")
    sheet.append(["Export 2026-08-17"])
    sheet.append(list(rows.header))
    for row in rows.cells:
        sheet.append(list(map(typed, row)))
    book.save(folder / "elever.xlsx")
    return create("elever", {"connector": "excel", "path": str(folder / "elever.xlsx")})


def as_ods(folder: Path, rows: Rows) -> Connector:
    (folder / "elever.ods").write_bytes(ods([rows.header, *rows.cells]))
    return create("elever", {"connector": "excel", "path": str(folder / "elever.ods"), "sheet": 1})


def as_sqlite(folder: Path, rows: Rows) -> Connector:
    with closing(sqlite3.connect(folder / "sis.db")) as database, database:
        database.execute(f"CREATE TABLE ELEV ({', '.join(_quoted(name) for name in rows.header)})")
        marks = ", ".join("?" for _ in rows.header)
        database.executemany(f"INSERT INTO ELEV VALUES ({marks})", [tuple(map(typed, row)) for row in rows.cells])
    return create("elever", {"connector": "sql", "url": f"sqlite:///{folder}/sis.db", "table": "ELEV"})


def _quoted(name: str) -> str:
    return f'"{name}"'


FILES: dict[str, Maker] = {
    "csv": as_csv,
    "csv in a zip": as_zip,
    "csv packed": as_gz,
    "xml": as_xml,
    "fixed width": as_fixed_width,
    "json": as_json,
    "json lines": as_json_lines,
    "xlsx": as_xlsx,
    "ods": as_ods,
    "sqlite": as_sqlite,
}


def on_a_server(url: str, rows: Rows) -> Connector:
    """A table ELEV of numbers and texts on a database server."""
    engine = sa.create_engine(url)
    columns = [
        sa.Column(name, sa.BigInteger if all(isinstance(typed(cell), int) for cell in cells) else sa.Unicode(80))
        for name, cells in zip(rows.header, zip(*rows.cells, strict=True), strict=True)
    ]
    table = sa.Table("ELEV", sa.MetaData(), *columns)
    table.create(engine)
    with engine.begin() as connection:
        numbers = {column.name for column in columns if isinstance(column.type, sa.BigInteger)}
        values = [
            {name: typed(cell) if name in numbers else cell for name, cell in zip(rows.header, row, strict=True)}
            for row in rows.cells
        ]
        connection.execute(sa.insert(table), values)
    engine.dispose()
    return create("elever", {"connector": "sql", "url": url, "table": "ELEV"})


@contextmanager
def in_a_catalogue(folder: Path, rows: Rows) -> Iterator[Connector]:
    """Persons of a catalogue that is there as long as it is wanted."""
    columns = dict(zip(rows.header, ATTRIBUTES, strict=False))
    with catalogue(folder, map(_entry, rows.cells), "size=500 size.prtotal=unlimited") as server:
        given = {"url": server.tls, "ca": str(server.ca), "user": ADMIN, "password": SECRET}
        wanted = {"base": f"ou=elever,{BASE}", "filter": "(objectClass=inetOrgPerson)", "columns": columns}
        yield create("elever", {"connector": "ldap", **given, **wanted})


def _entry(row: Sequence[str | None]) -> Entry:
    values = {name: [cell] for name, cell in zip(ATTRIBUTES, row, strict=False) if cell}
    name = (row[0] or "").translate(str.maketrans("{}", "  ")).strip()
    return {
        "dn": [f"uid={name},ou=elever,{BASE}"],
        "objectClass": ["inetOrgPerson"],
        "sn": ["x"],
        "cn": ["x"],
        **values,
    }
