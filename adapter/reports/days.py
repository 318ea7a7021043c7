"""Times as people at the organiser's read them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_ZONE = ZoneInfo("Europe/Stockholm")


def moment(milliseconds: int) -> dt.datetime:
    """The organiser's date and time."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, _ZONE)


def day(milliseconds: int) -> dt.date:
    """The organiser's date."""
    return moment(milliseconds).date()
