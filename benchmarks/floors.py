"""What cannot be beaten: only reading the same rows. `python -m benchmarks.floors csv|fetchall DAY`"""

from __future__ import annotations

import csv
import sqlite3
import sys
from contextlib import closing
from pathlib import Path


def read_csv(day: Path) -> None:
    """Every row of every file that the mapping reads, and nothing done with them."""
    for path in (*day.glob("csv/*.csv"), *day.glob("*.csv")):
        with path.open(encoding="cp1252", newline="") as file:
            for _ in csv.reader(file, delimiter=";"):
                pass


def fetch_all(day: Path) -> None:
    """One fetchall of each table that the mapping reads."""
    with closing(sqlite3.connect(day / "sis.db")) as database:
        for path in day.glob("csv/*.csv"):
            database.execute(f"SELECT * FROM {path.stem}").fetchall()


if __name__ == "__main__":
    {"csv": read_csv, "fetchall": fetch_all}[sys.argv[1]](Path(sys.argv[2]))
