"""Active Directory gives at most 1,500 values of an attribute at a time, under the name `member;range=0-1499`."""

from __future__ import annotations

import re
from typing import Any

import bonsai

_RANGE = re.compile(r"(?P<name>[^;]+);range=\d+-(?P<last>\d+|\*)\Z", re.IGNORECASE)


def whole(entry: Any, connection: Any) -> Any:
    """The entry with all values of such attributes under their plain names. Raises LDAPError."""
    for key in [name for name in entry if ";" in name]:
        if part := _RANGE.match(key):
            entry[part["name"]] = [*entry.pop(key), *_rest(entry, part, connection)]
    return entry


def _rest(entry: Any, part: re.Match[str], connection: Any) -> list[Any]:
    values: list[Any] = []
    while part["last"] != "*":
        asked = f"{part['name']};range={int(part['last']) + 1}-*"
        (found,) = connection.search(entry.dn, bonsai.LDAPSearchScope.BASE, "(objectClass=*)", [asked])
        key, following = next((name, match) for name in found if (match := _RANGE.match(name)))
        values += found[key]
        part = following
    return values
