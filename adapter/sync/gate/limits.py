"""The change gate: more change than a night may bring is held until a person has looked. Per type, on by default.

A share says nothing where numbers are small: a second school is 100 % more schools. So each limit has a count up to
which it holds nothing, as Grouper's and GCDS's have. What must never pass, a type that is emptied, is asked for itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence

from adapter.settings import Gate
from adapter.ss12000.types import ResourceType
from adapter.store.changes import ChangeSet, TypeChanges
from adapter.sync.gate.contents import Contents

_IDENTITY = {
    (ResourceType.PERSON, "givenName"),
    (ResourceType.PERSON, "familyName"),
    (ResourceType.PERSON, "civicNo.value"),
    (ResourceType.PERSON, "eduPersonPrincipalNames"),
    (ResourceType.ORGANISATION, "schoolUnitCode"),
    (ResourceType.DUTY, "person.id"),
}
"""Attributes that tell who or what an object is: that they change for many is never an ordinary day."""


def reasons(
    gate: Gate,
    changes: ChangeSet,
    contents: Contents,
    withheld: set[str],
    enrolled: Callable[[], Counter[str]],
    subscribed: bool,
    others: Sequence[str] = (),
) -> list[str]:
    """Why the gate holds, one sentence a limit; empty where it lets the changes pass. `others` are known before.

    `contents`: what the changes consist of. `withheld`: persons newly protected among the deleted, who have a limit of
    their own. `enrolled`: school unit -> persons who would be enrolled there.
    A type's first publication is not gated; and until somebody subscribes (`subscribed`) nothing is at stake with
    objects that come or change, as when a mapping is mended after a first try.
    """
    found = list(others)
    for kind, change in changes:
        if change.published:
            protected = len(withheld.intersection(change.deleted)) if kind is ResourceType.PERSON else 0
            found.extend(_too_many(gate, kind, change, len(change.deleted) + change.missing - protected, subscribed))
    found.extend(_lost_members(gate, contents))
    if subscribed and gate.max_updated < 1:  # who lets every object change lets every attribute change
        found.extend(_same_attribute(gate, changes, contents))
    if gate.max_deleted < 1:
        found.extend(_renewed(gate, changes, contents))
        found.extend(_left_units(gate, contents, enrolled))
    return found


def unmatched(gate: Gate, before: Mapping[str, Sequence[int]], now: Mapping[str, Sequence[int]]) -> Iterator[str]:
    """Second sources that no longer match. Both: what is matched -> rows that were found, rows that were not."""
    for what, (hits, misses) in before.items() if gate.max_updated < 1 else ():
        if what in now and hits and sum(now[what]):
            was, share = hits / (hits + misses), now[what][0] / sum(now[what])
            if was - share > gate.max_unmatched and now[what][1] - misses > gate.few_identity_changed:
                yield (
                    f"{what}: {share:.1%} of the rows are found there; {was:.1%} were in the last good run; "
                    f"gate.max_unmatched is {gate.max_unmatched:.0%}. Is that source complete, and its key as before?"
                )


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


def _lost_members(gate: Gate, contents: Contents) -> Iterator[str]:
    too_much = [share for share in contents.lost_members if share > gate.max_members_removed]
    if too_much:
        yield (
            f"Group: {len(too_much)} would lose more of their members than gate.max_members_removed allows "
            f"({gate.max_members_removed:.0%}); the worst {max(too_much):.0%}"
        )


def _same_attribute(gate: Gate, changes: ChangeSet, contents: Contents) -> Iterator[str]:
    """One attribute that changes for many; more so where it takes over what its neighbour held."""
    for attribute, count in sorted(contents.attributes.items()):
        kind, name = attribute
        published, identity = changes.types[kind].published, attribute in _IDENTITY
        few, limit, word = (
            (gate.few_identity_changed, gate.max_identity_changed, "identity")
            if identity
            else (gate.few_attribute_changed, gate.max_attribute_changed, "attribute")
        )
        others = ((moved, other) for (one, other), moved in contents.moved.items() if one == attribute)
        moved, other = max(others, default=(0, ""))
        if moved > gate.few_identity_changed and moved * 2 > count:
            yield (
                f"{kind}: {name} would change in {count} of {published} objects, in {moved} of them to what {other} "
                "holds now. Has a column moved?"
            )
        elif count > limit * published and count > few:
            yield (
                f"{kind}: {name} would change in {count} of {published} objects ({count / published:.1%}); "
                f"gate.max_{word}_changed is {limit:.0%}"
            )


def _renewed(gate: Gate, changes: ChangeSet, contents: Contents) -> Iterator[str]:
    published, count = changes.types[ResourceType.PERSON].published, len(contents.renewed)
    if count > gate.few_renewed and count > gate.max_renewed * published:
        yield (
            f"Person: {count} of {published} would be deleted and come again under another id, with the same "
            f"personnummer or user name ({count / published:.1%}); gate.max_renewed is {gate.max_renewed:.0%}. Has the "
            "column changed that their id is made from?"
        )


def _left_units(gate: Gate, contents: Contents, enrolled: Callable[[], Counter[str]]) -> Iterator[str]:
    suspected = {unit: left for unit, left in contents.left.items() if left > gate.few_left_unit}
    after = enrolled() if suspected else Counter[str]()
    for unit, left in sorted(suspected.items()):
        before = after[unit] - contents.came[unit] + left
        if left > gate.max_left_unit * before:
            yield (
                f"Person: {left} of {before} would leave {contents.named.get(unit, unit)} ({left / before:.1%}); "
                f"gate.max_left_unit is {gate.max_left_unit:.0%}"
            )
