"""The same rows in every kind of source, for `benchmarks.sources`: `python -m benchmarks.source_files KIND PLACE ROWS`.

In a process of its own: a child's peak memory begins with its parent's.
"""

from __future__ import annotations

import csv
import json
import sqlite3
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

HEADER = ("id", "personnummer", "fornamn", "efternamn", "klass", "skolenhetskod")
WIDTHS = (10, 14, 20, 20, 6, 10)


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Invented rows, as wide as those of a register."""
    for number in range(count):
        yield (
            str(number),
            f"2014010{number % 9 + 1}{number % 10000:04d}",
            f"Åsa{number % 977}",
            f"Öberg{number % 1999}",
            f"{number % 9 + 1}A",
            f"{number % 300:08d}",
        )


def _as_csv(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HEADER)
        writer.writerows(found)


def _as_fixed(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in found:
            file.write("".join(cell.ljust(width) for cell, width in zip(row, WIDTHS, strict=True)) + "\n")


def _as_json(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write('{"elever": [')
        for number, row in enumerate(found):
            file.write(("," if number else "") + json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False))
        file.write("]}")


def _as_lines(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        for row in found:
            file.write(json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n")


def _as_xml(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write("<r>")
        for row in found:
            file.write("<e>" + "".join(f"<{n}>{c}</{n}>" for n, c in zip(HEADER, row, strict=True)) + "</e>")
        file.write("</r>")


def _as_xlsx(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(path, {"constant_memory": True})
    sheet = book.add_worksheet("Elever")
    sheet.write_row(0, 0, HEADER)
    for number, row in enumerate(found, 1):
        sheet.write_row(number, 0, row)
    book.close()


def _as_sqlite(path: Path, found: Iterable[tuple[str, ...]]) -> None:
    with sqlite3.connect(path) as database:
        database.execute(f"CREATE TABLE elever ({', '.join(f'{name} TEXT' for name in HEADER)})")
        database.executemany("INSERT INTO elever VALUES (?, ?, ?, ?, ?, ?)", found)


def _on_a_server(url: str, found: Iterator[tuple[str, ...]]) -> None:
    import sqlalchemy as sa

    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE IF EXISTS elever")
        connection.exec_driver_sql(f"CREATE TABLE elever ({', '.join(f'{name} VARCHAR(30)' for name in HEADER)})")
        table = sa.table("elever", *map(sa.column, HEADER))
        while some := [dict(zip(HEADER, row, strict=True)) for row in islice(found, 10_000)]:
            connection.execute(sa.insert(table), some)
    engine.dispose()


FILES: dict[str, tuple[str, Callable[[Path, Iterable[tuple[str, ...]]], None]]] = {
    "csv": ("elever.csv", _as_csv),
    "fixed-width": ("elever.txt", _as_fixed),
    "json": ("elever.json", _as_json),
    "json lines": ("elever.jsonl", _as_lines),
    "xml": ("elever.xml", _as_xml),
    "excel": ("elever.xlsx", _as_xlsx),
    "sqlite": ("sis.db", _as_sqlite),
}


def options(kind: str, place: str) -> dict[str, Any]:
    """The source's keys in config.toml."""
    names = {name: name for name in HEADER}
    ends = [sum(WIDTHS[: number + 1]) for number in range(len(WIDTHS))]
    cuts = {n: f"{end - width + 1}-{end}" for n, width, end in zip(HEADER, WIDTHS, ends, strict=True)}
    own: dict[str, dict[str, Any]] = {
        "csv": {"connector": "csv", "path": place},
        "fixed-width": {"connector": "fixed-width", "path": place, "columns": cuts},
        "json": {"connector": "json", "path": place, "rows": "elever", "columns": names},
        "json lines": {"connector": "json", "path": place, "columns": names},
        "xml": {"connector": "xml", "path": place, "rows": "e", "columns": names},
        "excel": {"connector": "excel", "path": place},
        "sqlite": {"connector": "sql", "url": f"sqlite:///{place}", "table": "elever"},
    }
    return own.get(kind) or {"connector": "sql", "url": place, "table": "elever"}


if __name__ == "__main__":
    kind, place, count = sys.argv[1:]
    if kind in FILES:
        FILES[kind][1](Path(place), rows(int(count)))
    else:
        _on_a_server(place, rows(int(count)))
