"""Whose a finding is, and which school units it concerns: what a school may be told, and what nobody may."""

from __future__ import annotations

from adapter.ss12000.types import ResourceType
from adapter.sync.assemble import Assembly


def place_findings(assembly: Assembly) -> None:
    """Say of each finding which school units it concerns: those of its object, of staff those of their duties.

    Of somebody protected, not even whose it is.
    """
    persons, duties = assembly.stages[ResourceType.PERSON], assembly.stages[ResourceType.DUTY].units
    at_work: dict[str, set[str]] = {}
    for duty, person in assembly.duty_persons.items():
        at_work.setdefault(person, set()).update(duties.get(duty, ()))

    def units_of(object_id: str) -> tuple[str, ...]:
        if assembly.exists(ResourceType.ORGANISATION, object_id):
            return (object_id,)
        found = (stage.units.get(object_id) for stage in assembly.stages.values())
        return next(filter(None, found), ()) or tuple(sorted(at_work.get(object_id, ())))

    persons.findings.place(units_of, unnamed(assembly).__contains__)


def unnamed(assembly: Assembly) -> set[str]:
    """Persons of whom nothing may be told: protected now, remembered as such, or the same as somebody who is."""
    persons = assembly.stages[ResourceType.PERSON]
    remembered = assembly.watch.known.keys() - persons.current.keys()
    return persons.withheld | persons.marked | persons.twins | remembered | assembly.watch.waiting
