"""Databases and exports that nobody has wired: `tests/strangers/*.yaml`, and the data that are made from them.

A file says which tables there are and what a row tells of one invented school (tests/strangers/README.md has the
words); `right` says what a careful person would map. So `init` is measured on what it was not made for.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar
from xml.sax.saxutils import escape, quoteattr

import yaml

from adapter.simulator.people import People

FOLDER = Path(__file__).parents[1] / "strangers"
Row = Mapping[str, str]
Words = Mapping[str, Mapping[str, str]]


class Said(str):
    """A word of the standard; `{role:roll}` writes it as the stranger's list "roll" does."""

    words: ClassVar[Words] = {}

    def __format__(self, asked: str) -> str:
        return self.words[asked].get(str(self), "") if asked else str(self)


class Thing(dict[str, Any]):
    """What a row is about: its values by name."""

    def __getattr__(self, name: str) -> Any:
        try:
            return self[name]
        except KeyError:
            raise AttributeError(f"no {name}; there are {', '.join(self)}") from None


class _None(Thing):
    """The class of who is in none."""

    def __getattr__(self, name: str) -> str:
        return ""


@dataclass
class School:
    """An organiser with a few units, in lists of things by kind."""

    things: dict[str, list[Thing]] = field(default_factory=dict)

    def add(self, kind: str, **values: Any) -> Thing:
        """One more; `n` counts from 1."""
        some = self.things.setdefault(kind, [])
        some.append(Thing(n=len(some) + 1, **values))
        return some[-1]


_UNITS = (
    ("31279295", "Almviks skola", "ALM", "GR", ("6A", "6B", "9A")),
    ("77181312", "Björkdals gymnasium", "BJO", "GY", ("NA24", "SA25")),
    ("11111111", "Cedersjö skola", "CED", "GR", ("3A", "6C", "9B")),
)
_SUBJECTS = (("Matematik", "MA"), ("Engelska", "EN"), ("Slöjd", "SL"))
_TESTS = {"3": "GRGRMAT01_3", "6": "GRGRMAT01_6", "9": "GRGRMAT01_9", "": "MATMAT01b_GY"}
_ROOMS = ("A101", "A102", "B201", "Aulan", "Slöjdsalen")
_SIZE = 9  # pupils of a class
_TITLES = ("Rektor", "Lärare", "Lärare", "Lärare", "Kurator")


def school(units: int, today: dt.date, seed: int = 7) -> School:
    """The same people every time, of the ages that they have today."""
    made, draw = School(), random.Random(seed)
    people = People(draw, today)
    autumn = today.year if today.month >= 7 else today.year - 1
    now, last = (f"{autumn}-08-17", f"{autumn + 1}-06-12"), (f"{autumn - 1}-08-19", f"{autumn}-06-13")
    municipality = made.add("organiser", name="Exempelkommun", number="2120000001")
    for code, name, short, form, _ in _UNITS[:units]:
        made.add(
            "unit",
            **{"id": 400 + 7 * (len(made.things.get("unit", ())) + 1), "guid": people.guid().strip("{}").lower()},
            **{"code": code, "name": name, "short": short, "form": Said(form), "organiser": municipality},
            **{"street": f"Skolvägen {code[:2]}", "town": name.split()[0], "phone": f"0100-{code[:6]}"},
        )
    for unit, (*_, classes) in zip(made.things["unit"], _UNITS, strict=False):
        staff = [
            _person(made, people, "staff", people.adult(), unit, title=Said(title), role=Said("staff"))
            for title in _TITLES
        ]
        teachers = [one for one in staff if one.title == "Lärare"]
        for place, name in enumerate(classes):
            year = name[0] if unit.form == "GR" else ""
            programme = {"NA": "NANAT", "SA": "SASAM"}.get(name[:2], "")
            of_class = made.add(
                "class",
                **{"id": 2000 + 3 * len(made.things.get("class", ())), "guid": people.guid().strip("{}").lower()},
                **{"name": name, "unit": unit, "year": year, "form": unit.form, "programme": programme},
                **{"mentor": teachers[place % len(teachers)]},
            )
            groups = [_group(made, people, of_class, number, teachers) for number in range(len(_SUBJECTS))]
            for _ in range(_SIZE):
                _pupil(made, people, of_class, groups, draw, now, last)
    everywhere = made.things["staff"][1]
    for unit in made.things["unit"][1:]:
        _duty(made, everywhere, unit, now)
    _others(made)
    return made


def _person(made: School, people: People, kind: str, person: Any, unit: Thing, **more: Any) -> Thing:
    count = sum(len(made.things.get(each, ())) for each in ("pupil", "staff", "guardian"))
    user, mail = people.account(person, "Elev" if kind == "pupil" else "Personal")
    number = person.long_number
    one = made.add(
        kind,
        **{"id": 10_001 + 13 * count, "guid": people.guid().strip("{}").lower(), "number": number, "unit": unit},
        **{"number12": number.replace("-", ""), "number10": number[2:], "born": _born(number)},
        **{"given": person.given, "middle": person.middle, "family": person.family},
        **{"user": user, "account": user.partition("@")[0], "mail": mail, "sex": "K" if count % 2 else "M"},
        **{"sign": f"{person.given[:2]}{person.family[:2]}{count % 90 + 10}".upper(), "phone": f"070-{count:07d}"},
        **{"street": f"Exempelvägen {count + 1}", "town": "Exempelby", "private": f"{person.given}{count}@gmail.com"},
        **{"protected": Said("yes" if kind == "pupil" and count % 17 == 5 else "no"), "percent": "100"},
        **{"gone": Said("no")},
        **{"class": _None(), "year": "", "programme": "", "form": Said(""), "title": Said(""), **more},
    )
    if kind == "staff":
        _duty(made, one, unit, ("2021-08-16", ""))
    return made.add("person", **{key: value for key, value in one.items() if key != "n"}) and one


def _born(number: str) -> str:
    day = int(number[6:8])
    return f"{number[:4]}-{number[4:6]}-{day - 60 if day > 60 else day:02d}"


def _group(made: School, people: People, of_class: Thing, number: int, teachers: Sequence[Thing]) -> Thing:
    subject, code = _SUBJECTS[number]
    test = _TESTS[of_class.year] if code == "MA" else ""
    count = len(made.things.get("group", ()))
    group = made.add(
        "group",
        **{"id": 7000 + 11 * count, "guid": people.guid().strip("{}").lower(), "name": f"{code} {of_class.name}"},
        **{"subject": subject, "code": code, "unit": of_class.unit, "form": of_class.form, "year": of_class.year},
        **{"test": test, "teacher": teachers[number % len(teachers)]},
        **{"class": of_class, "course": f"{code}{of_class.year or '1b'}"},
    )
    made.add("teaching", group=group, staff=group.teacher, unit=group.unit, role=Said("teacher"))
    if test:
        made.add("test", group=group, test=test, unit=group.unit)
    return group


def _pupil(
    made: School, people: People, of_class: Thing, groups: Sequence[Thing], draw: random.Random, *years: tuple[str, str]
) -> None:
    unit, year = of_class.unit, of_class.year
    more = {"form": of_class.form, "year": year, "programme": of_class.programme, "role": Said("pupil")}
    one = _person(made, people, "pupil", people.pupil(int(year or 10) + 6), unit, **{"class": of_class}, **more)
    now, last = years
    shared = {"pupil": one, "unit": unit, "class": of_class, **more}
    made.add("enrolment", **shared, **{"from": now[0], "to": "", "gone": Said("no")})
    before = {**shared, "year": str(int(year) - 1) if year else ""}
    made.add("old enrolment", **before, **{"from": last[0], "to": last[1], "gone": Said("yes")})
    band = {"pupil": one, "person": one, "from": now[0], "to": now[1], "gone": Said("no"), "role": Said("pupil")}
    made.add("class member", **band, group=of_class, **{"class": of_class}, unit=unit)
    for group in groups:
        made.add("group member", **band, group=group, unit=unit)
    guardian = _person(made, people, "guardian", people.adult(), unit, role=Said("guardian"))
    guardian["child"] = one
    made.add("guardianship", pupil=one, guardian=guardian, role=Said("guardian"))
    for _ in range(2):
        day = dt.date.fromisoformat(now[0]) + dt.timedelta(days=draw.randrange(60))
        made.add("absence", pupil=one, group=draw.choice(groups), date=day.isoformat(), minutes=draw.randrange(10, 90))


def _duty(made: School, one: Thing, unit: Thing, when: tuple[str, str]) -> None:
    made.add(
        "duty",
        **{"staff": one, "person": one, "unit": unit, "title": one.title, "from": when[0], "to": when[1]},
        **{"gone": Said("no"), "role": Said("staff"), "percent": "100"},
    )


def _others(made: School) -> None:
    """What stands in such systems beside all that is needed."""
    for name, code in _SUBJECTS:
        made.add("subject", name=name, code=code)
    for name in _ROOMS:
        made.add("room", name=name, unit=made.things["unit"][0], seats=24)
    for group in made.things["group"]:
        made.add("lesson", group=group, staff=group.teacher, room=made.things["room"][group.n % 5], day=group.n % 5 + 1)
    for form, name in (("GR", "Grundskola"), ("GY", "Gymnasieskola"), ("FTH", "Fritidshem")):
        made.add("form", code=Said(form), name=name)
    for title in dict.fromkeys(_TITLES):
        made.add("title", name=Said(title))


# -- a stranger -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stranger:
    """One file. `right`: rule -> statement -> what a careful person writes (README.md)."""

    name: str
    about: str
    form: str
    tables: Mapping[str, Any]
    right: Mapping[str, Mapping[str, Any]]
    words: Words
    units: int
    options: Mapping[str, str]

    @classmethod
    def read(cls, path: Path) -> Stranger:
        """As it stands in the file."""
        found = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
        return cls(
            path.stem,
            *(found[key] for key in ("about", "form", "tables", "right")),
            found.get("words", {}),
            int(found.get("units", 3)),
            found.get("file", {}),
        )

    def made(self, today: dt.date) -> dict[str, list[Row]]:
        """Table -> rows."""
        Said.words = self.words
        made = school(self.units, today)
        return {name: list(_rows(made, told)) for name, told in self.tables.items()}

    def write(self, folder: Path, today: dt.date) -> list[Path]:
        """The data, in this folder; what `init` is to be pointed at."""
        folder.mkdir(parents=True, exist_ok=True)
        tables = self.made(today)
        return {"csv": self._files, "sqlite": self._database, "xml": self._xml}[self.form](folder, tables)

    def _files(self, folder: Path, tables: Mapping[str, Sequence[Row]]) -> list[Path]:
        for name, rows in tables.items():
            path = folder / f"{name}{self.options.get('ending', '.csv')}"
            with path.open("w", encoding=self.options.get("encoding", "utf-8"), newline="") as file:
                writer = csv.writer(file, delimiter=self.options.get("delimiter", ";"))
                writer.writerow(rows[0])
                writer.writerows(row.values() for row in rows)
        return [folder]

    def _database(self, folder: Path, tables: Mapping[str, Sequence[Row]]) -> list[Path]:
        path = folder / "sis.db"
        with closing(sqlite3.connect(path)) as database, database:
            for name, rows in tables.items():
                told = self.tables[name]
                database.execute(f'CREATE TABLE "{name}" ({", ".join(_columns(told, rows[0]))})')
                marks = ", ".join("?" * len(rows[0]))
                database.executemany(
                    f'INSERT INTO "{name}" VALUES ({marks})',
                    [[cell or None for cell in row.values()] for row in rows],
                )
        return [path]

    def _xml(self, folder: Path, tables: Mapping[str, Sequence[Row]]) -> list[Path]:
        """One file: an element a row, its cells as children, or as attributes where the name begins with @."""
        lines = [f'<?xml version="1.0" encoding="utf-8"?>\n<{self.options.get("root", "export")}>']
        for name, rows in tables.items():
            outer, _, inner = name.rpartition("/")
            lines.append(f"<{outer}>" if outer else "")
            for row in rows:
                marks = "".join(f" {key[1:]}={quoteattr(cell)}" for key, cell in row.items() if key[0] == "@")
                cells = "".join(f"<{key}>{escape(cell)}</{key}>" for key, cell in row.items() if key[0] != "@")
                lines.append(f"<{inner}{marks}>{cells}</{inner}>")
            lines.append(f"</{outer}>" if outer else "")
        path = folder / "export.xml"
        path.write_text("\n".join([*lines, f"</{self.options.get('root', 'export')}>"]), encoding="utf-8")
        return [path]


def _rows(made: School, told: Mapping[str, Any]) -> Iterator[Row]:
    """A row for each thing of the kinds, or several where `columns` is a list of rows."""
    number = 0
    kinds = [told["rows"]] if isinstance(told["rows"], str) else told["rows"]
    shapes = told["columns"] if isinstance(told["columns"], list) else [told["columns"]]
    for kind in kinds:
        for thing in made.things[kind]:
            for shape in shapes:
                number += 1
                try:
                    yield {
                        name: template.format(**{**thing, "row": number}) if template else ""
                        for name, template in shape.items()
                    }
                except (KeyError, AttributeError) as error:
                    raise ValueError(f"{kind}: {error}; a {kind} has {', '.join(thing)}") from None


def _columns(told: Mapping[str, Any], row: Row) -> Iterator[str]:
    declares = not told.get("view")
    kinds, keys = told.get("types", {}), told.get("primary", []) if declares else []
    for name in row:
        yield f'"{name}" {kinds.get(name, "TEXT")}'
    if keys:
        quoted = ", ".join(f'"{name}"' for name in keys)
        yield f"PRIMARY KEY ({quoted})"
    for name, target in (told.get("foreign", {}) if declares else {}).items():
        table, _, column = target.rpartition(".")
        yield f'FOREIGN KEY ("{name}") REFERENCES "{table}" ("{column}")'


def strangers() -> list[Stranger]:
    """All of them, by name."""
    return [Stranger.read(path) for path in sorted(FOLDER.glob("*.yaml"))]
