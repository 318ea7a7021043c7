"""A night by differences builds what rows that differ have to do with, and little else."""

from __future__ import annotations

import errno
import io
import sqlite3
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support import small_school
from support.nights import DAY, School, by_differences, pupil_id, told
from support.small_school import NOW, OPEN_GATE

from adapter.ss12000.types import ResourceType as R
from adapter.store import publish
from adapter.store.engine import Store, open_store
from adapter.sync import attempts
from adapter.sync.inputs import Inputs
from adapter.sync.run import sync
from connectors.sql.connector import SqlConnector
from connectors.sql.options import SqlOptions


def test_of_a_changed_row_only_its_object_is_built(school: School, store: Store, built: list[str]) -> None:
    school.night(store)
    school.tables["elever"][3]["efternamn"] = "Nygift"
    school.export()
    built.clear()
    report = school.night(store, 1)
    assert by_differences(report)
    assert (report.types[R.PERSON].updated, report.types[R.PERSON].unchanged) == (1, 11)
    assert built.count("Person") == 2  # with the one who is protected, who is looked at every night


def test_a_pupil_who_leaves_is_looked_for_where_they_were(school: School, store: Store, built: list[str]) -> None:
    school.night(store)
    gone = pupil_id(school, 3)
    del school.tables["elever"][3]
    school.export()
    built.clear()
    report = school.night(store, 1)
    assert by_differences(report)
    assert report.types[R.PERSON].deleted == 1
    assert report.types[R.GROUP].updated == len({"their class", "the group that takes a test"})
    assert built.count("Duty") == 0
    assert gone not in str(publish.documents(store))


def test_a_database_is_read_and_only_what_differs_is_built(tmp_path: Path, store: Store, built: list[str]) -> None:
    made = _in_a_database(tmp_path)
    sync(store, made)
    _changes(tmp_path)
    built.clear()
    report = sync(store, replace(made, clock=lambda: NOW + DAY))
    assert by_differences(report)
    assert report.types[R.PERSON].updated == 1
    assert built.count("Person") < 4


def _full(rows: bytes) -> int:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("write", [_full, lambda rows: len(rows) - 1])
def test_a_night_without_room_for_the_rows_of_a_database_is_whole(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch, write: Any
) -> None:
    made = _in_a_database(tmp_path)
    sync(store, made)
    _changes(tmp_path)

    class Disk(io.BytesIO):
        def __init__(self, **whatever: object) -> None:
            super().__init__()

        def write(self, rows: Any) -> int:
            return int(write(rows))

    monkeypatch.setattr(attempts, "tempfile", SimpleNamespace(TemporaryFile=Disk))
    report = sync(store, replace(made, clock=lambda: NOW + DAY))
    assert "no room" in report.whole_because
    assert report.types[R.PERSON].updated == 1


def _in_a_database(folder: Path) -> Inputs:
    connectors = {name: _table(folder, name, rows) for name, rows in small_school.tables().items()}
    return replace(small_school.inputs({}, **OPEN_GATE), connectors=connectors)


def _changes(folder: Path) -> None:
    with sqlite3.connect(folder / "sis.db") as database:
        database.execute("UPDATE elever SET efternamn = 'Nygift' WHERE fornamn = 'Elev3'")
    database.close()


def _table(folder: Path, name: str, rows: list[dict[str, Any]]) -> SqlConnector:
    with sqlite3.connect(folder / "sis.db") as database:
        database.execute(f"CREATE TABLE {name} ({', '.join(rows[0])})")
        marks = ", ".join("?" for _ in rows[0])
        database.executemany(f"INSERT INTO {name} VALUES ({marks})", [tuple(row.values()) for row in rows])
    database.close()
    return SqlConnector(name, SqlOptions.model_validate({"url": f"sqlite:///{folder}/sis.db", "table": name}))


def _gets_a_duty(school: School) -> None:
    school.tables["tjanst"].append({"anst": "72", "kod": small_school.UNIT, "roll": "Lärare"})


def _takes_the_user_name_of_another(school: School) -> None:
    school.tables["ad"][2]["eppn"] = school.tables["ad"][5]["eppn"]


def _has_a_second_row_further_up(school: School) -> None:
    school.tables["elever"].insert(0, {**school.tables["elever"][5], "efternamn": "Annan"})


def _shares_a_key(school: School) -> None:
    school.tables["grupper"].append({**school.tables["grupper"][1], "prov": "GRGRSVE01_6"})


def _moves_to_another_school(school: School) -> None:
    school.tables["grupper"][0]["kod"] = "11111111"


ACTIVITY = """\
Activity:
  from: prov
  id: {uuid5: grupp}
  fields:
    displayName: namn
    organisation: {ref: Organisation, via: kod}
    groups: {list: [{ref: Group, of: grupper, via: grupp}]}
    parentActivity: {ref: test_activity, via: prov}
"""


@pytest.mark.parametrize(
    "change",
    [
        _gets_a_duty,
        _takes_the_user_name_of_another,
        _has_a_second_row_further_up,
        _shares_a_key,
        _moves_to_another_school,
    ],
)
def test_who_is_concerned_by_others_is_looked_at_too(school: School, store: Store, change: Any) -> None:
    school.mapping = school.mapping[: school.mapping.index("Activity:")] + ACTIVITY
    of_a_test = {"grupp": "g1", "namn": "Matematik", "kod": small_school.UNIT, "prov": "GRGRMAT01_6"}
    school.tables["prov"] = [of_a_test]  # type: ignore[list-item]
    school.export()
    whole = open_store(f"sqlite:///{school.folder}/whole.db")
    school.night(whole)
    assert school.night(store).types[R.ACTIVITY].created == 1
    change(school)
    school.export()
    found = school.night(store, 1)
    assert by_differences(found)
    assert told(found) == told(school.night(whole, 1, full=True))
    assert publish.documents(store) == publish.documents(whole)
    whole.close()
