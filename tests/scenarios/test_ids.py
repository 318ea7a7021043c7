"""Ids are for life: a key that changes takes its object's id along, where somebody has said so."""

from __future__ import annotations

import pytest
from support.small_school import NOW, OPEN_GATE, Tables, night, tables

from adapter.ss12000.types import ResourceType
from adapter.store import aliases, publish
from adapter.store.engine import Store
from adapter.sync.report import Report

DAY = 86_400_000
PERSON = ResourceType.PERSON
OLD = "{00000000-0000-4000-8000-000000000000}"
NEW = "{FFFFFFFF-0000-4000-8000-000000000000}"


def with_new_key() -> Tables:
    """The first pupil has another key in the register, and is the same person."""
    found = tables()
    for row in found["elever"]:
        row["guid"] = NEW if row["guid"] == OLD else row["guid"]
    for row in found["medlemmar"]:
        row["elev"] = NEW if row["elev"] == OLD else row["elev"]
    return found


def first(store: Store) -> str:
    return next(i for i, person in publish.documents(store)[PERSON].items() if person["givenName"] == "Elev0")


def told(report: Report) -> list[str]:
    return [finding.message for finding in report.findings.kept if finding.code == "M353"]


def test_a_person_with_a_new_key_and_the_old_number_is_told_with_what_to_type(store: Store) -> None:
    night(store, tables())
    old = first(store)
    report = night(store, with_new_key(), now=NOW + DAY, **OPEN_GATE)
    new = first(store)
    assert new != old
    (message,) = told(report)
    assert f"`ids alias {new} {old}`" in message


def test_it_is_told_of_a_night_that_is_held_too(store: Store) -> None:
    night(store, tables())
    report = night(store, with_new_key(), now=NOW + DAY, gate={"max_deleted": "1%", "few_deleted": 0})
    assert report.outcome == "held"
    assert told(report)


def test_with_an_alias_nothing_changes_but_the_key(store: Store) -> None:
    night(store, tables())
    before, old = publish.documents(store), first(store)
    night(store, with_new_key(), now=NOW + DAY, **OPEN_GATE)
    made = first(store)
    assert night(store, with_new_key(), now=NOW + 2 * DAY, aliases={made: old}, **OPEN_GATE).outcome == "published"
    assert publish.documents(store) == before
    after = night(store, with_new_key(), now=NOW + 3 * DAY, aliases={made: old}, **OPEN_GATE)
    assert (after.outcome, told(after)) == ("unchanged", [])


def test_an_alias_is_asked_for_before_what_has_changed_is_looked_at(store: Store) -> None:
    """A night on which no row has changed, and somebody has added an alias."""
    night(store, with_new_key())
    made = first(store)
    old = "11111111-1111-5111-8111-111111111111"
    assert night(store, with_new_key(), now=NOW + DAY, aliases={made: old}, **OPEN_GATE).outcome == "published"
    assert first(store) == old
    members = publish.documents(store)[ResourceType.GROUP].values()
    assert sum({"person": {"id": old}} in group["groupMemberships"] for group in members) == 2


@pytest.mark.parametrize("days", [1, 3])
def test_two_objects_with_one_id_are_told_and_neither_is_mixed_with_the_other(store: Store, days: int) -> None:
    night(store, tables())
    ids = sorted(publish.documents(store)[PERSON])
    report = night(store, tables(), now=NOW + days * DAY, aliases={ids[0]: ids[1]}, **OPEN_GATE)
    assert "M350" in report.findings.counts


def test_aliases_are_kept_and_forgotten(store: Store) -> None:
    aliases.write(store, {"a": "b", "c": "d"}, NOW)
    aliases.write(store, {"a": "e"}, NOW)
    assert aliases.all_of(store) == {"a": "e", "c": "d"}
    aliases.remove(store, ["a", "x"])
    assert aliases.all_of(store) == {"c": "d"}
