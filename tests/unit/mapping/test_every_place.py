"""What a word does in the places where it was missed: in keys, in the conditions of sources, under not, in choices."""

from __future__ import annotations

from typing import Any

import pytest
from support.mapping import compiled, digests, notes, objects
from support.one_pupil import ENROLMENTS, NUMBER, ROW, mapping, one, persons, rejected
from support.small_school import UNIT, number

from adapter.ss12000 import ids

UNITS = [{"kod": UNIT, "namn": "Norra"}, {"kod": "11111111", "namn": "Södra"}]
CODES = 'codes:\n  skolor: {Norra skolan: "31279295", S: "11111111"}\n'


def with_codes(text: str) -> str:
    return text.replace("codes:\n", CODES, 1)


def enrolled(via: str) -> str:
    unit = f"{{ref: Organisation, via: {via}}}"
    return f"{{list: [{{enroledAt: {unit}, schoolType: {{text: GR}}, schoolYear: {{text: '6'}}}}]}}"


def unit_of(person: Any) -> str:
    return str(person["enrolments"][0]["enroledAt"]["id"])


def test_a_code_list_translates_a_key() -> None:
    text = with_codes(mapping(enrolments=enrolled("{column: enhet, as: lower, codes: skolor}")))
    assert unit_of(one(text, {"enhet": "NORRA skolan"})) == ids.skolverket_id(UNIT)
    assert "refers to no Organisation" in rejected(text, {"enhet": "Östra"})


def test_a_code_list_that_stands_in_a_source_translates_a_reference_and_a_match() -> None:
    lists = "codes:\n  koder: {from: enheter, key: ord, value: kod}\n"
    text = mapping(enrolments=enrolled("{column: enhet, codes: koder}")).replace("codes:\n", lists, 1)
    rows = [{"ord": "norr", "kod": UNIT}]
    assert unit_of(one(text, {"enhet": "Norr"}, enheter=rows)) == ids.skolverket_id(UNIT)
    in_match = (
        "\n      each: inskr\n      match: {enhet: {column: ort, codes: koder}}" + ENROLMENTS.partition("guid}")[2]
    )
    text = mapping(enrolments=in_match).replace("codes:\n", lists, 1)
    inskr = [{"enhet": UNIT, "form": "Grundskola", "ak": "6", "till": ""}]
    assert unit_of(one(text, {"ort": "norr"}, enheter=rows, inskr=inskr)) == ids.skolverket_id(UNIT)


def test_it_cannot_translate_the_key_of_a_source_which_is_read_before_it() -> None:
    text = mapping(top="sources: {elever: {key: {column: guid, codes: koder}}}")
    text = text.replace("codes:\n", "codes:\n  koder: {from: skolor, key: namn, value: kod}\n", 1)
    (finding,) = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).errors
    assert str(finding) == (
        'm.yaml:2:47: M243 the code list "koder" stands in a source, which is not read yet here; '
        "write the list under `codes`."
    )


LISTED = "sources:\n  elever: {key: guid, keep: {pnr: %s}}\n"


@pytest.mark.parametrize(("condition", "kept"), [("{found_in: {med: nr}}", 1), ("{not: {found_in: {med: nr}}}", 0)])
def test_a_source_may_keep_what_another_holds_or_does_not_hold(condition: str, kept: int) -> None:
    text = mapping(top=LISTED % condition)
    assert len(persons(text, {}, med=[{"nr": NUMBER}])[0]) == kept
    assert len(persons(text, {}, med=[{"nr": "0"}])[0]) == 1 - kept


def test_a_view_may_look_into_another_view_of_its_source() -> None:
    top = """\
sources:
  alla: {of: elever, keep: {status: A}}
  elever: {key: guid, keep: {chef: {found_in: {alla: guid}}}}
"""
    other = {"guid": "g2", "pnr": number("20140101", 2), "eppn": "x2@edu.exempel.se"}
    found, _ = persons(mapping(top=top), {"status": "A", "chef": "g1"}, {**other, "status": "S", "chef": "g2"})
    assert [person["eduPersonPrincipalNames"] for person in found] == [["x1@edu.exempel.se"]]


def test_items_may_be_kept_by_what_another_source_holds() -> None:
    kept = ENROLMENTS.replace("keep: {till:", "keep: {enhet: {found_in: {aktiva: kod}}, till:")
    inskr = [{"elev": "g1", "enhet": kod, "form": "Grundskola", "ak": "6", "till": ""} for kod in (UNIT, "11111111")]
    found = one(mapping(enrolments=kept), inskr=inskr, aktiva=[{"kod": UNIT}], skolor=UNITS)
    assert len(found["enrolments"]) == 1


@pytest.mark.parametrize(
    ("top", "said"),
    [
        (
            "sources:\n  elever: {key: guid, keep: {pnr: {found_in: {ad: nr}}}}\n  ad: {key: nr}",
            'm.yaml:3:47: M200 "ad" is described further down; a source comes after those that it looks into.',
        ),
        (
            "sources:\n  elever: {key: guid, keep: {pnr: {found_in: {elever: guid}}}}",
            'm.yaml:3:47: M200 the rows of "elever" are made of those of "elever", which cannot look into them; '
            "make a view of it (`of:`).",
        ),
    ],
)
def test_a_source_looks_only_into_what_is_there_before_it(top: str, said: str) -> None:
    headers = {"elever": list(ROW), "skolor": ["kod", "namn"], "ad": ["nr"]}
    assert [str(finding) for finding in compiled(mapping(top=top), headers).errors] == [said]


def test_a_view_may_be_of_rows_that_stand_in_the_mapping() -> None:
    top = """\
sources:
  elever: {key: guid}
  lista: {rows: [{ord: n, kod: "31279295", typ: skola}, {ord: n, kod: "11111111", typ: fritids}]}
  skollista: {of: lista, key: ord, keep: {typ: skola}}
"""
    text = mapping("  id: {uuid5: guid}\n  enrich: {skollista: ort}", top, enrolments=enrolled("skollista.kod"))
    assert unit_of(one(text, {"ort": "n"})) == ids.skolverket_id(UNIT)


def test_but_not_of_rows_that_stand_below_it() -> None:
    top = "sources:\n  vy: {of: lista, key: ord}\n  lista: {rows: [{ord: n}]}\n  elever: {key: guid}\n"
    text = mapping("  id: {uuid5: guid}\n  enrich: {vy: namn}", top)
    found = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).errors
    assert [str(finding) for finding in found] == [
        'm.yaml:3:12: M200 "lista" is described further down; a view comes after the rows that it is of.'
    ]


def test_an_empty_part_of_a_written_key_is_a_value() -> None:
    top = """\
sources:
  elever: {key: guid}
  val: {key: [ort, spar], rows: [{ort: n, spar: "", namn: Utan}, {ort: n, spar: A, namn: Med}]}
  mark: {key: skydd, rows: [{skydd: "", ord: N}, {skydd: S, ord: J}]}
"""
    text = mapping(
        "  id: {uuid5: guid}\n  enrich: {val: [ort, spar], mark: skydd}",
        top,
        middleName="val.namn",
        securityMarking="{column: mark.ord, codes: skydd}",
    )
    assert one(text, {"ort": "n", "spar": "", "skydd": ""})["middleName"] == "Utan"
    assert one(text, {"ort": "n", "spar": "A", "skydd": ""})["middleName"] == "Med"
    assert persons(text, {"ort": "n", "spar": "", "skydd": "S"})[0] == []


def test_rows_with_a_part_of_their_key_only_are_told() -> None:
    top = "sources:\n  elever: {key: guid}\n  val: {key: [ort, spar]}\n"
    text = mapping("  id: {uuid5: guid}\n  enrich: {val: [ort, spar]}", top, middleName="val.namn")
    rows = [{"ort": "n", "spar": "", "namn": "Utan"}, {"ort": "", "spar": "", "namn": "x"}]
    assert notes(text, {"elever": [{**ROW, "ort": "n", "spar": ""}], "val": rows, "skolor": UNITS})[:1] == [
        "val:2 ort + spar: 1 row lacks spar, a part of the key ort + spar: nothing finds them."
    ]


def test_the_rows_that_a_view_is_joined_with_are_told_too() -> None:
    top = "sources:\n  val: {key: [{text: a}, ort, {column: spar, as: integer}]}\n"
    top += "  elever: {key: guid, with: {val: {ort: ort, spar: spar}}}\n"
    text = mapping(top=top, middleName="val.namn")
    rows = [{"ort": "n", "spar": "", "namn": "x"}, {"ort": "", "spar": "2", "namn": "x"}, {"ort": "a", "spar": "b"}]
    elever = [{**ROW, "ort": "n", "spar": ""}]
    told = notes(text, {"elever": elever, "val": [{"namn": "", **row} for row in rows], "skolor": UNITS})
    assert told[:1] == [
        "val:2 ort + spar as integer: 2 rows lack ort or spar as integer, a part of the key ort + spar as integer: "
        "nothing finds them."
    ]
    _, findings = objects(text, {"elever": elever, "val": [{"namn": "", **row} for row in rows], "skolor": UNITS})
    assert [str(finding) for finding in findings] == [
        "val:4 spar: 1 row has a spar that cannot be read (integer): nothing finds them."
    ]


def test_a_constant_is_no_part_that_a_row_has() -> None:
    top = "sources:\n  elever: {key: guid}\n  val: {key: [{text: '01'}, nr]}\n"
    text = mapping("  id: {uuid5: guid}\n  enrich: {val: [{text: '01'}, pnr]}", top, middleName="val.namn")
    told = notes(text, {"elever": [ROW], "val": [{"nr": "", "namn": "x"}], "skolor": UNITS})
    assert [line for line in told if "key" in line] == []


def test_what_cannot_be_read_in_a_choice_of_columns_is_told() -> None:
    top = "sources: {elever: {key: guid}, ad: {key: {first_of: [{column: nr, as: personnummer}, nr2]}}}"
    text = mapping("  id: {uuid5: guid}\n  enrich: {ad: pnr}", top, middleName="ad.namn")
    rows = [{"nr": "12", "nr2": "", "namn": "x"}, {"nr": NUMBER, "nr2": "", "namn": "Maj"}]
    found, findings = objects(text, {"elever": [ROW], "ad": rows, "skolor": UNITS})
    assert found["Person"][0]["middleName"] == "Maj"
    assert [str(finding) for finding in findings] == [
        "ad:2 nr: 1 row has a nr that cannot be read (personnummer): nothing finds them."
    ]


def test_an_empty_word_of_a_written_list_is_a_word() -> None:
    rows = "rows: [{ord: '', kod: Utan}, {ord: n, kod: Norr}]"
    top = f"sources:\n  elever: {{key: guid}}\n  lista: {{{rows}}}\n"
    text = mapping(top=top, middleName="{column: spar, codes: lista}")
    text = text.replace("codes:\n", "codes:\n  lista: {from: lista, key: ord, value: kod, otherwise: Annat}\n", 1)
    assert [one(text, {"spar": spar})["middleName"] for spar in ("", "n", "x")] == ["Utan", "Norr", "Annat"]
    without = text.replace("{ord: '', kod: Utan}, ", "")
    assert "middleName" not in one(without, {"spar": ""})
    marking = mapping(top=top, securityMarking="{column: spar, codes: lista}")
    marking = marking.replace("codes:\n", "codes:\n  lista: {from: lista, key: ord, value: kod}\n", 1)
    marked = marking.replace("kod: Utan", "kod: Ingen")
    assert len(persons(marked, {"spar": ""})[0]) == 1
    assert persons(marked.replace("{ord: '', kod: Ingen}, ", ""), {"spar": ""})[0] == []


def test_a_reference_finds_a_written_row_by_an_empty_key() -> None:
    top = """\
sources:
  elever: {key: guid}
  skolor: {key: ort, rows: [{ort: "", kod: "31279295", namn: Vår}, {ort: n, kod: "11111111", namn: Norra}]}
"""
    text = mapping(top=top, enrolments=enrolled("ort"))
    headers = {"elever": [{**ROW, "ort": "", "eppn": "a@exempel.se"}]}
    (found,) = objects(text, headers)[0]["Person"]
    assert unit_of(found) == ids.skolverket_id(UNIT)
    _, (finding,) = objects(text.replace('{ort: "", kod: "31279295", namn: Vår}, ', ""), headers)
    assert "is empty, and a reference is required" in str(finding)


def test_it_cannot_translate_the_columns_that_a_reference_looks_for() -> None:
    lists = "codes:\n  koder: {from: enheter, key: ord, value: kod}\n"
    via = "ort, by: {column: namn, codes: koder}"
    text = mapping(enrolments=enrolled(via)).replace("codes:\n", lists, 1)
    headers = {"elever": [*ROW, "ort"], "skolor": ["kod", "namn"], "enheter": ["ord", "kod"]}
    assert [finding.code for finding in compiled(text, headers).errors] == ["M243"]


def test_the_first_filled_column_may_be_a_key() -> None:
    text = mapping(enrolments=enrolled("{first_of: [enhet, {column: ort, as: 'pad(8)'}]}"))
    assert unit_of(one(text, {"enhet": "", "ort": UNIT})) == ids.skolverket_id(UNIT)
    assert unit_of(one(text, {"enhet": "11111111", "ort": UNIT}, skolor=UNITS)) == ids.skolverket_id("11111111")


def test_a_choice_of_columns_is_told_by_their_names() -> None:
    text = mapping(enrolments=enrolled("{first_of: [namn, {column: efter, as: lower}]}"))
    found = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).coverage
    assert [line.origin for line in found if line.subject.endswith("enroledAt")] == ["Organisation by namn, efter"]


@pytest.mark.parametrize(
    ("made_of", "said"),
    [
        ("{first_of: [ad.nr, guid]}", 'M210 an id is made of the own row alone, so that it is known whatever "ad"'),
        ("[guid, {column: ad.nr, as: lower}]", "M210 an id is made of the own row alone, so that it is known whatever"),
        ("{first_of: [{text: a}, guid]}", "M112 an id of constants is the same for all; name a column too."),
        ("{text: a, as: upper}", "M110 `as` has no place beside `text`, which is compared as it is written."),
        ("[guid, {column: namn, text: a}]", "M110 `column` has no place beside `text`, which is compared as it is"),
        ("{first_of: [guid], codes: skydd}", "M110 `codes` stands inside `first_of`, with the column that it is about"),
    ],
)
def test_what_an_id_cannot_be_made_of(made_of: str, said: str) -> None:
    top = "sources: {elever: {key: guid}, ad: {key: nr}}"
    text = mapping(f"  id: {{uuid5: {made_of}}}\n  enrich: {{ad: pnr}}", top)
    found = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"], "ad": ["nr"]}).errors
    assert any(said in str(finding) for finding in found)


def test_an_id_is_made_of_the_first_filled_column() -> None:
    text = mapping("  id: {uuid5: {first_of: [nr, guid]}}")
    same = [one(text, {"nr": "7"}), one(text, {"nr": "7", "guid": "g2"}), one(text, {"nr": "", "guid": "7"})]
    assert len({person["id"] for person in same}) == 1
    assert one(text, {"nr": "", "guid": "g2"})["id"] != same[0]["id"]


def test_a_choice_goes_on_to_the_next_reference_where_one_leads_nowhere() -> None:
    choice = "{first_of: [{ref: Organisation, via: enhet}, {ref: Organisation, via: ort}]}"
    enrolments = f"{{list: [{{enroledAt: {choice}, schoolType: {{text: GR}}, schoolYear: {{text: '6'}}}}]}}"
    text = mapping(enrolments=enrolments)
    assert unit_of(one(text, {"enhet": "99999999", "ort": UNIT})) == ids.skolverket_id(UNIT)
    assert "'99999999' refers to no Organisation" in rejected(text, {"enhet": "99999999", "ort": "88888888"})


def test_a_choice_goes_on_to_the_next_value_where_a_code_list_lacks_the_word() -> None:
    text = with_codes(mapping(middleName="{first_of: [{column: enhet, codes: skolor, unknown: omit}, {text: okänd}]}"))
    assert one(text, {"enhet": "S"})["middleName"] == "11111111"
    assert one(text, {"enhet": "Östra"})["middleName"] == "okänd"
    alone = with_codes(mapping(middleName="{column: enhet, codes: skolor, unknown: omit}"))
    assert "middleName" not in one(alone, {"enhet": "Östra"})


def test_no_unknown_mark_may_be_left_out() -> None:
    text = mapping(securityMarking="{column: skydd, codes: skydd, unknown: omit}")
    (finding,) = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).errors
    assert "an unknown mark protects" in str(finding)


def test_columns_that_a_source_may_lack_are_empty_where_it_does() -> None:
    top = "sources: {elever: {key: guid, optional: [mellan, slut]}}"
    text = mapping("  keep: {slut: {on_or_after: today, or: empty}}\n  id: {uuid5: guid}", top, middleName="mellan")
    assert "middleName" not in one(text)
    assert one(text, {"mellan": "Maj", "slut": ""})["middleName"] == "Maj"
    notes = [str(finding) for finding in compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).findings]
    assert notes[:1] == [
        'm.yaml:2:41: M203 source "elever" has no mellan, slut: read as empty, as its `optional` says.'
    ]


def test_a_mark_of_protection_is_never_optional() -> None:
    text = mapping(top="sources: {elever: {key: guid, optional: [skydd]}}")
    (finding,) = compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"]}).errors
    assert str(finding) == (
        'm.yaml:18:31: M244 "skydd" tells of protection, so it cannot be optional: without it nobody is protected.'
    )


MARKED = "{column: lista.mark, codes: skydd}"


@pytest.mark.parametrize(
    ("top", "rule", "said"),
    [
        ("elever: {key: guid, optional: [SKYDD]}", "", '"skydd" tells of protection'),
        ("lista: {optional: [mark]}, elever: {key: guid, with: {lista: {nr: pnr}}}", "", '"lista.mark" tells of'),
        ("lista: {optional: [nr]}, elever: {key: guid, with: {lista: {nr: pnr}}}", "", '"nr" leads to what tells'),
        ("elever: {key: guid, optional: [pnr], with: {lista: {nr: pnr}}}", "", '"pnr" leads to what tells'),
        (
            "elever: {key: guid}, lista: {key: nr, optional: [nr]}",
            "  enrich: {lista: pnr}\n",
            '"nr" leads to what tells',
        ),
        ("elever: {optional: [pnr]}, lista: {key: nr}", "  enrich: {lista: pnr}\n", '"pnr" leads to what tells'),
        (
            "elever: {optional: [pnr]}, lista: {key: nr}",
            "  enrich: {lista: {column: pnr, as: personnummer}}\n",
            '"pnr" leads to what tells',
        ),
        (
            "elever: {key: guid}, lista: {key: {first_of: [nr, nr2]}, optional: [nr, nr2]}",
            "  enrich: {lista: pnr}\n",
            '"nr" leads to what tells',
        ),
    ],
)
def test_neither_is_what_leads_to_a_mark_of_protection(top: str, rule: str, said: str) -> None:
    marking = MARKED if "lista" in top else "{column: skydd, codes: skydd}"
    text = mapping(f"{rule}  id: {{uuid5: guid}}", f"sources: {{{top}}}", securityMarking=marking)
    headers = {"elever": list(ROW), "skolor": ["kod", "namn"], "lista": ["nr", "nr2", "mark"]}
    (finding,) = compiled(text, headers).errors
    assert finding.code == "M244"
    assert said in str(finding)


def test_a_column_that_leads_to_other_rows_may_be_optional() -> None:
    top = "sources: {elever: {key: guid, optional: [pnr2]}, ad: {key: {first_of: [nr, nr2]}, optional: [nr2]}}"
    text = mapping("  enrich: {ad: pnr2}\n  id: {uuid5: guid}", top, middleName="ad.m")
    assert compiled(text, {"elever": list(ROW), "skolor": ["kod", "namn"], "ad": ["nr", "m"]}).errors == []


def test_a_group_that_gets_no_members_is_not_published() -> None:
    text = (
        mapping(enrolments=enrolled("enhet"))
        + """\
Group:
  from: grupper
  id: {uuid5: grupp}
  fields:
    displayName: grupp
    groupType: {text: Klass}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: enhet}
    groupMemberships:
      each: elever
      match: {grupp: grupp}
      fields: {person: {ref: Person, via: guid}}
"""
    )
    tables = {
        "elever": [{**ROW, "enhet": UNIT, "grupp": "6A"}],
        "skolor": UNITS,
        "grupper": [{"grupp": "6A", "enhet": UNIT}, {"grupp": "6B", "enhet": UNIT}],
    }
    assert len(digests(text, tables)["Group"]) == 1


def test_a_key_of_two_objects_leads_to_neither_also_through_two_rules() -> None:
    text = (
        mapping(enrolments=enrolled("enhet"))
        + """\
Duty:
  - from: tjanst
    id: {uuid5: [anst, roll]}
    fields: {person: {ref: Person, via: anst}, dutyAt: {ref: Organisation, via: enhet}, dutyRole: {text: Lärare}}
Group:
  from: {distinct: elever, by: [enhet]}
  id: {uuid5: enhet}
  fields:
    displayName: enhet
    groupType: {text: Undervisning}
    schoolType: {text: GR}
    organisation: {ref: Organisation, via: enhet}
Activity:
  from: {distinct: elever, by: [enhet]}
  id: {uuid5: enhet}
  fields:
    displayName: enhet
    groups: {list: [{ref: Group, via: enhet}]}
    organisation: {ref: Organisation, via: enhet}
    parentActivity: {ref: test_activity, via: {text: GRGRMAT01_6}}
    teachers: {list: [{duty: {ref: Duty, via: {text: g1}}}]}
"""
    )
    text = text.replace("sources: {elever: {key: guid}}", "sources: {elever: {key: guid}, tjanst: {key: anst}}")
    tables = {"elever": [{**ROW, "enhet": UNIT}], "skolor": UNITS}
    two = [{"anst": "g1", "roll": role, "enhet": UNIT} for role in ("a", "b")]
    found, findings = objects(text, {**tables, "tjanst": two[:1]})
    assert (len(found["Activity"][0]["teachers"]), findings) == (1, [])
    found, findings = objects(text, {**tables, "tjanst": two})
    assert "teachers" not in found["Activity"][0]
    assert sorted(finding.code for finding in findings) == ["M331", "M352"]
