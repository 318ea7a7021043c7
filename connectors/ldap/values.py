"""A catalogue's values as text: Active Directory's ids are bytes, its dates are in a form of their own."""

from __future__ import annotations

import re
import uuid

_UUIDS = frozenset({"objectguid", "msexchmailboxguid", "ms-ds-consistencyguid"})
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:[.,]\d+)?Z\Z")


def text(attribute: str, value: bytes) -> str:
    """One value. Raises ValueError for bytes that are no text."""
    if attribute.lower() in _UUIDS and len(value) == 16:
        return str(uuid.UUID(bytes_le=value))
    if attribute.lower() == "objectsid":
        return _sid(value)
    found = value.decode("utf-8")
    time = _TIME.match(found)
    return f"{time[1]}-{time[2]}-{time[3]} {time[4]}:{time[5]}:{time[6]}" if time else found


def _sid(value: bytes) -> str:
    """`S-1-5-21-…`, from revision, count, authority and the parts in Intel's order."""
    if len(value) < 8 or len(value) != 8 + 4 * value[1]:
        raise ValueError("no SID")
    parts = [int.from_bytes(value[at : at + 4], "little") for at in range(8, len(value), 4)]
    return "-".join(map(str, ["S", value[0], int.from_bytes(value[2:8], "big"), *parts]))
