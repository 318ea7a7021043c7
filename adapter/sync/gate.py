"""The change gate: more change than a night may bring is held until a person has looked. Per type, on by default."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from adapter.settings import Gate
from adapter.ss12000.types import ResourceType
from adapter.store.changes import ChangeSet, Spooled

SMALLEST_GROUP = 5
ALWAYS_WITHHELD = 20
"""So many may become protected in one night whatever the share."""

Bodies = Callable[[ResourceType, Sequence[str]], dict[str, bytes]]


def reasons(gate: Gate, changes: ChangeSet, withheld: set[str], bodies: Bodies, too_many: str = "") -> list[str]:
    """Why the gate holds, one sentence a limit; empty where it lets the changes pass.

    `withheld`: persons newly protected among the deleted, who have a limit of their own, which `too_many` is about.
    A type's first publication is not gated.
    """
    found = [too_many] if too_many else []
    for kind, change in changes:
        if not change.published:
            continue
        deleted = len(change.deleted)
        if kind is ResourceType.PERSON:
            deleted -= len(withheld.intersection(change.deleted))
        for verb, count, limit, name in (
            ("deleted", deleted, gate.max_deleted, "max_deleted"),
            ("updated", len(change.updated), gate.max_updated, "max_updated"),
            ("created", len(change.created), gate.max_created, "max_created"),
        ):
            if count > limit * change.published:
                found.append(
                    f"{kind}: {count} of {change.published} would be {verb} ({count / change.published:.1%}); "
                    f"gate.{name} is {limit:.0%}"
                )
    found.extend(_emptied_groups(gate, changes, withheld, bodies))
    return found


def too_many_withheld(gate: Gate, withheld: int, published: int) -> str:
    """Why so many newly protected persons are not believed, or ""."""
    if withheld <= max(ALWAYS_WITHHELD, gate.max_withheld * published):
        return ""
    return (
        f"Person: {withheld} of {published} would be withheld as newly protected ({withheld / published:.1%}); "
        f"gate.max_withheld is {gate.max_withheld:.0%}. Has the marking column changed its meaning?"
    )


def _emptied_groups(gate: Gate, changes: ChangeSet, withheld: set[str], bodies: Bodies) -> Iterator[str]:
    updated = changes.types[ResourceType.GROUP].updated
    worst, groups = 0.0, 0
    for start in range(0, len(updated), 500):
        some = updated[start : start + 500]
        before = bodies(ResourceType.GROUP, [entry.id for entry in some])
        for entry in some:
            share = _lost(before[entry.id], changes, entry, withheld)
            groups += share > gate.max_members_removed
            worst = max(worst, share)
    if groups:
        yield (
            f"Group: {groups} would lose more of their members than gate.max_members_removed allows "
            f"({gate.max_members_removed:.0%}); the worst {worst:.0%}"
        )


def _lost(before: bytes, changes: ChangeSet, entry: Spooled, withheld: set[str]) -> float:
    """Share of a group's members that would go; 0 for small groups."""
    old = _members(orjson.loads(before)) - withheld
    if len(old) < SMALLEST_GROUP:
        return 0.0
    return len(old - _members(orjson.loads(changes.spool.body(entry)))) / len(old)


def _members(values: dict[str, Any]) -> set[str]:
    return {membership["person"]["id"] for membership in values["groupMemberships"]}
