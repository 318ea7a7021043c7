"""Today's date, for all that a mapping compares with it, and the day on which the first of that comes out otherwise.

So a later run on the same rows knows whether it would do the same, though it is another day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

_NEVER = dt.date.max


class Almanac:
    """One run's date: the organiser's (Europe/Stockholm). `turns` is complete when everything has been built."""

    def __init__(self, today: dt.date) -> None:
        self.today = today
        self._ahead = 100  # years until the next century's turn comes, for the number that it comes first for
        self.turns = _NEVER
        """The first day after today on which something that was asked would be answered otherwise."""

    def on_or_before(self, days: int, read: Callable[[str], str]) -> Callable[[str], bool]:
        """Whether a date in a text is at most so many days after today. `read` gives it as ÅÅÅÅ-MM-DD."""
        limit = self._limit(days)
        first_later = ""

        def test(text: str) -> bool:
            nonlocal first_later
            if not text:
                return False
            if (found := read(text)) <= limit:
                return True
            if not first_later or found < first_later:
                first_later = found
                self._turn(found, -days)
            return False

        return test

    def on_or_after(self, days: int, read: Callable[[str], str]) -> Callable[[str], bool]:
        """Whether a date in a text is at least so many days after today."""
        limit = self._limit(days)
        first_later = ""

        def test(text: str) -> bool:
            nonlocal first_later
            if not text or (found := read(text)) < limit:
                return False
            if not first_later or found < first_later:
                first_later = found
                self._turn(found, 1 - days)
            return True

        return test

    def guessed_century(self, number: str) -> None:
        """A personnummer (twelve characters) that stood without its century: which it is goes by today's date."""
        year = self.today.year
        ahead = (int(number[2:4]) - year) % 100
        if ahead < self._ahead:
            self._ahead = ahead
            if ahead:
                self._turn(f"{year + ahead}-01-01", 0)
            else:  # born this year, or a hundred years before, until the birthday has come
                self._turn((self.today + dt.timedelta(days=1)).isoformat(), 0)

    def _limit(self, days: int) -> str:
        return (self.today + dt.timedelta(days=days)).isoformat()

    def _turn(self, date: str, days: int) -> None:
        try:
            turns = dt.date.fromisoformat(date) + dt.timedelta(days=days)
        except OverflowError:
            return
        if self.today < turns < self.turns:
            self.turns = turns
