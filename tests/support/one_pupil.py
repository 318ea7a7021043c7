"""One pupil and one rule for Person: what a word of the language makes of a row."""

from __future__ import annotations

from typing import Any

from adapter.findings import Finding
from support.mapping import objects
from support.small_school import UNIT, number

NUMBER = number("20140101", 1)
ROW = {"guid": "g1", "namn": " Åsa ", "efter": "Öberg", "pnr": NUMBER, "eppn": "x1@edu.exempel.se", "skydd": "N"}
PERSON = {
    "givenName": "namn",
    "familyName": "efter",
    "civicNo.value": "pnr",
    "eduPersonPrincipalNames": "eppn",
    "securityMarking": "{column: skydd, codes: skydd}",
}

ENRICHED = """\
sources:
  elever: {key: guid}
  ad: {key: {column: nummer, as: personnummer}}
"""
ENROLMENTS = """
      each: inskr
      match: {elev: guid}
      keep: {till: {on_or_after: today, or: empty}}
      fields:
        enroledAt: {ref: Organisation, via: enhet}
        schoolType: {column: form, codes: form}
        schoolYear: {column: ak, as: integer}
"""


def mapping(rule: str = "", top: str = "", **fields: str) -> str:
    """One rule for Person from `elever`; `fields` are added or replaced."""
    lines = "\n".join(f"    {name}: {value}" for name, value in {**PERSON, **fields}.items())
    sources = top or "sources: {elever: {key: guid}}"
    return f"""\
mapping: 1
{sources}
codes:
  skydd: {{N: Ingen, J: Sekretessmarkering}}
  form: {{Grundskola: GR, otherwise: GY}}
Organisation:
  from: skolor
  id: {{school_unit: kod}}
  fields: {{displayName: namn, schoolUnitCode: kod}}
Person:
  from: elever
{rule or "  id: {uuid5: guid}"}
  fields:
{lines}
"""


def persons(text: str, *rows: dict[str, Any], **others: list[dict[str, Any]]) -> tuple[list[Any], list[Finding]]:
    columns = dict.fromkeys((*ROW, *(name for row in rows for name in row)), "")
    elever = [{**columns, **ROW, **row} for row in rows]
    tables = {"elever": elever, "skolor": [{"kod": UNIT, "namn": "Skolan"}], **others}
    found, findings = objects(text, tables)
    return found.get("Person", []), findings


def one(text: str, row: dict[str, Any] | None = None, **others: list[dict[str, Any]]) -> Any:
    (found,), findings = persons(text, row or {}, **others)
    assert [finding for finding in findings if finding.severity == "error"] == []
    return found


def rejected(text: str, row: dict[str, Any] | None = None, **others: list[dict[str, Any]]) -> str:
    """What is said of the one row, which gives no object."""
    found, findings = persons(text, row or {}, **others)
    assert found == []
    return str(findings[0])
