"""Mistakes of data, one by one, seeded into the demo's municipality: each in rows of its own, all in one night.

They stand in data_mistakes.yaml: whose rows (`pupil`, `staff`, `class`, `group`), which cells hold what, and what is
then said of them, in English and in Swedish.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from adapter.simulator import municipality
from adapter.simulator.municipality import AD_HEADER, TABLES, TESTS_HEADER, same_number
from adapter.simulator.opendata import PROGRAMMES, TEST_ACTIVITIES
from adapter.ss12000.ids import skolverket_id

ROOT = Path(__file__).parents[2]
TODAY = dt.date(2026, 11, 23)
MISTAKES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "data_mistakes.yaml").read_text(encoding="utf-8")
)
_COLUMNS = {**TABLES, "ad": AD_HEADER, "provaktiviteter": TESTS_HEADER}
_SOURCES = ("SKOLENHET", "ELEV", "INSKRIVNING", "KLASS", "GRUPP", "GRUPPMEDLEM", "GRUPPLARARE", "PERSONAL", "TJANST")


@dataclass
class Seeded:
    """The municipality as rows that can be changed; `places`: mistake -> rows (source:number) that it changed."""

    rows: dict[str, list[list[Any]]]
    places: dict[str, set[str]] = field(default_factory=dict)
    free: dict[str, list[list[tuple[str, int]]]] = field(default_factory=dict)

    def seed(self, mistake: dict[str, Any]) -> None:
        own = dict(self.free[mistake["whose"]].pop(0))
        self.places[mistake["name"]] = {_place(table, number) for table, number in own.items()}
        for cell, value in mistake["cells"].items():
            table, column = cell.split(".", 1)
            self.rows[table][own[table]][_COLUMNS[table].index(column)] = value


def _place(table: str, number: int) -> str:
    """A row as it is told: in a file, the header is the first."""
    return f"{table.lower()}:{number + (2 if table in ('ad', 'provaktiviteter') else 1)}"


def seeded(folder: Path) -> Seeded:
    """A demo in a folder, with every mistake in it, and a config.toml that reads it."""
    made = municipality.make(folder, 500, 7, TODAY)
    rows = {name: [list(row) for row in table] for name, table in made.rows.items()}
    rows |= {"ad": [list(row) for row in made.ad], "provaktiviteter": [list(row) for row in made.tests]}
    found = Seeded(rows)
    found.free = {"pupil": _pupils(rows), "staff": _staff(rows), "class": _classes(rows), "group": _groups(rows)}
    for mistake in MISTAKES:
        found.seed(mistake)
    municipality.write_database(folder / "sis.db", {name: list(map(tuple, rows[name])) for name in TABLES})
    for name, file in (("ad", "ad-export.csv"), ("provaktiviteter", "provaktiviteter.csv")):
        body = "\n".join(";".join(f'"{cell}"' for cell in row) for row in (_COLUMNS[name], *rows[name]))
        (folder / file).write_text(body + "\n", encoding="utf-8")
    _configure(folder, list(made.units))
    return found


def _pupils(rows: dict[str, list[list[Any]]]) -> list[list[tuple[str, int]]]:
    """Pupils of compulsory school who have one row each, and an account."""
    pupils = [row[0] for row in rows["ELEV"]]
    enrolled = {row[0]: number for number, row in enumerate(rows["INSKRIVNING"]) if row[2] == "Grundskola"}
    found = []
    for number, row in enumerate(rows["ELEV"]):
        account = next((n for n, a in enumerate(rows["ad"]) if a[3] == "Elev" and same_number(a[0], row[3])), None)
        if pupils.count(row[0]) == 1 and row[0] in enrolled and account is not None and not row[7]:
            found.append([("ELEV", number), ("INSKRIVNING", enrolled[row[0]]), ("ad", account)])
    return found[5:]


def _staff(rows: dict[str, list[list[Any]]]) -> list[list[tuple[str, int]]]:
    found = []
    for number, row in enumerate(rows["PERSONAL"]):
        duties = [n for n, duty in enumerate(rows["TJANST"]) if duty[0] == row[0]]
        account = next((n for n, a in enumerate(rows["ad"]) if a[3] == "Personal" and same_number(a[0], row[1])), None)
        if len(duties) == 1 and account is not None:
            found.append([("PERSONAL", number), ("TJANST", duties[0]), ("ad", account)])
    return found[3:]


def _classes(rows: dict[str, list[list[Any]]]) -> list[list[tuple[str, int]]]:
    return [[("KLASS", number)] for number, row in enumerate(rows["KLASS"]) if row[3] == "Grundskola"]


def _groups(rows: dict[str, list[list[Any]]]) -> list[list[tuple[str, int]]]:
    groups = {row[0]: number for number, row in enumerate(rows["GRUPP"])}
    teaches = {row[0]: number for number, row in enumerate(rows["GRUPPLARARE"])}
    return [
        [("GRUPP", groups[group]), ("provaktiviteter", number), ("GRUPPLARARE", teaches[group])]
        for number, (group, _) in enumerate(rows["provaktiviteter"])
    ]


def _configure(folder: Path, units: list[str]) -> None:
    mapping = (ROOT / "mappings" / "demo" / "mapping.yaml").read_text(encoding="utf-8")
    (folder / "mapping.yaml").write_text(mapping, encoding="utf-8")
    (folder / "test-numbers.txt").write_text("189001019802\n", encoding="utf-8")
    sources = [f'[sources.{t.lower()}]\nconnector = "sql"\nurl = "sqlite:///sis.db"\ntable = "{t}"\n' for t in _SOURCES]
    sources += [f'[sources.{n}]\nconnector = "csv"\npath = "{n}.csv"\n' for n in ("ad-export", "provaktiviteter")]
    config = """\
[organiser]
name = "Exempelkommun"
organisation_number = "2120000001"
id_namespace = "cd613e30-d8f1-4adf-91b7-584a2265b1f5"
user_name_domains = ["edu.exempel.se"]
test_numbers = "test-numbers.txt"
[mapping]
file = "mapping.yaml"
[open_data]
max_age_hours = 1000000
""" + "".join(sources).replace("[sources.ad-export]", "[sources.ad]")
    (folder / "config.toml").write_text(config, encoding="utf-8")
    names = {"units": units, "programmes": list(PROGRAMMES), "activities": list(TEST_ACTIVITIES)}
    known = {part: {name: skolverket_id(name) for name in found} for part, found in names.items()}
    fetched = int(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp() * 1000)
    (folder / "open-data.json").write_text(json.dumps({"fetched": fetched, **known}), encoding="utf-8")
