"""Schools and nights of every kind, drawn: rows that meet each other, and what happens to them from night to night."""

from __future__ import annotations

import random
from typing import Any

from support.small_school import UNIT, Rows, number

Tables = dict[str, list[dict[str, str | None]]]

OTHER = "11111111"
MAPPING = """\
mapping: 1
sources:
  elever:  {key: guid, expect: {min_rows: 0}}
  ad:      {key: {column: pnr, as: personnummer}, expect: {min_rows: 0}}
  inskr:   {key: [elev, enhet], expect: {min_rows: 0}}
  skolor:  {key: kod, expect: {min_rows: 0}}
  enheter: {of: skolor, key: namn, expect: {min_rows: 0}}
  personal: {key: anst, expect: {min_rows: 0}}
  tjanst:  {key: [anst, kod], keep: {till: {on_or_after: today, or: empty}}, expect: {min_rows: 0}}
  grupper: {key: guid, expect: {min_rows: 0}}
  medlem:  {key: [grupp, elev], expect: {min_rows: 0}}
  prov:    {key: grupp, expect: {min_rows: 0}}
  ord:     {key: ord, expect: {min_rows: 0}}
  fasta:
    rows: [{form: GR, namn: Grundskola}, {form: GR, namn: Skola}]
    key: namn
codes:
  skydd: {"": Ingen, S: Sekretessmarkering, F: Skyddad folkbokföring}
  roll: {from: ord, key: ord, value: roll, otherwise: Annan personal}
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  - from: elever
    keep: {status: A}
    when: {slut: {on_or_after: today, or: empty}}
    id: {uuid5: guid}
    enrich: {ad: {column: pnr, as: personnummer}}
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: {list: [{first_of: [ad.eppn, eppn]}]}
      securityMarking: {column: skydd, codes: skydd, unknown: protected}
      enrolments:
        each: inskr
        match: {elev: guid}
        keep: {ak: {not: ["9"]}}
        fields:
          enroledAt: {ref: Organisation, via: enhet}
          schoolType: {text: GR}
          schoolYear: {column: ak, as: integer, empty: omit}
  - from: personal
    id: {uuid5: anst}
    same_id: merge
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: eppn
      securityMarking: {column: skydd, codes: skydd}
      emails: {list: [{value: {column: epost, empty: omit_item}, type: {text: Skola personal}}]}
Duty:
  from: tjanst
  id: {uuid5: [anst, kod]}
  fields:
    person: {ref: Person, via: anst, of: personal}
    dutyAt: {ref: Organisation, via: kod}
    dutyRole: {column: roll, codes: roll}
Group:
  - from: {distinct: elever, by: [enhet, klass]}
    keep: {klass: {not: empty}, status: A}
    id: {uuid5: [enhet, klass]}
    fields:
      displayName: klass
      groupType: {text: Klass}
      schoolType: {text: GR}
      organisation: {ref: Organisation, via: enhet}
      groupMemberships:
        each: elever
        match: {enhet: enhet, klass: klass}
        fields: {person: {ref: Person, of: elever, via: guid}}
  - from: grupper
    keep: {guid: {found_in: {prov: grupp}}}
    id: {uuid5: guid}
    enrich: {fasta: form}
    fields:
      displayName: namn
      groupType: {text: Undervisning}
      schoolType: fasta.form
      organisation: {ref: Organisation, of: skolor, via: skola, by: namn}
      groupMemberships:
        each: medlem
        match: {grupp: guid}
        fields: {person: {ref: Person, of: elever, via: elev, missing: drop_item}}
Activity:
  from: prov
  id: {uuid5: [grupp, prov]}
  enrich: {grupper: grupp}
  fields:
    displayName: grupper.namn
    groups: {list: [{ref: Group, of: grupper, via: grupp}]}
    organisation: {ref: Organisation, of: skolor, via: grupper.skola, by: namn}
    parentActivity: {ref: test_activity, via: prov}
    teachers:
      each: tjanst
      match: {anst: larare}
      fields: {duty: {ref: Duty, via: [anst, kod]}}
"""

_ODD = ["", None, "  ", "x", "Ã¶", "a\u200bb", "S", "0", "\xad"]


class School:
    """Tables that change from night to night, as `draw` will have it."""

    def __init__(self, draw: random.Random, pupils: int = 8) -> None:
        self.draw = draw
        self.tables: Tables = {name: [] for name in _MADE}
        for name, many in (("skolor", 2), ("elever", pupils), ("ad", pupils), ("inskr", pupils + 2)):
            self.tables[name] = [self._row(name) for _ in range(many)]
        for name, many in (
            ("personal", 3),
            ("tjanst", 4),
            ("grupper", 4),
            ("medlem", pupils * 2),
            ("prov", 3),
            ("ord", 2),
        ):
            self.tables[name] = [self._row(name) for _ in range(many)]

    def happens(self) -> None:
        """One thing: a row comes, goes, is changed in one cell, is doubled, or rows change places."""
        name = self.draw.choice([*_MADE, "elever", "elever", "inskr", "medlem", "tjanst"])
        rows = self.tables[name]
        what = self.draw.randrange(7)
        if what == 0 or not rows:
            rows.insert(self.draw.randint(0, len(rows)), self._row(name))
        elif what == 1:
            rows.pop(self.draw.randrange(len(rows)))
        elif what == 2:
            self.draw.shuffle(rows)
        elif what == 3:
            rows.append(dict(self.draw.choice(rows)))
        else:
            row = self.draw.choice(rows)
            column = self.draw.choice(list(row))
            row[column] = self.draw.choice(_ODD) if self.draw.random() < 0.15 else self._row(name)[column]

    def copied(self) -> dict[str, Any]:
        """The tables as they are now, as sources; one that is empty has its columns still."""
        return {name: _source(name, [dict(row) for row in rows]) for name, rows in self.tables.items()}

    def _row(self, name: str) -> dict[str, str | None]:
        draw = self.draw
        row: dict[str, str | None] = _MADE[name](draw)
        if draw.random() < 0.05:
            row[draw.choice(list(row))] = draw.choice(_ODD)
        return row


def _source(name: str, rows: list[dict[str, str | None]]) -> Rows:
    found = Rows(rows)
    found.columns = list(_MADE[name](random.Random(0)))
    return found


def _person(draw: random.Random) -> int:
    return draw.randrange(9)


def _pupil(draw: random.Random) -> dict[str, str | None]:
    n = _person(draw)
    other = n if draw.random() < 0.9 else _person(draw)
    return {
        "guid": f"g{n}",
        "fornamn": f"Elev{n}",
        "efternamn": draw.choice(["Ek", "Berg"]),
        "pnr": number("20140101", other),
        "eppn": draw.choice(["", f"e{other}@edu.exempel.se"]),
        "skydd": draw.choice(["", "", "", "", "", "S", "?"]),
        "status": draw.choice(["A", "A", "A", "S"]),
        "slut": draw.choice(["", "", "2027-01-01", "2026-11-25", "2026-01-01", "fel"]),
        "klass": draw.choice(["6A", "6B", "6B", ""]),
        "enhet": draw.choice([UNIT, UNIT, OTHER]),
    }


def _staff(draw: random.Random) -> dict[str, str | None]:
    n = draw.randrange(4)
    return {
        "anst": draw.choice([f"p{n}", f"p{n}", f"g{n}"]),
        "fornamn": f"Lärare{n}",
        "efternamn": "Qvist",
        "pnr": number(draw.choice(["19800101", "20140101"]), n),
        "eppn": f"{draw.choice('pe')}{n}@edu.exempel.se",
        "skydd": draw.choice(["", "", "", "F"]),
        "epost": draw.choice([f"p{n}@exempel.se", ""]),
    }


_MADE: dict[str, Any] = {
    "skolor": lambda draw: {"kod": draw.choice([UNIT, OTHER]), "namn": draw.choice(["Testskolan", "Andra skolan"])},
    "elever": _pupil,
    "ad": lambda draw: {
        "pnr": number("20140101", n := _person(draw)),
        "eppn": f"e{draw.choice([n, n, n, _person(draw)])}@edu.exempel.se",
    },
    "inskr": lambda draw: {
        "elev": f"g{_person(draw)}",
        "enhet": draw.choice([UNIT, UNIT, OTHER, "99999999"]),
        "ak": draw.choice(["6", "5", "", "sju"]),
    },
    "personal": _staff,
    "tjanst": lambda draw: {
        "anst": draw.choice("pppg") + str(draw.randrange(4)),
        "kod": draw.choice([UNIT, OTHER]),
        "roll": draw.choice(["Lärare", "Rektor", "Vakt"]),
        "till": draw.choice(["", "", "2026-11-25", "2026-01-01"]),
    },
    "grupper": lambda draw: {
        "guid": f"k{draw.randrange(5)}",
        "namn": draw.choice(["Ma6", "Sv6"]),
        "skola": draw.choice(["Testskolan", "Andra skolan"]),
        "form": draw.choice(["Grundskola", "Grundskola", "Skola", "Kurs"]),
    },
    "medlem": lambda draw: {"grupp": f"k{draw.randrange(5)}", "elev": f"g{_person(draw)}"},
    "prov": lambda draw: {
        "grupp": f"k{draw.randrange(5)}",
        "prov": draw.choice(["GRGRMAT01_6", "GRGRSVE01_6", "okänt"]),
        "larare": f"p{draw.randrange(4)}",
    },
    "ord": lambda draw: {"ord": draw.choice(["lärare", "rektor"]), "roll": draw.choice(["Lärare", "Rektor"])},
}
