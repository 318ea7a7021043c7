"""`history` and `rollback` from the shell."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.exports import CONFIG, Installation, files, tables
from support.shell import command

OPEN = '[gate]\nmax_updated = "100%"\nmax_deleted = "100%"\nmax_created = "100%"\n'


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    """Three versions: as it was, one pupil by another name, one pupil gone."""
    found = Installation(tmp_path, config=CONFIG + OPEN)
    second, third = tables(), tables()
    second["elev"][3]["tilltalsnamn"] = "Ture"
    del third["elev"][5]
    for export in (tables(), second, third):
        assert found.night(files(export)).code == 0
    return found


def test_versions_are_listed_with_what_each_did(place: Installation) -> None:
    shown = command("history", at=place.folder)
    assert shown.code == 0
    lines = [line.split() for line in shown.out.splitlines()]
    assert lines[0] == ["version", "published", "created", "updated", "deleted"]
    assert [(line[0], line[3:]) for line in lines[1:4]] == [("3", ["0", "2", "1"]), ("2", ["0", "1", "0"]), ("1", [])]
    assert "Versions from 1 on can be compared and restored." in shown.out
    facts = command("history", "--json", at=place.folder).json
    assert [one["restorable"] for one in facts["versions"]] == [False, True, True]


def test_two_versions_are_compared_without_telling_what_anybody_is_called(place: Installation) -> None:
    shown = command("history", "diff", "1", "2", at=place.folder)
    assert f"updated  Person {place.id_of('E0003')}: givenName" in shown.out
    assert "Ture" not in shown.out
    facts = command("history", "diff", "2", "--json", at=place.folder).json
    assert (facts["from"], facts["to"]) == (2, 3)
    assert sorted((row["did"], row["type"]) for row in facts["changes"]) == [
        ("deleted", "Person"),
        ("updated", "Group"),
        ("updated", "Person"),
    ]


def test_an_object_is_followed(place: Installation) -> None:
    shown = command("history", "show", place.id_of("E0003"), at=place.folder)
    assert 'givenName: "Ture" -> "Östen3"' in shown.out
    assert 'givenName: "Östen3" -> "Ture"' in shown.out


def test_of_somebody_protected_nothing_is_shown(place: Installation) -> None:
    export = tables()
    export["elev"][3]["skydd"] = "J"
    place.night(files(export))
    shown = command("history", "show", place.id_of("E0003"), at=place.folder)
    assert shown.out == "this person is protected: nothing of them is kept\n"
    assert command("history", "show", place.id_of("E0003"), "--json", at=place.folder).json["changes"] == []


def test_a_version_is_published_again(place: Installation) -> None:
    tried = command("rollback", "2", "--dry-run", at=place.folder)
    assert tried.code == 0
    assert "dry run: nothing was changed, version 3 stays" in tried.out
    done = command("rollback", "2", at=place.folder)
    assert done.code == 0
    assert "published version 4" in done.out
    assert "The next sync publishes what the sources say" in done.out
    assert {"Ture", "Östen5"} <= place.names()
    runs = command("status", "--json", at=place.folder).json["runs"]
    assert [run["outcome"] for run in runs][:3] == ["rollback", "dry-run", "published"]


def test_a_rollback_that_is_held_says_what_to_type(place: Installation) -> None:
    place.config = CONFIG
    place.night(files(tables(pupils=80)))
    held = command("rollback", "3", at=place.folder)
    assert held.code == 3
    plan = next((place.folder / "plans").glob("*.json"))
    assert f"rollback 3 --approve {plan}" in held.out
    assert command("rollback", "2", "--approve", str(plan), at=place.folder).code == 3
    assert command("rollback", "3", "--approve", str(plan), at=place.folder).code == 0
    assert "Östen79" not in place.names()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("rollback", "7"), "version 7 is not kept: kept are 1 to 2"),
        (("rollback", "3"), "version 3 is published now"),
        (("history", "diff", "1", "9"), "versions 1 to 3 can be compared"),
        (("history", "show", "E0003"), "is no id"),
    ],
)
def test_what_is_not_there_is_told(place: Installation, arguments: tuple[str, ...], why: str) -> None:
    refused = command(*arguments, at=place.folder)
    assert refused.code == 2
    assert why in refused.err


def test_an_id_that_no_version_has_changed_is_told(place: Installation) -> None:
    shown = command("history", "show", "00000000-0000-4000-8000-000000000000", at=place.folder)
    assert "no version that is kept has changed it" in shown.out
    assert json.loads(
        command("history", "show", "00000000-0000-4000-8000-000000000000", "--json", at=place.folder).out
    ) == {"id": "00000000-0000-4000-8000-000000000000", "protected": False, "changes": []}


def test_before_anything_is_published_there_is_no_history(tmp_path: Path) -> None:
    found = Installation(tmp_path)
    found.night(files(tables()), "--dry-run")
    assert command("history", at=tmp_path).out == "nothing is published yet\n"
