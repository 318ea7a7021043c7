"""Invented objects, published as a run publishes them: for tests of what is read from the state."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from adapter.ss12000 import canonical, civicno, ids, profile
from adapter.ss12000.models import MODELS
from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.changes import ChangeSet, Publication, Spool
from adapter.store.engine import Store

Values = dict[str, Any]
Objects = Mapping[ResourceType, Iterable[Values]]
UNIT = ids.skolverket_id("31279295")
TEST = ids.skolverket_id("GRGRMAT01_6")
_PROFILE = profile.shipped()


def an_id(kind: ResourceType, number: int) -> str:
    """The id of the invented object of that number."""
    return str(uuid.uuid5(uuid.UUID(int=1), f"{kind} {number}"))


def unit() -> Values:
    return {
        "id": UNIT,
        "displayName": "Testskolan",
        "schoolUnitCode": "31279295",
        "organisationType": "Skolenhet",
    }


def pupil(number: int, **changes: Any) -> Values:
    nine = f"140101{number % 1000:03d}"
    return {
        "id": an_id(ResourceType.PERSON, number),
        "givenName": f"Elev{number}",
        "familyName": "Åström",
        "eduPersonPrincipalNames": [f"x{number:05d}@edu.exempel.se"],
        "civicNo": {"value": f"20{nine}{civicno.check_digit(nine)}", "nationality": "SE"},
        "securityMarking": "Ingen",
        "enrolments": [{"enroledAt": {"id": UNIT}, "schoolType": "GR", "schoolYear": 6, "cancelled": False}],
        **changes,
    }


def group(number: int, members: Iterable[int] = ()) -> Values:
    return {
        "id": an_id(ResourceType.GROUP, number),
        "displayName": f"Ma{number}",
        "groupType": "Undervisning",
        "schoolType": "GR",
        "organisation": {"id": UNIT},
        "groupMemberships": [{"person": {"id": an_id(ResourceType.PERSON, member)}} for member in members],
    }


def duty(number: int, person: int) -> Values:
    return {
        "id": an_id(ResourceType.DUTY, number),
        "person": {"id": an_id(ResourceType.PERSON, person)},
        "dutyAt": {"id": UNIT},
        "dutyRole": "Lärare",
    }


def activity(number: int) -> Values:
    return {
        "id": an_id(ResourceType.ACTIVITY, number),
        "displayName": f"Ma{number}",
        "activityType": "Undervisning",
        "groups": [{"id": an_id(ResourceType.GROUP, number)}],
        "teachers": [{"duty": {"id": an_id(ResourceType.DUTY, number)}}],
        "organisation": {"id": UNIT},
        "parentActivity": {"id": TEST},
    }


def school(pupils: int = 12) -> dict[ResourceType, list[Values]]:
    """One unit, its pupils in one group with one test, and their teacher's duty."""
    return {
        ResourceType.ORGANISATION: [unit()],
        ResourceType.PERSON: [pupil(n) for n in range(pupils)],
        ResourceType.GROUP: [group(1, range(pupils))],
        ResourceType.DUTY: [duty(1, 0)],
        ResourceType.ACTIVITY: [activity(1)],
    }


def commit(
    store: Store,
    now: int,
    created: Objects | None = None,
    updated: Objects | None = None,
    deleted: Mapping[ResourceType, Iterable[str]] | None = None,
) -> Publication:
    """Publish a difference. Every object is one that the models and the profile accept."""
    with Spool() as spool:
        changes = ChangeSet(spool)
        for given, name in ((created, "created"), (updated, "updated")):
            for kind, objects in (given or {}).items():
                encoded = (canonical.encode(_PROFILE, kind, _checked(kind, values)) for values in objects)
                getattr(changes.types[kind], name).extend(spool.add(document) for document in encoded)
        for kind, gone in (deleted or {}).items():
            changes.types[kind].deleted.extend(gone)
        return publish.commit(store, changes, "test", now)


def _checked(kind: ResourceType, values: Values) -> Values:
    MODELS[kind].model_validate(values)
    return values
