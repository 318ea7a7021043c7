"""When an organiser's night is: a window in Swedish time, also when the clock on the wall is moved."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from adapter.settings.fleet import Night
from adapter.wiring import ZONE


class Window(NamedTuple):
    """`night`: the date on which it begins. Times in ms; a run begins at `begins` or later, and before `ends`."""

    night: str
    begins: int
    ends: int


def window(night: Night, now: int) -> Window:
    """The window that is open at a time (ms), or else the next one."""
    today = dt.datetime.fromtimestamp(now / 1000, ZONE).date()
    candidates = (_of_day(night, today + dt.timedelta(days=days)) for days in (-1, 0, 1))
    return next(found for found in candidates if found.ends > now)


def of_night(night: Night, date: str) -> Window:
    """The window of a date."""
    return _of_day(night, dt.date.fromisoformat(date))


def _of_day(night: Night, day: dt.date) -> Window:
    over_midnight = night.last <= night.first
    begins, ends = _at(day, night.first), _at(day + dt.timedelta(days=over_midnight), night.last)
    return Window(day.isoformat(), begins, ends)


def _at(day: dt.date, time: str) -> int:
    """A Swedish time of day in ms. One that the clock leaves out comes an hour later; of two the first is meant."""
    hour, minute = map(int, time.split(":"))
    return int(dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).timestamp() * 1000)
