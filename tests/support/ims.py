"""An invented register's IMS Enterprise export, as files, and the ims pack's sources over it."""

from __future__ import annotations

import tomllib
from pathlib import Path

from connectors.base import Connector
from connectors.registry import create
from support.small_school import number

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


def connectors(folder: Path) -> dict[str, Connector]:
    """The pack's own sources, with their paths in this folder."""
    sources = tomllib.loads((PACK / "sources.toml").read_text(encoding="utf-8"))["sources"]
    return {name: create(name, {**options, "path": str(folder / options["path"])}) for name, options in sources.items()}


def mapping() -> str:
    """The pack's mapping, with a test that the invented open data know."""
    return (PACK / "mapping.yaml").read_text(encoding="utf-8").replace("MATMAT01b_GY", "GRGR_KURS")
