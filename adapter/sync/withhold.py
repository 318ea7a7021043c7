"""Takes persons back who have become protected, on a night when the gate holds everything else.

A publication of its own, made from what is published: the persons go, their duties with them, and nothing that
stays refers to them any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import orjson

from adapter.ss12000 import canonical
from adapter.ss12000.profile import Profile
from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.changes import ChangeSet, Spool
from adapter.store.engine import Store
from adapter.sync import closure

_UUID = re.compile(rb"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_AFFECTED = (ResourceType.DUTY, ResourceType.GROUP, ResourceType.ACTIVITY)


def withdrawal(store: Store, profile: Profile, persons: Iterable[str], spool: Spool) -> ChangeSet:
    """The smallest change set after which nothing published tells of these persons."""
    changes = ChangeSet(spool)
    gone: dict[ResourceType, set[str]] = {kind: set() for kind in ResourceType}
    gone[ResourceType.PERSON] = set(persons)
    changes.types[ResourceType.PERSON].deleted = sorted(gone[ResourceType.PERSON])

    def exists(kind: ResourceType, object_id: str) -> bool:
        return object_id not in gone[kind]

    for kind in _AFFECTED:
        change = changes.types[kind]
        for object_id, body in _mentioning(store, kind, set().union(*gone.values())):
            left = closure.pruned(kind, orjson.loads(body), exists)
            if left is None:
                gone[kind].add(object_id)
                change.deleted.append(object_id)
            else:
                change.updated.append(spool.add(canonical.encode(profile, kind, left)))
    return changes


def _mentioning(store: Store, kind: ResourceType, ids: set[str]) -> Iterator[tuple[str, bytes]]:
    """Published objects that hold any of the ids."""
    wanted = {object_id.encode() for object_id in ids}
    known = list(publish.digests(store, kind))
    for start in range(0, len(known), 500):
        for object_id, body in publish.bodies(store, kind, known[start : start + 500]).items():
            if not wanted.isdisjoint(_UUID.findall(body)):
                yield object_id, body
