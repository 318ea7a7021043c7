"""A report has a line for each kind of finding, errors first, in an order that no row's place changes."""

from __future__ import annotations

import random

from adapter.findings import Finding, Grouped, RowRef, Severity, Span

LINE = Span("mapping.yaml", 14, 18)


def finding(row: int, value: str = "", severity: Severity = Severity.WARNING, code: str = "M310") -> Finding:
    shown = f"'{value}' " if value else ""
    return Finding(code, f"{shown}is not a whole number", severity, LINE, RowRef("elever", row), "Person.schoolYear")


def test_findings_of_one_line_of_the_mapping_are_one_line_with_count_and_first_three_places() -> None:
    findings = [finding(row, value=f"{row}X") for row in range(2, 100)]
    random.Random(1).shuffle(findings)
    (found,) = Grouped(findings).in_order()
    assert str(found) == (
        "elever:2, elever:3, elever:4 and 95 more: Person.schoolYear: '2X' is not a whole number [mapping.yaml:14:18]"
    )
    assert found.as_json()["count"] == 98


def test_one_finding_is_told_as_it_is() -> None:
    (found,) = Grouped([finding(2)]).in_order()
    assert str(found) == "elever:2 Person.schoolYear: is not a whole number [mapping.yaml:14:18]"


def test_errors_come_before_warnings_before_notes() -> None:
    given = [finding(2, severity=severity) for severity in (Severity.NOTE, Severity.ERROR, Severity.WARNING)]
    assert [found.finding.severity for found in Grouped(given).in_order()] == ["error", "warning", "note"]


def test_other_codes_lines_sources_and_words_are_other_lines() -> None:
    other = Finding("M310", "is too long", Severity.WARNING, LINE, RowRef("elever", 2), "Person.schoolYear")
    elsewhere = Finding(
        "M310", "is not a whole number", Severity.WARNING, LINE, RowRef("andra", 2), "Person.schoolYear"
    )
    assert len(Grouped([finding(2), finding(3), finding(2, code="M320"), other, elsewhere]).in_order()) == 4


def test_what_has_no_row_is_counted_too() -> None:
    lost = [Finding("R142", "refers to a unit that is not published", subject=f"Person.id {n}") for n in range(9)]
    (found,) = Grouped(lost).in_order()
    assert str(found) == "Person.id 0: refers to a unit that is not published (and 8 more)"


def test_memory_does_not_grow_with_a_report_in_which_nothing_is_like_another() -> None:
    groups = Grouped(Finding("M310", f"word {n}", row=RowRef("elever", n)) for n in range(6_000))
    assert (len(groups.in_order()), groups.beyond) == (5_000, 1_000)
