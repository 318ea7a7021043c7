"""Reads one source to its end, with its connector or with nothing but the library below it, and counts its cells."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.source_files import HEADER, options


def by_connector(kind: str, place: str) -> Iterator[Sequence[Any]]:
    """As a night reads it."""
    from connectors.registry import create

    with create("elever", options(kind, place)).open() as table:
        for batch in table.batches(HEADER):
            yield from batch.rows


def by_library(kind: str, place: str) -> Iterable[Sequence[Any]]:
    """As the library's own manual shows it, all cells as text."""
    if kind == "csv":
        import csv

        with Path(place).open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter=";")
            next(rows)
            yield from rows
    elif kind == "fixed-width":
        import pandas as pd

        from benchmarks.source_files import WIDTHS

        yield from pd.read_fwf(place, widths=WIDTHS, names=HEADER, dtype=str).itertuples(index=False)
    elif kind == "json":
        import ijson

        with Path(place).open("rb") as raw:
            for row in ijson.items(raw, "elever.item"):
                yield tuple(row.values())
    elif kind == "json lines":
        import orjson

        with Path(place).open("rb") as raw:
            for line in raw:
                yield tuple(orjson.loads(line).values())
    elif kind == "xml":
        from xml.etree.ElementTree import iterparse

        for _, element in iterparse(place):
            if element.tag == "e":
                yield [child.text for child in element]
                element.clear()
    elif kind == "excel":
        import pandas as pd

        yield from pd.read_excel(place, engine="calamine", dtype=str).itertuples(index=False)
    elif kind == "sqlite":
        import sqlite3

        yield from sqlite3.connect(place).execute("SELECT * FROM elever")
    else:
        import sqlalchemy as sa

        with sa.create_engine(place).connect() as connection:
            streamed = connection.execution_options(stream_results=True, max_row_buffer=2000)
            yield from streamed.exec_driver_sql("SELECT * FROM elever")


if __name__ == "__main__":
    way = by_connector if sys.argv[3] == "connector" else by_library
    cells = sum(len(row) for row in way(sys.argv[1], sys.argv[2]))
    sys.exit(0 if cells and cells % len(HEADER) == 0 else f"{cells} cells")
