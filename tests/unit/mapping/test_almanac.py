"""The almanac knows on which day the first of what was asked would be answered otherwise."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapter.mapping import conversions
from adapter.mapping.almanac import Almanac
from adapter.ss12000 import civicno

TODAY = dt.date(2026, 11, 27)
DATES = st.dates(TODAY - dt.timedelta(days=30), TODAY + dt.timedelta(days=30)).map(dt.date.isoformat)


def answers(today: dt.date, days: int, texts: list[str]) -> tuple[list[bool], dt.date]:
    almanac = Almanac(today)
    until = almanac.on_or_before(days, conversions.iso_date)
    after = almanac.on_or_after(-days, conversions.iso_date)
    return [test(text) for text in texts for test in (until, after)], almanac.turns


@given(st.lists(DATES | st.just(""), max_size=8), st.integers(-20, 20))
def test_until_the_day_on_which_it_turns_everything_is_answered_as_today(texts: list[str], days: int) -> None:
    now, turns = answers(TODAY, days, texts)
    for later in range(1, 90):
        day = TODAY + dt.timedelta(days=later)
        if day < turns:
            assert answers(day, days, texts)[0] == now
    if turns != dt.date.max:
        assert answers(turns, days, texts)[0] != now


@given(
    st.dates(dt.date(1915, 1, 1), dt.date(2034, 12, 31)),
    st.sampled_from(["", "-", "+"]),
    st.dates(dt.date(2000, 1, 1), TODAY),
)
def test_a_number_without_its_century_is_read_alike_until_that_day(born: dt.date, sign: str, today: dt.date) -> None:
    text = f"{born:%y%m%d}{sign}2384"
    almanac = Almanac(today)
    read = conversions.parse("personnummer", almanac).apply(text)
    for later in (*range(1, 40), 60, 200, 364, 365, 366, 400, 800):
        day = today + dt.timedelta(days=later)
        if day < almanac.turns:
            assert civicno.normalise(text, day) == read


def test_a_number_with_its_century_never_turns() -> None:
    almanac = Almanac(TODAY)
    assert conversions.parse("personnummer", almanac).apply("20261128-2384") == "202611282384"
    assert almanac.turns == dt.date.max


@pytest.mark.parametrize("date", ["9999-12-31", "0001-01-01"])
def test_the_ends_of_the_calendar_are_no_trouble(date: str) -> None:
    answers(TODAY, -20, [date])
    answers(TODAY, 20, [date])
