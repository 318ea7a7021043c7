"""What a night's changes consist of: which attributes, whose members, which school units, who came again as another.

Each changed object is read once, as it is published beside as it would be; counts and a few examples stay in memory.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import orjson

from adapter.masking import form
from adapter.ss12000.types import ResourceType
from adapter.ss12000.units import units_of
from adapter.store.changes import ChangeSet
from adapter.store.publish import batches

SMALLEST_GROUP = 5
MEMBERS = "groupMemberships"
_TOGETHER = 500  # objects in memory
_EXAMPLES = 3  # of each attribute

Bodies = Callable[[ResourceType, Sequence[str]], dict[str, bytes]]
Attribute = tuple[ResourceType, str]


class Example(NamedTuple):
    """One object's attribute before and after. Of a person only the form of the values is told."""

    kind: ResourceType
    id: str
    attribute: str
    before: str
    after: str


@dataclass
class Contents:
    """Of one change set.

    attributes: in how many objects each would change; moved: how many of them would have what another attribute had.
    left: school unit -> persons who would not be enrolled there any more; came: the reverse; named: what it is called.
    lost_members: share of its members that each group of five or more would lose, where it loses any.
    renewed: persons who would be deleted and come again with an id of their own.
    """

    attributes: Counter[Attribute] = field(default_factory=Counter)
    moved: Counter[tuple[Attribute, str]] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)
    came: Counter[str] = field(default_factory=Counter)
    named: dict[str, str] = field(default_factory=dict)
    lost_members: list[float] = field(default_factory=list)
    renewed: dict[str, str] = field(default_factory=dict)  # the old id -> the new
    examples: dict[Attribute, list[Example]] = field(default_factory=lambda: defaultdict(list))

    def compare(self, kind: ResourceType, before: dict[str, Any], after: dict[str, Any]) -> None:
        """Take up one object that would change."""
        old, new = _values(before), _values(after)
        held = {value: path for path, value in old.items() if isinstance(value, str) and len(value) > 1}
        for path in old.keys() | new.keys():
            was, now = old.get(path), new.get(path)
            if was == now:
                continue
            attribute = (kind, path)
            self.attributes[attribute] += 1
            other = held.get(now) if isinstance(now, str) else None
            if other is not None and other != path:
                self.moved[attribute, other] += 1
            if len(self.examples[attribute]) < _EXAMPLES:
                self.examples[attribute].append(Example(kind, before["id"], path, _told(kind, was), _told(kind, now)))


def read(changes: ChangeSet, bodies: Bodies, withheld: set[str], emptied: set[str]) -> Contents:
    """Look into a change set. `bodies` loads what is published; `withheld`, `emptied`: see `limits.reasons`."""
    found = Contents()
    for kind, change in changes:
        if not change.published:
            continue
        for some in batches(change.updated, _TOGETHER):
            before = bodies(kind, [entry.id for entry in some])
            for entry in some:
                old, new = orjson.loads(before[entry.id]), orjson.loads(changes.spool.body(entry))
                found.compare(kind, old, new)
                _follow(found, kind, old, new, withheld)
    _leavers(found, changes, bodies, withheld)
    for unit, body in bodies(ResourceType.ORGANISATION, sorted(found.left)).items() if found.left else ():
        school = orjson.loads(body)
        found.named[unit] = f"{school['displayName']} ({school['schoolUnitCode']})"
    _ended_groups(found, bodies, sorted(emptied.intersection(changes.types[ResourceType.GROUP].deleted)), withheld)
    return found


def _follow(found: Contents, kind: ResourceType, old: dict[str, Any], new: dict[str, Any], withheld: set[str]) -> None:
    if kind is ResourceType.PERSON:
        was, now = set(units_of(kind, old)), set(units_of(kind, new))
        found.left.update(was - now)
        found.came.update(now - was)
    elif kind is ResourceType.GROUP:
        _members_lost(found, _members(old) - withheld, _members(new))


def _leavers(found: Contents, changes: ChangeSet, bodies: Bodies, withheld: set[str]) -> None:
    """Persons who go: from which school units, and who of them comes again."""
    kind, change = ResourceType.PERSON, changes.types[ResourceType.PERSON]
    known: dict[Hashable, str] = {}
    for some in batches([object_id for object_id in change.deleted if object_id not in withheld], _TOGETHER):
        for object_id, body in bodies(kind, some).items():
            person = orjson.loads(body)
            found.left.update(set(units_of(kind, person)))
            known |= dict.fromkeys(_names(person), object_id)
    for entry in change.created if change.published else ():
        person = orjson.loads(changes.spool.body(entry))
        found.came.update(set(units_of(kind, person)))
        if (before := next((known[name] for name in _names(person) if name in known), None)) is not None:
            found.renewed.setdefault(before, entry.id)


def _ended_groups(found: Contents, bodies: Bodies, ids: list[str], withheld: set[str]) -> None:
    """Groups that would go because they have got no members."""
    for some in batches(ids, _TOGETHER):
        for body in bodies(ResourceType.GROUP, some).values():
            _members_lost(found, _members(orjson.loads(body)) - withheld, set())


def _members_lost(found: Contents, old: set[str], new: set[str]) -> None:
    if len(old) >= SMALLEST_GROUP and (lost := len(old - new)):
        found.lost_members.append(lost / len(old))


def _members(group: Mapping[str, Any]) -> set[str]:
    return {membership["person"]["id"] for membership in group.get(MEMBERS) or ()}


def _names(person: Mapping[str, Any]) -> Iterator[Hashable]:
    """What tells who somebody is, whatever the id: the personnummer, the user names."""
    if number := (person.get("civicNo") or {}).get("value"):
        yield "civicNo", number
    for name in person.get("eduPersonPrincipalNames") or ():
        yield "eppn", name.casefold()


def _values(document: Mapping[str, Any]) -> dict[str, Any]:
    """Attribute -> value; members of objects, and of the objects of a list with one, by their own names."""
    found: dict[str, Any] = {}
    for name, value in document.items():
        if name == "id" or name == MEMBERS:  # whose loss has a limit of its own
            continue
        only = value[0] if isinstance(value, list) and len(value) == 1 else value
        if isinstance(only, dict):
            found.update((f"{name}.{part}", one) for part, one in only.items())
        else:
            found[name] = only
    return found


def _told(kind: ResourceType, value: Any) -> str:
    if value is None:
        return "nothing"
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return form(text) if kind is ResourceType.PERSON else text[:60]
