"""A directory (LDAP, AD) as the register, exported as a table: names of entries as keys, several values in a cell."""

from __future__ import annotations

from support.mapping import objects
from support.small_school import UNIT, number

from adapter.ss12000 import ids

MAPPING = """\
mapping: 1
sources:
  enheter: {key: {column: dn, as: lower}}
  personer: {key: {column: dn, as: lower}}
  tjanster:
    of: personer
    split: {column: ou, on: ";"}
    keep: {employeeType: teacher}
    key: [{column: dn, as: lower}, {column: ou, as: lower}]
  medlemmar:
    of: grupper
    split: {column: member, on: ";"}
    with: {personer: {dn: {column: member, as: lower}}}
  elever:
    of: grupper
    split: {column: member, on: ";"}
    with: {personer: {dn: {column: member, as: lower}}}
    keep: {personer.employeeType: student}
    key: dn
    merge: most
  grupper: {key: dn}
  prov: {key: [amne, ar], rows: [{amne: Matematik, ar: "6", namn: GRGRMAT01_6}]}
Organisation:
  from: enheter
  id: {school_unit: uniqueIdentifier}
  fields: {displayName: ou, schoolUnitCode: uniqueIdentifier}
Person:
  from: personer
  id: {uuid: entryUUID}
  fields:
    givenName: givenName
    familyName: sn
    civicNo.value: uniqueIdentifier
    eduPersonPrincipalNames: eppn
    securityMarking: {text: Ingen}
    emails: {list: [{value: {column: mail, empty: omit_item}, type: {text: Skola personal}}]}
    enrolments:
      each: {split: ou, on: ";"}
      fields:
        enroledAt: {ref: Organisation, via: {column: value, as: lower}}
        schoolType: {text: GR}
        schoolYear: {column: personer.departmentNumber, as: integer, empty: omit_item}
Duty:
  from: tjanster
  id: {uuid5: [entryUUID, ou]}
  fields:
    person: {ref: Person, via: {column: dn, as: lower}}
    dutyAt: {ref: Organisation, via: {column: ou, as: lower}}
    dutyRole: {text: Lärare}
Group:
  from: grupper
  id: {uuid: entryUUID}
  fields:
    displayName: cn
    groupType: {column: l}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: {column: owner, as: lower}}
    groupMemberships:
      each: medlemmar
      match: {dn: dn}
      keep: {personer.employeeType: student}
      fields: {person: {ref: Person, via: {column: member, as: lower}}}
Activity:
  from: grupper
  keep: {l: Undervisning}
  id: {uuid5: entryUUID}
  enrich: {elever: dn, prov: [cn, elever.personer.departmentNumber]}
  fields:
    displayName: cn
    groups: {list: [{ref: Group, via: dn}]}
    organisation: {ref: Organisation, via: {column: owner, as: lower}}
    parentActivity: {ref: test_activity, via: prov.namn}
    teachers:
      each: medlemmar
      match: {dn: dn}
      keep: {personer.employeeType: teacher}
      fields: {duty: {ref: Duty, via: [{column: member, as: lower}, {column: owner, as: lower}]}}
"""

ONE, TWO = "ou=Norra,dc=exempel", "ou=Södra,dc=exempel"
UNITS = [
    {"dn": ONE, "ou": "Norra", "uniqueIdentifier": UNIT},
    {"dn": TWO, "ou": "Södra", "uniqueIdentifier": "11111111"},
]


def person(n: int, kind: str, units: str, year: str = "") -> dict[str, str]:
    return {
        "dn": f"cn=p{n},dc=exempel",
        "entryUUID": f"00000000-0000-4000-8000-{n:012d}",
        "employeeType": kind,
        "uniqueIdentifier": number("20140101", n),
        "departmentNumber": year,
        "ou": units,
        "givenName": "Åsa",
        "sn": "Öberg",
        "eppn": f"p{n}x@edu.exempel.se",
        "mail": f"p{n}@exempel.se" if kind == "teacher" else "",
    }


def group(n: int, kind: str, name: str, *members: int) -> dict[str, str]:
    return {
        "dn": f"cn=g{n},dc=exempel",
        "entryUUID": f"00000000-0000-4000-8001-{n:012d}",
        "cn": name,
        "l": kind,
        "owner": ONE.upper(),
        "member": ";".join(f"CN=P{member},dc=exempel" for member in members),
    }


def test_a_directory_is_a_register_like_any_other() -> None:
    tables = {
        "enheter": UNITS,
        "personer": [
            person(1, "student", ONE, "6"),
            person(2, "student", ONE, "6"),
            person(3, "teacher", f"{ONE.title()};{TWO}"),
        ],
        "grupper": [group(1, "Klass", "6A", 1, 2, 3), group(2, "Undervisning", "Matematik", 1, 3)],
    }
    found, findings = objects(MAPPING, tables)
    assert findings == []
    assert [len(one.get("enrolments", ())) for one in found["Person"]] == [1, 1, 0]
    assert sorted(duty["dutyAt"]["id"] for duty in found["Duty"]) == sorted(map(ids.skolverket_id, (UNIT, "11111111")))
    assert [len(one["groupMemberships"]) for one in found["Group"]] == [2, 1]
    (activity,) = found["Activity"]
    assert activity["parentActivity"]["id"] == ids.skolverket_id("GRGRMAT01_6")
    at_one = next(duty["id"] for duty in found["Duty"] if duty["dutyAt"]["id"] == ids.skolverket_id(UNIT))
    assert [teacher["duty"]["id"] for teacher in activity["teachers"]] == [at_one]
