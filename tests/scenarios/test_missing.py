"""An object that no row gives any more stays for as many nights as the organiser says, and then goes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from support.small_school import NOW, Tables, inputs, tables

from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.engine import Store
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.run import sync

DAY = 86_400_000
PERSON = ResourceType.PERSON


def night(store: Store, found: Tables, day: int, options: Options | None = None, **gate: Any) -> Report:
    limits = {"nights_missing": {"Person": 1, "Duty": 1}, "few_deleted": 5} | gate
    made = inputs(found, now=NOW + day * DAY, gate=limits)
    return sync(store, replace(made, today=dt.date(2026, 11, 23) + dt.timedelta(days=day)), options)


def without(*numbers: int) -> Tables:
    found = tables()
    found["elever"] = [pupil for n, pupil in enumerate(found["elever"]) if n not in numbers]
    return found


def names(store: Store) -> set[str]:
    return {person["givenName"] for person in publish.documents(store)[PERSON].values()}


def test_who_is_missing_for_one_night_stays_and_for_two_goes(store: Store) -> None:
    night(store, tables(), 0)
    report = night(store, without(3), 1)
    assert (report.types[PERSON].deleted, report.types[PERSON].kept) == (0, 1)
    assert "Elev3" in names(store)
    report = night(store, without(3), 2)
    assert report.types[PERSON].deleted == 1
    assert "Elev3" not in names(store)


def test_who_is_back_begins_anew(store: Store) -> None:
    for day, found in enumerate((tables(), without(3), tables(), without(3))):
        night(store, found, day)
    assert "Elev3" in names(store)


def test_a_second_run_on_one_day_is_no_second_night(store: Store) -> None:
    night(store, tables(), 0)
    night(store, without(3), 1)
    night(store, without(3), 1)
    assert "Elev3" in names(store)


def test_a_dry_run_counts_for_nothing(store: Store) -> None:
    night(store, tables(), 0)
    night(store, without(3), 1, Options(dry_run=True))
    night(store, without(3), 2)
    assert "Elev3" in names(store)


def test_the_gate_sees_who_is_missing_as_it_sees_who_is_deleted(store: Store) -> None:
    night(store, tables(), 0)
    report = night(store, without(*range(7)), 1)
    assert report.outcome == "held"
    assert "Person: 7 of 12" in report.held_by[0]


def test_who_is_protected_is_not_kept_by_it(store: Store) -> None:
    night(store, tables(), 0)
    found = tables()
    found["elever"][3]["skydd"] = "S"
    night(store, found, 1)
    assert "Elev3" not in names(store)


def test_staff_stay_with_their_duty(store: Store) -> None:
    night(store, tables(), 0)
    found = tables()
    found["personal"], found["tjanst"] = found["personal"][1:], [{"anst": "72", "kod": "31279295", "roll": "Lärare"}]
    night(store, found, 1)
    assert "Lärare1" in names(store)
    night(store, found, 2)
    assert "Lärare1" not in names(store)


@pytest.mark.parametrize("gate", [{}, {"nights_missing": {}}, {"nights_missing": {"Person": 0}}], ids=str)
def test_without_it_who_is_missing_goes_the_same_night(store: Store, gate: dict[str, Any]) -> None:
    limits = gate or {"nights_missing": {}}
    night(store, tables(), 0, **limits)
    night(store, without(3), 1, **limits)
    assert "Elev3" not in names(store)
