"""Earlier versions: each that is kept can be made again, byte for byte, and nobody protected comes back with one."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from support.small_school import NOW, OPEN_GATE, Tables, inputs, night, tables

from adapter.errors import ConfigError, StateError
from adapter.ss12000.types import ResourceType
from adapter.store import past, protected, publish, schema, soundness
from adapter.store.engine import Store, open_store
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.rollback import rollback

DAY = 86_400_000
PERSON, GROUP = ResourceType.PERSON, ResourceType.GROUP


def back(store: Store, version: int, options: Options | None = None, day: int = 50, **sections: Any) -> Report:
    made = inputs(tables(), now=NOW + day * DAY, **{**OPEN_GATE, **sections})
    return rollback(store, made, version, str(uuid.uuid4()), options or Options())


def named(number: int, name: str) -> Tables:
    found = tables()
    found["elever"][number]["fornamn"] = name
    return found


def without(found: Tables, number: int) -> Tables:
    del found["elever"][number]
    return found


def nights(store: Store, *days: Tables, **more: Any) -> list[dict[ResourceType, dict[str, dict[str, Any]]]]:
    """What was published after each."""
    held = []
    for n, day in enumerate(days):
        assert night(store, day, now=NOW + n * DAY, **{**OPEN_GATE, **more}).outcome == "published"
        held.append(publish.documents(store))
    return held


def test_every_version_that_is_kept_can_be_published_again(store: Store) -> None:
    held = nights(
        store, tables(), named(0, "Annan"), without(named(0, "Annan"), 5), named(0, "Tredje"), without(tables(), 2)
    )
    for version, documents in enumerate(held, 1):
        if version < len(held):
            assert back(store, version).outcome == "published"
            assert publish.documents(store) == documents


def test_a_version_that_is_published_again_is_a_new_one_and_can_itself_be_gone_back_behind(store: Store) -> None:
    first, second = nights(store, tables(), named(0, "Annan"))
    assert back(store, 1).version == 3
    assert publish.documents(store) == first
    assert back(store, 2).version == 4
    assert publish.documents(store) == second


MOVES = st.lists(st.tuples(st.integers(0, 10), st.sampled_from(["gone", "Ada", "Bo", "6C"])), max_size=4)


@given(st.lists(MOVES, min_size=2, max_size=4), st.data())
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_happened_a_version_comes_back_whole(days: list[list[tuple[int, str]]], data: st.DataObject) -> None:
    store = open_store("sqlite:///:memory:")
    held = [{}, *nights_of(store, days)]
    if len(held) > 2:
        version = data.draw(st.integers(1, len(held) - 2))
        back(store, version)
        assert publish.documents(store) == held[version]
    store.close()


def nights_of(store: Store, days: list[list[tuple[int, str]]]) -> list[Any]:
    held = []
    for n, moves in enumerate(days):
        found = tables()
        for number, what in moves:
            if what == "6C":
                found["elever"][number]["klass"] = what
            elif what != "gone":
                found["elever"][number]["fornamn"] = what
        gone = {number for number, what in moves if what == "gone"}
        found["elever"] = [pupil for number, pupil in enumerate(found["elever"]) if number not in gone]
        if night(store, found, now=NOW + n * DAY, **OPEN_GATE).outcome == "published":
            held.append(publish.documents(store))
    return held


def test_who_is_protected_now_does_not_come_back_and_nothing_of_them_is_kept(store: Store) -> None:
    protected = named(3, "Skyddad")
    protected["elever"][3]["skydd"] = "S"
    nights(store, named(3, "Hemlig"), named(3, "Hemlig2"), protected)
    with store.reading() as connection:
        kept = connection.execute(sa.select(schema.past.c.body).where(schema.past.c.body.is_not(None))).scalars().all()
    assert kept
    assert not any(b"Hemlig" in body for body in kept)
    assert back(store, 2).outcome in ("published", "unchanged")
    people = publish.documents(store)[PERSON]
    assert not any("Hemlig" in person["givenName"] for person in people.values())
    members = {str(group["groupMemberships"]) for group in publish.documents(store)[GROUP].values()}
    assert all(object_id in people for text in members for object_id in _ids(text))


def test_who_is_protected_by_a_run_that_came_no_further_does_not_come_back(store: Store) -> None:
    nights(store, tables(), without(tables(), 3))
    gone = next(change for change in past.before(store, PERSON, 1) if change[1] is not None)
    protected.remember(store, {gone[0]: True}, NOW)
    report = back(store, 1)
    assert report.types[PERSON].withheld == 1
    assert gone[0] not in publish.documents(store)[PERSON]


def _ids(text: str) -> list[str]:
    return [part for part in text.replace("'", '"').split('"') if len(part) == 36]


def test_the_gate_holds_a_rollback_and_leaves_its_plan(store: Store, tmp_path: Path) -> None:
    few = tables()
    few["elever"] = few["elever"][:4] + few["elever"][11:]
    nights(store, few, tables())
    plans = {"state": {"plans": str(tmp_path / "plans")}, "gate": {}}
    report = back(store, 1, **plans)
    assert report.outcome == "held"
    assert report.version == 2
    text = next((tmp_path / "plans").glob("*.txt")).read_text(encoding="utf-8")
    assert f"ss12000-adapter rollback 1 --approve {report.plan}" in text
    assert back(store, 1, Options(approve=Path(report.plan)), **plans).outcome == "published"
    assert list((tmp_path / "plans").iterdir()) == []


def test_a_dry_run_changes_nothing(store: Store) -> None:
    nights(store, tables(), named(0, "Annan"))
    report = back(store, 1, Options(dry_run=True))
    assert (report.outcome, report.types[PERSON].updated) == ("dry-run", 1)
    assert len(past.versions(store)) == 2


def test_a_rolled_back_night_is_followed_by_a_whole_one_that_publishes_what_the_sources_say(store: Store) -> None:
    _, second = nights(store, tables(), named(0, "Annan"))
    back(store, 1, day=3)
    report = night(store, named(0, "Annan"), now=NOW + 4 * DAY, **OPEN_GATE)
    assert report.outcome == "published"
    assert publish.documents(store) == second


def test_what_todays_rules_refuse_does_not_come_back(store: Store) -> None:
    nights(store, tables(), without(tables(), 0))
    report = back(store, 1, organiser=_organiser(user_name_domains=["annan.se"]))
    assert report.types[PERSON].rejected == 1
    assert len(publish.documents(store)[PERSON]) == 11


def _organiser(**more: Any) -> dict[str, Any]:
    own = {"name": "E", "organisation_number": "2120000001", "id_namespace": "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77"}
    return {**own, **more}


@pytest.mark.parametrize(("version", "why"), [(3, "is published now"), (4, "kept are 1 to 2"), (99, "kept are 1 to 2")])
def test_a_version_that_is_not_there_is_told(store: Store, version: int, why: str) -> None:
    nights(store, tables(), named(0, "A"), named(0, "B"))
    with pytest.raises(ConfigError, match=why):
        back(store, version)


def test_so_many_versions_are_kept_and_no_more(store: Store) -> None:
    days = [named(0, f"Namn{n}") for n in range(6)]
    nights(store, *days, state={"versions": 2})
    assert past.oldest(store) == 4
    with store.reading() as connection:
        assert set(connection.execute(sa.select(schema.past.c.version)).scalars()) == {5, 6}
    with pytest.raises(ConfigError, match="kept are 4 to 5"):
        back(store, 3)
    assert back(store, 4).outcome == "published"


def test_none_is_kept_for_longer_than_is_said(store: Store) -> None:
    for n, day in enumerate((0, 1, 100)):
        night(store, named(0, f"Namn{n}"), now=NOW + day * DAY, **OPEN_GATE)
    assert past.oldest(store) == 2


def test_nights_that_publish_nothing_let_old_versions_go_too(store: Store) -> None:
    nights(store, tables(), named(0, "A"))
    assert night(store, named(0, "A"), now=NOW + 200 * DAY, **OPEN_GATE).outcome == "unchanged"
    with store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.past)).scalar_one() == 0
    assert past.oldest(store) == 2


def test_none_at_all_where_that_is_said(store: Store) -> None:
    nights(store, tables(), named(0, "A"), state={"versions": 0})
    with store.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.past)).scalar_one() == 0
    with pytest.raises(ConfigError, match="none is kept"):
        back(store, 1)


def test_versions_are_listed_with_what_they_did(store: Store) -> None:
    nights(store, tables(), named(0, "A"), without(tables(), 5))
    last, second, first = past.versions(store)
    assert (first.created, first.updated) == (None, None)
    assert (second.created, second.updated, second.deleted) == (0, 1, 0)
    assert (last.number, last.deleted) == (3, 1)


def test_an_object_is_followed_through_the_versions(store: Store) -> None:
    nights(store, tables(), named(0, "A"), without(tables(), 0), named(0, "B"))
    gone = next(i for i, p in publish.documents(store)[PERSON].items() if p["givenName"] == "B")
    changes = past.of_object(store, PERSON, gone)
    assert [(c.version, c.before is None, c.after is None) for c in changes] == [
        (4, True, False),
        (3, False, True),
        (2, False, False),
    ]


def test_a_damaged_earlier_version_is_seen_and_not_published(store: Store) -> None:
    nights(store, tables(), named(0, "A"))
    with store.writing() as connection:
        body = connection.execute(sa.select(schema.past.c.body)).scalar_one()
        connection.execute(sa.update(schema.past).values(body=body.replace(b"Elev0", b"Elev9")))
    assert "before version 2: not what was published" in soundness.check(store)[0]
    report = back(store, 1)
    assert isinstance(report.error, StateError)
    assert len(past.versions(store)) == 2
