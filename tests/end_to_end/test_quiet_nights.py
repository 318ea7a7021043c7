"""Nights without changes, as an administrator sees them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exports import Installation, files, tables
from support.shell import command

from adapter import wiring
from adapter.sync import repeat


def test_a_night_without_changes_says_since_when_and_tells_again_what_is_wrong(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    found = tables()
    found["elev"][0]["ak"] = "sex"
    first = place.night(files(found))
    assert (first.code, "published version 1" in first.out) == (0, True)
    again = place.night(files(found))
    assert again.code == 0
    assert "unchanged, and so are all sources since " in again.out
    wrong = [line for line in first.out.splitlines() if "schoolYear" in line]
    assert wrong
    assert wrong == [line for line in again.out.splitlines() if "schoolYear" in line]
    read = place.night(files(found), "--full")
    assert "unchanged: version 1 stays" in read.out
    assert wrong == [line for line in read.out.splitlines() if "schoolYear" in line]


def test_a_dry_run_and_an_approval_always_read(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    place.night(files(tables()))
    done = place.night(files(tables()), "--dry-run", "--json")
    assert (done.json["outcome"], "unchanged_since" in done.json) == ("dry-run", False)


def test_a_program_that_was_mended_reads_everything_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Installation(tmp_path)
    place.night(files(tables()))
    monkeypatch.setattr(repeat, "_program", lambda: ["another"])
    assert "unchanged_since" not in place.night(files(tables()), "--json").json
    assert "unchanged_since" in place.night(files(tables()), "--json").json
    assert command("status", "--json", at=tmp_path).json["version"] == 1


def test_a_night_that_did_not_happen_is_told_to_monitoring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = Installation(tmp_path)
    place.night(files(tables()))
    done = command("status", "--expect-run-within", "26h", "--json", at=tmp_path)
    assert (done.code, done.json["late"]) == (0, False)
    day_after = wiring.clock() + 27 * 3_600_000
    monkeypatch.setattr(wiring, "clock", lambda: day_after)
    assert place.night(files(tables()), "--dry-run").code == 0
    late = command("status", "--expect-run-within", "26h", at=tmp_path)
    assert late.code == 8
    assert "no run has ended within 26 hours: the last one ended " in late.err
    assert command("status", "--expect-run-within", "2d", at=tmp_path).code == 0
    assert command("status", at=tmp_path).code == 0
    for path in tmp_path.glob("*.db*"):
        path.unlink()
    assert "there has been none" in command("status", "--expect-run-within", "2d", at=tmp_path).err
