"""What the words under `sources:` make of rows shaped as real systems shape them."""

from __future__ import annotations

from typing import Any

import pytest
from support.mapping import compiled, objects
from support.one_pupil import NUMBER, ROW, mapping, one, persons, rejected
from support.small_school import UNIT, number

from adapter.findings import Finding
from adapter.ss12000 import ids


def test_a_view_of_a_source_has_its_own_key_and_conditions() -> None:
    top = """\
sources:
  elever: {key: guid}
  elevkonton: {of: ad, key: nummer, keep: {roll: Elev}}
  personalkonton: {of: ad, key: nummer, keep: {roll: Personal}}
"""
    text = mapping("  id: {uuid5: guid}\n  enrich: {elevkonton: pnr}", top, eduPersonPrincipalNames="elevkonton.upn")
    rows = [
        {"nummer": NUMBER, "upn": "elev@edu.exempel.se", "roll": "Elev"},
        {"nummer": NUMBER, "upn": "personal@edu.exempel.se", "roll": "Personal"},
    ]
    assert one(text, ad=rows)["eduPersonPrincipalNames"] == ["elev@edu.exempel.se"]


def test_what_counts_as_empty_in_a_source_does_so_in_its_views() -> None:
    top = 'sources:\n  elever: {of: underlag, key: guid}\n  underlag: {empty: ["NULL"]}'
    row = {**ROW, "mellan": "NULL"}
    units = [{"kod": UNIT, "namn": "S"}]
    (found,) = objects(mapping(top=top, middleName="mellan"), {"underlag": [row], "skolor": units})[0]["Person"]
    assert "middleName" not in found


def test_a_row_may_stand_for_several() -> None:
    text = """\
mapping: 1
sources:
  personal: {key: anst}
  tjanst: {of: personal, split: {column: enheter, on: ";"}, key: [anst, enheter], keep: {enheter: {not: empty}}}
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  from: personal
  id: {uuid5: anst}
  fields:
    givenName: namn
    familyName: efter
    civicNo.value: pnr
    eduPersonPrincipalNames: eppn
    securityMarking: {text: Ingen}
    emails: {list: [{value: {text: a@exempel.se}, type: {text: Skola personal}}]}
Duty:
  from: tjanst
  id: {uuid5: [anst, enheter]}
  fields:
    person: {ref: Person, of: personal, via: anst}
    dutyAt: {ref: Organisation, via: enheter}
    dutyRole: {text: Lärare}
"""
    staff = {**ROW, "anst": "7", "enheter": f";{UNIT}; 11111111;"}
    none = {**ROW, "anst": "8", "enheter": "", "eppn": "y@edu.exempel.se"}
    units = [{"kod": code, "namn": "S"} for code in (UNIT, "11111111")]
    found, findings = objects(text, {"personal": [staff, none], "skolor": units})
    assert findings == []
    assert len(found["Person"]) == 2
    assert sorted(duty["dutyAt"]["id"] for duty in found["Duty"]) == sorted(
        ids.skolverket_id(code) for code in (UNIT, "11111111")
    )


def test_a_field_may_come_from_another_row_of_the_same_person() -> None:
    top = "sources:\n  elever: {key: guid}\n  klassrad: {of: elever, key: guid, keep: {ak: {not: empty}}}"
    text = mapping(
        "  keep: {ak: empty}\n  id: {uuid5: guid}\n  enrich: {klassrad: guid}", top, middleName="klassrad.ak"
    )
    (found,), findings = persons(text, {"ak": ""}, {"ak": "6"})
    assert (found["middleName"], findings) == ("6", [])


def test_rows_may_stand_in_the_mapping_itself() -> None:
    top = "sources:\n  elever: {key: guid}\n  skolan:\n    rows:\n      - {kod: '31279295', namn: Vår skola}"
    text = mapping(top=top).replace("from: skolor", "from: skolan")
    (unit,) = objects(text, {"elever": [ROW]})[0]["Organisation"]
    assert (unit["schoolUnitCode"], unit["displayName"]) == (UNIT, "Vår skola")
    wrong = text.replace("'31279295'", "'3127'")
    _, findings = objects(wrong, {"elever": [ROW]})
    assert str(findings[0]).startswith("skolan:6 Organisation.schoolUnitCode")


REGISTERS = """
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
%s"""
REGISTER = """\
  - from: %s
    id: {uuid5: pnr}
%s    fields:
      givenName: namn
      %s
      familyName: efter
      civicNo.value: pnr
      eduPersonPrincipalNames: eppn
      securityMarking: {column: skydd, codes: skydd}
      enrolments: {list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: GR}, schoolYear: ar}]}
"""


def two_registers(last: dict[str, str], same_id: str = "    same_id: merge\n") -> tuple[list[Any], list[Finding]]:
    """One pupil in two systems, each with a school of its own."""
    codes = "codes:\n  skydd: {N: Ingen, J: Sekretessmarkering}"
    rules = REGISTER % ("grund", "", "") + REGISTER % ("sarskild", same_id, "middleName: mellan")
    text = f"mapping: 1\n{codes}{REGISTERS % rules}"
    first = {**ROW, "enhet": UNIT, "ar": "6"}
    other = {**ROW, "namn": "Annat", "enhet": "11111111", "ar": "7", "mellan": "Mi", **last}
    units = [{"kod": code, "namn": "S"} for code in (UNIT, "11111111")]
    found, findings = objects(text, {"grund": [first], "sarskild": [other], "skolor": units})
    return found.get("Person", []), findings


def test_a_pupil_in_two_systems_is_one_object_where_the_mapping_says_so() -> None:
    (_, found), findings = two_registers({})
    assert findings == []
    assert (found["givenName"], found["middleName"], found["familyName"]) == ("Åsa", "Mi", "Öberg")
    assert sorted(enrolment["schoolYear"] for enrolment in found["enrolments"]) == [6, 7]
    told = two_registers({}, same_id="")[1]
    assert [finding.code for finding in told] == ["M350"]


def test_who_is_protected_in_one_of_two_systems_is_withheld() -> None:
    for mark in ("J", "", "Q"):
        found, findings = two_registers({"skydd": mark})
        assert (len(found), [finding.code for finding in findings if finding.severity == "error"]) == (1, [])


def test_a_row_that_is_broken_in_one_of_two_systems_ends_the_object() -> None:
    _, findings = two_registers({"ar": "sju"})
    assert [finding.code for finding in findings] == ["M310"]


def test_a_code_list_may_come_from_a_source() -> None:
    text = mapping(middleName="{column: x, codes: kurser}").replace(
        "codes:\n", "codes:\n  kurser: {from: kurstabell, key: kurs, value: prov}\n"
    )
    table = [{"kurs": "MA1b", "prov": "MATMAT01b"}, {"kurs": "SV1", "prov": "a"}, {"kurs": "SV1", "prov": "b"}]
    assert one(text, {"x": "ma1B"}, kurstabell=table)["middleName"] == "MATMAT01b"
    assert "middleName" not in one(text, {"x": ""}, kurstabell=table)
    for unclear in ("SV1", "EN5"):
        assert "is not in the code list kurser" in rejected(text, {"x": unclear}, kurstabell=table)
    otherwise = text.replace("value: prov}", "value: prov, otherwise: inget}")
    assert "is not in the code list kurser" in rejected(otherwise, {"x": "SV1"}, kurstabell=table)
    assert one(otherwise, {"x": "EN5"}, kurstabell=table)["middleName"] == "inget"


def test_a_key_may_hold_a_constant() -> None:
    top = "sources:\n  elever: {key: guid}\n  skolor: {key: [{text: '01'}, kod]}"
    enrolments = (
        "{list: [{enroledAt: {ref: Organisation, via: [{text: '01'}, enhet]}, "
        "schoolType: {text: GR}, schoolYear: {text: '6'}}]}"
    )
    assert one(mapping(top=top, enrolments=enrolments), {"enhet": UNIT})["enrolments"]


# -- one row is not one object ----------------------------------------------------------------------------------------

SCHOOL = """\
mapping: 1
sources:
  personal: {key: anst}
  skolor: {key: kod}
%s
Organisation:
  from: skolor
  id: {school_unit: kod}
  fields: {displayName: namn, schoolUnitCode: kod}
Person:
  - from: personal
    id: {uuid5: anst}
    fields:
      givenName: namn
      familyName: efter
      civicNo.value: pnr
      eduPersonPrincipalNames: {format: "{anst}@edu.exempel.se"}
      securityMarking: {text: Ingen}
      emails: {list: [{value: {text: a@exempel.se}, type: {text: Skola personal}}]}
Duty:
  from: tjanst
  id: {uuid5: [tjanst_id, %s]}
  fields:
    person: {ref: Person, via: anst}
    dutyAt: {ref: Organisation, via: %s}
    dutyRole: {text: Lärare}
"""
OTHER = "11111111"
UNITS = [{"kod": UNIT, "namn": "Norra", "skola": "S1"}, {"kod": OTHER, "namn": "Södra", "skola": "S1"}]
STAFF = [{**ROW, "anst": "7"}, {**ROW, "anst": "8"}]


def test_a_duty_at_a_school_becomes_one_at_each_of_its_units() -> None:
    text = SCHOOL % ("  tjanst: {of: tjanster, with: {skolor: {skola: skola}}}", "skolor.kod", "skolor.kod")
    duties = [
        {"tjanst_id": "1", "anst": "7", "skola": "S1"},
        {"tjanst_id": "2", "anst": "8", "skola": "S2"},
    ]
    found, findings = objects(text, {"personal": STAFF, "skolor": UNITS, "tjanster": duties})
    assert sorted(duty["dutyAt"]["id"] for duty in found["Duty"]) == sorted(map(ids.skolverket_id, (UNIT, OTHER)))
    (lost,) = findings  # no unit under S2: told, not lost
    assert str(lost).startswith("tjanst:3 Duty.id: has no id: skolor.kod is empty")


GROUP = """
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    displayName: grupp
    groupType: {text: Undervisning}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: kod}
Activity:
  from: grupper
  id: {uuid5: grupp}
  fields:
    displayName: grupp
    activityType: {text: Undervisning}
    organisation: {ref: Organisation, via: kod}
    groups: {list: [{ref: Group, via: grupp}]}
    parentActivity: {ref: test_activity, via: prov}
    teachers:
      each: larare
      match: {grupp: grupp}
      fields: {duty: {ref: Duty, via: %s}}
"""
DUTIES = [
    {"tjanst_id": "1", "anst": "7", "kod": UNIT},
    {"tjanst_id": "2", "anst": "7", "kod": OTHER},
    {"tjanst_id": "3", "anst": "8", "kod": UNIT},
]
TEACHING = {
    "personal": STAFF,
    "skolor": UNITS,
    "tjanst": DUTIES,
    "grupper": [{"grupp": "MA 6B", "kod": UNIT, "prov": "GRGRMAT01_6"}],
    "larare": [{"grupp": "MA 6B", "anst": "7", "kod": UNIT}],
}


def test_a_duty_is_found_by_its_person_and_unit() -> None:
    text = SCHOOL % ("", "kod", "kod") + GROUP % "[anst, kod], by: [anst, kod]"
    found, findings = objects(text, TEACHING)
    assert findings == []
    duty = next(duty for duty in found["Duty"] if duty["id"] == found["Activity"][0]["teachers"][0]["duty"]["id"])
    assert duty["dutyAt"]["id"] == ids.skolverket_id(UNIT)
    assert len(found["Activity"][0]["teachers"]) == 1


def test_a_reference_that_several_objects_fit_leads_nowhere_and_says_so() -> None:
    text = SCHOOL % ("", "kod", "kod") + GROUP % "anst, by: anst"
    found, findings = objects(text, TEACHING)
    assert "teachers" not in found["Activity"][0] or found["Activity"][0]["teachers"] == []
    assert [finding.code for finding in findings] == ["M331"]
    one_of_two = {**TEACHING, "larare": [{"grupp": "MA 6B", "anst": "8", "kod": UNIT}]}
    found, findings = objects(text, one_of_two)
    assert (len(found["Activity"][0]["teachers"]), findings) == (1, [])


def test_the_test_of_a_group_is_told_by_subject_and_the_year_of_most_members() -> None:
    sources = """\
  prov: {key: [amne, ar], rows: [{amne: MA, ar: "6", namn: GRGRMAT01_6}, {amne: MA, ar: "9", namn: GRGRMAT01_9}]}
  gruppar: {of: medlemmar, with: {elever: {guid: elev}}, key: grupp, merge: most}
"""
    text = SCHOOL % (sources, "kod", "kod") + GROUP % "[anst, kod], by: [anst, kod]"
    text = text.replace(
        "  from: grupper\n", "  from: grupper\n  enrich: {gruppar: grupp, prov: [amne, gruppar.elever.ar]}\n"
    )
    text = text.replace("via: prov}", "via: prov.namn}")
    tables = {
        **TEACHING,
        "grupper": [{"grupp": "MA 6B", "kod": UNIT, "amne": "MA"}],
        "elever": [{"guid": number, "ar": year} for number, year in (("1", "6"), ("2", "9"), ("3", "6"), ("4", ""))],
        "medlemmar": [{"grupp": "MA 6B", "elev": number} for number in "1234"],
    }
    found, findings = objects(text, tables)
    assert (found["Activity"][0]["parentActivity"]["id"], findings) == (ids.skolverket_id("GRGRMAT01_6"), [])
    found, findings = objects(text.replace("merge: most", "merge: only"), tables)
    assert "Activity" not in found  # they disagree: no year, no test, and it is told
    assert [str(finding) for finding in findings if "parentActivity" in str(finding)] != []


def test_a_class_that_its_rows_describe_differently_is_one_class() -> None:
    text = SCHOOL % ("  grupper: {of: elever, key: [kod, grupp], merge: most}", "kod", "kod")
    text += GROUP.partition("Activity:")[0].replace("schoolType: {text: GR}", "schoolType: form")
    pupils = [{"kod": UNIT, "grupp": "6B", "form": form} for form in ("GR", "SAM", "GR")]
    found, findings = objects(text, {**TEACHING, "elever": pupils})
    assert ([group["schoolType"] for group in found["Group"]], findings) == (["GR"], [])


CLASSES = """
Group:
  from: {distinct: elever, by: [kod, klass]}
%s  id: {uuid5: [kod, klass]}
  fields:
    displayName: klass
    groupType: {text: Undervisning}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: kod}
Activity:
  from: lektioner
  id: {uuid5: klass}
  fields:
    displayName: klass
    groups: {list: [{ref: Group, via: [kod, klass]}]}
    organisation: {ref: Organisation, via: kod}
    parentActivity: {ref: test_activity, via: {text: GRGRMAT01_6}}
"""
PUPILS_OF_CLASSES = [
    {"guid": "1", "kod": UNIT, "klass": "6A", "status": "S"},
    {"guid": "2", "kod": UNIT, "klass": "6A", "status": "A"},
    {"guid": "3", "kod": UNIT, "klass": "6B", "status": "S"},
]


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("at", ["rule", "source"])
def test_a_class_is_there_as_long_as_one_of_its_rows_counts(at: str, turned: bool) -> None:
    """Also where the condition asks a column that the class itself does not have."""
    source = "  elever: {key: guid%s}\n" % (", keep: {status: A}" if at == "source" else "")
    text = SCHOOL % (source, "kod", "kod") + CLASSES % ("  keep: {status: A}\n" if at == "rule" else "")
    pupils = PUPILS_OF_CLASSES[::-1] if turned else PUPILS_OF_CLASSES
    lessons = [{"kod": UNIT, "klass": "6A"}, {"kod": UNIT, "klass": "6B"}]
    found, findings = objects(text, {**TEACHING, "elever": pupils, "lektioner": lessons})
    assert [group["displayName"] for group in found["Group"]] == ["6A"]
    assert [activity["displayName"] for activity in found["Activity"]] == ["6A"]
    assert findings == []  # 6B is known and left out, and so is its activity: a note, no fault


def test_an_object_that_is_distinct_by_its_source_s_key_and_more_is_found_by_the_key() -> None:
    text = SCHOOL % ("  lektioner: {key: grupp}", "kod", "kod") + (CLASSES % "").replace("elever", "lektioner").replace(
        "[kod, klass]", "[kod, grupp]"
    ).replace("klass", "grupp").replace("via: [kod, grupp]", "via: grupp")
    found, findings = objects(text, {**TEACHING, "lektioner": [{"kod": UNIT, "grupp": "MA", "dag": d} for d in "12"]})
    assert (len(found["Group"]), len(found["Activity"]), findings) == (1, 2, [])


def test_a_row_whose_condition_cannot_be_told_is_no_missing_row_of_a_merge() -> None:
    top = (
        "sources:\n  elever: {key: guid}\n  ar: {of: inskr, key: elev, keep: {till: {on_or_after: today}}, merge: only}"
    )
    text = mapping("  id: {uuid5: guid}\n  enrich: {ar: guid}", top, middleName="ar.ak")
    rows = [{"elev": "g1", "till": "2027-01-01", "ak": "6"}, {"elev": "g1", "till": "snart", "ak": "7"}]
    assert rejected(text, inskr=rows).startswith("ar:3 till: is not a date")
    assert one(text, inskr=rows[:1])["middleName"] == "6"
    assert one(text, inskr=[rows[0], {**rows[1], "till": "2026-01-01"}])["middleName"] == "6"


def test_a_programme_must_be_one_of_skolverkets() -> None:
    enrolments = (
        "{list: [{enroledAt: {ref: school_unit, via: enhet}, schoolType: {text: GY}, "
        "educationCode: {ref: programme, via: program}}]}"
    )
    text = mapping(enrolments=enrolments)
    assert one(text, {"enhet": UNIT, "program": "nanat"})["enrolments"][0]["educationCode"] == "NANAT"
    assert "refers to no programme" in rejected(text, {"enhet": UNIT, "program": "NANATX"})


def test_two_objects_with_one_key_are_told() -> None:
    enrolments = (
        "{list: [{enroledAt: {ref: Organisation, via: enhet}, schoolType: {text: SAM}, schoolYear: {text: '6'}}]}"
    )
    text = mapping("  id: {uuid5: pnr}", "sources: {elever: {key: guid}}", enrolments=enrolments)
    other = {"pnr": number("20140101", 2), "eppn": "x2@edu.exempel.se", "enhet": UNIT}
    found, findings = persons(text, {"enhet": UNIT}, other)
    assert (len(found), [finding.code for finding in findings]) == (2, ["M352"])
    assert str(findings[0]) == (
        "mapping.yaml:2:25: M352 1 key is shared by several objects (Person from elever, guid, the first at elever:3). "
        "A reference through such a key leads nowhere. Make the key of more columns, or keep only the rows that count."
    )


def test_what_a_source_is_joined_with_stands_above_it() -> None:
    text = mapping(top="sources:\n  elever: {key: guid, with: {ad: {nr: pnr}}}\n  ad: {key: nr}")
    (finding,) = compiled(text, {"elever": list(ROW), "ad": ["nr"], "skolor": ["kod", "namn"]}).errors
    assert str(finding).startswith('m.yaml:3:30: M200 "ad" is described further down')
    text = mapping(top="sources:\n  elever: {merge: most}")
    (finding,) = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).errors
    assert str(finding) == "m.yaml:3:19: M112 `merge` needs a `key`: the columns of which each value gets one row."
