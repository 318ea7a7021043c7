"""Invented people: names, personnummer with right check digits in the forms that registers use, user names."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import dataclass

from adapter.ss12000 import civicno

_GIVEN_TEXT = """
Alva Arvid Asta Björn Bo Cajsa Dag Ebba Edvin Elsa Åke Åsa Folke Freja Greta Göran Hedda Hjalmar Ingrid Ivar
Juni Kerstin Lage Liv Majken Märta Nils Olle Örjan Pär Ragnhild Rut Signe Sixten Sölve Tage Tuva Ulla Vide
Ylva
"""
_GIVEN = tuple(_GIVEN_TEXT.split())
_FAMILY_TEXT = """
Askgren Bergqvist Björkö Dalåker Ekmån Fjällbäck Granath Hedström Häggö Isaksröd Junåker Källgren Lindäng
Lövhult Månskog Näsman Ollebo Öhrling Pilgård Qvarnås Rönnäng Skogsjö Strömö Sälgberg Tallåsen Ugglebo
Vikgärde Åbrink Ängsholm Östlycke
"""
_FAMILY = tuple(_FAMILY_TEXT.split())
_PLACES_TEXT = """
Almvik Björkdal Cedersjö Dalby Ekhaga Fågelmo Granliden Hällevi Järnboås Kvarnsjö Lindö Mossäng
"""
_PLACES = tuple(_PLACES_TEXT.split())
_FORMS = ("{0}-{1}", "{0}{1}", "{2}-{1}", "{0}-{1}", "{0} {1}")


@dataclass(frozen=True, slots=True)
class Pupil:
    """A person as a register knows one. `number` in whatever form."""

    guid: str
    number: str
    given: str
    middle: str
    family: str

    @property
    def long_number(self) -> str:
        """`ÅÅÅÅMMDD-NNNN`, as the directory writes it."""
        found = civicno.normalise(self.number, dt.date(2030, 1, 1)) or self.number
        return f"{found[:8]}-{found[8:]}"


class People:
    """Draws people; no two have the same number or user name."""

    def __init__(self, draw: random.Random, today: dt.date) -> None:
        self._draw = draw
        self._today = today
        self._taken: set[str] = set()
        self._accounts = 0
        self._drawn = 0

    def pupil(self, age: int) -> Pupil:
        """A pupil of about this age; one in ninety has a TF number, one in seventy a samordningsnummer."""
        self._drawn += 1
        if self._drawn % 90 == 17:
            number = self._temporary(age)
        else:
            number = self._number(age, coordination=self._drawn % 70 == 23)
        middle = self._draw.choice(_FAMILY) if self._drawn % 11 == 0 else ""
        return Pupil(self.guid(), number, self._draw.choice(_GIVEN), middle, self._draw.choice(_FAMILY))

    def adult(self) -> Pupil:
        """Somebody who works."""
        age = self._draw.randrange(25, 64)
        return Pupil("", self._number(age), self._draw.choice(_GIVEN), "", self._draw.choice(_FAMILY))

    def guid(self) -> str:
        """As SQL Server writes it: braces, capitals."""
        text = f"{self._draw.getrandbits(128):032X}"
        return f"{{{text[:8]}-{text[8:12]}-4{text[13:16]}-A{text[17:20]}-{text[20:]}}}"

    def place(self) -> str:
        """Part of a school's name."""
        return self._draw.choice(_PLACES)

    def account(self, person: Pupil, role: str) -> tuple[str, str]:
        """(user name, e-mail): the user name tells nothing, as Skolverket asks."""
        self._accounts += 1
        local = f"zq{self._accounts * 7919 % 10_000_000:07d}"
        domain = "elev.exempel.se" if role == "Elev" else "exempel.se"
        return f"{local}@edu.exempel.se", f"{local}@{domain}"

    def wrong_digit(self, number: str) -> str:
        """The same number with another check digit, in the directory's form."""
        found = civicno.normalise(number, self._today) or number
        return f"{found[:8]}-{found[8:11]}{(int(found[11]) + 1) % 10}"

    def _number(self, age: int, coordination: bool = False) -> str:
        while True:
            born = self._birthday(age)
            date = born.strftime("%Y%m%d")
            if coordination:
                date = f"{date[:6]}{born.day + 60}"
            serial = f"{self._draw.randrange(1000):03d}"
            whole = f"{date}{serial}{civicno.check_digit(date[2:] + serial)}"
            if serial != "000" and whole not in self._taken:
                self._taken.add(whole)
                short = self._draw.choice(_FORMS) if age < 90 and not coordination else _FORMS[0]
                return short.format(whole[:8], whole[8:], whole[2:8])

    def _temporary(self, age: int) -> str:
        while True:
            whole = f"{self._birthday(age):%Y%m%d}TF{self._draw.randrange(100):02d}"
            if whole not in self._taken:
                self._taken.add(whole)
                return whole

    def _birthday(self, age: int) -> dt.date:
        return dt.date(self._today.year - age, 1, 1) + dt.timedelta(days=self._draw.randrange(365))
