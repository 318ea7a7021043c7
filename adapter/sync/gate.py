"""The change gate: more change than a night may bring is held until a person has looked. Per type, on by default.

A share says nothing where numbers are small: a second school is 100 % more schools. So each limit has a count up to
which it holds nothing, as Grouper's and GCDS's have. What must never pass, a type that is emptied, is asked for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import orjson

from adapter.settings import Gate
from adapter.ss12000.types import ResourceType
from adapter.store.changes import ChangeSet, Spooled, TypeChanges

SMALLEST_GROUP = 5

Bodies = Callable[[ResourceType, Sequence[str]], dict[str, bytes]]


def reasons(
    gate: Gate,
    changes: ChangeSet,
    withheld: set[str],
    emptied: set[str],
    bodies: Bodies,
    subscribed: bool,
    others: Sequence[str] = (),
) -> list[str]:
    """Why the gate holds, one sentence a limit; empty where it lets the changes pass. `others` are known before.

    `withheld`: persons newly protected among the deleted, who have a limit of their own. `emptied`: groups that are
    deleted because they have no members left.
    A type's first publication is not gated; and until somebody subscribes (`subscribed`) nothing is at stake with
    objects that come or change, as when a mapping is mended after a first try.
    """
    found = list(others)
    for kind, change in changes:
        if change.published:
            protected = len(withheld.intersection(change.deleted)) if kind is ResourceType.PERSON else 0
            found.extend(_too_many(gate, kind, change, len(change.deleted) - protected, subscribed))
    found.extend(_lost_members(gate, changes, withheld, emptied, bodies))
    return found


def too_many_withheld(gate: Gate, withheld: int, published: int) -> str:
    """Why so many newly protected persons are not believed, or ""."""
    if withheld <= max(gate.few_withheld, gate.max_withheld * published):
        return ""
    return (
        f"Person: {withheld} of {published} would be withheld as newly protected ({withheld / published:.1%}); "
        f"gate.max_withheld is {gate.max_withheld:.0%}. Has the marking column changed its meaning?"
    )


def _too_many(gate: Gate, kind: ResourceType, change: TypeChanges, deleted: int, subscribed: bool) -> Iterator[str]:
    published, created, updated = change.published, len(change.created), len(change.updated)
    few_deleted = 0 if kind is ResourceType.ORGANISATION else gate.few_deleted
    counts = [("deleted", deleted, gate.max_deleted, few_deleted)]
    if subscribed:
        counts += [
            ("updated", updated, gate.max_updated, gate.few_updated),
            ("created", created, gate.max_created, gate.few_created),
        ]
    left = published - deleted + created
    for verb, count, limit, few in counts:
        emptied = verb == "deleted" and limit < 1 and left * 2 < published
        if count > limit * published and (count > few or emptied):
            yield (
                f"{kind}: {count} of {published} would be {verb} ({count / published:.1%}); gate.max_{verb} is "
                f"{limit:.0%}"
            )


def _lost_members(
    gate: Gate, changes: ChangeSet, withheld: set[str], emptied: set[str], bodies: Bodies
) -> Iterator[str]:
    change = changes.types[ResourceType.GROUP]
    left: list[tuple[str, Spooled | None]] = [(entry.id, entry) for entry in change.updated]
    left += [(object_id, None) for object_id in change.deleted if object_id in emptied]
    worst, groups = 0.0, 0
    for start in range(0, len(left), 500):
        some = left[start : start + 500]
        before = bodies(ResourceType.GROUP, [object_id for object_id, _ in some])
        for object_id, entry in some:
            share = _lost(before[object_id], changes, entry, withheld)
            groups += share > gate.max_members_removed
            worst = max(worst, share)
    if groups:
        yield (
            f"Group: {groups} would lose more of their members than gate.max_members_removed allows "
            f"({gate.max_members_removed:.0%}); the worst {worst:.0%}"
        )


def _lost(before: bytes, changes: ChangeSet, entry: Spooled | None, withheld: set[str]) -> float:
    """Share of a group's members that would go; 0 for small groups. `entry` None: the group goes with all of them."""
    old = _members(orjson.loads(before)) - withheld
    if len(old) < SMALLEST_GROUP:
        return 0.0
    if entry is None:
        return 1.0
    return len(old - _members(orjson.loads(changes.spool.body(entry)))) / len(old)


def _members(values: dict[str, Any]) -> set[str]:
    return {membership["person"]["id"] for membership in values["groupMemberships"]}
