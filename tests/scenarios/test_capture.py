"""A captured case says what the real one says, in values of which none is real."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from support import small_school
from support.ims import connectors, mapping, register
from support.small_school import UNIT, Tables, tables

from adapter.cases.capture import Case, capture

ONE, TWO = ("{00000001-0000-4000-8000-000000000000}", "{00000002-0000-4000-8000-000000000000}")


def captured(what: str, found: Tables | dict[str, Any], text: str = small_school.MAPPING, **sections: Any) -> Case:
    inputs = small_school.inputs(found, mapping=text, **sections)
    headers = {name: connector.open().columns for name, connector in inputs.connectors.items()}
    case = capture(inputs, headers, what)
    assert case is not None
    return case


def texts(case: Case) -> set[str]:
    return {text for rows in case.rows.values() for row in rows for text in row.values()}


def test_a_pupil_comes_with_the_account_and_the_unit_and_nobody_else() -> None:
    case = captured(ONE, tables())
    assert {source: len(rows) for source, rows in case.rows.items()} == {"ad": 1, "elever": 1, "skolor": 1}
    (pupil,) = case.outcome.objects["Person"]
    assert pupil["enrolments"][0]["schoolYear"] == 6
    assert (case.outcome.codes, case.like_real, case.elsewhere, case.protected) == ([], True, [], False)


@pytest.mark.parametrize("what", [ONE, "g1", "71", UNIT, "71/" + UNIT])
def test_no_real_name_or_number_is_left(what: str) -> None:
    school = tables()
    case = captured(what, school)
    assert case.like_real
    personal = {
        text
        for row in (*school["elever"], *school["personal"], *school["ad"])
        for column, text in row.items()
        if text and len(text) > 2 and column not in ("klass", "arskurs", "status", "skydd")
    }
    assert texts(case) & personal == set()
    assert not [text for text in texts(case) if "x001" in text or "Lärare1" in text]


def test_a_group_comes_with_its_members_its_test_and_its_teacher() -> None:
    case = captured("g1", tables())
    (group,) = [group for group in case.outcome.objects["Group"] if group["groupType"] == "Undervisning"]
    assert len(group["groupMemberships"]) == 11  # the twelfth is protected
    assert len(case.rows["elever"]) == 12
    assert len(case.outcome.objects["Activity"][0]["teachers"]) == 1
    assert case.outcome.codes == []  # the protected one was found, and so the membership leads nowhere in silence


def test_a_case_that_fails_fails_for_the_same_reason() -> None:
    school = tables()
    number = school["elever"][1]["pnr"]
    assert number is not None
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    school["elever"][1]["pnr"] = school["ad"][1]["pnr"] = wrong
    case = captured(ONE, school)
    assert case.outcome.codes == ["R111"]
    assert (case.outcome.objects["Person"], case.like_real) == ([], True)
    assert wrong not in texts(case)


def test_a_protected_pupil_is_withheld_in_the_captured_case_too() -> None:
    case = captured("{0000000b-0000-4000-8000-000000000000}", tables())
    assert (case.outcome.objects["Person"], case.like_real, case.protected) == ([], True, True)
    assert texts(case) & {"Ros", UNIT} == set()


def test_what_comes_from_rows_that_the_case_has_not_is_said() -> None:
    school = tables()
    school["ad"][2]["eppn"] = school["ad"][1]["eppn"]
    assert captured(TWO, school).elsewhere == ["M351"]


def test_a_choice_of_units_does_not_stand_in_the_way() -> None:
    case = captured(ONE, tables(), profile={"school_units": [UNIT]})
    assert (len(case.outcome.objects["Person"]), case.like_real) == (1, True)


def test_what_nothing_has_is_none() -> None:
    inputs = small_school.inputs(tables())
    assert capture(inputs, {}, "nobody") is None


def test_joined_and_merged_rows_are_taken_apart_into_rows_of_the_sources(tmp_path: Path) -> None:
    register(tmp_path / "export")
    case = captured("{AAAAAAAA-0000-4000-8000-000000000066}", connectors(tmp_path), mapping())  # 6A Ma
    assert case.like_real
    (activity,) = case.outcome.objects["Activity"]
    assert len(activity["teachers"]) == 1
    assert {source: len(rows) for source, rows in case.rows.items()} == {
        **{"aktiviteter": 2, "grupper": 1, "konton": 2, "medlemmar": 2, "placeringar": 1},
        "personer": 3,  # the teacher stands in both files
        "skolenheter": 1,
    }
    everything = " ".join(texts(case))
    assert not re.findall(r"Förnamn|Efternamn|AAAAAAAA|k\d+@", everything)


def test_a_row_that_stands_for_several_is_one_row_again() -> None:
    text = small_school.MAPPING.replace("  tjanst:", "  medlemmar: {split: {column: elev}}\n  tjanst:", 1)
    school = tables()
    school["medlemmar"] = [{"grupp": "g1", "elev": f"{ONE}, {TWO}"}]
    case = captured("g1", school, text)
    (row,) = case.rows["medlemmar"]
    assert len(row["elev"].split(",")) == 2
    group = next(group for group in case.outcome.objects["Group"] if group["groupType"] == "Undervisning")
    assert (len(group["groupMemberships"]), case.like_real) == (2, True)


def test_a_part_of_a_key_is_not_enough() -> None:
    case = captured("71", tables())  # the person; the duty has the key 71/31279295
    assert (sorted(case.rows), case.outcome.objects["Duty"]) == (["personal"], [])
    assert captured(f"71/{UNIT}", tables()).outcome.objects["Duty"]
