"""Ids for life: uuid5 under the organiser's secret namespace, or the source's own uuid, or Skolverket's."""

from __future__ import annotations

import re
import uuid
from hashlib import sha1

_GUID = re.compile(r"\{?([0-9a-f]{8})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{4})-?([0-9a-f]{12})\}?\Z", re.IGNORECASE)
_GUID_LENGTHS = (32, 34, 36, 38)
_VARIANT = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}
_NIL = uuid.UUID(int=0).bytes


def canonical_uuid(text: str) -> str | None:
    """`{0F8F…}`, `0f8f…` without hyphens or in capitals -> canonical lower case; None when it is no uuid."""
    found = _GUID.match(text)
    return "-".join(found.groups()).lower() if found else None


def uuid5(namespace: bytes, name: str) -> str:
    """RFC 4122 version 5, as text. Four times faster than `uuid.uuid5(...)`, which builds an object."""
    raw = sha1(namespace + name.encode(), usedforsecurity=False).hexdigest()
    return f"{raw[:8]}-{raw[8:12]}-5{raw[13:16]}-{_VARIANT[raw[16]]}{raw[17:20]}-{raw[20:32]}"


def own_id(namespace: bytes, kind: str, values: tuple[str, ...]) -> str:
    """The id of one of our objects, from the key values of its source.

    GUIDs are normalised first, so that an export that starts to write braces or capitals keeps every id.
    The type is part of the name: pupil 17 and group 17 differ.
    """
    parts = [(len(value) in _GUID_LENGTHS and canonical_uuid(value)) or value for value in values]
    return uuid5(namespace, "\x1f".join((kind, *parts)))


def skolverket_id(name: str) -> str:
    """Skolverket's id of a school unit or programme (by code) or a test activity (by name). Sheet 9."""
    return uuid5(_NIL, name)
