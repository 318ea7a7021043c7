"""What a query's columns hold, as far as a driver tells before a row is read: numbers, dates, uuids."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

_PYTHON: dict[Any, str] = {
    **dict.fromkeys((int, float, Decimal), "numbers"),
    **dict.fromkeys((dt.date, dt.datetime), "dates"),
    uuid.UUID: "uuids",
}
_POSTGRESQL = {
    **dict.fromkeys((20, 21, 23, 700, 701, 1700), "numbers"),  # int8, int2, int4, float4, float8, numeric
    **dict.fromkeys((1082, 1114, 1184), "dates"),  # date, timestamp, timestamptz
    2950: "uuids",
}
_MYSQL = {
    **dict.fromkeys((0, 1, 2, 3, 4, 5, 8, 9, 246), "numbers"),  # DECIMAL, TINY … LONGLONG, INT24, NEWDECIMAL
    **dict.fromkeys((7, 10, 12), "dates"),  # TIMESTAMP, DATE, DATETIME
}
_BY_DIALECT = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL}


def kinds(dialect: str, description: Sequence[Sequence[Any]] | None) -> dict[str, str]:
    """Column -> kind, from a cursor's description (PEP 249: name, type code, …). Others are not known."""
    known: dict[Any, str] = _BY_DIALECT.get(dialect) or _PYTHON
    return {name: known[code] for name, code, *_ in description or () if code in known}
