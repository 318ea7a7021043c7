"""Files that LibreOffice wrote in three forms: a person sees the same in each, and so do we."""

from __future__ import annotations

import pytest
from support.sheets import SHEETS

from connectors.registry import create
from connectors.sheets import marks


@pytest.mark.parametrize("form", ["xlsx", "xls", "ods"])
def test_a_sheet_reads_as_a_person_sees_it_in_every_form(form: str) -> None:
    with create("elever", {"connector": "excel", "path": str(SHEETS / f"marked.{form}")}).open() as table:
        assert table.columns == ("pnr", "kod", "datum", "fel")
        (batch,) = table.batches(table.columns)
        remarks = [(one.code, one.place.rpartition(", ")[2]) for one in table.remarks]  # type: ignore[attr-defined]
    assert batch.first_row == 6
    assert list(batch.rows) == [
        ("", "", "", ""),
        ("200901272385", "01234567", "2009-01-27", ""),
        ("090127-2385", "x", "", ""),
        ("1", "x", "", ""),
        ("2.5", "x", "08:30:00", "200901272386"),
    ]
    assert remarks == [("S154", "Sheet:7:F"), ("S156", "Sheet:9:C")]


@pytest.mark.parametrize(
    ("code", "number", "shown"),
    [
        ("00000000", 1234567, "01234567"),
        ("000000\\-0000", 901272385, "090127-2385"),
        ('000000"-"0000', 901272385, "090127-2385"),
        ("########\\-####", 200901272385, "20090127-2385"),
        ("00000000;[Red]-00000000", 5, "00000005"),
        ("[$-41D]0000", 7, "0007"),
        ("0000", 123456, "123456"),
        ("######\\-####", 12, "12"),
    ],
)
def test_zeros_and_hyphens_of_a_format_are_shown(code: str, number: int, shown: str) -> None:
    assert marks.shown(number, marks.pattern(code)) == shown


@pytest.mark.parametrize("code", ["General", "0", "0.00", "#,##0", "0%", "yyyy-mm-dd", "0.00E+00", '0" kr"', "@"])
def test_other_formats_show_nothing_that_the_number_has_not(code: str) -> None:
    assert marks.pattern(code) == ""


@pytest.mark.parametrize(("column", "letters"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")])
def test_columns_are_called_as_the_sheet_s_ruler_calls_them(column: int, letters: str) -> None:
    assert marks.letters(column) == letters
    assert marks.place(f"{letters}7") == (6, column)
