"""Which attributes a catalogue knows: one that is misspelt would be empty in every row."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence

import bonsai
from bonsai.ldapconnection import LDAPConnection

_NAMES = re.compile(r"\bNAME\s+(?:'([^']+)'|\(\s*((?:'[^']+'\s*)+)\))")


def unknown(connection: LDAPConnection, attributes: Sequence[str]) -> str:
    """What to say of an attribute that the catalogue does not know; "" where all are known, or it tells of none."""
    known = {name.lower(): name for name in _known(connection)}
    for attribute in attributes if known else ():
        if attribute.lower() not in known and attribute.lower() != "dn":
            close = difflib.get_close_matches(attribute.lower(), known, n=1)
            hint = f' Did you mean "{known[close[0]]}"?' if close else ""
            return f'the catalogue has no attribute "{attribute}".{hint}'
    return ""


def _known(connection: LDAPConnection) -> Iterable[str]:
    try:
        root = connection.search("", bonsai.LDAPSearchScope.BASE, "(objectClass=*)", ["subschemaSubentry"])
        where = str(root[0]["subschemaSubentry"][0])
        found = connection.search(where, bonsai.LDAPSearchScope.BASE, "(objectClass=subschema)", ["attributeTypes"])
        lines = [str(line) for line in found[0]["attributeTypes"]]
    except (bonsai.LDAPError, IndexError, KeyError):
        return []  # not everybody may see them
    named = [match[1] or match[2] for line in lines for match in _NAMES.finditer(line)]
    return [name for names in named for name in re.findall(r"[\w-]+", names)]
