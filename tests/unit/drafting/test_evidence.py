"""What speaks for a column meaning something, and what speaks against it."""

from __future__ import annotations

import datetime as dt

import pytest

from adapter.drafting.looking.samples import measured
from adapter.drafting.understanding import evidence, names
from adapter.drafting.understanding.tables import Table

TODAY = dt.date(2026, 11, 29)
NUMBERS = ["201402092387", "201408172388", "201503112386", "201511222380", "201601232389"] * 5
ADDRESSES = [f"zq{n:04d}@edu.exempel.se" for n in range(25)]
PRIVATE = [f"kanarie{n}@gmail.com" for n in range(25)]


def table(**columns: list[str]) -> Table:
    return Table(measured(list(columns), list(zip(*columns.values(), strict=True)), TODAY))


def found(meaning: str, **columns: list[str]) -> str:
    one = table(**columns).find(meaning)
    return one.name if one else ""


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        *(("frst_nm", "givenName"), ("custom_personnummer", "civicNo"), ("federationLogin", "eppn")),
        *(("INSKR_DAT", "from"), ("exitdate", "to"), ("klassBeteckning", "class"), ("PupilSchoolMail", "email")),
        *(("grp_nm", "name"), ("sch_id", "unit"), ("T_O_M", "to"), ("grade_level", "schoolYear")),
    ],
)
def test_a_part_of_a_name_or_an_abbreviation_speaks(name: str, meaning: str) -> None:
    assert names.says(name, meaning)


@pytest.mark.parametrize(
    ("name", "meaning"),
    [
        ("skola_id", "dutyRole"),
        ("personnummer", "email"),
        ("room", "class"),
        ("minutes", "unit"),
        ("kommentar", "name"),
    ],
)
def test_other_names_do_not(name: str, meaning: str) -> None:
    assert not names.says(name, meaning)


def test_what_stands_there_outweighs_the_name() -> None:
    assert found("civicNo", custom_7=NUMBERS, personnummer=["x"] * 25) == "custom_7"
    assert found("civicNo", custom_7=["1"] * 25) == ""
    assert found("from", start=["ja"] * 25) == ""


def test_private_addresses_are_not_the_school_s() -> None:
    assert found("email", epost_privat=PRIVATE, epost=ADDRESSES) == "epost"
    assert found("email", adress_1=PRIVATE, adress_2=ADDRESSES) == "adress_2"


def test_a_column_that_never_varies_tells_no_school() -> None:
    ids = [str(40 + n % 3) for n in range(25)]
    assert found("unit", rektorsomrade=["Norra"] * 25, enhetid=ids) == "enhetid"
    assert found("unit", rektorsomrade=["Norra"] * 6, enhetid=ids[:6]) == "enhetid"  # of few rows too
    assert found("unit", enhetid=["40"] * 25) == "enhetid"  # one school is a school


def test_dates_of_birth_and_of_writing_are_no_periods() -> None:
    dates = [f"2026-08-{n + 1:02d}" for n in range(25)]
    late = [f"2027-06-{n + 1:02d}" for n in range(25)]
    columns = {"fodd_datum": dates, "created_at": late}
    assert found("from", **columns) == ""
    assert found("from", a=dates, b=late) == "a"
    assert found("to", a=dates, b=late) == "b"
    assert found("to", a=dates, b=late, created=late) == "b"
    assert found("from", a=late, b=dates) == "b"


def test_another_person_s_name_is_not_the_row_s_own() -> None:
    given = ["Alva", "Arvid", "Björn", "Greta", "Märta"] * 5
    assert found("givenName", mentor_fornamn=given, fornamn_elev=given) == "fornamn_elev"


def test_runners_up_are_kept_and_shown() -> None:
    ids, schools = [str(40 + n % 3) for n in range(25)], [f"Skola {n % 3}" for n in range(25)]
    one = table(enhet=schools, enhetid=ids).find("unit")
    assert one is not None
    assert one.guess.note.endswith(f"; or: {'enhetid' if one.name == 'enhet' else 'enhet'} (3 values)")


def test_nothing_is_certain() -> None:
    assert evidence.likely(100) == 97
    assert evidence.likely(evidence.ENOUGH) == 75
