"""What real sources need, case by case: the mapping that says it, rows shaped like the source, and what is published.

`## source` begins a case of the row of docs/mapping.md, "What real sources need", whose first column that is; a row may
have several. Then come the sections of a mapping that matter, and of the case itself:

  with     rules that stand beside the case's own (RULES), `<pupil>` attributes that do not matter (ATTRIBUTES)
  rows     `source: columns`, then rows; `pupils` fills in all columns of pupil 1, 2 …, `teachers` those of teachers;
           ␣ is a space; where nobody says, skolor has two units
  later    the rows of another night, in which every object keeps its id
  config   config.toml, for sources that a connector reads; then the files that it reads, by name (of a .db its SQL)
  gives    type: all that is published, by the attributes that matter, references as the name of what they lead to
  issues   the codes of all findings
  never    texts that neither an object nor a finding holds
  today    the date, where it is not TODAY

Column names, codes and forms are those of real registers (domain sheet, legacy sources). Every person is invented.
"""

from __future__ import annotations

import datetime as dt
import re
import sqlite3
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent, indent
from typing import Any, NamedTuple

import yaml

from adapter.ss12000.types import ResourceType
from connectors.base import Connector
from connectors.registry import create
from support.small_school import TODAY, UNIT, Rows, number

Table = list[dict[str, str | None]]


@dataclass(frozen=True)
class Need:
    """A case; see above. `mapping` is whole, `files` by name."""

    source: str
    mapping: str
    rows: Mapping[str, Table]
    later: Mapping[str, Table]
    config: str
    files: Mapping[str, str]
    gives: Mapping[str, list[Any]]
    issues: list[str]
    never: list[str]
    today: dt.date

    def connectors(self, rows: Mapping[str, Table]) -> dict[str, Connector]:
        """All sources: those of `rows`, and those that a connector reads from files, which are made here."""
        for name, content in self.files.items():
            _write(Path(name), content)
        configured = tomllib.loads(self.config).get("sources", {})
        found: dict[str, Any] = {name: create(name, options) for name, options in configured.items()}
        return found | {name: Rows(table) for name, table in rows.items()}


class Rule(NamedTuple):
    """A rule that may stand beside a case's own: what is said of its source, its type, and itself."""

    source: str
    kind: str
    text: str


RULES = {
    "units": Rule(
        "skolor: {key: enhet}",
        "Organisation",
        "from: skolor\nid: {school_unit: enhet}\nfields: {displayName: namn, schoolUnitCode: enhet}",
    ),
    "pupils": Rule("elever: {key: elev}", "Person", "from: elever\nid: {uuid5: elev}\nfields: <pupil>"),
    "staff": Rule("personal: {key: anst}", "Person", "from: personal\nid: {uuid5: anst}\nfields: <staff>"),
    "duties": Rule("personal: {key: anst}", "Duty", "from: personal\nid: {uuid5: anst}\nfields: <duty>"),
    "groups": Rule("grupper: {key: grupp}", "Group", "from: grupper\nid: {uuid5: grupp}\nfields: <group>"),
    "tests": Rule("grupper: {key: grupp}", "Activity", "from: grupper\nid: {uuid5: grupp}\nfields: <test>"),
}
PERSON = """
givenName: fornamn
familyName: efternamn
civicNo.value: {column: personnr, as: personnummer}
eduPersonPrincipalNames: eppn
securityMarking: {text: Ingen}
"""
TAUGHT = """
schoolType: {text: GR}
organisation: {ref: school_unit, via: enhet}
"""
ATTRIBUTES = {
    "pupil": PERSON
    + """
enrolments: {list: [{enroledAt: {ref: school_unit, via: enhet}, schoolType: {text: GR}, schoolYear: {text: "6"}}]}
""",
    "staff": PERSON + "emails: {list: [{value: epost, type: {text: Skola personal}}]}",
    "class": "displayName: klass\ngroupType: {text: Klass}" + TAUGHT,
    "group": "displayName: grupp\ngroupType: {text: Undervisning}" + TAUGHT,
    "duty": """
person: {ref: Person, of: personal, via: anst}
dutyAt: {ref: school_unit, via: enhet}
dutyRole: {text: Lärare}
""",
    "test": """
displayName: grupp
groups: {list: [{ref: Group, via: grupp}]}
organisation: {ref: school_unit, via: enhet}
parentActivity: {ref: test_activity, via: {text: GRGRMAT01_6}}
""",
}
PUPILS = ("", "Alva", "Bo", "Cia", "Dag", "Ebba", "Folke")
TEACHERS = ("", "Majken", "Runa", "Sten", "Tora")
SKOLOR: Table = [{"enhet": UNIT, "namn": "Almviks skola"}, {"enhet": "11111111", "namn": "Björkdals skola"}]


def pupil(n: int) -> dict[str, str | None]:
    """All columns of one."""
    person = {"elev": str(n), "personnr": number(f"2014010{n}", 239), "fornamn": PUPILS[n], "efternamn": "Ask"}
    return {**person, "eppn": f"e{n}@edu.exempel.se", "enhet": UNIT}


def teacher(n: int) -> dict[str, str | None]:
    """All columns of one."""
    person = {"anst": f"10{n}", "personnr": number(f"1980010{n}", 238), "fornamn": TEACHERS[n], "efternamn": "Ek"}
    return {**person, "eppn": f"p{n}@edu.exempel.se", "epost": f"p{n}@exempel.se", "enhet": UNIT}


# -- how a case is read -----------------------------------------------------------------------------------------------


def cases(text: str) -> list[Need]:
    """The cases of one of the texts below."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)[1:]
    return [_case(source, body) for source, body in zip(parts[::2], parts[1::2], strict=True)]


def _case(source: str, body: str) -> Need:
    assert not _SECTION.sub("", body).strip(), source
    said = dict(_SECTION.findall(body))
    beside = _words(said.pop("with", ""))
    own = {word: said.pop(word, "") for word in ("rows", "later", "config", "gives", "issues", "never", "today")}
    files = {name: dedent(said.pop(name)).lstrip("\n") for name in list(said) if "." in name}
    rows = _tables(own["rows"])
    config = dedent(own["config"])
    if "units" in beside and "skolor" not in rows and "[sources.skolor]" not in config:
        rows["skolor"] = SKOLOR
    return Need(
        source=source,
        mapping=_mapping(said, [RULES[name] for name in beside]),
        rows=rows,
        later={**rows, **_tables(own["later"])} if own["later"] else {},
        config=config,
        files=files,
        gives=yaml.load(dedent(own["gives"]), yaml.BaseLoader),
        issues=sorted(_words(own["issues"])),
        never=_words(own["never"]),
        today=dt.date.fromisoformat(own["today"].strip() or TODAY.isoformat()),
    )


_SECTION = re.compile(r"^([\w./-]+):(.*\n(?:(?: .*)?\n)*)", flags=re.MULTILINE)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _mapping(said: Mapping[str, str], beside: list[Rule]) -> str:
    """The sections of a case with the rules beside it, and all attributes."""
    sections = {name: body.strip("\n") for name, body in said.items()}
    sources = sections.pop("sources", "")
    for rule in beside:
        if f"  {rule.source.partition(':')[0]}:" not in sources:
            sources = f"  {rule.source}\n{sources}"  # first, for views below may be joined with it
        sections[rule.kind] = "\n".join(map(_item, (sections.get(rule.kind, ""), indent(rule.text, "  ")))).lstrip("\n")
    order = ("codes", *map(str, ResourceType))
    assert sections.keys() <= {*order}, sections.keys()
    parts = [f"{name}:\n{sections[name]}\n" for name in order if name in sections]
    text = f"mapping: 1\nsources:\n{sources}\n" + "".join(parts)
    text = re.sub(r"^( +)fields: <(\w+)>\n", r"\1fields:\n\1  <\2>\n", text, flags=re.MULTILINE)
    return re.sub(r"^( +)<(\w+)>\n((?:\1.*\n)*)", _filled_in, text, flags=re.MULTILINE)


def _item(rule: str) -> str:
    """A rule as an item of a list, which it may be already."""
    return rule if not rule or rule.startswith("  - ") else "  - " + indent(rule, "  ").lstrip()


def _filled_in(found: re.Match[str]) -> str:
    space, kind, said = found.groups()
    given = re.findall(rf"^{space}([\w.]+):", said, flags=re.MULTILINE)
    lines = [line for line in ATTRIBUTES[kind].splitlines() if line and line.partition(":")[0] not in given]
    return "".join(f"{space}{line}\n" for line in lines) + said


def _tables(text: str) -> dict[str, Table]:
    """`source: columns`, and rows below it."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if start := re.match(r"  (\w+): (.+)", line):
            found[start[1]] = [start[2]]
        elif line.strip():
            found[next(reversed(found))].append(line)
    return {name: _table(lines) for name, lines in found.items()}


def _table(lines: list[str]) -> Table:
    kind, _, numbers = lines[0].partition(" ")
    if kind in _FILL and numbers[:1].isdecimal():  # `pupils 1, 2`: nothing else is said of them
        return [_FILL[kind](int(n)) for n in numbers.split(",")]
    head, *rows = [[cell.strip().replace("␣", " ") for cell in line.split("|")] for line in lines]
    table: Table = []
    for cells in rows:
        row: dict[str, str | None] = dict(zip(head, cells, strict=True))
        for name in _FILL.keys() & row.keys():
            row = {**_FILL[name](int(row.pop(name) or "")), **row}
        table.append(row)
    return table


_FILL = {"pupils": pupil, "teachers": teacher}


def _write(path: Path, content: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix != ".db":
        path.write_text(content, encoding="utf-8")
        return
    path.unlink(missing_ok=True)
    with closing(sqlite3.connect(path)) as database:
        database.executescript(content)


# -- one row is not one object ----------------------------------------------------------------------------------------

ONE_ROW = """
## repeats persons, classes or groups, and the rows disagree
with: units
sources:
  elever: {of: underlag, key: personnr, keep: {roll: Student}, merge: most}
Person:
  from: elever
  id: {uuid5: personnr}
  fields:
    <pupil>
    middleName: mellannamn
rows:
  underlag: pupils | fornamn | mellannamn | roll    | klass | grupp
            1      | Alva    | Li         | Student | 6A    |
            1      | Alva    | Lo         | Student |       | 6A Ma
            1      | Alva M  |            | Student |       | 6A Sl
            2      | Bo      | Ed         | Student | 6A    |
            3      | Cia     |            | Faculty | 6A    |
gives:
  Person: [{givenName: Alva, middleName: Li}, {givenName: Bo, middleName: Ed}]

## repeats persons, classes or groups, and the rows disagree
with: units
sources:
  elever: {of: underlag, key: personnr, keep: {roll: Student}, merge: only}
Person:
  from: elever
  id: {uuid5: personnr}
  fields:
    <pupil>
    givenName: {first_of: [fornamn, {text: Okänt}]}
    middleName: mellannamn
rows:
  underlag: pupils | fornamn | mellannamn | roll    | klass | grupp
            1      | Alva    | Li         | Student | 6A    |
            1      | Alva    | Lo         | Student |       | 6A Ma
            1      | Alva M  |            | Student |       | 6A Sl
            2      | Bo      | Ed         | Student | 6A    |
            3      | Cia     |            | Faculty | 6A    |
gives:
  Person: [{givenName: Okänt}, {givenName: Bo, middleName: Ed}]

## writes a value on one row of a person only
with: units
sources:
  klassrad: {of: underlag, key: personnr, keep: {arskurs: {not: empty}}}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {klassrad: personnr}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: klassrad.arskurs}]
rows:
  elever: pupils 1, 2
  underlag: pupils | klass | grupp | arskurs
            1      |       | 6A Ma |
            1      | 6A    |       | 6
            1      |       | 6A Sl |
            2      | 5B    |       | 5
gives:
  Person:
    - {givenName: Alva, enrolments: [{schoolYear: 6}]}
    - {givenName: Bo, enrolments: [{schoolYear: 5}]}

## writes a value on one row of a person only
with: units
sources:
  elever: {of: underlag, key: personnr, merge: only}
Person:
  from: elever
  id: {uuid5: personnr}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: arskurs}]
rows:
  underlag: pupils | klass | grupp | arskurs
            1      |       | 6A Ma |
            1      | 6A    |       | 6
            1      |       | 6A Sl |
gives:
  Person: [{givenName: Alva, enrolments: [{schoolYear: 6}]}]

## has one row for each pupil and school year
with: units
sources:
  inskr: {keep: {fran: {on_or_before: today}, till: {on_or_after: today, or: empty}}}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      each: inskr
      match: {elev: elev}
      fields:
        enroledAt: {ref: Organisation, via: skola}
        schoolType: skolform
        schoolYear: arskurs
rows:
  elever: pupils 1, 2
  inskr: elev | skola    | skolform | arskurs | fran       | till
         1    | 31279295 | GR       | 5       | 2025-08-18 | 2026-06-12
         1    | 11111111 | GR       | 6       | 2026-08-17 |
         2    | 31279295 | GR       | 6       | 2026-08-17 | 2027-06-11
gives:
  Organisation: [{schoolUnitCode: 31279295}, {schoolUnitCode: 11111111}]
  Person:
    - {givenName: Alva, enrolments: [{enroledAt: 11111111, schoolYear: 6}]}
    - {givenName: Bo, enrolments: [{enroledAt: 31279295, schoolYear: 6}]}

## has pupils, staff and guardians in one table
with: units
sources:
  elever: {of: underlag, key: elev, keep: {roll: Student}}
  personal: {of: underlag, key: elev, keep: {roll: [Faculty, Staff]}}
Person:
  - from: elever
    id: {uuid5: elev}
    fields: <pupil>
  - from: personal
    id: {uuid5: elev}
    fields: <staff>
Duty:
  from: personal
  id: {uuid5: elev}
  fields:
    <duty>
    person: {ref: Person, of: personal, via: elev}
rows:
  underlag: pupils | roll     | epost
            1      | student␣ |
            2      | Faculty  | p2@exempel.se
            3      | Contact  | hemma@exempel.se
gives:
  Person: [{givenName: Alva}, {givenName: Bo}]
  Duty: [{person: Bo}]

## has the same pupil in two registers
with: units
Person:
  - from: grund
    id: {uuid5: personnr}
    fields: <pupil>
  - from: sarskild
    same_id: merge
    id: {uuid5: personnr}
    fields:
      <pupil>
      middleName: mellannamn
rows:
  grund: pupils 1, 2
  sarskild: pupils | fornamn | enhet    | mellannamn
            1      | Alva M  | 11111111 | Li
gives:
  Person:
    - {givenName: Alva, middleName: Li, enrolments: [{enroledAt: 31279295}, {enroledAt: 11111111}]}
    - {givenName: Bo, enrolments: [{enroledAt: 31279295}]}

## has the same pupil in two registers
with: units
Person:
  - from: grund
    id: {uuid5: personnr}
    fields: <pupil>
  - from: sarskild
    id: {uuid5: personnr}
    fields: <pupil>
rows:
  grund: pupils 1, 2
  sarskild: pupils | enhet
            1      | 11111111
gives:
  Person: [{givenName: Bo}]
issues: M350

## has a list in a cell: `,101,102,`
with: staff
sources:
  enheter: {key: enhetid}
  tjanst: {of: personal, split: {column: enheter}, key: [anst, enheter], keep: {enheter: {not: empty}}}
Organisation:
  from: enheter
  id: {school_unit: enhet}
  fields: {displayName: namn, schoolUnitCode: enhet}
Duty:
  from: tjanst
  id: {uuid5: [anst, enheter]}
  fields:
    <duty>
    dutyAt: {ref: Organisation, via: enheter}
rows:
  enheter: enhetid | enhet    | namn
           101     | 31279295 | Norra
           102     | 11111111 | Södra
  personal: teachers | enheter
            1        | ,101,102,
            2        | 102
            3        |
gives:
  Person: [{givenName: Majken}, {givenName: Runa}]
  Duty:
    - {person: Majken, dutyAt: 31279295}
    - {person: Majken, dutyAt: 11111111}
    - {person: Runa, dutyAt: 11111111}

## has a list in a cell: `,101,102,`
with: units, pupils
sources:
  medlemmar: {of: elever, split: {column: grupper}}
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <class>
    displayName: grupp
    groupMemberships: {each: medlemmar, match: {grupper: grupp}, fields: {person: {ref: Person, via: elev}}}
rows:
  elever: pupils | grupper
          1      | 6A,Kör
          2      | 6A
          3      |
  grupper: grupp | enhet
           6A    | 31279295
           Kör   | 31279295
gives:
  Group: [{displayName: 6A, groupMemberships: [Alva, Bo]}, {displayName: Kör, groupMemberships: [Alva]}]

## joins by a list in a cell
with: units, staff, duties, groups
sources:
  larare: {of: grupper, split: {column: teacher}, with: {personal: {username: teacher}}}
Activity:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <test>
    teachers:
      each: larare
      match: {grupp: grupp}
      fields: {duty: {ref: Duty, via: personal.anst}}
rows:
  personal: teachers | username
            1        | annand
            2        | karlss
            3        | bergst
  grupper: grupp     | enhet    | teacher
           4a1ANNAND | 31279295 | annand, karlss
           4b        | 31279295 | karlss
gives:
  Activity:
    - {displayName: 4a1ANNAND, teachers: [Majken at 31279295, Runa at 31279295]}
    - {displayName: 4b, teachers: [Runa at 31279295]}

## has two lists in a row: the teachers and the groups of a lesson
with: units, staff, duties
sources:
  lektioner: {of: lessons, split: [{column: teacher}, {column: group}], keep: {subject: Matematik}}
Group:
  from: {distinct: lektioner, by: [group]}
  id: {uuid5: group}
  fields:
    <group>
    displayName: group
    organisation: {ref: Organisation, via: {text: "31279295"}}
Activity:
  from: {distinct: lektioner, by: [subject, group]}
  id: {uuid5: [subject, group]}
  fields:
    <test>
    displayName: {format: "{subject} {group}"}
    groups: {list: [{ref: Group, via: group}]}
    organisation: {ref: Organisation, via: {text: "31279295"}}
    teachers:
      each: lektioner
      match: {subject: subject, group: group}
      fields: {duty: {ref: Duty, via: teacher}}
rows:
  personal: teachers | anst
            1        | annand
            2        | karlss
  lessons: day | subject   | teacher       | group
           1   | Matematik | annand,karlss | 4a,4b
           2   | Matematik | annand        | 4a
           2   | Lunch     | karlss        | 4a,4b,4c
           3   | Matematik | karlss        | 4b
gives:
  Group: [{displayName: 4a}, {displayName: 4b}]
  Activity:
    - {displayName: Matematik 4a, teachers: [Majken at 31279295, Runa at 31279295]}
    - {displayName: Matematik 4b, teachers: [Majken at 31279295, Runa at 31279295]}

## has a row for each group, subject and teacher, and no table of groups
with: units, staff, duties
sources:
  matte: {of: aktiviteter, keep: {amne: MA}}
Group:
  from: {distinct: matte, by: [grupp, enhet]}
  id: {uuid5: grupp}
  fields: <group>
Activity:
  from: {distinct: matte, by: [grupp, enhet]}
  id: {uuid5: grupp}
  fields:
    <test>
    groups: {list: [{ref: Group, via: [grupp, enhet]}]}
    teachers:
      each: matte
      match: {grupp: grupp, enhet: enhet}
      fields: {duty: {ref: Duty, via: larare}}
rows:
  personal: teachers 1, 2, 3
  aktiviteter: grupp | enhet    | amne | larare
               6A    | 31279295 | MA   | 101
               6A    | 31279295 | MA   | 102
               6A    | 31279295 | SL   | 103
               6B Ma | 31279295 | MA   | 101
gives:
  Group: [{displayName: 6A}, {displayName: 6B Ma}]
  Activity:
    - {displayName: 6A, groups: [6A], teachers: [Majken at 31279295, Runa at 31279295]}
    - {displayName: 6B Ma, groups: [6B Ma], teachers: [Majken at 31279295]}

## has a row for each group, subject and teacher, and no table of groups
with: units
sources:
  av_grupp: {of: aktiviteter, keep: {amne: MA, grupp: {not: empty}}}
  av_klass: {of: aktiviteter, keep: {amne: MA, klass: {not: empty}}}
Group:
  - from: {distinct: av_grupp, by: [grupp, enhet]}
    id: {uuid5: [{text: grupp}, grupp]}
    fields: <group>
  - from: {distinct: av_klass, by: [klass, enhet]}
    id: {uuid5: [{text: klass}, klass]}
    fields:
      <group>
      displayName: klass
Activity:
  - from: {distinct: av_grupp, by: [grupp, enhet]}
    id: {uuid5: [{text: grupp}, grupp]}
    fields:
      <test>
      groups: {list: [{ref: Group, of: av_grupp, via: [grupp, enhet]}]}
  - from: {distinct: av_klass, by: [klass, enhet]}
    id: {uuid5: [{text: klass}, klass]}
    fields:
      <test>
      displayName: klass
      groups: {list: [{ref: Group, of: av_klass, via: [klass, enhet]}]}
rows:
  aktiviteter: klass | grupp | enhet    | amne | larare
                     | Ma 1  | 31279295 | MA   | 101
               6A    |       | 31279295 | MA   | 102
               6A    |       | 31279295 | SL   | 103
gives:
  Activity: [{displayName: 6A, groups: [6A]}, {displayName: Ma 1, groups: [Ma 1]}]

## has duties at a Skola with several Skolenheter
with: units, staff
sources:
  skolor: {key: enhet}
  tjanst: {of: tjanster, with: {skolor: {skola: skola}}, key: [anst, skolor.enhet]}
Duty:
  from: tjanst
  id: {uuid5: [anst, skolor.enhet]}
  fields:
    <duty>
    dutyAt: {ref: Organisation, via: skolor.enhet}
rows:
  skolor: enhet    | namn      | skola
          31279295 | Norra F-3 | S1
          11111111 | Norra 4-6 | S1
  personal: teachers 1, 2
  tjanster: anst | skola
            101  | S1
gives:
  Person: [{givenName: Majken}]
  Duty: [{person: Majken, dutyAt: 31279295}, {person: Majken, dutyAt: 11111111}]

## has classes only as a value on pupils
with: units, pupils
Group:
  from: {distinct: elever, by: [enhet, klass]}
  id: {uuid5: [enhet, klass]}
  fields:
    <class>
    groupMemberships:
      each: elever
      match: {enhet: enhet, klass: klass}
      fields: {person: {ref: Person, via: elev}}
rows:
  elever: pupils | klass
          1      | 6A
          2      | 6A
          3      | 6B
gives:
  Group: [{displayName: 6A, groupMemberships: [Alva, Bo]}, {displayName: 6B, groupMemberships: [Cia]}]

## has wide columns: larare1, larare2
with: units, staff, duties, groups
Activity:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <test>
    teachers: {each: {columns: [larare1, larare2]}, fields: {duty: {ref: Duty, via: value}}}
rows:
  personal: teachers 1, 2
  grupper: grupp | enhet    | larare1 | larare2
           6A    | 31279295 | 101     | 102
           6B    | 31279295 |         | 102
gives:
  Activity:
    - {displayName: 6A, teachers: [Majken at 31279295, Runa at 31279295]}
    - {displayName: 6B, teachers: [Runa at 31279295]}

## has a pupil's groups in columns: grupp1, grupp2
with: units, pupils
sources:
  prov: {key: grupp}
Group:
  - from: {distinct: elever, by: [grupp1, enhet]}
    keep: {grupp1: {not: empty}}
    id: {uuid5: grupp1}
    fields:
      <group>
      displayName: grupp1
      groupMemberships: {each: elever, match: {grupp1: grupp1}, fields: {person: {ref: Person, via: elev}}}
  - from: {distinct: elever, by: [grupp2, enhet]}
    keep: {grupp2: {not: empty}}
    id: {uuid5: grupp2}
    same_id: merge
    fields:
      <group>
      displayName: grupp2
      groupMemberships: {each: elever, match: {grupp2: grupp2}, fields: {person: {ref: Person, via: elev}}}
Activity:
  from: prov
  id: {uuid5: grupp}
  fields:
    <test>
    groups: {list: [{ref: Group, via: [grupp, enhet]}]}
rows:
  elever: pupils | grupp1 | grupp2
          1      | 6A Ma  | 6A Sv
          2      | 6A Sv  |
          3      |        | 6A Eng
  prov: grupp  | enhet
        6A Sv  | 31279295
        6A Eng | 31279295
gives:
  Group:
    - {displayName: 6A Sv, groupMemberships: [Alva, Bo]}
    - {displayName: 6A Eng, groupMemberships: [Cia]}

## has no table of schools: it is a single school
sources:
  skolan: {rows: [{enhet: "31279295", namn: Almviks skola}]}
Organisation:
  from: skolan
  id: {school_unit: enhet}
  fields: {displayName: namn, schoolUnitCode: enhet}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list:
        - enroledAt: {ref: school_unit, via: {text: "31279295"}}
          schoolType: {text: GR}
          schoolYear: arskurs
rows:
  elever: pupils | enhet | arskurs
          1      |       | 6
gives:
  Organisation: [{displayName: Almviks skola, schoolUnitCode: 31279295}]
  Person: [{givenName: Alva, enrolments: [{enroledAt: 31279295, schoolType: GR, schoolYear: 6}]}]

## lets classes themselves take a test
with: units, staff, duties
sources:
  klasser: {key: klassid}
  undervisning: {of: klasser, key: klassid, keep: {prov: {not: empty}}}
Group:
  - from: klasser
    id: {uuid5: klassid}
    fields: <class>
  - from: undervisning
    id: {uuid5: [{text: undervisning}, klassid]}
    fields:
      <group>
      displayName: amne
Activity:
  from: undervisning
  id: {uuid5: klassid}
  fields:
    <test>
    displayName: amne
    groups: {list: [{ref: Group, of: undervisning, via: klassid}]}
    parentActivity: {ref: test_activity, via: prov}
    teachers: {each: larare, match: {klassid: klassid}, fields: {duty: {ref: Duty, via: anst}}}
rows:
  personal: teachers 1, 2, 3, 4
  klasser: klassid | klass | enhet    | amne | prov
           k1      | 6A    | 31279295 | Ma   | GRGRMAT01_6
           k2      | 6B    | 31279295 | Ma   | GRGRMAT01_6
           k3      | 5A    | 31279295 |      |
  larare: klassid | anst
          k1      | 101
          k1      | 102
          k1      | 103
          k1      | 104
gives:
  Group:
    - {displayName: 5A, groupType: Klass}
    - {displayName: 6A, groupType: Klass}
    - {displayName: 6B, groupType: Klass}
    - {displayName: Ma, groupType: Undervisning}
    - {displayName: Ma, groupType: Undervisning}
  Activity:
    - {displayName: Ma, teachers: [Majken at 31279295, Runa at 31279295, Sten at 31279295, Tora at 31279295]}
    - {displayName: Ma}
"""

# -- how rows find each other -----------------------------------------------------------------------------------------

FINDING = """
## writes a personnummer in another form than the directory, or in several forms
with: units
sources:
  konton: {key: {column: personnummer, as: personnummer}}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {konton: {column: personnr, as: personnummer}}
  fields:
    <pupil>
    eduPersonPrincipalNames: konton.upn
rows:
  elever: pupils | personnr
          1      | 140101-2396
          2      | 201401022395
          3      | 20140103-2394
          4      | 1401042393
          5      | 090127TF20
  konton: personnummer  | upn
          201401012396  | a1@edu.exempel.se
          140102-2395   | b2@edu.exempel.se
          140103-2394   | c3@edu.exempel.se
          201401042393  | d4@edu.exempel.se
          20090127-TF20 | e5@edu.exempel.se
gives:
  Person:
    - {eduPersonPrincipalNames: [a1@edu.exempel.se], civicNo: {value: 201401012396}}
    - {eduPersonPrincipalNames: [b2@edu.exempel.se], civicNo: {value: 201401022395}}
    - {eduPersonPrincipalNames: [c3@edu.exempel.se], civicNo: {value: 201401032394}}
    - {eduPersonPrincipalNames: [d4@edu.exempel.se], civicNo: {value: 201401042393}}
    - {eduPersonPrincipalNames: [e5@edu.exempel.se], civicNo: {value: 20090127TF20}}

## writes a personnummer in another form than the directory, or in several forms
with: units
sources:
  konton: {key: {column: personnummer, as: personnummer}}
  elever: {key: elev, with: {konton: {personnummer: {column: personnr, as: personnummer}}}}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    eduPersonPrincipalNames: konton.upn
rows:
  elever: pupils | personnr
          1      | 140101-2396
  konton: personnummer | upn
          201401012396 | a1@edu.exempel.se
gives:
  Person: [{eduPersonPrincipalNames: [a1@edu.exempel.se]}]

## gives a person a new number when TF becomes personnummer
with: units
sources:
  konton: {key: {column: personnummer, as: personnummer}}
  elever: {key: konton.upn, with: {konton: {personnummer: {column: personnr, as: personnummer}}}}
Person:
  from: elever
  id: {uuid5: konton.upn}
  fields:
    <pupil>
    eduPersonPrincipalNames: konton.upn
rows:
  elever: pupils | personnr
          1      | 20140109TF10
  konton: personnummer | upn
          140109TF10   | a1@edu.exempel.se
later:
  elever: pupils | personnr
          1      | 140101-2396
  konton: personnummer | upn
          201401012396 | a1@edu.exempel.se
gives:
  Person: [{givenName: Alva, civicNo: {value: 20140109TF10}}]

## writes a key as 17 here, and as 000017 or 17.0 there
with: units, pupils
sources:
  elever: {key: {column: elev, as: integer}}
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <class>
    displayName: grupp
    groupMemberships:
      each: medlemmar
      match: {grupp: grupp}
      fields: {person: {ref: Person, via: {column: elevnr, as: integer}}}
rows:
  elever: pupils | elev
          1      | 17
          2      | 18
  grupper: grupp | enhet
           6A    | 31279295
  medlemmar: grupp | elevnr
             6A    | 000017
             6A    | 18.0
gives:
  Group: [{displayName: 6A, groupMemberships: [Alva, Bo]}]

## has a key of two parts, where others know one
with: units
sources:
  skolor: {key: [forvaltning, nr]}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list:
        - enroledAt: {ref: Organisation, via: [{text: "01"}, skolnr]}
          schoolType: {text: GR}
          schoolYear: {text: "6"}
rows:
  skolor: forvaltning | nr | enhet    | namn
          01          | 7  | 31279295 | Norra
          02          | 7  | 11111111 | Vux
  elever: pupils | skolnr
          1      | 7
gives:
  Person: [{enrolments: [{enroledAt: 31279295}]}]

## numbers pupils and staff each from 1
with: units, duties
Person:
  - from: elever
    id: {uuid5: elev}
    fields: <pupil>
  - from: personal
    id: {uuid5: [{text: personal}, anst]}
    fields: <staff>
rows:
  elever: pupils 1
  personal: teachers | anst
            1        | 1
gives:
  Person: [{givenName: Alva}, {givenName: Majken}]

## has teachers as persons, not as duties
with: units, staff, groups
sources:
  tjanster: {key: tjanst}
Duty:
  from: tjanster
  id: {uuid5: tjanst}
  fields:
    <duty>
    person: {ref: Person, via: anstalld}
Activity:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <test>
    teachers:
      each: grupplarare
      match: {grupp: grupp}
      fields: {duty: {ref: Duty, via: [larare, enhet], by: [anstalld, enhet]}}
rows:
  personal: teachers 1
  tjanster: tjanst | anstalld | enhet
            t1     | 101      | 31279295
            t2     | 101      | 11111111
  grupper: grupp | enhet
           6A Ma | 11111111
  grupplarare: grupp | larare | enhet
               6A Ma | 101    | 11111111
gives:
  Activity: [{displayName: 6A Ma, teachers: [Majken at 11111111]}]

## has teachers as persons, not as duties
with: units, staff, groups
sources:
  tjanster: {key: tjanst}
Duty:
  from: tjanster
  id: {uuid5: tjanst}
  fields:
    <duty>
    person: {ref: Person, via: anstalld}
Activity:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <test>
    teachers: {list: [{duty: {ref: Duty, via: larare, by: anstalld}}]}
rows:
  personal: teachers 1
  tjanster: tjanst | anstalld | enhet
            t1     | 101      | 31279295
            t2     | 101      | 11111111
  grupper: grupp | enhet    | larare
           6A Ma | 11111111 | 101
gives:
  Activity: [{displayName: 6A Ma}]
issues: M331

## knows units by numbers of its own, or the Skola and not the Skolenhet
sources:
  enheter:
    key: enhetid
    rows: [{enhetid: "118", enhet: "31279295", namn: Almviks skola}]
Organisation:
  from: enheter
  id: {school_unit: enhet}
  fields: {displayName: namn, schoolUnitCode: enhet}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list:
        - {enroledAt: {ref: Organisation, via: enhetid}, schoolType: {text: GR}, schoolYear: {text: "6"}}
rows:
  elever: pupils | enhet | enhetid
          1      |       | 118
gives:
  Organisation: [{schoolUnitCode: 31279295}]
  Person: [{givenName: Alva, enrolments: [{enroledAt: 31279295}]}]

## knows units by numbers of its own, or the Skola and not the Skolenhet
with: units
sources:
  enheter:
    key: [skola, arskurs]
    rows:
      - {skola: Norra, arskurs: "3", enhet: "31279295"}
      - {skola: Norra, arskurs: "4", enhet: "11111111"}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {enheter: [skola, arskurs]}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enheter.enhet}, schoolType: {text: GR}, schoolYear: arskurs}]
rows:
  elever: pupils | skola | arskurs
          1      | Norra | 3
          2      | Norra | 4
gives:
  Person:
    - {givenName: Alva, enrolments: [{enroledAt: 31279295}]}
    - {givenName: Bo, enrolments: [{enroledAt: 11111111}]}

## has two accounts for who is both pupil and staff
with: units, duties
sources:
  elevkonton: {of: konton, key: pnr, keep: {typ: elev}}
  personalkonton: {of: konton, key: pnr, keep: {typ: personal}}
Person:
  - from: elever
    id: {uuid5: elev}
    enrich: {elevkonton: personnr}
    fields:
      <pupil>
      eduPersonPrincipalNames: elevkonton.upn
  - from: personal
    id: {uuid5: anst}
    enrich: {personalkonton: personnr}
    fields:
      <staff>
      eduPersonPrincipalNames: personalkonton.upn
rows:
  elever: pupils 1
  personal: teachers | personnr     | fornamn
            1        | 201401012396 | Alva
  konton: pnr          | typ      | upn
          201401012396 | elev     | a1@elev.exempel.se
          201401012396 | personal | a1@edu.exempel.se
gives:
  Person:
    - {eduPersonPrincipalNames: [a1@elev.exempel.se], enrolments: [{enroledAt: 31279295}]}
    - {eduPersonPrincipalNames: [a1@edu.exempel.se], emails: [{value: p1@exempel.se}]}

## has rows that point to nobody
with: units, pupils
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <class>
    displayName: grupp
    groupMemberships:
      each: medlemmar
      match: {grupp: grupp}
      fields: {person: {ref: Person, via: elev, missing: drop_item}}
rows:
  elever: pupils 1
  grupper: grupp | enhet
           6A    | 31279295
  medlemmar: grupp | elev
             6A    | 1
             6A    | 99
             6Z    | 1
gives:
  Group: [{displayName: 6A, groupMemberships: [Alva]}]
issues: M330

## is a directory (LDAP, AD)
sources:
  enheter: {key: {column: dn, as: lower}}
  elever: {key: {column: dn, as: lower}}
  medlemmar:
    of: grupper
    split: {column: member, on: ";"}
    with: {elever: {dn: {column: member, as: lower}}}
    keep: {elever.dn: {not: empty}}
Organisation:
  from: enheter
  id: {school_unit: uniqueIdentifier}
  fields: {displayName: ou, schoolUnitCode: uniqueIdentifier}
Person:
  from: elever
  keep: {employeeType: student}
  id: {uuid: entryUUID}
  fields:
    <pupil>
    enrolments:
      each: {split: ou, on: ";"}
      fields:
        enroledAt: {ref: Organisation, via: {column: value, as: lower}}
        schoolType: {text: GR}
        schoolYear: elever.departmentNumber
Group:
  from: grupper
  id: {uuid: entryUUID}
  fields:
    <group>
    displayName: cn
    groupType: l
    organisation: {ref: Organisation, via: {column: owner, as: lower}}
    groupMemberships:
      each: medlemmar
      match: {cn: cn}
      fields: {person: {ref: Person, via: {column: member, as: lower}}}
rows:
  enheter: dn       | ou    | uniqueIdentifier
           ou=Norra | Norra | 31279295
           ou=Södra | Södra | 11111111
  elever: pupils | dn    | employeeType | departmentNumber | ou                | entryUUID
          1      | cn=e1 | student      | 6                | OU=Norra;ou=Södra | {00000000-0000-4000-8000-00000000000A}
          2      | cn=e2 | student      | 6                | ou=södra          | 00000000-0000-4000-8000-00000000000b
          3      | cn=e3 | teacher      |                  | ou=södra          | 00000000-0000-4000-8000-00000000000c
  grupper: cn | l     | owner    | member            | entryUUID
           6A | Klass | ou=norra | CN=E1;cn=e2;cn=e3 | 00000000-0000-4000-8000-00000000000d
gives:
  Person:
    - {givenName: Alva, enrolments: [{enroledAt: 31279295}, {enroledAt: 11111111}]}
    - {givenName: Bo, enrolments: [{enroledAt: 11111111}]}
  Group: [{displayName: 6A, organisation: 31279295, groupMemberships: [Alva, Bo]}]
"""

# -- what a value hides -----------------------------------------------------------------------------------------------

VALUES = """
## keeps user name and domain apart
with: units
sources:
  skolor: {key: enhet}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {skolor: enhet}
  fields:
    <pupil>
    eduPersonPrincipalNames: {format: "{anvandare}@{skolor.doman}"}
rows:
  skolor: enhet    | namn          | doman
          31279295 | Almviks skola | edu.exempel.se
  elever: pupils | anvandare
          1      | zx81
gives:
  Person: [{eduPersonPrincipalNames: [zx81@edu.exempel.se]}]

## lacks e-mail addresses, or has them for some only
with: units, duties
sources:
  konton: {key: {column: personnummer, as: personnummer}}
Person:
  from: personal
  id: {uuid5: anst}
  enrich: {konton: {column: personnr, as: personnummer}}
  fields:
    <staff>
    emails: {list: [{value: {first_of: [konton.mail, epost]}, type: {text: Skola personal}}]}
rows:
  personal: teachers | epost
            1        |
            2        | p2@exempel.se
  konton: personnummer | mail
          800101-2387  | majken@exempel.se
gives:
  Person:
    - {givenName: Majken, emails: [{value: majken@exempel.se}]}
    - {givenName: Runa, emails: [{value: p2@exempel.se}]}

## loses leading zeros
sources:
  skolor: {key: {column: enhet, as: pad(8)}}
Organisation:
  from: skolor
  id: {school_unit: {column: enhet, as: pad(8)}}
  fields: {displayName: namn, schoolUnitCode: {column: enhet, as: pad(8)}}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    civicNo.value: {column: personnr, as: [pad(10), personnummer]}
    enrolments:
      list:
        - enroledAt: {ref: Organisation, via: {column: enhet, as: pad(8)}}
          schoolType: {text: GR}
          schoolYear: {text: "6"}
rows:
  skolor: enhet   | namn
          1279295 | Almviks skola
  elever: pupils | personnr  | enhet
          1      | 901092395 | 1279295
gives:
  Organisation: [{schoolUnitCode: 01279295}]
  Person: [{civicNo: {value: 200901092395}, enrolments: [{enroledAt: 01279295}]}]

## hides the year in a name: 6B, and the class in another: 4a1SUSANNE
with: units, tests
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list:
        - enroledAt: {ref: Organisation, via: enhet}
          schoolType: {text: GR}
          schoolYear: {column: klass, as: "pattern(^[0-9]+)"}
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    <group>
    groupMemberships:
      each: elever
      match: {klass: {column: grupp, as: "pattern(^([0-9]+[a-z])[0-9]*[A-Z]+)"}}
      fields: {person: {ref: Person, via: elev}}
rows:
  elever: pupils | klass
          1      | 4a
          2      | 10B
  grupper: grupp      | enhet
           4a1SUSANNE | 31279295
gives:
  Person:
    - {givenName: Alva, enrolments: [{schoolYear: 4}]}
    - {givenName: Bo, enrolments: [{schoolYear: 10}]}
  Group: [{displayName: 4a1SUSANNE, groupMemberships: [Alva]}]

## tells the kind of a group by a prefix: EG_, FG_
with: units
sources:
  grupper: {of: Enrollments, key: ID, keep: {ID: {as: "pattern(^[A-Z]+_)", in: [EG_, FG_]}}}
codes:
  grupptyp: {EG: Klass, FG: Undervisning}
Group:
  from: grupper
  id: {uuid5: ID}
  fields:
    <group>
    displayName: Name
    groupType: {column: ID, as: "pattern(^([A-Z]+)_)", codes: grupptyp}
    organisation: {ref: Organisation, via: School_ID}
Activity:
  from: grupper
  keep: {ID: {as: "pattern(^[A-Z]+_)", in: [FG_]}}
  id: {uuid5: ID}
  fields:
    <test>
    displayName: Name
    groups: {list: [{ref: Group, via: ID}]}
    organisation: {ref: Organisation, via: School_ID}
rows:
  Enrollments: ID               | Name    | School_ID
               EG_Demoskolan 6A | 6A      | 31279295
               FG_6A Ma         | 6A Ma   | 31279295
               KL_17            | Skåp 17 | 31279295
               E_Demoskolan     | Alla    | 31279295
gives:
  Group: [{displayName: 6A, groupType: Klass}, {displayName: 6A Ma, groupType: Undervisning}]

## has codes of its own, a long list of them in a table
with: units, staff
sources:
  personal: {key: anst}
codes:
  roll: {from: befattningar, key: kod, value: roll, otherwise: Annan personal}
Duty:
  from: personal
  id: {uuid5: anst}
  fields:
    <duty>
    dutyRole: {column: befattning, codes: roll}
rows:
  personal: teachers | befattning
            1        | 2081
            2        | E032
            3        | 6403
  befattningar: kod  | roll
                2070 | Rektor
                2081 | Lärare
                e032 | Förstelärare
                3303 | Kurator
gives:
  Duty:
    - {person: Majken, dutyRole: Lärare}
    - {person: Runa, dutyRole: Förstelärare}
    - {person: Sten, dutyRole: Annan personal}

## writes codes in any case, with spaces, or some that nobody knows
with: units, staff
codes:
  roll: {Larare: Lärare, Rektor: Rektor, otherwise: Annan personal}
Duty:
  from: personal
  id: {uuid5: anst}
  fields:
    <duty>
    dutyRole: {column: titel, codes: roll}
rows:
  personal: teachers | titel
            1        | ␣LARARE␣
            2        | rektor
            3        | Barnskötare/Elevassistent
gives:
  Duty: [{dutyRole: Annan personal}, {dutyRole: Lärare}, {dutyRole: Rektor}]

## needs two columns to tell one code: komvux and the course's level
with: units
codes:
  skolform: {Grundskola: GR, GR: GR}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      each: inskr
      match: {elev: elev}
      keep: {skolform: [GR, Grundskola, KV], niva: [GY, empty]}
      fields:
        enroledAt: {ref: Organisation, via: enhet}
        schoolType:
          first_of: [{text: VUXGY, when: {skolform: KV, niva: GY}}, {column: skolform, codes: skolform}]
        schoolYear: arskurs
rows:
  elever: pupils 1, 2, 3
  inskr: elev | enhet    | skolform   | niva | arskurs
         1    | 31279295 | Grundskola |      | 6
         2    | 31279295 | KV         | GY   |
         3    | 31279295 | KV         | GR   |
gives:
  Person:
    - {givenName: Alva, enrolments: [{schoolType: GR, schoolYear: 6}]}
    - {givenName: Bo, enrolments: [{schoolType: VUXGY}]}

## writes a range as the year of a mixed class: 1-3
with: units
sources:
  klasser: {key: klass}
  placeringar: {key: elev}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {placeringar: elev, klasser: klass}
  fields:
    <pupil>
    enrolments:
      list:
        - enroledAt: {ref: Organisation, via: enhet}
          schoolType: {text: GR}
          schoolYear: {first_of: [placeringar.schoolyear, klasser.schoolyear]}
rows:
  elever: pupils | klass
          1      | Lilla
          2      | 6A
  klasser: klass | schoolyear
           Lilla | 1-3
           6A    | 6
  placeringar: elev | schoolyear
               1    | 2
gives:
  Person:
    - {givenName: Alva, enrolments: [{schoolYear: 2}]}
    - {givenName: Bo, enrolments: [{schoolYear: 6}]}

## writes NULL, a space, `-`, `0000-00-00` or `1900-01-01` for nothing
with: units
sources:
  elever: {key: elev, empty: ["NULL", "-", "0000-00-00", "1900-01-01"]}
Person:
  from: elever
  keep: {slut: {on_or_after: today, or: empty}, avgang: empty}
  id: {uuid5: elev}
  fields:
    <pupil>
    middleName: mellannamn
rows:
  elever: pupils | slut       | avgang     | mellannamn
          1      | 0000-00-00 | 1900-01-01 | NULL
          2      |            | ␣          | ␣
          3      | NULL       | -          | ␣-␣
          4      | 9999-12-31 |            | Ed
          5      | 2026-06-12 |            |
gives:
  Person: [{givenName: Alva}, {givenName: Bo}, {givenName: Cia}, {givenName: Dag, middleName: Ed}]

## writes dates its own way: 8/17/2026, 260817
with: units
Person:
  from: elever
  keep:
    start: {as: "date(%m/%d/%Y)", on_or_before: today}
    slut: {as: "date(%y%m%d)", on_or_after: today, or: empty}
  id: {uuid5: elev}
  fields: <pupil>
rows:
  elever: pupils | start     | slut
          1      | 8/17/2026 | 270611
          2      | 8/17/2025 | 260612
          3      | 1/11/2027 |
gives:
  Person: [{givenName: Alva}]

## has the whole name in one column: Ask, Alva
with: units
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    givenName: {column: namn, as: "pattern(, *(.+))"}
    familyName: {column: namn, as: "pattern(^([^,]+))"}
rows:
  elever: pupils | namn
          1      | Ask, Alva
          2      | von Ek,Bo Ed
gives:
  Person: [{givenName: Alva, familyName: Ask}, {givenName: Bo Ed, familyName: von Ek}]
"""

# -- which test -------------------------------------------------------------------------------------------------------

WHICH_TEST = """
## knows the test by subject and year, the year by the members
with: units, pupils, groups
sources:
  prov: {key: [amne, ar], rows: [{amne: MA, ar: "6", namn: GRGRMAT01_6}, {amne: MA, ar: "9", namn: GRGRMAT01_9}]}
  gruppens: {of: medlemmar, with: {elever: {elev: elev}}, key: grupp, merge: most}
Activity:
  from: grupper
  keep: {prov.namn: {not: empty}}
  id: {uuid5: grupp}
  enrich: {gruppens: grupp, prov: [amne, gruppens.elever.arskurs]}
  fields:
    <test>
    parentActivity: {ref: test_activity, via: prov.namn}
rows:
  elever: pupils | arskurs
          1      | 6
          2      | 6
          3      | 5
          4      | 9
  grupper: grupp | enhet    | amne
           Ma 6  | 31279295 | MA
           Ma 9  | 31279295 | MA
           Slöjd | 31279295 | SL
           Ma 5  | 31279295 | MA
  medlemmar: grupp | elev
             Ma 6  | 1
             Ma 6  | 2
             Ma 6  | 3
             Ma 9  | 4
             Slöjd | 1
             Ma 5  | 3
gives:
  Activity:
    - {displayName: Ma 6, parentActivity: GRGRMAT01_6}
    - {displayName: Ma 9, parentActivity: GRGRMAT01_9}

## knows the test by subject and year, the year by the members
with: units, pupils, groups
sources:
  prov: {key: [amne, ar], rows: [{amne: MA, ar: "6", namn: GRGRMAT01_6}]}
  gruppens: {of: medlemmar, with: {elever: {elev: elev}}, key: grupp, merge: only}
Activity:
  from: grupper
  keep: {prov.namn: {not: empty}}
  id: {uuid5: grupp}
  enrich: {gruppens: grupp, prov: [amne, gruppens.elever.arskurs]}
  fields:
    <test>
    parentActivity: {ref: test_activity, via: prov.namn}
rows:
  elever: pupils | arskurs
          1      | 6
          2      | 6
          3      | 5
  grupper: grupp  | enhet    | amne
           Ma 6   | 31279295 | MA
           Ma 5-6 | 31279295 | MA
  medlemmar: grupp  | elev
             Ma 6   | 1
             Ma 6   | 2
             Ma 5-6 | 1
             Ma 5-6 | 3
gives:
  Activity: [{displayName: Ma 6, parentActivity: GRGRMAT01_6}]

## has no column for the test: somebody chooses it, group by group
with: units
sources:
  grupper: {key: grupp}
  valda: {rows: [{grupp: 6A Ma, prov: GRGRMAT01_6}]}
Group:
  from: grupper
  keep: {grupp: {found_in: {valda: grupp}}}
  id: {uuid5: grupp}
  fields: <group>
Activity:
  from: valda
  id: {uuid5: [grupp, prov]}
  enrich: {grupper: grupp}
  fields:
    <test>
    organisation: {ref: Organisation, via: grupper.enhet}
    parentActivity: {ref: test_activity, via: prov}
rows:
  grupper: grupp | enhet
           6A Ma | 31279295
           6A Sl | 31279295
gives:
  Group: [{displayName: 6A Ma}]
  Activity: [{displayName: 6A Ma, groups: [6A Ma], parentActivity: GRGRMAT01_6}]

## names a group after its test: DNP-GRGRMAT01_6
with: units
Group:
  from: grupper
  keep: {grupp: {as: "pattern(^(DNP-)?)", in: [DNP-]}}
  id: {uuid5: grupp}
  fields: <group>
Activity:
  from: grupper
  keep: {grupp: {as: "pattern(^(DNP-)?)", in: [DNP-]}}
  id: {uuid5: grupp}
  fields:
    <test>
    parentActivity: {ref: test_activity, via: {column: grupp, as: "pattern(^DNP-(.+))"}}
rows:
  grupper: grupp           | enhet
           DNP-GRGRMAT01_6 | 31279295
           6A Slöjd        | 31279295
gives:
  Group: [{displayName: DNP-GRGRMAT01_6}]
  Activity: [{displayName: DNP-GRGRMAT01_6, parentActivity: GRGRMAT01_6}]
"""

# -- who counts, and from when ----------------------------------------------------------------------------------------

WHO_COUNTS = """
## counts pupils from ten days before to ten days after, staff to the day
with: units, staff
today: 2027-01-08
Person:
  from: elever
  keep: {fran: {on_or_before: today+10d}, till: {on_or_after: today-10d, or: empty}}
  id: {uuid5: elev}
  fields: <pupil>
Group:
  from: {distinct: elever, by: [enhet, klass]}
  id: {uuid5: [enhet, klass]}
  fields:
    <class>
    groupMemberships:
      each: elever
      match: {enhet: enhet, klass: klass}
      keep: {fran: {on_or_before: today+10d}, till: {on_or_after: today, or: empty}}
      fields: {person: {ref: Person, via: elev}}
Duty:
  from: personal
  keep: {fran: {on_or_before: today}, till: {on_or_after: today, or: empty}}
  id: {uuid5: anst}
  fields: <duty>
rows:
  elever: pupils | klass | fran       | till
          1      | 6A    | 2027-01-18 | 2027-06-11
          2      | 6A    | 2027-01-19 |
          3      | 6A    | 2026-08-17 | 2026-12-29
          4      | 6A    | 2026-08-17 | 2026-12-28
  personal: teachers | fran       | till
            1        | 2026-08-17 | 2027-01-08
            2        | 2027-01-09 |
            3        | 2026-08-17 | 2027-01-07
gives:
  Person: [{givenName: Alva}, {givenName: Cia}, {givenName: Majken}]
  Group: [{displayName: 6A, groupMemberships: [Alva]}]

## wants a start date that has passed, an end date that is empty or to come
with: units
Person:
  from: elever
  keep: {fran: {on_or_before: today}, till: {on_or_after: today, or: empty}}
  id: {uuid5: elev}
  fields: <pupil>
rows:
  elever: pupils | fran                        | till
          1      | 2022-10-04 06:26:55.0631715 |
          2      | 20260817                    | 20270611
          3      |                             |
          4      | 2026-11-24                  |
          5      | 2026-08-17                  | 2026-11-22
gives:
  Person: [{givenName: Alva}, {givenName: Bo}]

## tells who left in its own way: an end date, Ej aktiv, a unit for those who left
with: units
Person:
  from: elever
  keep: {slut: {on_or_after: today, or: empty}, status: {not: [Ej aktiv, Left]}, avdelning: {not: Avgång}}
  id: {uuid5: elev}
  fields: <pupil>
rows:
  elever: pupils | slut       | status   | avdelning
          1      |            | Aktiv    | 6A
          2      | 2026-06-12 | Aktiv    | 6A
          3      |            | EJ AKTIV | 6A
          4      |            | Aktiv    | avgång
gives:
  Person: [{givenName: Alva}]

## has units that are not active, or not meant for us
sources:
  skolor: {key: enhet}
Organisation:
  from: skolor
  keep: {aktiv: "1", till_lms: Y}
  id: {school_unit: enhet}
  fields: {displayName: namn, schoolUnitCode: enhet}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: {text: "6"}}]
rows:
  skolor: enhet    | namn     | aktiv | till_lms
          31279295 | Norra    | 1     | Y
          11111111 | Nedlagda | 0     | Y
          22222222 | Öppna    | 1     | N
  elever: pupils | enhet
          1      | 31279295
          2      | 11111111
          3      | 22222222
gives:
  Organisation: [{schoolUnitCode: 31279295}]
  Person: [{givenName: Alva}]

## has förskoleklass as year 0, F or FA
with: units
Person:
  from: elever
  keep: {arskurs: {not: ["0", F, FA]}}
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: arskurs}]
rows:
  elever: pupils | arskurs
          1      | 1
          2      | 0
          3      | F
          4      | fa
gives:
  Person: [{givenName: Alva, enrolments: [{schoolYear: 1}]}]

## has fritidshem and school as one unit
with: units, staff
Duty:
  from: personal
  keep: {avdelning: {not: Fritids}, befattning: {not: [Barnskötare, Kökspersonal]}}
  id: {uuid5: anst}
  fields: <duty>
rows:
  personal: teachers | avdelning | befattning
            1        |           | Lärare
            2        | Fritids   | Lärare
            3        |           | barnskötare
gives:
  Duty: [{person: Majken}]
  Person: [{givenName: Majken}]

## has dummy personnummer, or none at all
with: units, duties
Person:
  from: personal
  keep: {personnr: {as: "pattern(^[0-9]{6})", not: [empty, "000000", "131415", "789789", "878787"]}}
  id: {uuid5: anst}
  fields: <staff>
rows:
  personal: teachers | personnr
            1        | 800101-2387
            2        | 000000-0000
            3        | 878787-8787
            4        |
gives:
  Person: [{givenName: Majken}]

## counts a group only where pupils have activities: begun, not ended, signed by a teacher
with: units, pupils
sources:
  elevakt:
    of: elevaktiviteter
    keep: {start: {on_or_before: today}, slut: {on_or_after: today}, BetygSign: {not: empty}}
Group:
  from: {distinct: elevakt, by: [grupp, enhet]}
  id: {uuid5: grupp}
  fields:
    <group>
    groupMemberships:
      each: elevaktiviteter
      match: {grupp: grupp}
      keep: {start: {on_or_before: today+10d}}
      fields: {person: {ref: Person, via: elev}}
Activity:
  from: {distinct: elevakt, by: [grupp, enhet]}
  id: {uuid5: grupp}
  fields:
    <test>
    groups: {list: [{ref: Group, via: [grupp, enhet]}]}
rows:
  elever: pupils 1, 2
  elevaktiviteter: grupp | enhet    | elev | start      | slut       | BetygSign
                   Ma 6  | 31279295 | 1    | 2026-08-17 | 2027-06-11 | MAB
                   Ma 6  | 31279295 | 2    | 2026-12-01 | 2027-06-11 | MAB
                   Sv 6  | 31279295 | 1    | 2027-01-11 | 2027-06-11 | MAB
                   Eng 6 | 31279295 | 1    | 2026-08-17 | 2027-06-11 |
                   NO 6  | 31279295 | 1    | 2026-08-17 |            | MAB
gives:
  Group: [{displayName: Ma 6, groupMemberships: [Alva, Bo]}]

## has groups that take no test, units without pupils, people without enrolment or duty
with: units, staff, groups
Duty:
  from: tjanster
  id: {uuid5: anst}
  fields: <duty>
Activity:
  from: grupper
  keep: {prov: {not: empty}}
  id: {uuid5: grupp}
  fields:
    <test>
    parentActivity: {ref: test_activity, via: prov}
rows:
  personal: teachers 1, 2
  tjanster: anst | enhet
            101  | 31279295
  grupper: grupp | enhet    | prov
           6A Ma | 31279295 | GRGRMAT01_6
           6A Sl | 31279295 |
gives:
  Organisation: [{schoolUnitCode: 31279295}]
  Person: [{givenName: Majken}]
  Group: [{displayName: 6A Ma}]
  Activity: [{displayName: 6A Ma}]

## has guardians, addresses and telephones in every row
with: units
Person:
  from: elever
  id: {uuid5: elev}
  fields: <pupil>
rows:
  elever: pupils | vh1          | vh2         | gatuadress      | postnummer | telefon
          1      | 198401012383 | 850101-2382 | Hemliga gatan 7 | 999 99     | 070-000 00 00
gives:
  Person: [{givenName: Alva}]
never: 198401012383, 850101-2382, Hemliga gatan, 999 99, 070-000 00 00
"""

# -- protection -------------------------------------------------------------------------------------------------------

PROTECTION = """
## knows only in its second source who is protected
with: units
sources:
  ad: {key: {column: personnummer, as: personnummer}}
codes:
  skydd: {N: Ingen, J: Sekretessmarkering}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {ad: {column: personnr, as: personnummer}}
  fields:
    <pupil>
    securityMarking: {column: ad.skydd, codes: skydd, unknown: protected}
rows:
  elever: pupils | personnr
          1      | 140101-2396
          2      | 140102-2395
          3      | 140103-2394
          4      | 140104-2393
          5      | 140105-2392
          6      | 140106-2391
  ad: personnummer | skydd
      201401012396 | N
      201401022395 | J
      201401032394 | N
      201401032394 | J
      201401042393 |
      201401052392 | Kanske
gives:
  Person: [{givenName: Alva, securityMarking: Ingen}]
issues: M341
never: Bo, Cia, Dag, Ebba, Folke

## gives a level beside the mark: 1, 2, 3
with: units
codes:
  skydd: {"false": Ingen, "true": Sekretessmarkering}
  niva: {"1": Sekretessmarkering, "2": Skyddad folkbokföring, "3": Skyddad folkbokföring}
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    securityMarking:
      first_of: [{column: level, codes: niva, when: {level: {not: empty}}}, {column: privacy, codes: skydd}]
rows:
  elever: pupils | privacy | level
          1      | false   |
          2      | true    |
          3      | false   | 2
          4      |         |
gives:
  Person: [{givenName: Alva}]

## has a list of the protected, with nothing but their numbers
with: units
sources:
  skyddade: {key: {column: pnr, as: personnummer}, expect: {min_rows: 0}}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {skyddade: {column: personnr, as: personnummer}}
  fields:
    <pupil>
    securityMarking:
      first_of: [{text: Sekretessmarkering, when: {skyddade.pnr: {not: empty}}}, {text: Ingen}]
rows:
  elever: pupils 1, 2
  skyddade: pnr
            140102-2395
gives:
  Person: [{givenName: Alva}]

## leaves who is protected out of its accounts
with: units
sources:
  konton: {key: {column: personnummer, as: personnummer}}
Person:
  from: elever
  id: {uuid5: elev}
  enrich: {konton: {column: personnr, as: personnummer}}
  fields:
    <pupil>
    securityMarking: {text: Ingen, when: {konton.personnummer: {not: empty}}}
rows:
  elever: pupils 1, 2
  konton: personnummer | upn
          201401012396 | a1@edu.exempel.se
gives:
  Person: [{givenName: Alva}]
never: Bo
"""

# -- what the connector sees to ---------------------------------------------------------------------------------------

FILES = """
## has no line of column names: the place of a column is its meaning
with: units, pupils
config:
  [sources.elever]
  connector = "csv"
  path = "elever.txt"
  header = ["elev", "personnr", "fornamn", "efternamn", "eppn", "enhet"]
elever.txt:
  1;140101-2396;Alva;Ask;e1@edu.exempel.se;31279295
  2;140102-2395;Bo;Ask;e2@edu.exempel.se;31279295
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]

## has a first line that is wrong: a name twice, fewer names than columns
with: units, pupils
config:
  [sources.elever]
  connector = "csv"
  path = "elever.csv"
  skip_lines = 1
  header = ["elev", "personnr", "fornamn", "efternamn", "eppn", "enhet"]
elever.csv:
  id;code;name;code;mail
  1;140101-2396;Alva;Ask;e1@edu.exempel.se;31279295
  2;140102-2395;Bo;Ask;e2@edu.exempel.se;31279295
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]

## does not quote a name that holds a comma, so that rows have a cell too many
with: units, pupils
config:
  [sources.elever]
  connector = "csv"
  path = "elever.csv"
  skip_lines = 1
  header = ["elev", "efternamn", "fornamn", "personnr", "eppn", "enhet"]
elever.csv:
  id,name,pid,mail,unit
  1,Ask, Alva,201401012396,e1@edu.exempel.se,31279295
  2,Ask, Bo,201401022395,e2@edu.exempel.se,31279295
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]

## leaves out the empty cells at a row's end
with: units
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    middleName: mellannamn
config:
  [sources.elever]
  connector = "csv"
  path = "elever.csv"
  short_rows = true
elever.csv:
  elev;personnr;fornamn;efternamn;eppn;enhet;mellannamn;vh1
  1;140101-2396;Alva;Ask;e1@edu.exempel.se;31279295
  2;140102-2395;Bo;Ask;e2@edu.exempel.se;31279295;Ed
gives:
  Person: [{givenName: Alva}, {givenName: Bo, middleName: Ed}]

## has several kinds of rows in one file, told by their last column
with: units, pupils
sources:
  elever: {key: elev, keep: {typ: user}}
  skolor: {key: enhet, keep: {typ: school}}
config:
  [sources.elever]
  connector = "csv"
  path = "objekt.csv"
  header = ["elev", "personnr", "fornamn", "efternamn", "eppn", "enhet", "typ"]
  short_rows = true
  [sources.skolor]
  connector = "csv"
  path = "objekt.csv"
  header = ["enhet", "namn", "typ", "d", "e", "f", "g"]
  short_rows = true
objekt.csv:
  31279295;Almviks skola;school
  1;140101-2396;Alva;Ask;e1@edu.exempel.se;31279295;user
  2;140102-2395;Bo;Ask;e2@edu.exempel.se;31279295;user
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]
  Organisation: [{displayName: Almviks skola}]

## comes as several files: one for each school, or each school type
with: units, pupils
config:
  [sources.elever]
  connector = "csv"
  path = "export/elever-*.csv"
export/elever-0.csv:
  elev;personnr;fornamn;efternamn;eppn;enhet
  1;140101-2396;Alva;Ask;e1@edu.exempel.se;31279295
export/elever-1.csv:
  elev;personnr;fornamn;efternamn;eppn;enhet
  2;140102-2395;Bo;Ask;e2@edu.exempel.se;31279295
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]

## is XML: a namespace for each version, elements told apart by an attribute
with: units, pupils
config:
  [sources.elever]
  connector = "xml"
  path = "export/ims-*.xml"
  rows = "person"
  [sources.elever.columns]
  elev = "sourcedid/id"
  personnr = "userid[@useridtype='PID']"
  fornamn = "name/n/given"
  efternamn = "name/n/family"
  eppn = "emailworkschool"
  enhet = "extension/unit"
export/ims-GR.xml:
  ï»¿<enterprise xmlns="http://example.invalid/organization/v12">
    <person><sourcedid><source>S</source><id>1</id></sourcedid>
      <userid useridtype="GUID">x1</userid><userid useridtype="PID">201401012396</userid>
      <name><n><family>Ask</family><given>Alva</given></n></name>
      <emailworkschool>e1@edu.exempel.se</emailworkschool><extension><unit>31279295</unit></extension></person>
  </enterprise>
export/ims-GY.xml:
  <e:enterprise xmlns:e="http://example.invalid/organization/v11">
    <e:person><e:sourcedid><e:source>S</e:source><e:id>2</e:id></e:sourcedid>
      <e:userid useridtype="PID">201401022395</e:userid>
      <e:name><e:n><e:family>Ask</e:family><e:given>Bo</e:given></e:n></e:name>
      <e:emailworkschool>e2@edu.exempel.se</e:emailworkschool>
      <e:extension><e:unit>31279295</e:unit></e:extension></e:person>
  </e:enterprise>
gives:
  Person: [{givenName: Alva, civicNo: {value: 201401012396}}, {givenName: Bo, civicNo: {value: 201401022395}}]

## says once what holds for many: the group of its members, the school type of a file
with: units, pupils
Group:
  from: {distinct: medlemmar, by: [grupp, enhet, skolform]}
  id: {uuid5: grupp}
  fields:
    <class>
    displayName: grupp
    schoolType: skolform
    groupMemberships: {each: medlemmar, match: {grupp: grupp}, fields: {person: {ref: Person, via: person}}}
config:
  [sources.medlemmar]
  connector = "xml"
  path = "export/ims-*.xml"
  rows = "membership/member"
  [sources.medlemmar.columns]
  grupp = "../sourcedid/id"
  enhet = "../unit"
  person = "sourcedid/id"
  skolform = "/properties/schooltype"
export/ims-GR.xml:
  <enterprise><properties><schooltype>GR</schooltype></properties>
    <membership><sourcedid><id>6A</id></sourcedid><unit>31279295</unit>
      <member><sourcedid><id>1</id></sourcedid></member>
      <member><sourcedid><id>2</id></sourcedid></member></membership></enterprise>
export/ims-SAM.xml:
  <enterprise><properties><schooltype>SAM</schooltype></properties>
    <membership><sourcedid><id>6S</id></sourcedid><unit>31279295</unit>
      <member><sourcedid><id>3</id></sourcedid></member></membership></enterprise>
rows:
  elever: pupils 1, 2, 3
gives:
  Group:
    - {displayName: 6A, schoolType: GR, groupMemberships: [Alva, Bo]}
    - {displayName: 6S, schoolType: SAM, groupMemberships: [Cia]}

## has persons and groups among a group's members, told by idtype
with: units, pupils
sources:
  medlemmar: {keep: {idtype: Person, roll: Student}}
Group:
  from: {distinct: medlemmar, by: [grupp, enhet]}
  id: {uuid5: grupp}
  fields:
    <class>
    displayName: grupp
    groupMemberships: {each: medlemmar, match: {grupp: grupp}, fields: {person: {ref: Person, via: medlem}}}
config:
  [sources.medlemmar]
  connector = "xml"
  path = "ims.xml"
  rows = "membership/member"
  [sources.medlemmar.columns]
  grupp = "../sourcedid/id"
  enhet = "../unit"
  medlem = "sourcedid/id"
  idtype = "idtype"
  roll = "role/@roletype"
ims.xml:
  <enterprise><membership><sourcedid><id>6A</id></sourcedid><unit>31279295</unit>
    <member><sourcedid><id>1</id></sourcedid><idtype>Person</idtype><role roletype="Student"/></member>
    <member><sourcedid><id>1</id></sourcedid><idtype>Group</idtype><role roletype="Student"/></member>
    <member><sourcedid><id>2</id></sourcedid><idtype>Person</idtype><role roletype="Instructor"/></member>
  </membership></enterprise>
rows:
  elever: pupils 1, 2
gives:
  Group: [{displayName: 6A, groupMemberships: [Alva]}]

## needs a calculation, a union or an odd join
with: units
Person:
  from: elever
  id: {uuid5: elev}
  fields:
    <pupil>
    enrolments:
      list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: arskurs}]
config:
  [sources.elever]
  connector = "sql"
  url = "sqlite:///sis.db"
  query = '''
    SELECT elev, personnr, fornamn, efternamn, eppn, enhet, 2026 - startar + 1 AS arskurs FROM norra
    UNION ALL
    SELECT elev, personnr, fornamn, efternamn, eppn, enhet, arskurs FROM sodra
  '''
sis.db:
  CREATE TABLE norra (elev INT, personnr, fornamn, efternamn, eppn, enhet, startar INT);
  CREATE TABLE sodra (elev INT, personnr, fornamn, efternamn, eppn, enhet, arskurs INT);
  INSERT INTO norra VALUES (1, '201401012396', 'Alva', 'Ask', 'e1@edu.exempel.se', '31279295', 2021);
  INSERT INTO sodra VALUES (2, '201401022395', 'Bo', 'Ask', 'e2@edu.exempel.se', '31279295', 7);
gives:
  Person:
    - {givenName: Alva, enrolments: [{schoolYear: 6}]}
    - {givenName: Bo, enrolments: [{schoolYear: 7}]}
"""

_TEXTS = (ONE_ROW, FINDING, VALUES, WHICH_TEST, WHO_COUNTS, PROTECTION, FILES)
NEEDS = [need for text in _TEXTS for need in cases(text)]

ASKED: dict[str, tuple[str, ...]] = {
    # the language's own list (design, section 4)
    "a reference by other columns than the target's key": ("has teachers as persons, not as duties",),
    "one row, several objects": (
        "has a list in a cell: `,101,102,`",
        "has duties at a Skola with several Skolenheter",
        "has wide columns: larare1, larare2",
        "has a pupil's groups in columns: grupp1, grupp2",
    ),
    "a field from another row of the same key": ("writes a value on one row of a person only",),
    "a field from the members": ("knows the test by subject and year, the year by the members",),
    "only what something published refers to": (
        "has groups that take no test, units without pupils, people without enrolment or duty",
        "has units that are not active, or not meant for us",
    ),
    "objects of repeated rows, and rows that disagree": (
        "repeats persons, classes or groups, and the rows disagree",
        "has two lists in a row: the teachers and the groups of a lesson",
        "has a row for each group, subject and teacher, and no table of groups",
        "has classes only as a value on pupils",
    ),
    "objects without any table": ("has no table of schools: it is a single school",),
    "code tables": (
        "has codes of its own, a long list of them in a table",
        "writes codes in any case, with spaces, or some that nobody knows",
        "needs two columns to tell one code: komvux and the course's level",
    ),
    "padding, patterns": (
        "loses leading zeros",
        "hides the year in a name: 6B, and the class in another: 4a1SUSANNE",
        "has the whole name in one column: Ask, Alva",
    ),
    "keys of several parts, constants": (
        "has a key of two parts, where others know one",
        "numbers pupils and staff each from 1",
        "writes a key as 17 here, and as 000017 or 17.0 there",
    ),
    "several rules that give one object": ("has the same pupil in two registers",),
    "a mark in the second source": (
        "knows only in its second source who is protected",
        "has a list of the protected, with nothing but their numbers",
    ),
    # what registers look like (legacy sources, section 7)
    "1 personnummer in two forms": ("writes a personnummer in another form than the directory, or in several forms",),
    "2 a value of another row": ("writes a value on one row of a person only",),
    "3 lists in keys and joins": ("joins by a list in a cell", "has a list in a cell: `,101,102,`"),
    "4 kind, year, test hidden in names": (
        "tells the kind of a group by a prefix: EG_, FG_",
        "hides the year in a name: 6B, and the class in another: 4a1SUSANNE",
        "knows the test by subject and year, the year by the members",
        "names a group after its test: DNP-GRGRMAT01_6",
    ),
    "5 distinct objects": ("repeats persons, classes or groups, and the rows disagree",),
    "6 otherwise; trim, case": ("writes codes in any case, with spaces, or some that nobody knows",),
    "7 what counts as empty": ("writes NULL, a space, `-`, `0000-00-00` or `1900-01-01` for nothing",),
    "8 dates with offsets, today": (
        "counts pupils from ten days before to ten days after, staff to the day",
        "has one row for each pupil and school year",
        "writes dates its own way: 8/17/2026, 260817",
    ),
    "9 files without form": (
        "has no line of column names: the place of a column is its meaning",
        "has a first line that is wrong: a name twice, fewer names than columns",
        "does not quote a name that holds a comma, so that rows have a cell too many",
        "leaves out the empty cells at a row's end",
        "has several kinds of rows in one file, told by their last column",
    ),
    "10 XML": (
        "is XML: a namespace for each version, elements told apart by an attribute",
        "says once what holds for many: the group of its members, the school type of a file",
        "has persons and groups among a group's members, told by idtype",
        "comes as several files: one for each school, or each school type",
        "writes a range as the year of a mixed class: 1-3",
    ),
    "11 directories": ("is a directory (LDAP, AD)",),
    "12 Skola and Skolenhet": (
        "has duties at a Skola with several Skolenheter",
        "knows units by numbers of its own, or the Skola and not the Skolenhet",
    ),
    "13 personal data all around": ("has guardians, addresses and telephones in every row",),
    "14 constants for what is lacking": ("has no table of schools: it is a single school",),
    # what vendors' pages tell (legacy sources, section 8)
    "protected persons are left out": ("leaves who is protected out of its accounts", "has rows that point to nobody"),
    "inactive units are left out": ("has units that are not active, or not meant for us",),
    "no e-mail": ("lacks e-mail addresses, or has them for some only",),
    "EPPN in two parts": ("keeps user name and domain apart",),
    "the test chosen by hand": ("has no column for the test: somebody chooses it, group by group",),
    "TF becomes personnummer, same user": ("gives a person a new number when TF becomes personnummer",),
    "who left": ("tells who left in its own way: an end date, Ej aktiv, a unit for those who left",),
    "fritidshem in the same unit": ("has fritidshem and school as one unit", "has förskoleklass as year 0, F or FA"),
    "zeros lost": ("loses leading zeros",),
    "dummy personnummer": ("has dummy personnummer, or none at all",),
    "activities on classes, many teachers, equal names": ("lets classes themselves take a test",),
    # and how others count (legacy sources, end of section 6)
    "windows of validity": (
        "counts pupils from ten days before to ten days after, staff to the day",
        "wants a start date that has passed, an end date that is empty or to come",
    ),
    "a group in Extens": ("counts a group only where pupils have activities: begun, not ended, signed by a teacher",),
    "a group in Procapita": ("has a row for each group, subject and teacher, and no table of groups",),
    # Left out of section 8: deltas (a full export is read every night, as that row advises); receivers that match
    # persons by personnummer (theirs to do in the right order: our ids do not change, see TF above).
}
