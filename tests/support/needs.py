"""What real sources need, case by case: the mapping that says it, rows shaped like the source, and what is published.

The cases stand in needs_of_sources/, a file for each table of the manual. How to write one:

`## source` begins a case of the row of docs/mapping.md, "What real sources need", whose first column that is; a row may
have several. Then come the sections of a mapping that matter, and of the case itself:

  with     rules that stand beside the case's own (RULES), `<pupil>` attributes that do not matter (ATTRIBUTES)
  rows     `source: columns`, then rows; `pupils` fills in all columns of pupil 1, 2 …, `teachers` those of teachers;
           ␣ is a space; where nobody says, skolor has two units
  later    the rows of another night, in which every object keeps its id
  config   config.toml, for sources that a connector reads; then the files that it reads, by name (of a .db its SQL)
  gives    type: all that is published, by the attributes that matter, references as the name of what they lead to
  issues     the codes of all findings
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
    findings: list[str]
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
    """The cases of one file."""
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
        findings=sorted(_words(own["issues"])),
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


_CASES = Path(__file__).with_name("needs_of_sources")
_FILES = ("one_row", "finding", "values", "which_test", "who_counts", "protection", "files")
NEEDS = [need for name in _FILES for need in cases((_CASES / f"{name}.txt").read_text(encoding="utf-8"))]

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
