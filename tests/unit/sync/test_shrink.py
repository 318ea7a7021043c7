"""A source is held against its own last good run: all of it, and each school unit."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.mapping import compiled
from support.one_pupil import ROW, mapping

from adapter.mapping.plan import Plan
from adapter.sync.shrink import Length, findings, written

NOW = 1_795_000_000_000
HEADERS = {"elever": list(ROW), "skolor": ["kod", "namn"]}


def plan(expect: str = "") -> Plan:
    return compiled(mapping(top=f"sources: {{elever: {{key: guid{expect}}}}}"), HEADERS)


def told(before: Length, now: Length, expect: str = "") -> list[str]:
    kept = written({"elever": before}, NOW)
    return [str(finding) for finding in findings(plan(expect), {"elever": "export/elever.csv"}, {"elever": now}, kept)]


def units(**rows: int) -> Length:
    return Length(sum(rows.values()), {"enhet": Counter(rows)})


def test_it_says_which_file_shrank_by_how_much_since_when() -> None:
    (line,) = told(Length(400, {}), Length(370, {}))
    assert line.startswith("export/elever.csv: S132 has 370 rows; it had 400 in the last good run (2026-11-18 "), line
    assert "7.5% fewer, and expect.max_shrink is 5%. See why the export is short." in line


@pytest.mark.parametrize(
    ("before", "now", "expect", "short"),
    [
        (400, 380, "", False),  # five percent
        (400, 379, "", True),
        (40, 30, "", False),  # ten rows may always go
        (40, 29, "", True),
        (400, 350, ", expect: {max_shrink: 20%}", False),
        (400, 390, ", expect: {max_shrink: 2%}", False),
        (400, 389, ", expect: {max_shrink: 2%}", True),
        (400, 0, ", expect: {max_shrink: 100%}", False),
        (400, 4000, "", False),
    ],
)
def test_how_much_it_may_shrink(before: int, now: int, expect: str, short: bool) -> None:
    assert bool(told(Length(before, {}), Length(now, {}), expect)) == short


def test_a_unit_that_is_nearly_gone_is_told_though_the_whole_is_as_long_as_before() -> None:
    (line,) = told(units(A=100, B=900), units(A=60, B=940))
    assert "has fewer rows of some enhet than in the last good run" in line
    assert "A 100 to 60." in line
    assert told(units(A=100, B=900), units(A=80, B=920)) == []
    assert told(units(A=10, B=900), units(B=910)) == []  # ten rows
    (line,) = told(units(**{f"U{n}": 50 for n in range(9)}), units(X=450))
    assert "U0 50 to 0, U1 50 to 0, U2 50 to 0 and 6 more." in line


def test_the_first_run_and_a_source_that_is_new_have_nothing_to_be_held_against() -> None:
    assert findings(plan(), {}, {"elever": Length(1, {})}, "") == []
    assert findings(plan(), {}, {"elever": Length(1, {})}, written({"andra": Length(400, {})}, NOW)) == []


@given(st.integers(0, 5000), st.integers(0, 5000))
def test_a_source_that_lost_more_than_a_twentieth_and_ten_rows_is_always_told(before: int, now: int) -> None:
    assert bool(told(Length(before, {}), Length(now, {}))) == (before - now > max(10, before * 0.05))
