"""What Skolverket's client complains of stands beside the object that it is about, until that has changed."""

from __future__ import annotations

from typing import Any

import pytest
from support.small_school import NOW, OPEN_GATE, UNIT, night, tables

from adapter.reports import content
from adapter.reports.content import Row
from adapter.reports.words import SWEDISH
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, publish
from adapter.store.engine import Store

DAY = 86_400_000
PERSON = ResourceType.PERSON


def complain(store: Store, object_id: str, at: int, **entry: Any) -> None:
    said = {"message": "Elev0 Ask: felaktigt värde", "severityLevel": "Error", "resourceId": object_id, **entry}
    feedback.store_log(store, said, said["severityLevel"], at)


def rows(store: Store) -> list[Row]:
    report = content.read(store, "Exempelkommun")
    assert report is not None
    return [row for row in report.rows if row.finding.code == "R160"]


def pupil(store: Store, name: str = "Elev0") -> str:
    return next(i for i, person in publish.documents(store)[PERSON].items() if person["givenName"] == name)


def test_a_school_is_told_in_our_words_and_by_its_own_name(store: Store) -> None:
    night(store, tables())
    complain(store, pupil(store).upper(), NOW + 1, messageType="3047")
    (row,) = rows(store)
    assert row.unit is not None
    assert (row.status, row.unit.code, row.finding.about) == ("new", UNIT, pupil(store))
    assert SWEDISH.told(row.finding).wrong == (
        "Skolverkets tjänst har anmärkt på objektet: ett användarnamn som liknar namnet (3047)"
    )
    assert "Ask" not in str(row)


def test_it_stays_until_the_object_has_changed(store: Store) -> None:
    night(store, tables())
    complain(store, pupil(store), NOW + 1, message="kod 2011: fel")
    night(store, tables(), now=NOW + DAY)
    night(store, tables(), now=NOW + 2 * DAY)
    assert [row.status for row in rows(store)] == ["still"]
    found = tables()
    found["elever"][0]["efternamn"] = "Nytt"
    night(store, found, now=NOW + 3 * DAY)
    assert rows(store) == []


@pytest.mark.parametrize(
    "entry",
    [
        {"resourceId": "00000000-0000-4000-8000-000000000000"},
        {"resourceId": None},
        {"resourceId": 7},
        {"severityLevel": "Info"},
    ],
    ids=str,
)
def test_what_is_about_no_object_of_ours_or_no_complaint_is_left_out(store: Store, entry: dict[str, Any]) -> None:
    night(store, tables())
    complain(store, pupil(store), NOW + 1, **entry)
    assert rows(store) == []


def test_the_same_complaint_again_is_one_row(store: Store) -> None:
    night(store, tables())
    for n in range(3):
        complain(store, pupil(store), NOW + n, messageType="3047")
    assert len(rows(store)) == 1


@pytest.mark.parametrize("mode", ["withhold", "pass"])
def test_of_somebody_protected_nothing_is_told(store: Store, mode: str) -> None:
    night(store, tables())
    object_id = pupil(store)
    found = tables()
    found["elever"][0]["skydd"] = "S"
    night(store, found, now=NOW + DAY, profile={"protected_identities": mode}, **OPEN_GATE)
    complain(store, object_id, NOW + 2 * DAY)
    assert rows(store) == []


def test_a_state_without_any_log_has_nothing_to_tell(store: Store) -> None:
    night(store, tables())
    assert rows(store) == []
