"""Schools and nights of every kind, drawn: rows that meet each other, and what happens to them from night to night."""

from __future__ import annotations

import csv
import random
from pathlib import Path
from typing import Any

from connectors.csv.connector import CsvConnector, CsvOptions
from support.small_school import NOW, UNIT, Rows, number

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

MADE = """\
mapping: 1
sources:
  inskrivna: {of: elever, keep: {status: A}, expect: {min_rows: 0}}
  skolor:  {key: kod, merge: only, expect: {min_rows: 0}}
  inskr:   {key: [elev, enhet], keep: {enhet: {found_in: {skolor: kod}}}, expect: {min_rows: 0}}
  enheter: {of: skolor, key: kod, keep: {kod: {found_in: {inskr: enhet}}}, expect: {min_rows: 0}}
  elever:
    with: {inskr: {elev: guid}}
    keep: {slut: {on_or_after: today, or: empty}}
    key: guid
    merge: most
    expect: {min_rows: 0}
  aktiva:  {of: elever, keep: {status: A, klass: {not: empty}}, key: guid, expect: {min_rows: 0}}
  ad:      {key: {column: pnr, as: personnummer}, merge: only, expect: {min_rows: 0}}
  konton:
    of: ad
    key: {column: pnr, as: personnummer}
    keep: {pnr: {found_in: {aktiva: pnr}}}
    expect: {min_rows: 0}
  personal: {key: anst, merge: only, expect: {min_rows: 0}}
  tjanst:
    with: {skolor: {kod: kod}, personal: {anst: anst}}
    keep: {till: {on_or_after: today, or: empty}, skolor.namn: {not: empty}}
    key: [anst, kod]
    expect: {min_rows: 0}
  fasta:
    rows: [{form: GR, namn: Grundskola}, {form: GR, namn: Skola}]
    key: namn
  grupper: {with: {fasta: {namn: form}, skolor: {namn: skola}}, key: guid, expect: {min_rows: 0}}
  medlem:
    split: {column: elev, on: " "}
    with: {elever: {guid: elev}}
    keep: {elever.efternamn: {not: empty}, elev: {found_in: {aktiva: guid}}}
    key: [grupp, elev]
    expect: {min_rows: 0}
  prov:
    split: [{column: larare, on: " "}, {column: grupp, on: " "}]
    with: {skolor: {namn: skola}, grupper: {guid: grupp}}
    keep: {skolor.kod: {not: empty}}
    key: grupp
    expect: {min_rows: 0}
  ord:     {key: ord, keep: {skola: {found_in: {skolor: namn}}}, expect: {min_rows: 0}}
codes:
  skydd: {"": Ingen, S: Sekretessmarkering, F: Skyddad folkbokföring}
  roll: {from: ord, key: ord, value: roll, otherwise: Annan personal}
Organisation:
  from: enheter
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  - from: elever
    keep: {status: A, guid: {found_in: {inskr: elev}}}
    id: {uuid5: guid}
    enrich: {ad: {column: pnr, as: personnummer}, konton: {column: pnr, as: personnummer}, inskr: [guid, enhet]}
    fields:
      givenName: fornamn
      middleName: inskr.ak
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: {list: [{first_of: [konton.eppn, ad.eppn, eppn]}]}
      securityMarking: {column: skydd, codes: skydd, unknown: protected}
      enrolments:
        each: inskr
        match: {elev: guid}
        keep: {elev: {found_in: {inskrivna: guid}}}
        fields:
          enroledAt: {ref: Organisation, via: enhet}
          schoolType: {text: GR}
          schoolYear: {column: ak, as: integer, empty: omit}
  - from: personal
    keep: {anst: {found_in: {tjanst: anst}}}
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
  from: {distinct: tjanst, by: [anst, kod, roll]}
  id: {uuid5: [anst, kod, roll]}
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
        each: aktiva
        match: {enhet: enhet, klass: klass}
        fields: {person: {ref: Person, of: elever, via: guid}}
  - from: grupper
    keep: {guid: {found_in: {prov: grupp}}}
    id: {uuid5: guid}
    fields:
      displayName: namn
      groupType: {text: Undervisning}
      schoolType: fasta.form
      organisation: {ref: Organisation, of: enheter, via: skola, by: namn}
      groupMemberships:
        each: medlem
        match: {grupp: guid}
        fields: {person: {ref: Person, of: elever, via: elev, missing: drop_item}}
Activity:
  from: {distinct: prov, by: [grupp, prov]}
  id: {uuid5: [grupp, prov]}
  enrich: {grupper: grupp}
  fields:
    displayName: grupper.namn
    groups: {list: [{ref: Group, of: grupper, via: grupp}]}
    organisation: {ref: Organisation, of: enheter, via: grupper.skola, by: namn}
    parentActivity: {ref: test_activity, via: prov}
"""

_ODD = ["", None, "  ", "x", "Ã¶", "a\u200bb", "S", "0", "\xad"]
_MANY = {"skolor": 2, "personal": 4, "tjanst": 4, "grupper": 4, "prov": 3, "ord": 2}


class School:
    """Tables that change from night to night, as `draw` will have it: mostly right, never for long."""

    def __init__(self, draw: random.Random, pupils: int = 9) -> None:
        self.draw = draw
        many = {"elever": pupils, "ad": pupils, "inskr": pupils, "medlem": 2 * pupils, **_MANY}
        self.tables: Tables = {name: [self._row(name, n) for n in range(many[name])] for name in _MADE}

    def happens(self) -> None:
        """One thing: a row comes, goes, is changed in one cell, is doubled, is put right, or rows change places."""
        name = self.draw.choice([*_MADE, "elever", "elever", "inskr", "medlem", "tjanst"])
        rows = self.tables[name]
        number = self.draw.randrange(max(len(rows), 4))
        what = self.draw.randrange(9)
        if what == 0 or not rows:
            rows.insert(self.draw.randint(0, len(rows)), self._row(name, number))
        elif what == 1:
            rows.pop(self.draw.randrange(len(rows)))
        elif what == 2:
            self.draw.shuffle(rows)
        elif what == 3:
            rows.append(dict(self.draw.choice(rows)))
        elif what < 6:
            rows[number % len(rows)] = self._row(name, number)
        else:
            row = self.draw.choice(rows)
            column = self.draw.choice(list(row))
            odd = self.draw.random() < 0.15
            row[column] = self.draw.choice(_ODD) if odd else self._row(name, self.draw.randrange(9))[column]

    def copied(self) -> dict[str, Any]:
        """The tables as they are now, as sources; one that is empty has its columns still."""
        return {name: self._source(name, [dict(row) for row in rows]) for name, rows in self.tables.items()}

    def exported(self, folder: Path) -> dict[str, Any]:
        """The same as files."""
        for name, rows in self.copied().items():
            with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, delimiter=";")
                writer.writerow(rows.columns)
                writer.writerows([cell or "" for cell in row.values()] for row in rows.rows)
        return {
            name: CsvConnector(
                name, CsvOptions(path=str(folder / f"{name}.csv"), delimiter=";"), now=lambda: NOW / 1000
            )
            for name in self.tables
        }

    def _source(self, name: str, rows: list[dict[str, str | None]]) -> Rows:
        found = Rows(rows)
        found.columns = list(_MADE[name](0, _often(random.Random(0))))
        return found

    def _row(self, name: str, number: int) -> dict[str, str | None]:
        row: dict[str, str | None] = _MADE[name](number, _often(self.draw))
        if self.draw.random() < 0.02:
            row[self.draw.choice(list(row))] = self.draw.choice(_ODD)
        return row


def _often(draw: random.Random) -> Any:
    """The first of some texts, now and then one of the others."""
    return lambda *texts: texts[0] if draw.random() < 0.85 else draw.choice(texts)


_PUPILS = [f"g{n}" for n in range(9)]
_MADE: dict[str, Any] = {
    "skolor": lambda n, often: {
        "kod": often((UNIT, OTHER)[n % 2], UNIT),
        "namn": often(("Testskolan", "Andra skolan")[n % 2], "Testskolan"),
    },
    "elever": lambda n, often: {
        "guid": f"g{n}",
        "fornamn": f"Elev{n}",
        "efternamn": often("Ek", "Berg", "Nygift"),
        "pnr": number("20140101", often(n, 3) + 1),
        "eppn": often("", f"e{n}@edu.exempel.se"),
        "skydd": often("", "", "S", "?"),
        "status": often("A", "S"),
        "slut": often("", "2027-01-01", "2026-11-25", "2026-01-01", "fel"),
        "klass": often(("6A", "6B")[n % 2], "6A", ""),
        "enhet": often((UNIT, OTHER)[n // 6 % 2], UNIT),
    },
    "ad": lambda n, often: {
        "pnr": number("20140101", n + 1),
        "eppn": f"{often(f'e{n}', f'e{n}', 'e3', f'E{n}', 'p1')}@edu.exempel.se",
    },
    "inskr": lambda n, often: {
        "elev": f"g{n}",
        "enhet": often((UNIT, OTHER)[n // 6 % 2], UNIT, "99999999"),
        "ak": often("6", "5", "", "sju"),
    },
    "personal": lambda n, often: {
        "anst": often(f"p{n}", f"g{n}"),
        "fornamn": f"Lärare{n}",
        "efternamn": "Qvist",
        "pnr": number(often("19800101", "20140101"), n + 1),
        "eppn": f"{often('p', 'e')}{n}@edu.exempel.se",
        "skydd": often("", "F"),
        "epost": often(f"p{n}@exempel.se", ""),
    },
    "tjanst": lambda n, often: {
        "anst": often(f"p{n}", f"g{n}", "p1"),
        "kod": often((UNIT, OTHER)[n % 2], UNIT),
        "roll": often("Lärare", "Rektor", "Vakt"),
        "till": often("", "2026-11-25", "2026-01-01"),
    },
    "grupper": lambda n, often: {
        "guid": f"k{n}",
        "namn": often("Ma6", "Sv6"),
        "skola": often(("Testskolan", "Andra skolan")[n % 2], "Testskolan"),
        "form": often("Grundskola", "Skola", "Kurs"),
    },
    "medlem": lambda n, often: {"grupp": f"k{n % 4}", "elev": often(_PUPILS[n * 2 // 4 % 9], *_PUPILS, "g1 g2")},
    "prov": lambda n, often: {
        "grupp": often(f"k{n}", "k1", "k3", "k0 k2"),
        "prov": often("GRGRMAT01_6", "GRGRSVE01_6", "okänt"),
        "larare": often(f"p{n}", "p1", "p1 p2"),
        "skola": often("Testskolan", "Andra skolan"),
    },
    "ord": lambda n, often: {
        "ord": often(("lärare", "rektor")[n % 2], "vakt"),
        "roll": often("Lärare", "Rektor"),
        "skola": often("Testskolan", "Andra skolan"),
    },
}
