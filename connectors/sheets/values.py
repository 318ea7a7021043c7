"""A sheet's values as text."""

from __future__ import annotations

import datetime as dt
from typing import Any

from connectors.text import as_text


def plain(value: Any) -> str:
    """One value, as calamine gives it; "" for none."""
    if isinstance(value, dt.timedelta):
        return str(value)
    if isinstance(value, dt.datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return as_text(value) or ""
