"""One small invented organiser, written down in the layouts that old systems export: for `init`."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from adapter.simulator.people import People, Pupil

UNITS = {"31279295": "Almviks skola", "77181312": "Björkdals gymnasium"}
_CLASSES = (
    ("6A", "31279295", "GR", "6", ""),
    ("9B", "31279295", "GR", "9", ""),
    ("NA1", "77181312", "GY", "", "NANAT"),
)
_SUBJECTS = ("Matematik", "Slöjd")
_TESTS = {"6A": "GRGRMAT01_6", "9B": "GRGRMAT01_9", "NA1": "MATMAT01b_GY"}
_TITLES = ("Rektor", "Lärare", "Lärare", "Kurator")
SIZE = 12  # pupils of a class
PROTECTED = 3  # the third pupil of every class


@dataclass
class Somebody:
    """A pupil or somebody who works. `role`: the class, or the title."""

    id: str
    person: Pupil
    user: str
    mail: str
    role: str
    unit: str
    protected: bool = False


@dataclass
class School:
    """What every layout is made of. `teaches`: group -> staff."""

    pupils: list[Somebody] = field(default_factory=list)
    staff: list[Somebody] = field(default_factory=list)
    teaches: dict[str, Somebody] = field(default_factory=dict)

    @property
    def groups(self) -> list[tuple[str, str, str, str, str]]:
        """Id, class, subject, unit, form of school."""
        return [
            (f"{100 + 10 * n + m}", name, subject, unit, form)
            for n, (name, unit, form, _, _) in enumerate(_CLASSES)
            for m, subject in enumerate(_SUBJECTS)
        ]


def school(today: dt.date, mark: str = "") -> School:
    """The same people every time, of the ages that they have today; `mark` stands in their names and addresses."""
    people, made = People(random.Random(5), today), School()
    for number, (name, unit, _, year, _) in enumerate(_CLASSES):
        for place in range(SIZE):
            person = _marked(people.pupil(int(year or 10) + 6), mark)
            user, mail = (f"{mark.lower()}{text}" for text in people.account(person, "Elev"))
            made.pupils.append(
                Somebody(f"{1000 + 100 * number + place}", person, user, mail, name, unit, place == PROTECTED)
            )
    for unit in UNITS:
        for title in _TITLES:
            person = _marked(people.adult(), mark)
            user, mail = (f"{mark.lower()}{text}" for text in people.account(person, "Personal"))
            made.staff.append(Somebody(f"{1 + len(made.staff)}", person, user, mail, title, unit))
    for group, _, _, unit, _ in made.groups:
        made.teaches[group] = next(one for one in made.staff if one.unit == unit and one.role == "Lärare")
    return made


def _marked(person: Pupil, mark: str) -> Pupil:
    middle = person.middle and person.middle + mark
    return replace(person, given=person.given + mark, middle=middle, family=person.family + mark)


def _class(name: str) -> tuple[str, str, str, str, str]:
    return next(each for each in _CLASSES if each[0] == name)


def write(
    path: Path, header: str, rows: Iterable[Sequence[str]], delimiter: str = ";", encoding: str = "cp1252"
) -> None:
    """A file with these columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(header.split())
        writer.writerows(rows)


def names(one: Somebody) -> tuple[str, str]:
    return one.person.given, one.person.family


def generic(folder: Path, made: School) -> None:
    """mappings/generic."""
    write(folder / "skolenheter.csv", "skolenhetskod namn", UNITS.items())
    for file, some in (("elever", made.pupils), ("personal", made.staff)):
        write(
            folder / f"{file}.csv",
            "id personnummer fornamn mellannamn efternamn anvandarnamn epost skydd",
            [
                (p.id, p.person.number, p.person.given, p.person.middle, p.person.family, p.user, p.mail, _mark(p))
                for p in some
            ],
        )
    write(
        folder / "inskrivningar.csv",
        "elev skolenhetskod skolform arskurs studievagskod fran till",
        [(p.id, p.unit, *_class(p.role)[2:], "2020-08-17", "") for p in made.pupils]
        + [(p.id, p.unit, "FTH", "", "", "2020-08-17", "") for p in made.pupils[:4]],
    )
    write(
        folder / "tjanster.csv",
        "personal skolenhetskod roll fran till",
        [(one.id, one.unit, one.role, "2020-08-01", "") for one in made.staff],
    )
    classes = [
        (f"{50 + number}", name, "klass", unit, form, "", "")
        for number, (name, unit, form, _, _) in enumerate(_CLASSES)
    ]
    groups = [
        (group, f"{name} {subject}", "undervisning", unit, form, "", "")
        for group, name, subject, unit, form in made.groups
    ]
    write(folder / "grupper.csv", "id namn typ skolenhetskod skolform fran till", [*classes, *groups])
    write(
        folder / "gruppmedlemmar.csv",
        "grupp elev fran till",
        [(row[0], p.id, "", "") for row in classes for p in made.pupils if p.role == row[1]]
        + [(group, p.id, "", "") for group, name, *_ in made.groups for p in made.pupils if p.role == name],
    )
    write(folder / "grupplarare.csv", "grupp personal", [(group, one.id) for group, one in made.teaches.items()])
    write(folder / "provgrupper.csv", "grupp provaktivitet", tests(made))


def _mark(one: Somebody) -> str:
    return "sekretess" if one.protected else "nej"


def tests(made: School) -> list[tuple[str, str]]:
    """Which group takes which test."""
    return [(group, _TESTS[name]) for group, name, subject, _, _ in made.groups if subject == "Matematik"]


def oneroster(folder: Path, made: School) -> None:
    """mappings/oneroster: comma, UTF-8 with a byte order mark, ids that are GUIDs."""

    def guid(kind: int, number: str | int) -> str:
        return f"0000000{kind}-0000-4000-8000-{int(number):012d}"

    def put(file: str, header: str, rows: Iterable[Sequence[str]]) -> None:
        write(folder / f"{file}.csv", header, rows, ",", "utf-8-sig")

    units = {unit: guid(1, n) for n, unit in enumerate(UNITS)}
    put(
        "orgs",
        "sourcedId status dateLastModified name type identifier parentSourcedId",
        [
            (guid(1, 9), "active", "", "Exempelkommun", "district", "2120000001", ""),
            *((units[unit], "active", "", name, "school", unit, guid(1, 9)) for unit, name in UNITS.items()),
        ],
    )
    both = {id(made.staff[0]), id(made.pupils[1])}  # at both units

    def at(p: Somebody) -> str:
        return ",".join(units.values()) if id(p) in both else units[p.unit]

    people = [(guid(2, p.id), p, "student", _class(p.role)[3]) for p in made.pupils] + [
        (guid(3, p.id), p, "administrator" if p.role == "Rektor" else "teacher", "") for p in made.staff
    ]
    put(
        "users",
        "sourcedId status enabledUser orgSourcedIds role username givenName familyName middleName identifier email "
        "sms phone agentSourcedIds grades",
        [
            (
                *(key, "active", "true", at(p), role, p.user, *names(p), p.person.middle),
                *(p.person.long_number, p.mail, "", "070-000 00 00", "", year.zfill(2) if year else ""),
            )
            for key, p, role, year in people
        ],
    )
    classes = [(guid(4, n), "homeroom", name, unit) for n, (name, unit, *_) in enumerate(_CLASSES)]
    classes += [(guid(5, g), "scheduled", f"{name} {subject}", unit) for g, name, subject, unit, _ in made.groups]
    put(
        "classes",
        "sourcedId status title classCode classType schoolSourcedId",
        [(key, "active", title, "", kind, units[unit]) for key, kind, title, unit in classes],
    )
    rows = [
        (key, units[unit], guid(2, p.id), "student")
        for key, _, title, unit in classes
        for p in made.pupils
        if p.role == title.split()[0]
    ] + [(guid(5, g), units[one.unit], guid(3, one.id), "teacher") for g, one in made.teaches.items()]
    put(
        "enrollments",
        "sourcedId status classSourcedId schoolSourcedId userSourcedId role beginDate endDate",
        [(guid(6, n), "active", *row, "", "") for n, row in enumerate(rows)],
    )
    put("skyddade", "sourcedId skydd", [(guid(2, p.id), "sekretess") for p in made.pupils if p.protected])
    put("provaktiviteter", "class provaktivitet", [(guid(5, g), test) for g, test in tests(made)])


def schoolsoft(folder: Path, made: School) -> None:
    """mappings/schoolsoft: one school, tabs; the directory's accounts and the protected beside them."""
    pupils = [p for p in made.pupils if p.unit == "31279295"]
    staff = [p for p in made.staff if p.unit == "31279295"]
    user = {one.id: f"{one.person.given[:3]}{one.person.family[:3]}".lower() + one.id for one in staff}

    def put(file: str, header: str, rows: Iterable[Sequence[str]]) -> None:
        write(folder / f"{file}.txt", header, rows, "\t", "utf-8")

    def short(one: Somebody) -> str:
        return one.person.long_number[2:]

    put(
        "students",
        "id fname lname socialnumber email sex class active",
        [(p.id, *names(p), short(p), p.mail, "f", p.role.lower(), "1" if n else "0") for n, p in enumerate(pupils)],
    )
    kinds = {"Lärare": "0", "Rektor": "1", "Kurator": "2"}
    put(
        "staff",
        "id username fname lname socialnumber type email mobile initial",
        [(p.id, user[p.id], *names(p), short(p), kinds[p.role], p.mail, "", user[p.id][:4]) for p in staff],
    )
    put(
        "parents",
        "id fname1 lname1 email1 studentid",
        [(f"{n}", "Vårdnad", "Havare", "v@exempel.se", p.id) for n, p in enumerate(pupils)],
    )
    mine = [(g, name.lower(), subject) for g, name, subject, unit, _ in made.groups if unit == "31279295"]
    classes = sorted({name for _, name, _ in mine})
    put(
        "groups",
        "id name classtype teacher",
        [(f"{n}", name, "1", "") for n, name in enumerate(classes, 1)]
        + [
            (f"{n}", f"{name}1{subject[:2].upper()}", "0", user[made.teaches[g].id])
            for n, (g, name, subject) in enumerate(mine, 10)
        ],
    )
    put(
        "lessons",
        "id day subject teacher group",
        [
            (f"{n}", "Måndag", subject, ",".join(user[one.id] for one in staff[:2]), f"{name}1{subject[:2].upper()}")
            for n, (_, name, subject) in enumerate(mine)
        ],
    )
    everybody = [*pupils, *staff]
    put("konton", "personnummer eppn", [(p.person.long_number, p.user) for p in everybody])
    put("skyddade", "personnummer skydd", [(p.person.long_number, "sekretess") for p in pupils if p.protected])


def procapita(folder: Path, made: School) -> None:
    """mappings/procapita: one row for each membership; a year on class rows only; one unit that is two school units."""
    header = (
        "personnr fornamn efternamn fullnamn roll enhet enhetid skolform skolformkort klass klassid grupp gruppid "
        "arskurs gatuadress vh1 vh2 uttagsdatum"
    )

    def row(one: Somebody, role: str, form: str, band: Sequence[str]) -> tuple[str, ...]:
        number = one.person.long_number.replace("-", "")
        whole = f"{one.person.family}, {one.person.given}"
        unit = ("Demoskolan", "118", {"GR": "Grundskola", "GY": "Gymnasieskola"}[form], form)
        return (number, *names(one), whole, role, *unit, *band, "Hemliga gränden 1", number, "", "2026-08-24")

    rows = []
    for p in made.pupils:
        name, _, form, year, _ = _class(p.role)
        rows.append(row(p, "Student", form, (name, f"k{name}", "", "", year)))
        for group, of, subject, _, _ in made.groups:
            if of == name:
                rows.append(row(p, "Student", form, ("", "", f"{name} {subject}", f"g{group}", "")))
    for group, name, subject, _, form in made.groups:
        rows.append(row(made.teaches[group], "Faculty", form, ("", "", f"{name} {subject}", f"g{group}", "")))
    write(folder / "underlag.csv", header, rows)
    units = [("118", form, unit, UNITS[unit]) for unit, form in (("31279295", "GR"), ("77181312", "GY"))]
    units.append(("119", "GR", "11223344", "Skolan utan elever"))
    write(folder / "enheter.csv", "enhetid skolformkort skolenhetskod namn", units)
    people = [*made.pupils, *{one.id: one for one in made.teaches.values()}.values()]
    accounts = [
        (p.person.long_number, f"{n:08x}-0000-4000-8000-000000000000", p.user, p.mail) for n, p in enumerate(people, 1)
    ]
    write(folder / "konton.csv", "personnummer objectGUID eppn epost", accounts)
    protected = [(p.person.long_number, "sekretess") for p in made.pupils if p.protected]
    write(folder / "skyddade.csv", "personnummer skydd", protected)
    write(folder / "provgrupper.csv", "gruppid provaktivitet", [(f"g{group}", test) for group, test in tests(made)])


def people_and_enrollments(folder: Path, made: School) -> None:
    """Persons of all kinds in one table, groups of all kinds in another: only the ids begin differently."""

    def put(file: str, header: str, rows: Iterable[Sequence[str]]) -> None:
        write(folder / f"{file}.csv", header, rows, ",", "utf-8-sig")

    people = [(f"P{p.id}", p, "Student") for p in made.pupils] + [(f"S{p.id}", p, "Staff") for p in made.staff]
    put(
        "People",
        "Id Firstname Lastname Mail Username Role Mobile SocSecNo ImportReferenceId Created Edited",
        [
            (
                *(key, *names(p), p.mail, "NULL", role, "", p.person.long_number if n % 7 else "", f"r{n}"),
                *("2022-10-04 06:26:55.0631715", "NULL"),
            )
            for n, (key, p, role) in enumerate(people)
        ],
    )
    school_of = {"31279295": "S_ALMVIK", "77181312": "S_BJORKDAL"}
    groups = [(f"KL_{name} Demo", name, school_of[unit]) for name, unit, *_ in _CLASSES]
    groups += [(f"FG_{g}", f"{name} {subject}", school_of[unit]) for g, name, subject, unit, _ in made.groups]
    groups += [(f"E_{name} {n}", f"Alla {n} på {name}", name) for name in school_of.values() for n in range(6)]
    put("Enrollments", "ID Name School_ID", groups)
    members = [(key, group) for key, p, _ in people for group, name, _ in groups if name.split()[0] == p.role]
    members += [(f"S{one.id}", f"FG_{g}") for g, one in made.teaches.items()]
    put("PersonEnrollments", "Person_ID Enrollment_ID", members)
    put("PersonPersons", "Person_ID Responsible_ID", [(key, f"V{key}") for key, _, role in people if role == "Student"])


def registers(folder: Path, made: School) -> None:
    """A register of persons that pupils and staff point into, each table with spellings of its own.

    GUIDs in braces and without, names as "Efternamn, Förnamn", zeros before numbers, dates with slashes, titles without
    diacritics, teachers by signature.
    """
    guids = {id(p): f"{n:08X}-0000-4000-8000-{n:012X}" for n, p in enumerate([*made.pupils, *made.staff], 1)}
    write(
        folder / "PERSON.csv",
        "PERSON_GUID PNR NAMN SKYDD UPN EPOST",
        [
            (
                *(f"{{{guids[id(p)]}}}", p.person.number, f"{p.person.family}, {p.person.given}"),
                *("J" if p.protected else "N", p.user, p.mail),
            )
            for p in [*made.pupils, *made.staff]
        ],
    )
    write(
        folder / "ELEV.csv",
        "ELEV_NR PERSON_ID KLASS STUDIEVAG SLUT",
        [
            (p.id.zfill(8), guids[id(p)].lower(), p.role, _class(p.role)[4], "" if n else "31/12/2025")
            for n, p in enumerate(made.pupils)
        ],
    )
    write(
        folder / "PERSONAL.csv",
        "SIGN PERSON_ID BEF ENHET AKTIV",
        [(f"s{p.id}x", guids[id(p)].lower(), p.role.replace("ä", "a"), p.unit, "JA") for p in made.staff],
    )
    forms = {"GR": "Grundskola", "GY": "Gymnasieskola"}
    write(
        folder / "KLASS.csv",
        "KLASS ENHET SKOLFORM ARSKURS",
        [(name, unit, forms[form], year) for name, unit, form, year, _ in _CLASSES],
    )
    write(folder / "SKOLA.csv", "KOD NAMN", UNITS.items())
    tested = dict(tests(made))
    write(
        folder / "UGRUPP.csv",
        "GRUPPKOD BENAMNING ENHET LARARSIGN PROV",
        [
            (g, f"{name} {subject}", unit, f"s{made.teaches[g].id}x", tested.get(g, ""))
            for g, name, subject, unit, _ in made.groups
        ],
    )
    members = [(g, str(int(p.id))) for g, name, *_ in made.groups for p in made.pupils if p.role == name]
    write(folder / "UGRUPPELEV.csv", "GRUPPKOD ELEV_NR", members)
