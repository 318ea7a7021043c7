"""The ims pack on real files: two school forms, a teacher in both, guardians and a protected pupil among them."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

from support.small_school import night, number

from adapter.ss12000.types import ResourceType as R
from adapter.store import publish
from adapter.store.engine import open_store
from connectors.registry import create

PACK = Path(__file__).parents[2] / "mappings" / "ims"
GUID = "{{AAAAAAAA-0000-4000-8000-{:012X}}}"


def person(n: int, role: str, protected: str = "false", level: str = "") -> str:
    mark = f' level="{level}"' if level else ""
    return f"""<person><sourcedid><source>S</source><id>{GUID.format(n)}</id></sourcedid>
      <userid useridtype="GUID">{GUID.format(n)}</userid><userid useridtype="PID">{number("20100101", n)}</userid>
      <name><fn>F{n} E{n}</fn><n><family>Efternamn{n}</family><given>Förnamn{n}</given></n></name>
      <emailhome>hemma{n}@exempel.se</emailhome><emailworkschool>p{n}@exempel.se</emailworkschool>
      <adr><street>Hemliga gatan {n}</street></adr>
      <institutionrole primaryrole="Yes" institutionroletype="{role}"/>
      <extension><privacy{mark}>{protected}</privacy><status>Normal</status></extension></person>"""


def group(n: int, kind: str, name: str) -> str:
    return f"""<group><sourcedid><source>S</source><id>{GUID.format(n)}</id></sourcedid>
      <grouptype><typevalue level="1">{kind}</typevalue></grouptype><description><short>{name}</short></description>
      <timeframe><begin>2026-08-01</begin><end>2027-06-30</end></timeframe></group>"""


def member(n: int, role: str, extension: str = "") -> str:
    return f"""<member><sourcedid><source>S</source><id>{GUID.format(n)}</id></sourcedid><idtype>Person</idtype>
      <role roletype="{role}"><status>1</status>
      <timeframe><begin>2026-08-01</begin><end>9999-12-31</end></timeframe>
      <extension>{extension}</extension></role></member>"""


def membership(n: int, *members: str) -> str:
    inner = "".join(members)
    return f"<membership><sourcedid><source>S</source><id>{GUID.format(n)}</id></sourcedid>{inner}</membership>"


def placement(year: str, unit: str, programme: str = "", begin: str = "2026-08-17", end: str = "2027-06-11") -> str:
    code = f"<officialprogramcode>{programme}</officialprogramcode>" if programme else ""
    return f"""<placement><schoolyear>{year}</schoolyear><schoolunitcode>{unit}</schoolunitcode>{code}
      <integratedschooltype>None</integratedschooltype><begin>{begin}</begin><end>{end}</end></placement>"""


def activity(subject: str = "", course: str = "", cancelled: str = "false") -> str:
    return f"""<activity><coursecode>{course}</coursecode><subjectcode>{subject}</subjectcode>
      <cancelled>{cancelled}</cancelled><begin>2026-08-17</begin><end>2027-06-11</end></activity>"""


def export(folder: Path, form: str, *parts: str) -> None:
    text = "".join(parts)
    head = f"<properties><schooltype>{form}</schooltype><datasource>S</datasource></properties>"
    body = f'<enterprise xmlns="http://example.invalid/organization/v12">{head}{text}</enterprise>'
    (folder / f"ims-{form}.xml").write_text(f'<?xml version="1.0" encoding="utf-8"?>\n{body}', encoding="utf-8")


def register(folder: Path) -> None:
    """GR: a class of three (one protected), a group in maths; GY: a class of one, a course; one teacher in both."""
    folder.mkdir()
    export(
        folder,
        "GR",
        *(person(1, "Student"), person(2, "Student"), person(3, "Student", "true", "1")),
        *(person(20, "Staff"), person(21, "Staff"), person(30, "Contact")),
        *(group(101, "Class", "6A"), group(102, "EducationGroup", "6A Ma"), group(103, "EducationGroup", "6A Slöjd")),
        membership(
            101,
            member(1, "Student", placement("5", "1279295", end="2026-08-16") + placement("6", "1279295")),
            member(2, "Student", placement("6", "1279295")),
            member(3, "Student", placement("6", "1279295")),
        ),
        membership(102, member(1, "Student", activity("MA")), member(20, "Instructor", activity("MA"))),
        membership(103, member(2, "Student", activity("SL")), member(20, "Instructor")),
        membership(201, member(30, "Guardian")),
        membership(
            301,
            member(
                21,
                "Principal",
                "<responsibility><schoolunitcode>1279295</schoolunitcode><schoolunitname>A</schoolunitname>"
                "<begin>2026-01-01</begin><end>9999-12-31</end></responsibility>",
            ),
        ),
    )
    export(
        folder,
        "GY",
        *(person(11, "Student"), person(20, "Staff")),
        *(group(111, "Class", "NA25"), group(112, "EducationGroup", "MATMAT01b NA25")),
        membership(111, member(11, "Student", placement("2", "55555555", "NANAT"))),
        membership(112, member(11, "Student", activity("", "MATMAT01b")), member(20, "Instructor")),
    )
    numbers = "\n".join(f"{number('20100101', n)};k{n}@edu.exempel.se" for n in (1, 2, 3, 11, 20, 21))
    (folder / "konton.csv").write_text(f"personnummer;eppn\n{numbers}\n", encoding="utf-8")
    (folder / "skolenheter.csv").write_text(
        "skolenhetskod;namn\n01279295;Almviks skola\n55555555;Exempelgymnasiet\n", encoding="utf-8"
    )


def test_it_publishes_the_pupils_their_groups_and_who_teaches_them_and_nobody_else(tmp_path: Path) -> None:
    register(tmp_path / "export")
    sources = tomllib.loads((PACK / "sources.toml").read_text(encoding="utf-8"))["sources"]
    connectors = {
        name: create(name, {**options, "path": str(tmp_path / options["path"])}) for name, options in sources.items()
    }
    text = (PACK / "mapping.yaml").read_text(encoding="utf-8")
    store = open_store("sqlite:///:memory:")
    report = night(store, connectors, mapping=text.replace("MATMAT01b_GY", "GRGR_KURS"))
    found = {}
    for kind in R:
        bodies = publish.bodies(store, kind, list(publish.digests(store, kind)))
        found[kind] = [json.loads(body) for body in bodies.values()]
    store.close()
    assert [str(issue) for issue in report.findings.in_order() if issue.severity == "error"] == []
    assert sorted(unit["schoolUnitCode"] for unit in found[R.ORGANISATION]) == ["01279295", "55555555"]
    assert sorted(one["givenName"] for one in found[R.PERSON]) == [f"Förnamn{n}" for n in (1, 11, 2, 20, 21)]
    pupils = {one["givenName"]: one["enrolments"] for one in found[R.PERSON] if "enrolments" in one}
    assert [(one["schoolType"], one["schoolYear"]) for one in pupils["Förnamn1"]] == [("GR", 6)]
    assert [(one["schoolType"], one["schoolYear"], one["educationCode"]) for one in pupils["Förnamn11"]] == [
        ("GY", 2, "NANAT")
    ]
    assert sorted((one["displayName"], len(one["groupMemberships"])) for one in found[R.GROUP]) == [
        ("6A", 2),
        ("6A Ma", 1),
        ("MATMAT01b NA25", 1),
        ("NA25", 1),
    ]
    assert sorted(one["dutyRole"] for one in found[R.DUTY]) == ["Lärare", "Lärare", "Rektor"]
    assert sorted((one["displayName"], len(one["teachers"])) for one in found[R.ACTIVITY]) == [
        ("6A Ma", 1),
        ("MATMAT01b NA25", 1),
    ]
    everything = json.dumps(list(found.values()), ensure_ascii=False)
    assert [text for text in ("hemma", "gatan", 'Förnamn3"', "Förnamn30") if text in everything] == []
