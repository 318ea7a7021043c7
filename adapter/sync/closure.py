"""Which objects may stand in what is published: references that lead somewhere, and nothing that nobody needs.

Pure functions over plain values. Source: domain sheet 3.8, 10.5.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType
from adapter.ss12000.units import units_of

Exists = Callable[[ResourceType, str], bool]


def pruned(kind: ResourceType, values: Values, exists: Exists) -> Values | None:
    """The object without what it refers to in vain; None where nothing is left to publish.

    For objects that were not built from tonight's rows: an earlier version that stays, or one that somebody
    withheld was part of.
    """
    if any(not exists(ResourceType.ORGANISATION, unit) for unit in units_of(kind, values)):
        if kind is not ResourceType.PERSON:
            return None
        left = [
            enrolment
            for enrolment in values["enrolments"]
            if exists(ResourceType.ORGANISATION, enrolment["enroledAt"]["id"])
        ]
        values = _with(values, "enrolments", left)
    if kind is ResourceType.DUTY and not exists(ResourceType.PERSON, values["person"]["id"]):
        return None
    if kind is ResourceType.GROUP:
        members = [m for m in values["groupMemberships"] if exists(ResourceType.PERSON, m["person"]["id"])]
        if not members:
            return None
        values = {**values, "groupMemberships": members}
    if kind is ResourceType.ACTIVITY:
        groups = [group for group in values["groups"] if exists(ResourceType.GROUP, group["id"])]
        if not groups:
            return None
        teachers = [t for t in values.get("teachers") or () if exists(ResourceType.DUTY, t["duty"]["id"])]
        values = _with({**values, "groups": groups}, "teachers", teachers)
    return values


def unlike_groups(values: Values, group_units: Mapping[str, str | None]) -> str:
    """Why an activity cannot be taken as it is, or "". `group_units`: teaching group -> unit; None: a class."""
    unit = values["organisation"]["id"]
    for group in values["groups"]:
        found = group_units.get(group["id"], unit)
        if found is None:
            return "has a class among its groups; only teaching groups (Undervisning) take tests"
        if found != unit:
            return "has a group of another school unit"
    return ""


def _with(values: Values, name: str, items: list[Any]) -> Values:
    """The values with a list replaced, or without it where nothing is left of it."""
    if items:
        return {**values, name: items}
    return {key: value for key, value in values.items() if key != name}
