"""One school of `layouts` in the shapes of Microsoft, 1EdTech and Skolverket, each with all its columns."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import openpyxl

from support import layouts
from support.layouts import School, Somebody

UNIT = "31279295"
Rows = Iterable[Mapping[str, Any]]

_SDS1_STUDENT = """SIS ID,School SIS ID,Username,First Name,Last Name,Middle Name,Password,State ID,Secondary Email,
Student Number,Mailing Address,Birthdate,Grade,Status"""
_SDS1_TEACHER = """SIS ID,School SIS ID,Username,First Name,Last Name,Middle Name,Password,State ID,Teacher Number,
Status,Secondary Email,Title,Qualification"""
_SDS21_USERS = "sourcedId,username,givenName,familyName,password,activeDirectoryMatchId,email,phone,sms"
_SDS21_ROLES = "userSourcedId,orgSourcedId,role,sessionSourcedId,grade,isPrimary,roleStartDate,roleEndDate"
_ONEROSTER_USERS = """sourcedId,status,dateLastModified,enabledUser,username,userIds,givenName,familyName,middleName,
identifier,email,sms,phone,agentSourcedIds,grades,password,userMasterIdentifier,resourceSourcedIds,preferredGivenName,
preferredMiddleName,preferredFamilyName,primaryOrgSourcedId,pronouns"""
_ONEROSTER_ROLES = """sourcedId,status,dateLastModified,userSourcedId,roleType,role,beginDate,endDate,orgSourcedId,
userProfileSourcedId"""
_ONEROSTER_CLASSES = """sourcedId,status,dateLastModified,title,grades,courseSourcedId,classCode,classType,location,
schoolSourcedId,termSourcedIds,subjects,subjectCodes,periods"""
_ONEROSTER_ENROLLMENTS = """sourcedId,status,dateLastModified,classSourcedId,schoolSourcedId,userSourcedId,role,primary,
beginDate,endDate"""
_PUPILS = """Person-ID,Federationsanvändarnamn,Personnummer,Sekretessmarkering,Förnamn,Mellannamn,Efternamn,
E-postadress,Skolform,Skolenhetskod,Årskurs,Studievägskod,Klass,Ämnesgrupper,Ta bort"""
_STAFF = """Tjänstgörings-ID,Person-ID,Federationsanvändarnamn,EduID-Federationsanvändarnamn,Personnummer,
Sekretessmarkering,Förnamn,Mellannamn,Efternamn,E-postadress,Skolenhetskod,Personalkategori,Ämnesgrupper,Ta bort"""


class OneUnit:
    """What of a school is in grundskolan: pupils, staff, groups (id, title, class, test), who teaches."""

    def __init__(self, made: School) -> None:
        tests = dict(layouts.tests(made))
        self.pupils = [p for p in made.pupils if p.unit == UNIT]
        self.staff = [p for p in made.staff if p.unit == UNIT]
        self.groups = [("k6", "6A", "6A", ""), ("k9", "9B", "9B", "")]
        for group, name, subject, unit, _ in made.groups:
            if unit == UNIT:
                self.groups.append((group, f"{name} {subject}", name, tests.get(group, "")))
        self.teaches = [(group, one) for group, one in made.teaches.items() if one.unit == UNIT]

    @property
    def people(self) -> list[Somebody]:
        return [*self.pupils, *self.staff]

    @property
    def members(self) -> list[tuple[str, Somebody]]:
        return [(group, p) for group, _, name, _ in self.groups for p in self.pupils if p.role == name]

    def kinds(self, key: str) -> Rows:
        """The file of one's own that says which groups count."""
        for group, _, _, test in self.groups:
            if test or group.startswith("k"):
                typ = "klass" if group.startswith("k") else "undervisning"
                yield {key: group, "typ": typ, "provaktivitet": test}

    def additions(self, key: str) -> Rows:
        """The file of one's own with what the formats lack."""
        for p in self.people:
            yield {key: p.id, "personnummer": p.person.number, "skydd": "sekretess" if p.protected else "nej"}

    def role(self, p: Somebody) -> str:
        return "student" if p in self.pupils else "principal" if p.role == "Rektor" else "teacher"


def put(path: Path, header: str, rows: Rows) -> None:
    """Commas, UTF-8, a byte order mark."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, header.replace("\n", "").split(","), restval="")
        writer.writeheader()
        writer.writerows(rows)


def sds1(folder: Path, one: OneUnit) -> None:
    """mappings/sds1"""

    def person(p: Somebody) -> dict[str, str]:
        names = {"First Name": p.person.given, "Middle Name": p.person.middle, "Last Name": p.person.family}
        return {"SIS ID": p.id, "School SIS ID": "s1", "Username": p.user, "Secondary Email": p.mail, **names}

    put(folder / "school.csv", "SIS ID,Name,School Number,School NCES_ID", [{"SIS ID": "s1", "Name": "Almviks skola"}])
    put(folder / "student.csv", _SDS1_STUDENT, [{**person(p), "Grade": p.role[:1]} for p in one.pupils])
    put(folder / "teacher.csv", _SDS1_TEACHER, map(person, one.staff))
    sections = [{"SIS ID": g, "School SIS ID": "s1", "Section Name": title} for g, title, _, _ in one.groups]
    put(folder / "section.csv", "SIS ID,School SIS ID,Section Name,Section Number,Term SIS ID,Term Name", sections)
    both = "Section SIS ID,SIS ID"
    put(folder / "studentenrollment.csv", both, [{"Section SIS ID": g, "SIS ID": p.id} for g, p in one.members])
    put(folder / "teacherroster.csv", both, [{"Section SIS ID": g, "SIS ID": t.id} for g, t in one.teaches])
    put(folder / "enheter.csv", "school,skolenhetskod", [{"school": "s1", "skolenhetskod": UNIT}])
    put(folder / "tillagg.csv", "SIS ID,personnummer,skydd", one.additions("SIS ID"))
    put(folder / "grupper.csv", "section,typ,provaktivitet", one.kinds("section"))


def sds21(folder: Path, one: OneUnit) -> None:
    """mappings/sds21"""
    names = [{"sourcedId": "d1", "name": "K", "type": "district"}, {"sourcedId": "s1", "name": "A", "type": "school"}]
    put(folder / "orgs.csv", "sourcedId,name,type,parentSourcedId", names)
    users = [{"sourcedId": p.id, "username": p.user, "email": p.mail, **_names(p)} for p in one.people]
    put(folder / "users.csv", _SDS21_USERS, users)
    roles = [{"userSourcedId": p.id, "orgSourcedId": "s1", "role": one.role(p), **_from(p, one)} for p in one.people]
    put(folder / "roles.csv", _SDS21_ROLES, roles)
    classes = [{"sourcedId": g, "orgSourcedId": "s1", "title": title} for g, title, _, _ in one.groups]
    put(folder / "classes.csv", "sourcedId,orgSourcedId,title,sessionSourcedIds,courseSourcedId", classes)
    put(folder / "enrollments.csv", "classSourcedId,userSourcedId,role", _enrollments(one))
    put(folder / "enheter.csv", "org,skolenhetskod", [{"org": "s1", "skolenhetskod": UNIT}])
    put(folder / "tillagg.csv", "sourcedId,personnummer,skydd", one.additions("sourcedId"))
    put(folder / "grupper.csv", "class,typ,provaktivitet", one.kinds("class"))


def _names(p: Somebody) -> dict[str, str]:
    return {"givenName": p.person.given, "familyName": p.person.family}


def _from(p: Somebody, one: OneUnit) -> dict[str, str]:
    return {"grade": f"0{p.role[:1]}", "roleStartDate": "2026-08-17"} if p in one.pupils else {}


def _enrollments(one: OneUnit) -> Rows:
    for group, p in one.members:
        yield {"classSourcedId": group, "userSourcedId": p.id, "role": "student"}
    for group, p in one.teaches:
        yield {"classSourcedId": group, "userSourcedId": p.id, "role": "teacher"}


def oneroster12(folder: Path, one: OneUnit) -> None:
    """mappings/oneroster12"""
    school = {"sourcedId": "s1", "name": "Almviks skola", "type": "school", "identifier": UNIT}
    put(folder / "orgs.csv", "sourcedId,status,dateLastModified,name,type,identifier,parentSourcedId", [school])
    users = [
        {
            "sourcedId": p.id,
            "enabledUser": "true",
            "username": p.user,
            "middleName": p.person.middle,
            "identifier": p.person.number,
            "email": p.mail,
            "grades": p.role[:1] if p in one.pupils else "",
            **_names(p),
        }
        for p in one.people
    ]
    put(folder / "users.csv", _ONEROSTER_USERS, users)
    at = {"orgSourcedId": "s1"}
    roles = [
        {"sourcedId": f"r{p.id}", "userSourcedId": p.id, "roleType": "primary", "role": one.role(p), **at}
        for p in one.people
    ]
    put(folder / "roles.csv", _ONEROSTER_ROLES, roles)
    classes = [
        {
            "sourcedId": g,
            "title": title,
            "classType": "homeroom" if g.startswith("k") else "scheduled",
            "schoolSourcedId": "s1",
        }
        for g, title, _, _ in one.groups
    ]
    put(folder / "classes.csv", _ONEROSTER_CLASSES, classes)
    enrollments = [{**row, "sourcedId": f"e{n}", "schoolSourcedId": "s1"} for n, row in enumerate(_enrollments(one))]
    put(folder / "enrollments.csv", _ONEROSTER_ENROLLMENTS, enrollments)
    protected = [{"sourcedId": p.id, "skydd": "sekretess"} for p in one.pupils if p.protected]
    put(folder / "skyddade.csv", "sourcedId,skydd", protected)
    tests = [{"class": g, "provaktivitet": t} for g, _, _, t in one.groups if t]
    put(folder / "provaktiviteter.csv", "class,provaktivitet", tests)


def filinlasning(folder: Path, one: OneUnit) -> None:
    """mappings/filinlasning. Numbers are numbers, as they become where somebody types them."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])

    def sheet(name: str, header: str, rows: Rows) -> None:
        columns = header.replace("\n", "").split(",")
        found = book.create_sheet(name)
        found.append([f"Fyll i {name.lower()} nedan"])
        found.append(columns)
        for row in rows:
            found.append([row.get(column) for column in columns])

    at = {"Skolform": "GR", "Skolenhetskod": int(UNIT)}
    sheet("Läs mig", "Så här gör du", [{"Så här gör du": "Ta bort exempeldata"}])
    classes = [{"Klass-ID": g, "Klass": title, **at} for g, title, _, _ in one.groups if g.startswith("k")]
    sheet("Klasser", "Klass-ID,Klass,Skolform,Skolenhetskod,Ta bort", classes)
    groups = [{"Grupp-ID": g, "Ämnesgrupp": title, "Provaktivitetsnamn": t, **at} for g, title, _, t in one.groups if t]
    header = "Grupp-ID,Ämnesgrupp,Skolform,Provaktivitetsnamn,Skolenhetskod,Ta bort"
    sheet("Ämnesgrupp & provaktiviteter", header, groups)
    listed = _listed(one.members, {group for group, _, _, test in one.groups if test})
    teaching = _listed(one.teaches, {group for group, _, _, test in one.groups if test})

    def person(p: Somebody, groups: Callable[[str], str | None]) -> dict[str, Any]:
        return {
            "Person-ID": p.id,
            "Federationsanvändarnamn": p.user,
            "Personnummer": int(number) if (number := p.person.long_number.replace("-", "")).isdigit() else number,
            "Sekretessmarkering": "Sekretessmarkering" if p.protected else "Ingen",
            "Förnamn": p.person.given,
            "Mellannamn": p.person.middle,
            "Efternamn": p.person.family,
            "E-postadress": p.mail,
            "Ämnesgrupper": groups(p.id),
            **at,
        }

    pupils = [{**person(p, listed.get), "Årskurs": int(p.role[0]), "Klass": f"k{p.role[0]}"} for p in one.pupils]
    sheet("Elevinskrivningar", _PUPILS, pupils)
    staff = [{**person(p, teaching.get), "Tjänstgörings-ID": f"t{p.id}", "Personalkategori": p.role} for p in one.staff]
    sheet("Personalstjänstgöringar", _STAFF, staff)
    book.save(folder / "filinlasning.xlsx")
    put(folder / "skolenheter.csv", "skolenhetskod,namn", [{"skolenhetskod": UNIT, "namn": "Almviks skola"}])


def _listed(members: Iterable[tuple[str, Somebody]], wanted: set[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for group, p in members:
        if group in wanted:
            found.setdefault(p.id, []).append(group)
    return {key: ", ".join(groups) for key, groups in found.items()}
