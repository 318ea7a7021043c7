"""What lies there tonight. Holds little: a child's peak memory begins with its parent's."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path


def bring(folder: Path, day: str, changed: int = 0) -> Path:
    """Put a day's files where those of the night before lay; in `changed` rows of pupils another surname."""
    tonight, register = folder / "now", Path("csv") / "ELEV.csv"
    shutil.copytree(folder / day, tonight, dirs_exist_ok=True)
    with closing(sqlite3.connect(tonight / "sis.db")) as database, database:
        database.execute("UPDATE ELEV SET EFTERNAMN = 'Nygiftare' WHERE rowid <= ?", (changed,))
    with (folder / day / register).open("rb") as before, (tonight / register).open("wb") as now:
        for number, line in enumerate(before):
            cells = line.split(b";")
            now.write(b";".join([*cells[:6], b'"Nygiftare"', *cells[7:]]) if 0 < number <= changed else line)
    return tonight / "config.toml"
