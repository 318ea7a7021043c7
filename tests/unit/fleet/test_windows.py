"""Nights in Swedish time: each once, and in its window, also when the clock is moved."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from adapter.fleet.windows import of_night, window
from adapter.settings.fleet import Night
from adapter.wiring import ZONE

TIMES = st.builds(lambda minutes: f"{minutes // 60:02d}:{minutes % 60:02d}", st.integers(0, 1439))
MOMENTS = st.integers(1_767_225_600_000, 1_830_297_600_000)  # 2026 and 2027


def at(*when: int) -> int:
    return int(dt.datetime(*when, tzinfo=ZONE).timestamp() * 1000)  # type: ignore[misc,arg-type]


def night(first: str, last: str) -> Night:
    return Night(**{"from": first, "until": last})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ((2026, 11, 29, 0, 30), ("2026-11-29", (2026, 11, 29, 1), (2026, 11, 29, 5))),
        ((2026, 11, 29, 4, 59), ("2026-11-29", (2026, 11, 29, 1), (2026, 11, 29, 5))),
        ((2026, 11, 29, 5, 0), ("2026-11-30", (2026, 11, 30, 1), (2026, 11, 30, 5))),
    ],
)
def test_the_open_window_or_the_next(
    now: tuple[int, ...], expected: tuple[str, tuple[int, ...], tuple[int, ...]]
) -> None:
    date, begins, ends = expected
    assert window(night("01:00", "05:00"), at(*now)) == (date, at(*begins), at(*ends))


def test_a_window_over_midnight_belongs_to_the_day_on_which_it_begins() -> None:
    late = night("22:00", "04:00")
    assert window(late, at(2026, 11, 30, 3)).night == "2026-11-29"
    assert window(late, at(2026, 11, 30, 4)).night == "2026-11-30"


def test_in_spring_the_hour_that_is_left_out_comes_an_hour_later() -> None:
    found = window(night("02:30", "04:00"), at(2026, 3, 29, 1))
    assert dt.datetime.fromtimestamp(found.begins / 1000, dt.UTC) == dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    assert found.begins < found.ends


def test_in_autumn_a_night_comes_once_though_its_hour_comes_twice() -> None:
    both = night("02:15", "02:45")
    first, second = (int(dt.datetime(2026, 10, 25, hour, 30, tzinfo=dt.UTC).timestamp() * 1000) for hour in (0, 1))
    assert window(both, first).night == "2026-10-25"
    assert window(both, second).night == "2026-10-26"


@given(first=TIMES, last=TIMES, now=MOMENTS)
def test_every_moment_has_one_night_and_it_is_not_over(first: str, last: str, now: int) -> None:
    assume(first != last)
    found = window(night(first, last), now)
    assert found.ends > now
    assert found.begins - now <= 25 * 3_600_000
    assert of_night(night(first, last), found.night) == found
    if now >= found.begins:  # and all through it, it is the same night
        assert window(night(first, last), found.ends - 1) == found


@given(first=TIMES, last=TIMES, now=MOMENTS)
def test_no_night_is_left_out(first: str, last: str, now: int) -> None:
    assume(first != last)
    found = window(night(first, last), now)
    following = window(night(first, last), found.ends)
    assert dt.date.fromisoformat(following.night) == dt.date.fromisoformat(found.night) + dt.timedelta(days=1)
