"""What each word of the language makes of rows: one small mapping a word."""

from __future__ import annotations

import pytest
from support.one_pupil import ENRICHED, ENROLMENTS, NUMBER, mapping, one, persons, rejected
from support.small_school import UNIT, number

from adapter.ss12000 import ids

# -- plain values -------------------------------------------------------------------------------------------------


def test_a_rule_s_keep_and_when_must_both_hold() -> None:
    text = mapping("  keep: {status: A}\n  when: {ort: [X, Y]}\n  id: {uuid5: guid}")
    rows = [
        {"guid": f"{n}", "eppn": f"{n}@exempel.se", "status": s, "ort": o}
        for n, (s, o) in enumerate([("A", "X"), ("A", "Z"), ("B", "Y")])
    ]
    found, findings = persons(text, *rows)
    assert (len(found), findings) == (1, [])
    assert len(persons(text.replace("  keep: {status: A}\n", ""), *rows)[0]) == 2


def test_a_column_is_trimmed() -> None:
    assert one(mapping())["givenName"] == "Åsa"


def test_a_column_is_found_exactly_and_then_without_regard_to_case() -> None:
    assert one(mapping(givenName="NAMN"))["givenName"] == "Åsa"
    assert one(mapping(givenName="NAMN"), {"NAMN": "Stor"})["givenName"] == "Stor"


@pytest.mark.parametrize("name", ["Elevens namn", "e.namn", "för-namn", 'n"amn', "namn (tilltal)", "{namn}", "1"])
def test_any_name_of_a_column_can_be_said(name: str) -> None:
    quoted = "'" + name.replace("'", "''") + "'"
    assert one(mapping(givenName=quoted), {name: "Bo"})["givenName"] == "Bo"


@pytest.mark.parametrize(
    ("written", "cell", "value"),
    [
        ("{column: x, as: upper}", "åsa", "ÅSA"),
        ("{column: x, as: lower}", "ÅSA", "åsa"),
        ("{column: x, as: pad(4)}", "7", "0007"),
        ("{column: x, as: 'pattern(^[0-9]([A-Z]))'}", "6B", "B"),
        ("{column: x, as: 'pattern([0-9]+)'}", "NA12", "12"),
        ('{column: x, as: ["split(,)", first]}', "Åsa, Maria", "Åsa"),
        ('{column: x, as: ["split(,)", "join( )"]}', "Åsa,,Maria ", "Åsa Maria"),
        ("{column: x, as: 'date(%d.%m.%Y)'}", "17.08.2026", "2026-08-17"),
        ("{format: '{efter}, {x}'}", "Bo", "Öberg, Bo"),
        ("{first_of: [x, efter]}", "", "Öberg"),
        ("{first_of: [x, {text: Okänd}]}", "", "Okänd"),
        ("{first_of: [{column: x, as: 'pattern(^(A)?)'}, {text: Okänd}]}", "B", "Okänd"),
        ("{column: x, codes: form}", "grundskola", "GR"),
        ("{column: x, codes: form}", "Vad som helst", "GY"),
        ("{text: NO}", "", "NO"),
        ("{text: 007}", "", "007"),
        ("{text: A, when: {x: [a, b]}}", "B", "A"),
        ("{text: A, when: {x: {not: empty}}}", "B", "A"),
    ],
)
def test_a_plain_value(written: str, cell: str, value: str) -> None:
    assert one(mapping(middleName=written), {"x": cell})["middleName"] == value


@pytest.mark.parametrize(
    ("written", "cell"),
    [
        ("x", ""),
        ("{column: x, empty: omit}", ""),
        ("{format: '{efter}-{x}'}", ""),
        ("{text: A, when: {x: empty}}", "B"),
        ("{column: x, as: 'pattern(^(A)?)'}", "B"),
        ("{column: x, as: ['pattern(^(A)?)', lower, 'split(,)', first]}", "B"),
        ("{text: A, when: {x: {not: [b, c]}}}", "B"),
    ],
)
def test_an_optional_value_that_is_not_there_is_left_out(written: str, cell: str) -> None:
    assert "middleName" not in one(mapping(middleName=written), {"x": cell})


@pytest.mark.parametrize(
    ("written", "cell", "words"),
    [
        ("{column: x, empty: reject}", "", "elever:2 Person.middleName: is empty; a value is required"),
        ("{column: x, as: uuid}", "{xyz}", "is not a uuid"),
        ("{column: x, as: 'date(%Y%m%d)'}", "2026-08-17", "is not a date of the form %Y%m%d"),
        ("{column: x, as: 'pattern(^A)'}", "B", "does not match pattern(^A)"),
        ("{column: x, codes: skydd}", "Q", "is not in the code list skydd"),
    ],
)
def test_a_value_that_cannot_be_made_rejects_the_object_and_says_where(written: str, cell: str, words: str) -> None:
    said = rejected(mapping(middleName=written), {"x": cell})
    assert words in said
    assert "[mapping.yaml:" in said


@pytest.mark.parametrize("empty", ["NULL", "-", "0000-00-00"])
def test_what_counts_as_empty_is_settable(empty: str) -> None:
    top = 'sources: {elever: {key: guid, empty: ["NULL", "-", "0000-00-00"]}}'
    assert "middleName" not in one(mapping(top=top, middleName="x"), {"x": f" {empty} "})


@pytest.mark.parametrize(
    ("year", "cell"),
    [
        ("x", "6"),
        ("{column: x, as: integer}", "06"),
        ("{column: x, as: 'pattern([0-9]+)'}", "6B"),
        ("{column: x, codes: ar}", "sexan"),
        ("{column: x, codes: ar, unknown: '6'}", "Q"),
        ("{column: x, as: integer, codes: ar}", "036"),
        ("{first_of: [{column: x, empty: omit}, {text: '6'}]}", ""),
    ],
)
def test_a_whole_number_is_one_on_the_wire_however_it_was_come_by(year: str, cell: str) -> None:
    at = "enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}"
    enrolments = f"{{list: [{{{at}, schoolYear: {year}}}]}}"
    text = mapping(enrolments=enrolments).replace("codes:\n", "codes:\n  ar: {sexan: '6', '36': '6'}\n")
    (enrolment,) = one(text, {"x": cell, "enhet": UNIT})["enrolments"]
    assert enrolment["schoolYear"] == 6
    assert type(enrolment["schoolYear"]) is int


# -- protection fails closed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("mark", ["J", "", "Q", "Nej"])
def test_a_mark_that_is_set_empty_or_unknown_withholds_the_person(mark: str) -> None:
    text = mapping(securityMarking="{column: skydd, codes: skydd, unknown: protected}")
    found, _ = persons(text, {"skydd": mark}, {"guid": "g2", "eppn": "y@edu.exempel.se"})
    assert [person["eduPersonPrincipalNames"] for person in found] == [["y@edu.exempel.se"]]


def test_a_person_whose_mark_stands_in_a_second_source_with_two_answers_is_withheld_and_it_is_told() -> None:
    text = mapping(
        "  id: {uuid5: guid}\n  enrich: {ad: pnr}", ENRICHED, securityMarking="{column: ad.mark, codes: skydd}"
    )
    rows = [{"nummer": NUMBER, "mark": mark} for mark in "NJ"]
    found, findings = persons(text, {}, ad=rows)
    assert found == []
    assert (findings[0].severity, "says something else" in str(findings[0])) == ("warning", True)


@pytest.mark.parametrize("merge", ["most", "only"])
@pytest.mark.parametrize(
    "marking",
    [
        "{column: skydd, codes: marken}",
        "skydd",
        "{first_of: [{text: Sekretessmarkering, when: {skydd: [J, Sekretessmarkering]}}, {text: Ingen}]}",
        "{column: ad.mark, codes: marken}",
    ],
)
def test_rows_that_are_one_person_and_disagree_on_protection_protect(merge: str, marking: str) -> None:
    join = "with: {ad: {nummer: pnr}}, " if "ad." in marking else ""
    top = f"sources:\n  elever: {{{join}key: guid, merge: {merge}}}"
    text = mapping(top=top, securityMarking=marking).replace(
        "codes:\n", 'codes:\n  marken: {"": Ingen, Ingen: Ingen, J: Sekretessmarkering}\n'
    )
    marks = ["Ingen", "J", "Ingen"]
    rows = [{"skydd": "Ingen" if join else mark} for mark in marks]
    accounts = [{"nummer": NUMBER, "mark": mark} for mark in marks]
    found, findings = persons(text, *rows, ad=accounts)
    assert found == []
    assert [finding.code for finding in findings] == ["M341"]
    alike, findings = persons(text, *[{"skydd": "Ingen"}] * 3, ad=[{"nummer": NUMBER, "mark": "Ingen"}] * 3)
    assert (len(alike), findings) == (1, [])


def test_a_list_of_the_protected_with_a_number_that_cannot_be_read_is_told() -> None:
    text = mapping(
        "  id: {uuid5: guid}\n  enrich: {ad: pnr}", ENRICHED, securityMarking="{column: ad.mark, codes: marken}"
    ).replace("codes:\n", 'codes:\n  marken: {"": Ingen, J: Sekretessmarkering}\n')
    rows = [{"nummer": number("20140101", 7), "mark": "J"}, {"nummer": f"{NUMBER}x", "mark": "J"}]
    (finding,) = persons(text, {}, ad=rows)[1]
    assert str(finding) == (
        "ad:3 nummer: 1 row has a nummer that cannot be read (personnummer): nothing finds them. "
        "Who stands there may be protected, and is not found."
    )


# -- ids ------------------------------------------------------------------------------------------------------------


def test_a_uuid_of_the_source_is_taken_in_its_plain_form() -> None:
    guid = "{0F8FAD5B-D9CB-469F-A165-70867728950E}"
    assert one(mapping("  id: {uuid: guid}"), {"guid": guid})["id"] == "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_an_id_for_life_does_not_depend_on_how_a_guid_is_written() -> None:
    written = ["{0F8FAD5B-D9CB-469F-A165-70867728950E}", "0f8fad5bd9cb469fa16570867728950e"]
    assert len({one(mapping(), {"guid": guid})["id"] for guid in written}) == 1


def test_an_id_of_several_columns_needs_them_all() -> None:
    text = mapping("  id: {uuid5: [guid, x]}")
    assert one(text, {"x": "1"})["id"] != one(text, {"x": "2"})["id"]
    found, findings = persons(text, {"x": ""})
    assert found == []
    assert "has no id: x is empty" in str(findings[0])


# -- conditions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keep", "cell", "kept"),
    [
        ("x: A", "a", True),
        ("x: [A, P]", "p ", True),
        ("x: A", "B", False),
        ("x: empty", "", True),
        ("x: {not: empty}", "", False),
        ("x: {not: [S, Q]}", "q", False),
        ("x: {not: [S, empty]}", "", False),
        ("x: [A, empty]", "", True),
        ("x: [A, 'empty']", "", False),
        ("x: {on_or_before: today}", "2026-11-23", True),
        ("x: {on_or_before: today}", "20261124", False),
        ("x: {on_or_after: today, or: empty}", "", True),
        ("x: {on_or_after: today}", "", False),
        ("x: {on_or_after: today-10d}", "2026-11-13 00:00:00", True),
        ("x: {on_or_after: 2026-11-14}", "2026-11-13", False),
        ("x: {as: 'date(%d/%m %Y)', on_or_after: today}", "24/11 2026", True),
        ("x: {found_in: {andra: id}}", "7", True),
        ("x: {found_in: {andra: id}}", "8", False),
        ("x: {found_in: {andra: id}}", "", False),
        ("x: {not: {found_in: {andra: id}}}", "8", True),
        ("x: {as: 'pattern(^[A-Z]+_)', in: [EG_]}", "EG_6A", True),
        ("x: {as: 'pattern(^[A-Z]+_)', in: [EG_]}", "6A", False),
        ("x: {as: 'pattern(^[A-Z]+_)', not: [EG_]}", "6A", True),
        ("x: {as: pad(2), found_in: {andra: {column: id, as: pad(2)}}}", "07", True),
    ],
)
def test_a_condition(keep: str, cell: str, kept: bool) -> None:
    text = mapping(f"  keep: {{{keep}}}\n  id: {{uuid5: guid}}")
    found, findings = persons(text, {"x": cell}, andra=[{"id": "7"}, {"id": "9"}])
    assert (len(found), findings) == (int(kept), [])


def test_a_condition_that_cannot_be_told_is_reported() -> None:
    text = mapping("  keep: {x: {on_or_after: today}}\n  id: {uuid5: guid}")
    assert "is not a date" in rejected_or_left(text)


def rejected_or_left(text: str) -> str:
    _, findings = persons(text, {"x": "nästa vecka"}, {"guid": "g2", "x": "2027-01-01", "eppn": "y@edu.exempel.se"})
    return str(findings[0])


# -- other sources --------------------------------------------------------------------------------------------------


def test_a_second_source_is_found_by_a_key_in_any_form() -> None:
    text = mapping(
        "  id: {uuid5: guid}\n  enrich: {ad: {column: pnr, as: personnummer}}",
        ENRICHED,
        eduPersonPrincipalNames="ad.upn",
    )
    row = {"nummer": f"{NUMBER[2:8]}-{NUMBER[8:]}", "upn": "zz@edu.exempel.se"}
    assert one(text, ad=[row])["eduPersonPrincipalNames"] == ["zz@edu.exempel.se"]
    assert "no row of ad matches" in rejected(text, {"pnr": number("20140101", 2)}, ad=[row])


def test_a_spreadsheet_s_number_is_read_where_it_is_whole_and_else_it_is_told_what_to_do() -> None:
    assert one(mapping(), {"pnr": f"{NUMBER}.0"})["civicNo"]["value"] == NUMBER
    said = rejected(mapping(), {"pnr": "2,01E+11"})
    assert (
        "is a number that a spreadsheet destroyed by rounding it; format the column as text before the export" in said
    )
    assert "pad(10)" in rejected(mapping(), {"pnr": "901012389"})


def test_two_matches_that_differ_are_a_problem_and_two_equal_ones_are_not() -> None:
    text = mapping("  id: {uuid5: guid}\n  enrich: {ad: pnr}", ENRICHED, eduPersonPrincipalNames="ad.upn")
    row = {"nummer": NUMBER, "upn": "zz@edu.exempel.se"}
    assert one(text, ad=[row, row])["eduPersonPrincipalNames"] == ["zz@edu.exempel.se"]
    said = rejected(text, {}, ad=[row, {**row, "upn": "yy@edu.exempel.se"}])
    assert "ad:2" in said
    assert "same key as another row that says something else" in said


def test_each_makes_an_item_of_every_row_that_matches_and_is_kept() -> None:
    rows = [
        {"elev": "g1", "enhet": UNIT, "form": "Grundskola", "ak": "6", "till": ""},
        {"elev": "g1", "enhet": UNIT, "form": "Grundskola", "ak": "5", "till": "2026-06-12"},
        {"elev": "g2", "enhet": UNIT, "form": "Grundskola", "ak": "1", "till": ""},
        {"elev": "g1", "enhet": UNIT, "form": "Grundskola", "ak": "6", "till": ""},
    ]
    (found,) = one(mapping(enrolments=ENROLMENTS), inskr=rows)["enrolments"]
    assert found == {
        "enroledAt": {"id": ids.skolverket_id(UNIT)},
        "schoolType": "GR",
        "schoolYear": 6,
        "cancelled": False,
    }


@pytest.mark.parametrize(("first", "second"), [(UNIT, ""), ("", UNIT), (UNIT, "11111111")])
def test_a_reference_may_be_the_first_whose_column_is_filled(first: str, second: str) -> None:
    at = "{first_of: [{ref: Organisation, via: enhet}, {ref: school_unit, via: annan}]}"
    text = mapping(enrolments=f"{{list: [{{enroledAt: {at}, schoolType: {{text: GR}}, schoolYear: {{text: '6'}}}}]}}")
    (enrolment,) = one(text, {"enhet": first, "annan": second})["enrolments"]
    assert enrolment["enroledAt"] == {"id": ids.skolverket_id(UNIT)}
    assert "M300" in [finding.code for finding in persons(text, {"enhet": "", "annan": ""})[1]]


def test_what_is_wrong_in_a_column_of_many_is_told_with_the_row_it_stands_in() -> None:
    text = mapping(
        emails="{each: {columns: [a, b]}, fields: {value: {column: value, as: uuid}, type: {text: Skola elev}}}"
    )
    assert rejected(text, {"a": "x", "b": ""}).startswith("elever:2 Person.emails.value: is not a uuid")


def test_a_required_part_whose_condition_does_not_hold_is_told_and_nothing_fails() -> None:
    text = mapping(emails="{list: [{value: {column: x, when: {x: a}}, type: {text: Skola elev}}]}")
    assert "Person.emails.value: has no value, and one is required" in rejected(text, {"x": "b"})


def test_a_reference_that_leads_nowhere_in_an_item_is_told_and_the_object_not_half_made() -> None:
    rows = [{"elev": "g1", "enhet": "99999999", "form": "Grundskola", "ak": "6", "till": ""}]
    found, findings = persons(mapping(enrolments=ENROLMENTS), {}, inskr=rows)
    assert found == []
    assert "refers to no Organisation that is published" in str(findings[0])


def test_wide_columns_become_items() -> None:
    text = mapping(
        emails="""
      each: {columns: [post1, post2]}
      fields: {value: value, type: {text: Skola elev}}
"""
    )
    row = {"post1": "a@exempel.se", "post2": "", "post3": "c@exempel.se"}
    assert one(text, row)["emails"] == [{"value": "a@exempel.se", "type": "Skola elev"}]


def test_parts_of_a_text_become_items() -> None:
    text = mapping(
        emails="""
      each: {split: poster, on: ";"}
      fields: {value: value, type: {text: Skola elev}}
"""
    )
    found = one(text, {"poster": "a@exempel.se; ;b@exempel.se"})["emails"]
    assert [email["value"] for email in found] == ["a@exempel.se", "b@exempel.se"]
