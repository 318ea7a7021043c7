"""The body of a notice. No ids and no personal data: only which types changed, and whether anything went."""

from __future__ import annotations

from collections.abc import Sequence

from adapter.ss12000.types import ResourceType

SPELLINGS = ("both", "modifiedEntities", "modifiedEntites")
"""Quirk Q1: the standard misspells the key, the reference does not. In order of trying."""


def body(types: Sequence[ResourceType], deletions: bool, spelling: str) -> dict[str, object]:
    """One combined notice: `{"modifiedEntities": [...], "deletedEntities": true}`."""
    names = [str(kind) for kind in types]
    keys = SPELLINGS[1:] if spelling == "both" else (spelling,)
    found: dict[str, object] = dict.fromkeys(keys, names) if names else {}
    return {**found, "deletedEntities": True} if deletions else found
