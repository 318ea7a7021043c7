"""A night on which nothing has changed is over at once, and never over at once where anything has."""

from __future__ import annotations

import datetime as dt
import os
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support.nights import DAY, School, pupil_id, told
from support.small_school import NOW, OPEN_GATE, TODAY, Tables

from adapter.ss12000.types import ResourceType as R
from adapter.store import history, protected, publish, schema
from adapter.store.engine import Store, open_store
from adapter.sync import repeat
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Report
from adapter.sync.run import sync
from connectors.csv.connector import CsvConnector


@pytest.fixture
def whole_runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The ids of the runs that were made and not repeated."""
    from adapter.sync import steps

    made: list[str] = []
    real = steps.run

    def counted(store: Store, inputs: Inputs, options: Options, report: Report, *more: Any) -> None:
        made.append(report.run)
        real(store, inputs, options, report, *more)

    monkeypatch.setattr(steps, "run", counted)
    return made


def _killed(*whatever: object) -> None:
    raise KeyboardInterrupt


def test_a_second_night_on_the_same_files_reads_nothing_and_tells_the_same(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.tables["elever"][3]["pnr"] = "20140101-9999"
    school.export()
    first = school.night(store)
    assert first.findings.total
    for day in (0, 1, 2):
        again = school.night(store, day)
        assert (again.outcome, again.version) == ("unchanged", first.version)
        assert told(again)["issues"] == told(first)["issues"]
        assert again.unchanged_since == NOW + max(day - 1, 0) * DAY  # when the last whole run was
        assert told(again) == told(school.night(store, day, full=True))
    assert len(whole_runs) == 4  # the first, and those that were asked for


def _touch_mapping(school: School) -> None:
    school.mapping += "# another line\n"


def _other_gate(school: School) -> None:
    school.sections["gate"] = {"max_deleted": "99%"}


def _other_schools(school: School) -> None:
    school.sections["profile"] = {"school_units": ["11111111"]}


def _one_cell(school: School) -> None:
    school.tables["ad"][0]["eppn"] = "ny@edu.exempel.se"


@pytest.mark.parametrize("change", [_touch_mapping, _other_gate, _other_schools, _one_cell])
def test_whatever_a_run_goes_by_makes_a_whole_run_when_it_changes(
    school: School, store: Store, whole_runs: list[str], change: Any
) -> None:
    school.night(store)
    change(school)
    school.export()
    school.night(store)
    assert len(whole_runs) == 2


def test_a_date_that_comes_makes_a_whole_run_on_that_day_and_not_before(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.tables["elever"][0]["slut"] = (TODAY + dt.timedelta(days=2)).isoformat()
    school.export()
    assert school.night(store).types[R.PERSON].created == 12
    assert [school.night(store, day).types[R.PERSON].deleted for day in (1, 2, 3, 4)] == [0, 0, 1, 0]
    assert len(whole_runs) == 2


def test_the_day_is_not_believed_twice_when_the_clock_was_set_back(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.night(store, 3)
    school.night(store, 2)
    assert len(whole_runs) == 2


def test_a_date_that_was_set_for_a_rehearsal_is_a_date_like_others(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.night(store, 3)
    sync(store, replace(school.inputs(3), today=TODAY))
    assert len(whole_runs) == 2


def test_who_has_been_remembered_as_protected_since_makes_a_whole_run(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.night(store)
    protected.remember(store, {pupil_id(school, 0): True}, NOW)
    assert school.night(store).unprotected == 1
    assert len(whole_runs) == 2


def test_a_run_that_was_killed_when_it_had_published_leaves_nothing_to_believe(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.night(store)
    before = publish.documents(store)
    mine = school.tables["ad"][0]["eppn"]
    _one_cell(school)
    school.export()
    with monkeypatch.context() as killed:
        killed.setattr(repeat, "keep", _killed)
        with pytest.raises(KeyboardInterrupt):
            school.night(store)
    assert publish.documents(store) != before
    school.tables["ad"][0]["eppn"] = mine
    school.export()
    assert school.night(store).outcome == "published"
    assert publish.documents(store) == before


@pytest.mark.parametrize("quiet", [False, True])
def test_a_run_that_was_killed_before_it_was_written_down_is_not_repeated(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch, whole_runs: list[str], quiet: bool
) -> None:
    if quiet:
        school.night(store)
    with monkeypatch.context() as killed:
        killed.setattr(history, "end_run", _killed)
        with pytest.raises(KeyboardInterrupt):
            school.night(store)
    assert school.night(store).outcome == "unchanged"
    assert len(whole_runs) == 2


def test_a_run_that_many_others_have_pushed_out_is_not_repeated(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.night(store)
    (school.folder / "ad.csv").rename(school.folder / "away.csv")
    for minute in range(history.KEPT_RUNS + 1):
        assert sync(store, replace(school.inputs(), clock=lambda at=NOW + minute: at)).outcome == "failed"
    (school.folder / "away.csv").rename(school.folder / "ad.csv")
    assert school.night(store).outcome == "unchanged"
    assert len(whole_runs) == history.KEPT_RUNS + 3


def test_a_file_that_came_between_the_look_and_the_reading_is_looked_at_again(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = school.tables["ad"][0]["eppn"]
    real = CsvConnector.open

    def late(self: CsvConnector) -> Any:
        if school.tables["ad"][0]["eppn"] == mine:
            _one_cell(school)
            school.export()
        return real(self)

    with monkeypatch.context() as exporting:
        exporting.setattr(CsvConnector, "open", late)
        assert school.night(store).outcome == "published"
    school.tables["ad"][0]["eppn"] = mine
    school.export()
    assert school.night(store).types[R.PERSON].updated == 1


def test_once_a_week_a_run_is_whole_all_the_same(school: School, store: Store, whole_runs: list[str]) -> None:
    for day in range(15):
        school.night(store, day)
    assert len(whole_runs) == 3


def test_a_whole_run_that_comes_to_something_else_than_was_believed_is_told(
    school: School, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.night(store)
    monkeypatch.setattr(repeat, "_made_from", lambda *whatever: "always the same")
    school.night(store, full=True)
    _one_cell(school)
    school.export()
    assert school.night(store, 1).outcome == "unchanged"  # as it would be if a change could not be seen
    report = school.night(store, 7)
    assert [finding.code for finding in report.findings.kept] == ["M348"]
    assert report.types[R.PERSON].updated == 1


def test_a_file_that_has_gone_is_told_and_not_taken_for_unchanged(school: School, store: Store) -> None:
    school.night(store)
    (school.folder / "ad.csv").unlink()
    report = school.night(store)
    assert (report.outcome, [finding.code for finding in report.findings.kept]) == ("failed", ["S102"])


def test_an_export_that_has_stopped_coming_is_told(school: School, store: Store) -> None:
    school.mapping = school.mapping.replace("min_rows: 2}", "min_rows: 2, max_age: 30h}")
    os.utime(school.folder / "elever.csv", (NOW / 1000, NOW / 1000))
    assert [school.night(store, day).outcome for day in (0, 1)] == ["published", "unchanged"]
    report = school.night(store, 2)
    assert (report.outcome, [finding.code for finding in report.findings.kept]) == ("failed", ["S131"])


def test_nights_of_those_who_wait_for_their_lost_mark_are_whole(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.sections["gate"] = {**OPEN_GATE["gate"], "unprotected_nights": 3}
    school.tables["elever"][10]["skydd"] = "S"  # a school where nobody is marked any more is held by the gate
    school.export()
    school.night(store)
    school.tables["elever"][11]["skydd"] = ""
    school.export()
    assert [school.night(store, day).unprotected for day in (1, 2, 3)] == [1, 1, 0]
    assert len(whole_runs) == 4
    assert pupil_id(school, 11) in publish.documents(store)[R.PERSON]


def test_a_night_whose_outcome_hung_on_what_it_has_replaced_is_looked_at_again(school: School, store: Store) -> None:
    school.night(store)
    elever, accounts = school.tables["elever"], school.tables["ad"]
    accounts[4]["eppn"] = accounts[3]["eppn"]
    elever[3]["efternamn"] = ""  # stays as they were, with the user name that another has now: so neither has it
    school.export()
    first = school.night(store).types[R.PERSON]
    assert (first.deleted, first.kept) == (1, 1)
    second = school.night(store)
    assert not second.unchanged_since
    assert second.types[R.PERSON].updated == 1
    assert school.night(store).unchanged_since


def test_what_is_kept_is_not_believed_when_one_character_of_it_has_changed(
    school: School, store: Store, whole_runs: list[str]
) -> None:
    school.night(store)
    kept = store.setting("made_from")
    table = schema.setting
    for place in range(0, len(kept), 7):
        other = kept[:place] + ("1" if kept[place] != "1" else "2") + kept[place + 1 :]
        with store.writing() as connection:
            connection.execute(sa.update(table).where(table.c.name == "made_from").values(value=other))
        assert repeat.last_time(store, school.inputs(), repeat.imprints(school.inputs(), store)) is None
    with store.writing() as connection:
        connection.execute(sa.update(table).where(table.c.name == "made_from").values(value=kept))
    assert repeat.last_time(store, school.inputs(), repeat.imprints(school.inputs(), store)) is not None


def _changed(draw: random.Random, tables: Tables, day: int) -> None:
    """One thing that happens in a school, or nothing."""
    pupil = draw.choice(tables["elever"])
    soon = (TODAY + dt.timedelta(days=day + draw.randint(-2, 4))).isoformat()
    match draw.randrange(9):
        case 0:
            pupil["efternamn"] = draw.choice(["Nygift", "Berg", "  ", "Ek"])
        case 1:
            pupil["skydd"] = draw.choice(["S", "F", "", "?"])
        case 2:
            pupil["slut"] = draw.choice([soon, "", "i juni"])
        case 3:
            pupil["start"] = draw.choice([soon, ""])
        case 4:
            pupil["klass"] = draw.choice(["6A", "6B", "6C"])
        case 5:
            pupil["pnr"] = draw.choice([pupil["pnr"], "140101-2384", "fel", "261128-2381"])
        case 6:
            pupil["status"] = draw.choice(["A", "S"])
        case _:
            pass


@pytest.mark.parametrize("seed", [*range(5), *(pytest.param(seed, marks=pytest.mark.long) for seed in range(5, 25))])
def test_whatever_happens_the_nights_come_to_what_whole_runs_come_to(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    school = School(tmp_path)
    quick, whole = open_store(f"sqlite:///{tmp_path}/quick.db"), open_store(f"sqlite:///{tmp_path}/whole.db")
    day = 0
    for _ in range(10):
        for _ in range(draw.choice([0, 0, 1, 2])):
            _changed(draw, school.tables, day)
        school.export()
        assert told(school.night(quick, day)) == told(school.night(whole, day, full=True))
        assert publish.documents(quick) == publish.documents(whole)
        day += draw.choice([0, 1, 1, 1, 3])
    quick.close()
    whole.close()


def test_the_nights_of_such_histories_are_often_over_at_once(tmp_path: Path, whole_runs: list[str]) -> None:
    """So that the test above cannot pass by never being quick."""
    school, store = School(tmp_path), open_store(f"sqlite:///{tmp_path}/state.db")
    draw = random.Random(1)
    nights = 0
    for day in range(20):
        if draw.random() < 0.3:
            _changed(draw, school.tables, day)
        school.export()
        school.night(store, day)
        nights += 1
    store.close()
    assert 1 < len(whole_runs) < nights - 5
