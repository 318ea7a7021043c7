"""A small municipality whose files are exported every night: what goes wrong with them is a change of bytes.

Every name and number is invented; numbers have the serials 238 and 239.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapter.ss12000 import civicno, ids
from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.engine import open_store
from support.shell import Outcome, command

NORTH, SOUTH = "31279295", "11111111"
CONFIG = """\
[organiser]
name = "Ekköping"
organisation_number = "2120000001"
id_namespace = "0a9c6f0e-5f5b-4a53-9d0a-6f4a7b0c2d11"
[mapping]
file = "mapping.yaml"
[open_data]
max_age_hours = 100000
"""
SOURCE = """\
[sources.{name}]
connector = "csv"
path = "{name}.csv"
"""
MAPPING = """\
mapping: 1
sources: {skola: {key: enhet}, elev: {key: nr}, larare: {key: sign}}
codes: {skydd: {"": Ingen, J: Sekretessmarkering}}
Organisation:
  from: skola
  id: {school_unit: enhet}
  fields: {displayName: namn, schoolUnitCode: enhet}
Person:
  - from: elev
    id: {uuid5: nr}
    fields:
      givenName: tilltalsnamn
      familyName: efternamn
      civicNo.value: {column: personnr, as: personnummer}
      eduPersonPrincipalNames: konto
      securityMarking: {column: skydd, codes: skydd}
      enrolments:
        list:
          - enroledAt: {ref: Organisation, via: enhet}
            schoolType: {text: GR}
            schoolYear: {column: ak, as: integer}
  - from: larare
    id: {uuid5: [{text: larare}, sign]}
    fields:
      givenName: tilltalsnamn
      familyName: efternamn
      civicNo.value: {column: personnr, as: personnummer}
      eduPersonPrincipalNames: konto
      securityMarking: {text: Ingen}
      emails: {list: [{value: epost, type: {text: Skola personal}}]}
Duty:
  from: larare
  id: {uuid5: [sign, enhet]}
  fields:
    person: {ref: Person, of: larare, via: sign}
    dutyAt: {ref: Organisation, via: enhet}
    dutyRole: {text: Lärare}
Group:
  - from: {distinct: elev, by: [enhet, klass]}
    id: {uuid5: [enhet, klass]}
    fields:
      displayName: klass
      groupType: {text: Klass}
      schoolType: {text: GR}
      organisation: {ref: Organisation, via: enhet}
      groupMemberships:
        each: elev
        match: {enhet: enhet, klass: klass}
        fields: {person: {ref: Person, of: elev, via: nr}}
"""
Tables = dict[str, list[dict[str, str]]]
Files = dict[str, bytes]


def number(day: int, serial: int = 238) -> str:
    """An invented personnummer for the day-th of the year 2013, with a right check digit."""
    date = f"2013{day // 28 % 12 + 1:02d}{day % 28 + 1:02d}"
    return f"{date}{serial}{civicno.check_digit(f'{date[2:]}{serial}')}"


def tables(pupils: int = 40, in_a_class: int = 20) -> Tables:
    """Pupils in classes, one class after the other, at the northern school; two teachers."""
    return {
        "skola": [{"enhet": NORTH, "namn": "Åsskolan"}, {"enhet": SOUTH, "namn": "Björkskolan"}],
        "elev": [pupil(n, klass=f"{n // in_a_class + 1}Å") for n in range(pupils)],
        "larare": [teacher("abc", 300), teacher("def", 301)],
    }


def pupil(n: int, **cells: str) -> dict[str, str]:
    """The n-th pupil."""
    return {
        "nr": f"E{n:04d}",
        "personnr": number(n),
        "tilltalsnamn": f"Östen{n}",
        "efternamn": f"Ängquist{n}",
        "konto": f"k{n:04d}@ekkoping.example",
        "enhet": NORTH,
        "klass": "1Å",
        "ak": "6",
        "skydd": "",
        **cells,
    }


def teacher(sign: str, day: int) -> dict[str, str]:
    """A teacher at the northern school."""
    return {
        "sign": sign,
        "personnr": number(day, 239),
        "tilltalsnamn": "Maj",
        "efternamn": "Hägg",
        "konto": f"{sign}@ekkoping.example",
        "epost": f"{sign}@skola.example",
        "enhet": NORTH,
    }


def files(found: Mapping[str, list[dict[str, str]]], encoding: str = "utf-8") -> Files:
    """The tables as the register exports them."""
    return {name: text(rows).encode(encoding) for name, rows in found.items()}


def text(rows: list[dict[str, str]]) -> str:
    """One table as CSV."""
    return "\n".join([";".join(rows[0]), *(";".join(row.values()) for row in rows)]) + "\n"


@dataclass
class Installation:
    """A folder with its configuration, in which one night comes after the other."""

    folder: Path
    mapping: str = MAPPING
    config: str = CONFIG
    day: int = field(default=0, init=False)
    files: Files = field(default_factory=dict, init=False)

    def night(self, found: Files, *options: str, again: bool = False) -> Outcome:
        """The files are written, and `sync` runs; a day later than the last time, unless it runs `again`."""
        self.day += not again
        self.files = found
        for name, content in found.items():
            (self.folder / f"{name}.csv").write_bytes(content)
        sources = "".join(SOURCE.format(name=name) for name in found)
        (self.folder / "config.toml").write_text(self.config + sources, encoding="utf-8")
        (self.folder / "mapping.yaml").write_text(self.mapping, encoding="utf-8")
        known = {"fetched": int(time.time() * 1000), "units": {}, "programmes": {}, "activities": {}}
        (self.folder / "open-data.json").write_text(json.dumps(known), encoding="utf-8")
        return command("sync", "--today", f"2026-10-{self.day:02d}", *options, at=self.folder)

    def published(self) -> dict[ResourceType, dict[str, dict[str, Any]]]:
        """Everything that is published."""
        store = open_store(f"sqlite:///{self.folder}/state.db")
        try:
            return publish.documents(store)
        finally:
            store.close()

    def names(self) -> set[str]:
        """The given names of all who are published."""
        return {person["givenName"] for person in self.published()[ResourceType.PERSON].values()}

    def id_of(self, *key: str) -> str:
        """The id of a person."""
        namespace = next(line for line in self.config.splitlines() if "id_namespace" in line).split('"')[1]
        return ids.own_id(bytes.fromhex(namespace.replace("-", "")), "Person", key)
