"""Who is a pupil and who is staff, where both stand in one table: never a guardian, and no word that may be a name."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from support.strangers import School, Thing, school

from adapter.drafting.looking.samples import Sample, measured
from adapter.drafting.understanding.people import People
from adapter.drafting.understanding.picture import Picture

TODAY = dt.date(2026, 11, 29)
SCHOOL = school(3, TODAY)
KINDS = ("pupil", "staff", "guardian")
Told = Callable[[Thing], str]


def sample(name: str, rows: Sequence[Thing], **columns: Told) -> Sample:
    cells = [tuple(told(row) for told in columns.values()) for row in rows]
    found = measured(list(columns), cells, TODAY)
    found.source = found.table = name
    return found


def persons(made: School = SCHOOL, kinds: Sequence[str] = KINDS, **more: Told) -> Sample:
    rows = [one for kind in kinds for one in made.things[kind]]
    return sample(
        "folk",
        rows,
        id=lambda one: str(one.id),
        pnr=lambda one: one.number12,
        fnamn=lambda one: one.given,
        enamn=lambda one: one.family,
        **more,
    )


def duties() -> Sample:
    rows = SCHOOL.things["duty"]
    return sample(
        "tjanster",
        rows,
        person_id=lambda one: str(one.staff.id),
        befattning=lambda one: str(one.title),
        skola=lambda one: one.unit.code,
    )


def enrolments() -> Sample:
    rows = SCHOOL.things["enrolment"]
    return sample("placeringar", rows, person_id=lambda one: str(one.pupil.id), arskurs=lambda one: one.year or "1")


def people(*samples: Sample) -> dict[str, People]:
    return Picture(samples, TODAY).people


def words(found: dict[str, People]) -> dict[str, tuple[str, ...]]:
    return {kind: who.words for kind, who in found.items()}


def test_words_that_nobody_knows_are_told_apart_by_age_and_by_who_works() -> None:
    codes = {"pupil": "7", "staff": "3", "guardian": "4"}
    found = people(persons(sort=lambda one: codes[one.role]), duties())
    assert words(found) == {"pupils": ("7",), "staff": ("3",)}
    assert found["staff"].selection is not None
    assert "tells the young from those who work" in found["staff"].selection.guess.why


def test_guardians_are_nobody_though_they_are_as_old_as_staff() -> None:
    found = people(persons(), duties(), enrolments())
    for kind, beside in (("pupils", "placeringar"), ("staff", "tjanster")):
        selection = found[kind].selection
        assert selection is not None
        assert selection.beside is not None
        assert selection.beside.source == beside
    assert found["staff"].selection is not None
    assert found["staff"].selection.mask.sum() == len(SCHOOL.things["staff"])


def test_names_are_never_taken_for_codes() -> None:
    """A column that says who is responsible: for pupils one teacher, for staff another."""
    for called in (
        {"pupil": "Alva", "staff": "Björn", "guardian": "Greta"},
        {"pupil": "Askgren", "staff": "Bergqvist", "guardian": "Ekmån"},
    ):
        found = people(persons(ansvarig=lambda one, called=called: called[one.role]), duties())
        assert words(found) == {"staff": ()}
        assert found["staff"].selection is not None
        assert found["staff"].selection.beside is not None


def test_a_table_of_all_kinds_that_nothing_tells_apart_is_asked_about() -> None:
    found = people(persons())
    assert [who.guess.percent for who in found.values()] == [50]
    assert "nothing tells them apart" in next(iter(found.values())).guess.note


def test_grown_up_pupils_are_no_staff() -> None:
    everybody = persons(kinds=["pupil", "guardian"])  # as old as at Komvux
    everybody.table = everybody.source = "elev"
    found = people(everybody, enrolments(), duties())
    assert [(kind, who.selection) for kind, who in found.items()] == [("pupils", None)]


def test_a_long_list_of_accounts_is_not_taken_for_the_register_of_staff() -> None:
    staff = persons(kinds=["staff"])
    staff.table = staff.source = "personal"
    accounts = sample(
        "konton",
        [one for kind in ("pupil", "staff") for one in SCHOOL.things[kind]],
        pnr=lambda one: one.number,
        visningsnamn=lambda one: f"{one.given} {one.family}",
        roll=lambda one: {"pupil": "Elev", "staff": "Personal"}[one.role],
        konto=lambda one: one.user,
    )
    accounts.rows = 50_000
    assert people(staff, accounts)["staff"].table.source == "personal"


def test_a_table_of_pupils_alone_is_not_divided() -> None:
    found = people(persons(kinds=["pupil"], sort=lambda one: "A" if one.n % 2 else "B"), duties())
    assert list(found) == ["pupils"]
    assert found["pupils"].selection is None
