"""One school with twelve pupils, as rows in memory: for what a night with this or that row comes to."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from adapter.settings import Settings
from adapter.ss12000 import civicno, ids, profile
from adapter.store.engine import Store
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report
from adapter.sync.run import sync
from connectors.base import Batch, SourceError

TODAY = dt.date(2026, 11, 23)
NOW = 1_795_000_000_000
UNIT = "31279295"

MAPPING = """\
mapping: 1
sources:
  elever:  {key: guid, expect: {min_rows: 2}}
  ad:      {key: pnr}
  skolor:  {key: kod}
  tjanst:  {key: [anst, kod]}
codes:
  skydd: {"": Ingen, S: Sekretessmarkering, F: Skyddad folkbokföring}
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  - from: elever
    keep: {status: A}
    id: {uuid5: guid}
    enrich: {ad: pnr}
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: ad.eppn
      securityMarking: {column: skydd, codes: skydd}
      enrolments: {list: [{enroledAt: {ref: Organisation, via: kod}, schoolType: {text: GR}, schoolYear: arskurs}]}
  - from: personal
    id: {uuid5: anst}
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: eppn
      securityMarking: {column: skydd, codes: skydd}
      emails: {list: [{value: epost, type: {text: Skola personal}}]}
Duty:
  from: tjanst
  id: {uuid5: [anst, kod]}
  fields:
    person: {ref: Person, via: anst, of: personal}
    dutyAt: {ref: Organisation, via: kod}
    dutyRole: roll
Group:
  - from: {distinct: elever, by: [kod, klass]}
    id: {uuid5: [kod, klass]}
    fields:
      displayName: klass
      groupType: {text: Klass}
      schoolType: {text: GR}
      organisation: {ref: Organisation, via: kod}
      groupMemberships:
        each: elever
        match: {kod: kod, klass: klass}
        fields: {person: {ref: Person, of: elever, via: guid}}
  - from: grupper
    id: {uuid5: guid}
    fields:
      displayName: namn
      groupType: {text: Undervisning}
      schoolType: {text: GR}
      organisation: {ref: Organisation, via: kod}
      groupMemberships:
        each: medlemmar
        match: {grupp: guid}
        fields: {person: {ref: Person, of: elever, via: elev}}
Activity:
  from: grupper
  keep: {prov: {not: empty}}
  id: {uuid5: guid}
  fields:
    displayName: namn
    organisation: {ref: Organisation, via: kod}
    groups: {list: [{ref: Group, of: grupper, via: guid}]}
    parentActivity: {ref: test_activity, via: prov}
    teachers: {list: [{duty: {ref: Duty, via: [larare, kod]}}]}
"""

Tables = dict[str, list[dict[str, str | None]]]
_SURNAMES = ["Ask", "Berg", "Dal", "Ek", "Fors", "Gran", "Hed", "Is", "Lund", "Mo", "Näs", "Ros"]


def tables() -> Tables:
    """Twelve pupils in two classes, two of staff (one without duty), a group with a test and one without."""
    pupils: list[dict[str, str | None]] = [
        {
            "guid": f"{{{n:08X}-0000-4000-8000-000000000000}}",
            "fornamn": f"Elev{n}",
            "efternamn": surname,
            "pnr": number("20140101", n + 1),
            "skydd": "S" if n == 11 else "",
            "status": "A",
            "klass": "6A" if n % 2 else "6B",
            "kod": UNIT,
            "arskurs": "6",
            "vardnadshavare": f"Vårdnadshavaren{n}",
        }
        for n, surname in enumerate(_SURNAMES)
    ]
    return {
        "elever": pupils,
        "ad": [{"pnr": pupil["pnr"], "eppn": f"x{n:03d}@edu.exempel.se"} for n, pupil in enumerate(pupils)],
        "personal": [
            {
                "anst": str(70 + n),
                "fornamn": f"Lärare{n}",
                "efternamn": "Qvist",
                "pnr": number("19800101", n + 1),
                "eppn": f"p{n}@edu.exempel.se",
                "skydd": "",
                "epost": f"p{n}@exempel.se",
            }
            for n in (1, 2)
        ],
        "skolor": [{"kod": UNIT, "namn": "Testskolan"}, {"kod": "11111111", "namn": "Skolan utan elever"}],
        "tjanst": [{"anst": "71", "kod": UNIT, "roll": "Lärare"}],
        "grupper": [
            {"guid": "g1", "namn": "Ma6", "kod": UNIT, "prov": "GRGRMAT01_6", "larare": "71"},
            {"guid": "g2", "namn": "Slöjd6", "kod": UNIT, "prov": "", "larare": "71"},
        ],
        "medlemmar": [{"grupp": group, "elev": pupil["guid"]} for group in ("g1", "g2") for pupil in pupils],
    }


def number(date: str, serial: int) -> str:
    """An invented personnummer with a right check digit."""
    nine = f"{date[2:]}{serial:03d}"
    return f"{date}{serial:03d}{civicno.check_digit(nine)}"


class Rows:
    """A connector over rows in memory; `break_after` rows it fails, as a server does that goes away."""

    def __init__(
        self, rows: list[dict[str, str | None]], age_hours: float | None = None, break_after: int = -1, batch: int = 5
    ):
        self.rows = rows
        self.batch = batch
        self.age_hours = age_hours
        self.break_after = break_after
        self.columns: Sequence[str] = list(rows[0]) if rows else ["guid"]

    def open(self) -> Rows:
        return self

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *details: object) -> None:
        pass

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        for first in range(0, len(self.rows), self.batch):
            if 0 <= self.break_after <= first:
                raise SourceError("S110", "the connection was lost. Run again when the server is back.")
            some = self.rows[first : first + self.batch]
            yield Batch(first + 2, [[row[column] for column in columns] for row in some])


class OpenData:
    """Skolverket's names as far as this school needs them."""

    def school_unit_id(self, code: str) -> str:
        return ids.skolverket_id(code)

    def test_activity_id(self, name: str) -> str | None:
        return ids.skolverket_id(name) if name.startswith("GRGR") else None

    def programme_code(self, code: str) -> str | None:
        return code.upper() if code.upper() in ("NANAT", "SASAM") else None

    def written(self) -> str:
        return ""


def settings(**sections: Any) -> Settings:
    return Settings.model_validate(
        {
            "organiser": {
                "name": "Exempelkommun",
                "organisation_number": "2120000001",
                "id_namespace": "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77",
            },
            "mapping": {"file": "mapping.yaml"},
            "sources": {"elever": {}},
            "state": {"plans": str(Path(tempfile.gettempdir()) / "plans-of-tests")},
            **sections,
        }
    )


def inputs(
    found: Tables | dict[str, Any],
    mapping: str = MAPPING,
    now: int = NOW,
    aliases: dict[str, str] | None = None,
    **sections: Any,
) -> Inputs:
    connectors = {name: Rows(rows) if isinstance(rows, list) else rows for name, rows in found.items()}
    return Inputs(
        settings=settings(**sections),
        profile=profile.shipped(),
        mapping=mapping,
        mapping_name="mapping.yaml",
        connectors=connectors,
        open_data=OpenData,
        clock=lambda: now,
        today=TODAY,
        aliases=lambda: aliases or {},
    )


OPEN_GATE = {
    "gate": {"max_deleted": "100%", "max_updated": "100%", "max_created": "100%", "max_members_removed": "100%"}
}


def night(store: Store, found: Tables | dict[str, Any], options: Options | None = None, **more: Any) -> Report:
    """One run over these tables."""
    return sync(store, inputs(found, **more), options)
