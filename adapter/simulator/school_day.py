"""What happens on a school day, written into the legacy system: one of each that a night has to cope with."""

from __future__ import annotations

import csv
import datetime as dt
import random
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from adapter.simulator.municipality import AD_HEADER, school_year, write_csv
from adapter.simulator.people import People, Pupil
from adapter.ss12000 import civicno

NEWCOMER = "Nyinflyttad"


@dataclass(frozen=True)
class Happening:
    """One thing that happened, in words, and the pupil's id in the legacy system."""

    what: str
    pupil: str


def school_day(folder: Path, seed: int, today: dt.date) -> list[Happening]:
    """Change the rows of a municipality that `make` made; says what happened."""
    draw = random.Random(f"{seed} {today}")
    with closing(sqlite3.connect(folder / "sis.db")) as database, database:
        day = _Day(database, folder, draw, today)
        return [day.moves(), day.comes(), day.leaves(), day.marries(), day.goes_under_cover(), day.is_broken()]


class _Day:
    def __init__(self, database: sqlite3.Connection, folder: Path, draw: random.Random, today: dt.date) -> None:
        self._database = database
        self._folder = folder
        self._draw = draw
        self._today = today
        self._first = school_year(today)[0]
        self._pupils = [
            row
            for row in database.execute(
                "SELECT e.ELEV_ID, e.KLASS_ID, i.SKOLENHETSKOD, e.PNR FROM ELEV e JOIN INSKRIVNING i USING (ELEV_ID) "
                "WHERE e.LASAR_FRAN = ? AND e.SKYDD = '' AND i.SKOLFORM = 'Grundskola' AND i.ARSKURS <> 'sjua' "
                "ORDER BY e.ELEV_ID",
                (self._first,),
            )
            if self._has_account(row[3]) and self._is_right(row[3])  # who is published: the rest is broken already
        ]

    def _is_right(self, number: str) -> bool:
        whole = civicno.normalise(number, self._today)
        return whole is not None and not civicno.wrong_with(whole)

    def moves(self) -> Happening:
        pupil, klass, unit, _ = self._somebody()
        others = "SELECT KLASS_ID FROM KLASS WHERE SKOLENHETSKOD = ? AND KLASS_ID <> ? ORDER BY KLASS_ID LIMIT 1"
        other = self._database.execute(others, (unit, klass)).fetchone()[0]
        self._set("ELEV", "KLASS_ID", other, pupil)
        return Happening("a pupil moved to another class", pupil)

    def comes(self) -> Happening:
        _, klass, unit, _ = self._somebody()
        people = People(self._draw, self._today)
        new = people.pupil(9)
        new = Pupil(new.guid, new.number, NEWCOMER, "", "Främling")
        self._database.execute(
            "INSERT INTO ELEV VALUES (?, ?, ?, ?, ?, '', ?, '', 'A', ?, '', '', '')",
            (new.guid, *school_year(self._today), new.number, new.given, new.family, klass),
        )
        enrolment = (new.guid, unit, "Grundskola", "3", "", self._today.isoformat(), "")
        self._database.execute("INSERT INTO INSKRIVNING VALUES (?, ?, ?, ?, ?, ?, ?)", enrolment)
        self._database.execute(
            "INSERT INTO GRUPPMEDLEM SELECT GRUPP_ID, ?, ?, '' FROM GRUPPMEDLEM WHERE ELEV_ID = "
            "(SELECT ELEV_ID FROM ELEV WHERE KLASS_ID = ? AND ELEV_ID <> ? LIMIT 1)",
            (new.guid, self._today.isoformat(), klass, new.guid),
        )
        local = f"ny{self._draw.randrange(10**7):07d}"
        account = (new.long_number, f"{local}@edu.exempel.se", f"{local}@elev.exempel.se", "Elev", "")
        write_csv(self._folder / "ad-export.csv", AD_HEADER, [*self._accounts(), account])
        return Happening("a new pupil came", new.guid)

    def leaves(self) -> Happening:
        pupil = self._somebody()[0]
        yesterday = (self._today - dt.timedelta(days=1)).isoformat()
        self._set("ELEV", "STATUS", "S", pupil)
        self._set("INSKRIVNING", "TILL", yesterday, pupil)
        return Happening("a pupil left", pupil)

    def marries(self) -> Happening:
        pupil = self._somebody()[0]
        self._set("ELEV", "EFTERNAMN", "Nygift-Åström", pupil)
        return Happening("a name changed", pupil)

    def goes_under_cover(self) -> Happening:
        pupil = self._somebody()[0]
        self._set("ELEV", "SKYDD", "S", pupil)
        return Happening("a pupil became protected", pupil)

    def is_broken(self) -> Happening:
        pupil = self._somebody()[0]
        self._set("INSKRIVNING", "ARSKURS", "tvåa", pupil)
        return Happening("a row broke (årskurs 'tvåa')", pupil)

    def _somebody(self) -> tuple[str, str, str, str]:
        """A pupil to whom nothing has happened yet."""
        return self._pupils.pop(self._draw.randrange(len(self._pupils)))  # type: ignore[no-any-return]

    def _set(self, table: str, column: str, value: str, pupil: str) -> None:
        current = " AND LASAR_FRAN = :first" if table == "ELEV" else ""
        self._database.execute(
            f"UPDATE {table} SET {column} = :value WHERE ELEV_ID = :pupil{current}",
            {"value": value, "pupil": pupil, "first": self._first},
        )

    def _accounts(self) -> list[list[str]]:
        with (self._folder / "ad-export.csv").open(encoding="cp1252", newline="") as file:
            return list(csv.reader(file, delimiter=";"))[1:]

    def _has_account(self, number: str) -> bool:
        if not hasattr(self, "_known"):
            self._known = {row[0].replace("-", "")[-10:] for row in self._accounts()}
        return number.replace("-", "").replace(" ", "")[-10:] in self._known
