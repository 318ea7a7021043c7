"""eduPersonPrincipalName: its form, and its likeness to the person's name (Skolverket's warning 3047)."""

from __future__ import annotations

import re

_FORM = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+\Z")
_NUMBER_INSIDE = re.compile(r"(?<!\d)(?:\d{10}|\d{12})(?!\d)|\d{6}-\d{4}", re.ASCII)
_FOLD = str.maketrans({"å": "a", "ä": "a", "ö": "o", "é": "e"})


def wrong_with(value: str) -> str:
    """Why the value cannot be a federation user name, or "" when it can. Domain sheet 10.2."""
    if not _FORM.match(value):
        return "is not of the form local-part@domain"
    if _NUMBER_INSIDE.search(value):
        return "contains a personnummer"
    return ""


def resembles_name(value: str, given_name: str, family_name: str) -> bool:
    """Whether Skolverket would warn (3047): three letters of the family name, or two of each name."""
    local = value.partition("@")[0].casefold()
    given, family = given_name.casefold(), family_name.casefold()
    if len(family) < 3 or len(given) < 2:
        return False
    if not local.isascii() and _alike(local, given, family):
        return True
    return _alike(local.translate(_FOLD), given.translate(_FOLD), family.translate(_FOLD))


def _alike(local: str, given: str, family: str) -> bool:
    return family[:3] in local or (family[:2] in local and given[:2] in local)
