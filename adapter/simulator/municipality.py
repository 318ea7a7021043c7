"""An invented municipality in the manner of an old Swedish school system. The same seed gives the same people.

What such systems do is in it: GUIDs in braces and capitals, one pupil row a school year, empty texts for NULL,
from and to dates, personnummer in many forms, staff at two schools, a teacher who is a pupil too, protected
identities, guardians, and rows that are simply wrong.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapter.simulator.people import People, Pupil

TABLES: dict[str, tuple[str, ...]] = {
    "SKOLENHET": ("SKOLENHETSKOD", "NAMN", "REKTOR", "POSTADRESS"),
    "ELEV": (
        *("ELEV_ID", "LASAR_FRAN", "LASAR_TILL", "PNR", "FORNAMN", "MELLANNAMN", "EFTERNAMN", "SKYDD"),
        *("STATUS", "KLASS_ID", "ADRESS", "TELEFON", "MODERSMAL"),
    ),
    "INSKRIVNING": ("ELEV_ID", "SKOLENHETSKOD", "SKOLFORM", "ARSKURS", "STUDIEVAG", "FRAN", "TILL"),
    "KLASS": ("KLASS_ID", "NAMN", "SKOLENHETSKOD", "SKOLFORM"),
    "GRUPP": ("GRUPP_ID", "NAMN", "AMNE", "SKOLENHETSKOD", "SKOLFORM", "FRAN", "TILL"),
    "GRUPPMEDLEM": ("GRUPP_ID", "ELEV_ID", "FRAN", "TILL"),
    "GRUPPLARARE": ("GRUPP_ID", "ANST_ID"),
    "PERSONAL": ("ANST_ID", "PNR", "FORNAMN", "EFTERNAMN", "SKYDD", "SLUTAT", "LON"),
    "TJANST": ("ANST_ID", "SKOLENHETSKOD", "BEFATTNING", "FRAN", "TILL"),
    "VARDNADSHAVARE": ("ELEV_ID", "NAMN", "TELEFON", "EPOST"),
}
AD_HEADER = ("Personnummer", "Användarnamn", "E-post", "Roll", "Visningsnamn")
TESTS_HEADER = ("Grupp", "Provaktivitet")
ORGANISATION_NUMBER = "2120000001"
SECRETS = ("Skymningsby", "Rövarspråket", "Hemliga gränden")
"""Texts of guardians and of columns that nobody asked for: they must never be seen outside."""
PROTECTED_NAMES = ("Skuggfrid", "Dimmalill")

_CLASS_SIZE = 21
_UNIT_SIZE = 300
_GR_SUBJECTS = ("Matematik", "Svenska", "Engelska", "Idrott", "Slöjd", "Musik")
_TESTED = {"Matematik": "MAT01", "Svenska": "SVE01", "Engelska": "ENG01"}
_GY_COURSES = ("Matematik 1b", "Svenska 1", "Engelska 5", "Historia 1")
_GY_TESTS = {"Matematik 1b": "MATMAT01b", "Svenska 1": "SVESVE01", "Engelska 5": "ENGENG05"}
_PROGRAMMES = ("NANAT", "SASAM", "EKJURV", "TETEK", "BAHUS")
_ROLES = ("Lärare", "Lärare", "Lärare", "Förstelärare", "Speciallärare", "Skolsköterska")


@dataclass
class Municipality:
    """What was made, as rows by table. `units`: skolenhetskod -> name."""

    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=lambda: {name: [] for name in TABLES})
    ad: list[tuple[str, ...]] = field(default_factory=list)
    tests: list[tuple[str, str]] = field(default_factory=list)
    units: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """Rows by table, and the distinct pupils."""
        return {name: len(rows) for name, rows in self.rows.items()} | {"ad-export": len(self.ad)}


def make(folder: Path, pupils: int, seed: int, today: dt.date) -> Municipality:
    """Invent a municipality and write it: `sis.db`, `ad-export.csv` (cp1252), `provaktiviteter.csv`."""
    made = _Maker(pupils, random.Random(seed), today).made()
    folder.mkdir(parents=True, exist_ok=True)
    write_database(folder / "sis.db", made.rows)
    write_csv(folder / "ad-export.csv", AD_HEADER, made.ad)
    write_csv(folder / "provaktiviteter.csv", TESTS_HEADER, made.tests)
    return made


def write_database(path: Path, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """A new SQLite database with these tables; one that was there is replaced."""
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database, database:
        for name, columns in TABLES.items():
            database.execute(f"CREATE TABLE {name} ({', '.join(f'{column} TEXT' for column in columns)})")
            marks = ", ".join("?" for _ in columns)
            database.executemany(f"INSERT INTO {name} VALUES ({marks})", rows[name])


def write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """As an old Windows program writes: semicolons, quotes, cp1252."""
    with path.open("w", encoding="cp1252", newline="") as file:
        writer = csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(header)
        writer.writerows(rows)


def school_year(today: dt.date) -> tuple[str, str]:
    """First and last day of the school year that a day is in."""
    first = today.year if today.month >= 8 else today.year - 1
    return f"{first}-08-01", f"{first + 1}-07-31"


class _Maker:
    def __init__(self, pupils: int, draw: random.Random, today: dt.date) -> None:
        self._draw = draw
        self._today = today
        self._year = school_year(today)
        self._last_year = (f"{int(self._year[0][:4]) - 1}-08-01", f"{self._year[0][:4]}-07-31")
        self._people = People(draw, today)
        self._made = Municipality()
        self._classes = 0
        self._staff = 0
        self._teachers: dict[str, list[str]] = {}
        self._shares = {
            "Förskoleklass": max(pupils * 8 // 100, 2),
            "Gymnasieskola": max(pupils * 22 // 100, 8),
            "Komvux": max(pupils * 8 // 100, 4),
        }
        self._shares["Grundskola"] = max(pupils - sum(self._shares.values()), 12)

    def made(self) -> Municipality:
        for school_form, count in self._shares.items():
            for number, start in enumerate(range(0, count, _UNIT_SIZE), 1):
                self._unit(school_form, number, min(_UNIT_SIZE, count - start))
        self._staff_at_two_schools()
        self._teacher_who_is_a_pupil()
        self._what_is_wrong()
        return self._made

    def _unit(self, school_form: str, number: int, pupils: int) -> None:
        code = f"{self._draw.randrange(10_000_000, 99_999_999)}"
        while code in self._made.units:
            code = f"{self._draw.randrange(10_000_000, 99_999_999)}"
        name = f"{self._people.place()} {_UNIT_KINDS[school_form]} {number}"
        self._made.units[code] = name
        self._made.rows["SKOLENHET"].append((code, name, "", f"{SECRETS[2]} {number}"))
        self._teachers[code] = [self._employee(code, "Rektor")] + [
            self._employee(code, _ROLES[n % len(_ROLES)]) for n in range(max(2, pupils // 11))
        ]
        years = {"Grundskola": 9, "Gymnasieskola": 3}.get(school_form, 1)
        by_year = [pupils // years + (year < pupils % years) for year in range(years)]
        for year, count in enumerate(by_year, 1):
            for letter, start in enumerate(range(0, count, _CLASS_SIZE)):
                self._class(code, school_form, year, "ABCDEFGHIJKLMNOP"[letter % 16], min(_CLASS_SIZE, count - start))

    def _class(self, unit: str, school_form: str, year: int, letter: str, size: int) -> None:
        self._classes += 1
        class_id = str(self._classes)
        programme = _PROGRAMMES[self._classes % len(_PROGRAMMES)] if school_form == "Gymnasieskola" else ""
        name = {"Gymnasieskola": f"{programme[:2]}{year}{letter}", "Förskoleklass": f"F{letter}"}.get(
            school_form, f"{year}{letter}" if school_form == "Grundskola" else f"Vux {letter}"
        )
        self._made.rows["KLASS"].append((class_id, name, unit, school_form))
        age = {"Grundskola": 6 + year, "Gymnasieskola": 15 + year, "Förskoleklass": 6}.get(school_form, 30)
        members = [self._people.pupil(age) for _ in range(size)]
        for pupil in members:
            self._pupil(pupil, unit, school_form, str(year) if school_form == "Grundskola" else "", programme, class_id)
        if school_form != "Förskoleklass":
            self._groups(unit, school_form, year, name, members)

    def _pupil(
        self, pupil: Pupil, unit: str, school_form: str, year: str, programme: str, class_id: str, role: str = "Elev"
    ) -> None:
        rows = self._made.rows
        common = (pupil.number, pupil.given, pupil.middle, pupil.family)
        rest = (f"{SECRETS[2]} {self._draw.randrange(1, 90)}", "070-000 00 00", SECRETS[1])
        if self._draw.random() < 0.5:  # last year's row is still there, with last year's class
            rows["ELEV"].append((pupil.guid, *self._last_year, *common, "", "A", "0", *rest))
        rows["ELEV"].append((pupil.guid, *self._year, *common, "", "A", class_id, *rest))
        rows["INSKRIVNING"].append((pupil.guid, unit, school_form, year, programme, self._year[0], ""))
        rows["VARDNADSHAVARE"].append((pupil.guid, f"{pupil.given} {SECRETS[0]}", "070-111 11 11", "v@exempel.se"))
        self._account(pupil, role)

    def _account(self, pupil: Pupil, role: str) -> None:
        user, mail = self._people.account(pupil, role)
        self._made.ad.append((pupil.long_number, user, mail, role, f"{pupil.given} {pupil.family}"))

    def _groups(self, unit: str, school_form: str, year: int, class_name: str, members: list[Pupil]) -> None:
        rows = self._made.rows
        subjects = _GR_SUBJECTS if school_form == "Grundskola" else _GY_COURSES
        first, last = self._year
        for number, subject in enumerate(subjects):
            group = self._people.guid()
            rows["GRUPP"].append((group, f"{class_name} {subject}", subject, unit, school_form, first, last))
            rows["GRUPPMEDLEM"].extend((group, pupil.guid, first, "") for pupil in members)
            teachers = self._teachers[unit]
            rows["GRUPPLARARE"].append((group, teachers[1 + (self._classes + number) % (len(teachers) - 1)]))
            if test := _test_of(school_form, year, subject):
                self._made.tests.append((group, test))

    def _employee(self, unit: str, title: str) -> str:
        self._staff += 1
        person = self._people.adult()
        number = f"{1000 + self._staff}"
        self._made.rows["PERSONAL"].append((number, person.number, person.given, person.family, "", "", "38000"))
        self._made.rows["TJANST"].append((number, unit, title, "2020-08-01", ""))
        self._account(person, "Personal")
        return number

    # -- what makes it life-like --------------------------------------------------------------------------

    def _staff_at_two_schools(self) -> None:
        units = list(self._made.units)
        for number, (employee, unit, title, *dates) in enumerate(list(self._made.rows["TJANST"])):
            if number % 12 == 5:
                other = units[(units.index(unit) + 1) % len(units)]
                self._made.rows["TJANST"].append((employee, other, title, *dates))
            elif number % 12 == 7:  # worked elsewhere until last year
                other = units[(units.index(unit) + 1) % len(units)]
                self._made.rows["TJANST"].append((employee, other, title, "2018-08-01", "2019-06-15"))

    def _teacher_who_is_a_pupil(self) -> None:
        """One human, two objects: another id and another user name in each role."""
        _, number, given, family, *_ = self._made.rows["PERSONAL"][1]
        unit = next(code for code, name in self._made.units.items() if _UNIT_KINDS["Komvux"] in name)
        class_id = next(row[0] for row in self._made.rows["KLASS"] if row[2] == unit)
        self._pupil(Pupil(self._people.guid(), number, given, "", family), unit, "Komvux", "", "", class_id)

    def _what_is_wrong(self) -> None:
        """Two protected pupils, and three rows that no mapping can save."""
        pupils = self._made.rows["ELEV"]
        current = [n for n, row in enumerate(pupils) if row[1] == self._year[0] and row[9] != "0"]
        marked = [current[len(current) // 3], current[len(current) // 2]]
        for position, mark, name in zip(marked, "SF", PROTECTED_NAMES, strict=True):
            row = pupils[position]
            pupils[position] = (*row[:4], name, *row[5:7], mark, *row[8:])
        enrolled = {row[0]: n for n, row in enumerate(self._made.rows["INSKRIVNING"]) if row[2] == "Grundskola"}
        sound = [n for n in current if n not in marked and pupils[n][0] in enrolled]
        digit, year, account = sound[3], sound[11], sound[7]
        row = pupils[digit]
        wrong = self._people.wrong_digit(row[3])
        self._made.ad = [(wrong, *a[1:]) if same_number(a[0], row[3]) else a for a in self._made.ad]
        pupils[digit] = (*row[:3], wrong, *row[4:])
        enrolment = self._made.rows["INSKRIVNING"][enrolled[pupils[year][0]]]
        self._made.rows["INSKRIVNING"][enrolled[pupils[year][0]]] = (*enrolment[:3], "sjua", *enrolment[4:])
        self._made.ad = [a for a in self._made.ad if not same_number(a[0], pupils[account][3])]


_UNIT_KINDS = {
    "Grundskola": "grundskola",
    "Gymnasieskola": "gymnasium",
    "Komvux": "vuxenutbildning",
    "Förskoleklass": "förskoleklass",
}


def same_number(one: str, other: str) -> bool:
    """Whether two spellings are one personnummer, as far as their last ten signs tell."""
    return one.replace("-", "").replace(" ", "")[-10:] == other.replace("-", "").replace(" ", "")[-10:]


def _test_of(school_form: str, year: int, subject: str) -> str:
    """The test activity of a subject, or ""."""
    if school_form == "Grundskola":
        return f"GRGR{_TESTED[subject]}_{year}" if subject in _TESTED and year in (3, 6, 9) else ""
    if subject not in _GY_TESTS or year > 1:
        return ""
    return f"{_GY_TESTS[subject]}_{'GY' if school_form == 'Gymnasieskola' else 'VUXGY'}"
