"""The five resource types, in the order in which Skolverket's client fetches them.

Whatever is the same for all five is written once, driven by this table.
"""

from __future__ import annotations

from enum import StrEnum


class ResourceType(StrEnum):
    """Spelled as in subscriptions, notices, /log and /statistics."""

    ORGANISATION = "Organisation"
    PERSON = "Person"
    GROUP = "Group"
    DUTY = "Duty"
    ACTIVITY = "Activity"

    @property
    def collection(self) -> str:
        """The path of the list, which is also the key in /deletedEntities."""
        return _COLLECTIONS[self]

    @classmethod
    def lenient(cls, text: object) -> ResourceType | None:
        """The type meant by any spelling seen from clients: "Person", "PERSONS", "activitites". Else None."""
        return _SPELLINGS.get(text.casefold()) if isinstance(text, str) else None


_COLLECTIONS = {
    ResourceType.ORGANISATION: "organisations",
    ResourceType.PERSON: "persons",
    ResourceType.GROUP: "groups",
    ResourceType.DUTY: "duties",
    ResourceType.ACTIVITY: "activities",
}
_SPELLINGS = (
    {str(kind).casefold(): kind for kind in ResourceType}
    | {collection: kind for kind, collection in _COLLECTIONS.items()}
    | {"activitites": ResourceType.ACTIVITY}
)

FETCH_ORDER = tuple(ResourceType)
"""ORGANISATION, PERSON, GROUP, DUTY, ACTIVITY; deletions are applied last."""

BUILD_ORDER = (
    ResourceType.ORGANISATION,
    ResourceType.PERSON,
    ResourceType.DUTY,
    ResourceType.GROUP,
    ResourceType.ACTIVITY,
)
"""Each type after those it refers to, so that a reference is resolved when it is built."""
