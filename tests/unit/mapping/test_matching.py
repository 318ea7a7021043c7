"""Which rows of two sources belong together, however each writes its numbers."""

from __future__ import annotations

import pytest
from support.mapping import objects
from support.one_pupil import NUMBER, ROW, mapping, one, persons
from support.small_school import UNIT


def test_a_column_is_matched_in_the_form_that_its_own_key_has() -> None:
    top = """\
sources:
  ad: {key: {column: nummer, as: personnummer}}
  elever: {key: guid, with: {ad: {nummer: {column: pnr, as: personnummer}}}}
"""
    text = mapping(top=top, eduPersonPrincipalNames="ad.eppn")
    other_form = f"{NUMBER[2:8]}-{NUMBER[8:]}"
    assert one(text, ad=[{"nummer": other_form, "eppn": "a@edu.exempel.se"}])["eduPersonPrincipalNames"] == [
        "a@edu.exempel.se"
    ]


@pytest.mark.parametrize("written", [NUMBER, f"{NUMBER[:8]}-{NUMBER[8:]}", f"{NUMBER[2:8]}-{NUMBER[8:]}"])
def test_a_row_is_matched_with_those_of_its_own_source_however_it_is_written(written: str) -> None:
    top = """\
sources:
  elever: {of: underlag, key: {column: pnr, as: personnummer}, merge: most}
  rader: {of: underlag, key: {column: pnr, as: personnummer}}
"""
    fields = "{enroledAt: {ref: Organisation, via: kod}, schoolType: {text: GR}, schoolYear: {text: '6'}}"
    enrolments = f"{{each: rader, match: {{pnr: pnr}}, fields: {fields}}}"
    tables = {"underlag": [{**ROW, "pnr": written, "kod": UNIT}], "skolor": [{"kod": UNIT, "namn": "S"}]}
    (found,) = objects(mapping(top=top, enrolments=enrolments), tables)[0]["Person"]
    assert len(found["enrolments"]) == 1


def test_columns_that_were_never_meant_for_each_other_are_told() -> None:
    text = mapping("  id: {uuid5: guid}\n  enrich: {ad: pnr}", "sources:\n  elever: {key: guid}\n  ad: {key: nr}")
    pupils = [{"guid": f"g{n}", "eppn": f"x{n}@edu.exempel.se"} for n in range(10)]
    _, findings = persons(text, *pupils, ad=[{"nr": f"{NUMBER[2:8]}-{NUMBER[8:]}"}])
    (found,) = findings
    assert str(found) == (
        "mapping.yaml:15:12: M343 Person from elever with ad: not one of 10 finds a row "
        "(its keys look like 999999-9999, ours like 999999999999). Is it the right column?"
    )
    assert persons(text, *pupils[1:], ad=[{"nr": "1"}])[1] == []  # nine may be chance
