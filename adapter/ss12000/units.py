"""Where an object belongs: the school units that it refers to."""

from __future__ import annotations

from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType

_UNIT = {
    ResourceType.GROUP: "organisation",
    ResourceType.DUTY: "dutyAt",
    ResourceType.ACTIVITY: "organisation",
}


def units_of(kind: ResourceType, values: Values) -> tuple[str, ...]:
    """The ids of the school units that an object refers to."""
    if kind is ResourceType.PERSON:
        return tuple(enrolment["enroledAt"]["id"] for enrolment in values.get("enrolments") or ())
    attribute = _UNIT.get(kind)
    return (values[attribute]["id"],) if attribute else ()
