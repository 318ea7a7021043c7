"""Two nights of a small municipality, of which the second has a bad export: right, or not at all."""

from __future__ import annotations

import codecs
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from support.exports import SOUTH, Files, Installation, Tables, files, number, pupil, tables, teacher, text
from support.shell import command

from adapter.ss12000.types import ResourceType


class Case(NamedTuple):
    """What happens to the files of the second night, and what must come of it. `says`: what is told, and how often."""

    spoil: Callable[[Tables], Files]
    code: int = 0
    outcome: str = "unchanged"
    says: tuple[str, ...] = ()
    pupils: int = 40


def changed(change: Callable[[Tables], object]) -> Callable[[Tables], Files]:
    def spoil(found: Tables) -> Files:
        change(found)
        return files(found)

    return spoil


def bytes_of(change: Callable[[Tables], bytes]) -> Callable[[Tables], Files]:
    """The pupils' file, as bytes."""
    return lambda found: {**files(found), "elev": change(found)}


def cell(column: str, value: Callable[[str], str], row: int = 0) -> Callable[[Tables], Files]:
    def change(found: Tables) -> None:
        found["elev"][row][column] = value(found["elev"][row][column])

    return changed(change)


def in_two_encodings(found: Tables) -> bytes:
    lines = text(found["elev"]).splitlines(keepends=True)
    return b"".join(line.encode("cp1252" if n > 30 else "utf-8") for n, line in enumerate(lines))


def both_forms(found: Tables) -> Files:
    """The keys of classes decomposed in one row and composed in the next."""
    for row in found["elev"][::2]:
        row["klass"] = unicodedata.normalize("NFD", row["klass"])
    return files(found)


def marks(found: Tables, *rows: int) -> Tables:
    for row in rows:
        found["elev"][row]["skydd"] = "J"
    return found


def a_sheet(found: Tables) -> bytes:
    lines = text(found["elev"]).splitlines()
    return "\n".join([*(f"{line};;" for line in lines), ";" * 10, " ;" * 10, ""]).encode()


UNSEEN = {
    "zero width space": "\u200b",
    "left-to-right mark": "\u200e",
    "soft hyphen": "\u00ad",
    "bell": "\u0007",
    "byte order mark": "\ufeff",
    "c1 control": "\u0086",
}
CASES = {
    "lines in two encodings": Case(bytes_of(in_two_encodings), says=("elev.csv:32: S152", "10 in cp1252")),
    "cp1252 after UTF-8": Case(lambda found: files(found, "cp1252")),
    "UTF-16": Case(lambda found: files(found, "utf-16")),
    "encoded twice": Case(
        bytes_of(lambda found: text(found["elev"]).encode().decode("cp1252", "ignore").encode()),
        says=(
            "elev:2 efternamn: 40 cells were encoded twice",
            "elev:2 klass: 40 cells",
            "elev:2 tilltalsnamn: 40 cells",
        ),
    ),
    "a byte order mark encoded twice": Case(
        bytes_of(lambda found: codecs.BOM_UTF8.decode("cp1252").encode() + text(found["elev"]).encode())
    ),
    "the code page of DOS": Case(lambda found: files(found, "cp850"), 5, "failed", ("S104", 'encoding = "cp850"')),
    "a letter lost in the export": Case(
        cell("efternamn", lambda name: name.replace("Ä", "\ufffd")),
        says=("elev:2 Person.familyName: holds U+FFFD: a letter was lost in the export",),
    ),
    "decomposed accents": Case(
        lambda found: {k: unicodedata.normalize("NFD", v.decode()).encode() for k, v in files(found).items()}
    ),
    "keys in both forms": Case(both_forms),
    **{
        f"{name} in a name": Case(
            cell("efternamn", lambda text, sign=sign: f"{sign}{text[:3]}{sign}{text[3:]}"),  # type: ignore[misc]
            says=(f"elev:2 efternamn: 1 cell was written with signs that nobody sees (U+{ord(sign):04X}",),
        )
        for name, sign in UNSEEN.items()
    },
    **{
        f"{name} in a {column}": Case(
            cell(column, lambda text, sign=sign: f"{text[:3]}{sign}{text[3:]}", row=3),  # type: ignore[misc]
            says=("elev:5 Person.", f"U+{ord(sign):04X}"),
        )
        for name, sign in UNSEEN.items()
        for column in ("nr", "personnr", "konto")
    },
    "hard and thin spaces around": Case(cell("efternamn", lambda name: f"\u00a0{name}\u2009\u202f")),
    "an end of line in a name": Case(
        bytes_of(lambda found: text(found["elev"]).replace("Östen0", '"Östen0\r\n"').encode())
    ),
    "blank columns and rows": Case(bytes_of(a_sheet)),
    "a value in a column without a name": Case(
        bytes_of(lambda found: a_sheet(found) + text([pupil(0)]).encode().splitlines()[1] + b";;ring hem\n"),
        says=("elev.csv: S153 column 11 has no name, and values stand in it",),
    ),
    "a file cut after a whole row": Case(
        changed(lambda found: found["elev"].__delitem__(slice(370, None))),
        5,
        "failed",
        ("elev.csv: S132 has 370 rows; it had 400 in the last good run", "7.5% fewer"),
        pupils=400,
    ),
    "a unit that has lost a third": Case(
        changed(lambda found: found["elev"].__delitem__(slice(0, 24, 2))),
        5,
        "failed",
        ("elev.csv: S132 has fewer rows of some enhet", f"{SOUTH} 30 to 18"),
        pupils=400,
    ),
    "a case that changed": Case(cell("konto", str.upper)),
    "two keys of one pupil, one of them protected": Case(
        changed(lambda found: found["elev"].append(pupil(77, personnr=number(5), skydd="J"))),
        outcome="published",
        says=("elev:42 Person.civicNo.value: is also the number of somebody without a mark",),
    ),
    "a key that two objects share": Case(
        changed(lambda found: found["larare"].append({**teacher("abc", 300), "enhet": SOUTH})),
        outcome="published",
        says=("mapping.yaml:2:63: M352 1 key is shared by several objects (Duty from larare, sign",),
    ),
    "a second school with one pupil": Case(
        changed(lambda found: found["elev"].append(pupil(99, enhet=SOUTH, klass="5B"))), outcome="published"
    ),
    "a class that is renamed": Case(
        changed(lambda found: [row.update(klass="7Å") for row in found["elev"] if row["klass"] == "2Å"]),
        outcome="published",
    ),
    "a school that is emptied": Case(
        changed(lambda found: found["elev"].__delitem__(slice(1, None))), 3, "held", ("39 of 42 would be deleted",)
    ),
}


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.mark.parametrize("name", CASES)
def test_a_bad_export_is_read_right_or_not_at_all(name: str, place: Installation) -> None:
    case = CASES[name]
    first = tables(case.pupils)
    for row in first["elev"][:30] if case.pupils > 40 else ():
        row["enhet"] = SOUTH
    assert place.night(files(first)).code == 0
    before = place.published()
    done = place.night(case.spoil(first), "--json")
    assert (done.code, done.json["outcome"]) == (case.code, case.outcome), done.out
    if case.outcome != "published":
        assert place.published() == before
    said = place.night(place.files, again=True).out  # as people read it
    for words in case.says:
        assert words in said, said
    if not case.says and case.code == 0:
        assert done.json["issues"] == 0, done.out
    for person in place.published()[ResourceType.PERSON].values():
        for value in (person["givenName"], person["familyName"], *person["eduPersonPrincipalNames"]):
            assert value.isprintable(), ascii(value)
            assert unicodedata.is_normalized("NFC", value)
            assert "Ã" not in value


def test_who_has_two_keys_of_which_one_is_protected_is_not_published_under_the_other(place: Installation) -> None:
    found = tables()
    place.night(files(found))
    assert place.id_of("E0005") in place.published()[ResourceType.PERSON]
    found["elev"].append(pupil(77, personnr=number(5), skydd="J"))
    place.night(files(found))
    ids = place.published()[ResourceType.PERSON]
    assert place.id_of("E0005") not in ids
    assert place.id_of("E0077") not in ids


def test_both_duties_of_a_key_that_they_share_are_published(place: Installation) -> None:
    found = tables()
    place.night(files(found))
    found["larare"].append({**teacher("abc", 300), "enhet": SOUTH})
    place.night(files(found))
    assert len(place.published()[ResourceType.DUTY]) == 3


def test_the_first_night_may_be_the_bad_one(place: Installation) -> None:
    """Decomposed letters and signs that nobody sees give the ids and documents of clean ones."""
    found = tables()
    place.night(
        {name: unicodedata.normalize("NFD", content.decode()).encode() for name, content in files(found).items()}
    )
    assert place.night(files(found), "--json").json["outcome"] == "unchanged"


def test_findings_of_one_line_of_the_mapping_are_one_line_of_the_report(place: Installation) -> None:
    found = tables()
    for row in found["elev"]:
        row["konto"] = f"{row['efternamn'].lower()}@ekkoping.example"
    done = place.night(files(found))
    (line,) = [line for line in done.out.splitlines() if "3047" in line]
    places = "elev:2, elev:3, elev:4 and 37 more"
    assert line == f"  {places}: Person.eduPersonPrincipalNames: resembles the name (Skolverket warns: 3047)"
    assert "40 findings:" in done.out


def test_who_waits_is_shown_to_nobody_and_counted_for_everybody(place: Installation) -> None:
    found = tables()
    for row in found["elev"][:4]:
        row["skydd"] = "J"
    place.night(files(found))
    found["elev"][0]["skydd"] = ""
    done = place.night(files(found), "--json")
    assert (done.code, done.json["unprotected"]) == (0, 1)
    assert "1 person would stop being protected" in command("status", at=place.folder).out
    for said in (
        command("preview", "Person", "--limit", "50", "--today", "2026-10-02", at=place.folder),
        command("preview", "--id", "E0000", "--today", "2026-10-02", at=place.folder),
        command("explain", "E0000", "--today", "2026-10-02", at=place.folder),
        command("status", at=place.folder),
        done,
    ):
        assert "Östen0" not in said.out
        assert number(0) not in said.out
    assert (
        "the mark has not been gone for long enough"
        in command("explain", "E0000", "--today", "2026-10-02", at=place.folder).out
    )
