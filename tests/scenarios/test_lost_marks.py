"""Who was protected is not published because a mark, its column or its source was lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support import small_school
from support.small_school import NOW, TODAY, Tables, number, tables

from adapter.errors import GateHeld
from adapter.ss12000 import ids
from adapter.ss12000.types import ResourceType as R
from adapter.store import publish
from adapter.store.engine import Store, open_store
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.run import sync

NAMESPACE = small_school.settings().organiser.id_namespace.bytes
MAPPING = small_school.MAPPING
OWN_LIST = (
    MAPPING.replace("sources:\n", "sources:\n  lista: {key: pnr, expect: {min_rows: 0}}\n")
    .replace("enrich: {ad: pnr}", "enrich: {ad: pnr, lista: pnr}")
    .replace(
        "eduPersonPrincipalNames: ad.eppn\n      securityMarking: {column: skydd,",
        "eduPersonPrincipalNames: ad.eppn\n      securityMarking: {column: lista.skydd,",
    )
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()


def school(pupils: int = 60, protected: int = 6) -> Tables:
    """A larger school: the first few pupils are protected."""
    found = tables()
    for n in range(12, pupils):
        found["elever"].append({**found["elever"][n % 12], "guid": f"more{n}", "pnr": number("20150505", n)})
        found["ad"].append({"pnr": number("20150505", n), "eppn": f"y{n}@edu.exempel.se"})
    for n, pupil in enumerate(found["elever"]):
        pupil["skydd"] = "S" if n < protected else ""
    return found


def night(
    store: Store, found: Tables, day: int, options: Options | None = None, mapping: str = MAPPING, **more: object
) -> Report:
    """One night; `day` days after the first."""
    moment = NOW + day * 86_400_000
    inputs = replace(
        small_school.inputs(found, mapping=mapping, now=moment, **more), today=TODAY + dt.timedelta(days=day)
    )
    return sync(store, inputs, options)


def persons(store: Store) -> set[str]:
    return set(publish.digests(store, R.PERSON))


def pupil_id(found: Tables, n: int) -> str:
    return ids.own_id(NAMESPACE, "Person", (str(found["elever"][n]["guid"]),))


def unmark(found: Tables, *rows: int) -> None:
    for row in rows:
        found["elever"][row]["skydd"] = ""


def test_a_column_without_any_mark_holds_the_run_and_publishes_nobody(store: Store) -> None:
    found = school()
    night(store, found, 0)
    before = persons(store)
    unmark(found, *range(6))
    for day in range(1, 6):  # however long it lasts
        report = night(store, found, day)
        assert isinstance(report.error, GateHeld)
        assert "6 of 6 protected persons would stop being protected" in report.held_by[0]
        assert "Person from elever: no row has a protection mark any more, where 6 had one" in report.held_by[1]
        assert persons(store) == before


@pytest.mark.parametrize("protected", [1, 2])
def test_the_last_marks_of_a_column_are_not_given_up_however_few_they_are(store: Store, protected: int) -> None:
    found = school(protected=protected)
    night(store, found, 0)
    unmark(found, *range(protected))
    assert isinstance(night(store, found, 1).error, GateHeld)


def test_a_mapping_that_no_longer_reads_the_column_is_the_same(store: Store) -> None:
    found = school()
    night(store, found, 0)
    before = persons(store)
    careless = MAPPING.replace("securityMarking: {column: skydd, codes: skydd}", "securityMarking: {text: Ingen}")
    assert isinstance(night(store, found, 1, mapping=careless).error, GateHeld)
    assert persons(store) == before


def test_one_who_loses_the_mark_is_published_when_it_has_been_gone_for_so_many_nights(store: Store) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, 0)
    report = night(store, found, 1)
    assert (report.error, report.unprotected) == (None, 1)
    assert any("1 person would stop being protected" in str(finding) for finding in report.findings.kept)
    assert pupil_id(found, 0) not in persons(store)
    assert night(store, found, 1).unprotected == 1  # a second run on one day is no second night
    assert pupil_id(found, 0) not in persons(store)
    assert night(store, found, 2).unprotected == 0
    assert pupil_id(found, 0) in persons(store)


def test_a_mark_that_comes_back_begins_anew(store: Store) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, 0)
    night(store, found, 1)
    found["elever"][0]["skydd"] = "S"
    night(store, found, 2)
    unmark(found, 0)
    night(store, found, 3)
    assert pupil_id(found, 0) not in persons(store)


def test_a_night_that_the_gate_holds_does_not_count(store: Store) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, 0)
    whole = dict(found)
    whole["elever"] = found["elever"][:20]
    assert isinstance(night(store, whole, 1).error, GateHeld)
    assert night(store, found, 2).unprotected == 1


def test_they_are_published_at_once_where_the_plan_of_it_is_approved(store: Store, tmp_path: Path) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, *range(6))
    plan = tmp_path / "plan.json"
    assert isinstance(night(store, found, 1, Options(dry_run=True, plan=plan)).error, GateHeld)
    assert '"unprotected": 6' in plan.read_text(encoding="utf-8")
    assert night(store, found, 1, Options(approve=plan)).error is None
    assert {pupil_id(found, n) for n in range(6)} <= persons(store)
    assert night(store, found, 2).outcome == "unchanged"


def test_a_plan_of_a_real_run_publishes_nobody_who_waits(store: Store, tmp_path: Path) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, *range(6))
    plan = tmp_path / "plan.json"
    night(store, found, 1, Options(plan=plan))
    night(store, found, 1, Options(approve=plan))
    assert not {pupil_id(found, n) for n in range(6)} & persons(store)


def test_rows_of_a_second_source_that_are_no_longer_found_hold_the_run(store: Store) -> None:
    """The mark stands in the second source: who is not found there looks unprotected."""
    found = school()
    found["lista"] = [{"pnr": pupil["pnr"], "skydd": pupil["skydd"]} for pupil in found["elever"]]
    night(store, found, 0, mapping=OWN_LIST)
    before = persons(store)
    for row in found["lista"][2:]:
        row["pnr"] = f"{row['pnr'][2:8]}-{row['pnr'][8:]}"  # type: ignore[index]
    report = night(store, found, 1, mapping=OWN_LIST)
    assert isinstance(report.error, GateHeld)
    assert any("of the rows are found in the source that carries the protection mark" in why for why in report.held_by)
    assert persons(store) == before


def test_an_empty_list_of_the_protected_holds_the_run(store: Store) -> None:
    found = school()
    found["lista"] = [{"pnr": pupil["pnr"], "skydd": "S"} for pupil in found["elever"][:6]]
    night(store, found, 0, mapping=OWN_LIST)
    found["lista"] = [{"pnr": "x", "skydd": ""}]
    assert isinstance(night(store, found, 1, mapping=OWN_LIST).error, GateHeld)


def test_who_is_marked_for_the_first_time_on_a_night_that_is_held_is_remembered_too(store: Store) -> None:
    found = school(protected=3)
    night(store, found, 0)
    found["elever"][30]["skydd"] = "S"
    short = dict(found)
    short["elever"] = found["elever"][:20] + found["elever"][30:31]
    assert isinstance(night(store, short, 1).error, GateHeld)
    unmark(found, 30)
    night(store, found, 2)
    assert pupil_id(found, 30) not in persons(store)


@pytest.mark.parametrize("how", ["pass", "pseudonymise"])
def test_who_is_published_with_a_mark_or_under_an_invented_name_stays_so(store: Store, how: str) -> None:
    profile = {"profile": {"protected_identities": how}}
    found = school()
    night(store, found, 0, **profile)
    mine = pupil_id(found, 0)
    before = publish.bodies(store, R.PERSON, [mine])
    unmark(found, 0)
    night(store, found, 1, **profile)
    assert publish.bodies(store, R.PERSON, [mine]) == before
    night(store, found, 2, **profile)
    assert "Ingen" in publish.bodies(store, R.PERSON, [mine])[mine].decode()


def test_two_keys_of_one_person_are_withheld_together_and_wait_together(store: Store) -> None:
    found = school(protected=3)
    found["elever"].append({**found["elever"][0], "guid": "double", "skydd": "", "pnr": found["elever"][0]["pnr"]})
    mapping = MAPPING.replace(
        "eduPersonPrincipalNames: ad.eppn", 'eduPersonPrincipalNames: {format: "{guid}@x.exempel.se"}'
    )
    double = ids.own_id(NAMESPACE, "Person", ("double",))
    report = night(store, found, 0, mapping=mapping)
    assert [finding.code for finding in report.findings.kept if finding.code == "M345"] == ["M345"]
    assert double not in persons(store)
    found["elever"].pop(0)  # the marked one goes: nobody is the same person as somebody marked any more
    night(store, found, 1, mapping=mapping)
    assert double not in persons(store)
    night(store, found, 2, mapping=mapping)
    assert double in persons(store)


def test_nothing_is_kept_of_the_protected_but_the_id(store: Store, tmp_path: Path) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, 0)
    night(store, found, 1)
    store.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert pupil_id(found, 0).encode() in kept
    assert str(found["elever"][0]["pnr"]).encode() not in kept
    assert b"x000@edu.exempel.se" not in kept


def test_marks_that_are_not_believed_are_not_remembered(store: Store) -> None:
    """A marking column gone bad for one night does not hold every night after it."""
    found = school(protected=3)
    night(store, found, 0)
    good = [pupil["skydd"] for pupil in found["elever"]]
    for wrong in ("S", "?"):
        for pupil in found["elever"]:
            pupil["skydd"] = wrong
        assert isinstance(night(store, found, 1).error, GateHeld)
        for pupil, mark in zip(found["elever"], good, strict=True):
            pupil["skydd"] = mark
        report = night(store, found, 2)
        assert (report.error, report.unprotected) == (None, 0)


@pytest.mark.parametrize(
    "careful",
    [
        "securityMarking: {text: Sekretessmarkering}",
        "securityMarking: {column: status, codes: skydd, unknown: protected}",
        "securityMarking: {column: sekr, codes: skydd}",
    ],
    ids=["a constant", "unknown words", "empty cells"],
)
def test_a_first_try_that_protected_everybody_to_be_safe_is_mended_without_asking(store: Store, careful: str) -> None:
    """As `init` drafts it where it finds no column: nobody was marked by that."""
    found = school(protected=2)
    for pupil in found["elever"]:
        pupil["sekr"] = ""
    mapping = MAPPING.replace('{"": Ingen, S:', "{N: Ingen, S:")
    first = mapping.replace("securityMarking: {column: skydd, codes: skydd}", careful, 1)
    night(store, found, 0, mapping=first)
    report = night(store, found, 0, mapping=MAPPING)
    assert report.error is None
    assert pupil_id(found, 5) in persons(store)
    assert pupil_id(found, 0) not in persons(store)


NIGHTS = st.lists(st.tuples(st.integers(0, 2), st.sets(st.integers(0, 9), max_size=10)), min_size=2, max_size=8)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(nights=NIGHTS)
def test_nobody_who_was_protected_is_ever_published_before_the_time(nights: list[tuple[int, set[int]]]) -> None:
    """Whatever marks come and go: a good night publishes only who has been without for two nights, one of them good."""
    found = school(pupils=30, protected=0)
    with TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/state.db")
        gone_on: dict[int, set[int]] = {}  # pupil -> days of good runs without the mark since it was last there
        day = 0
        for wait, marked in nights:
            day += wait
            for n in range(10):
                found["elever"][n]["skydd"] = "S" if n in marked else ""
            report = night(store, found, day)
            good = report.error is None
            for n in range(10):
                if n in marked:
                    gone_on[n] = set()
                elif n in gone_on and good:
                    gone_on[n].add(day)
            public = persons(store)
            for n, days in gone_on.items():
                if pupil_id(found, n) in public:
                    assert len(days) >= 2, (n, days)
            for n in marked:
                assert pupil_id(found, n) not in public or not good
        store.close()


@pytest.mark.parametrize(("nights", "waiting"), [(1, 0), (2, 1)])
def test_on_days_of_the_calendar_its_number_of_nights_holds(store: Store, nights: int, waiting: int) -> None:
    found = school()
    night(store, found, 0)
    unmark(found, 0)
    day = {"from": TODAY, "to": TODAY + dt.timedelta(days=1), "limits": {"unprotected_nights": nights}}
    assert night(store, found, 1, calendar=[day]).unprotected == waiting
