"""The state as a file that can be damaged, copied and made smaller: what an administrator does about it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.exports import Installation, files, tables
from support.shell import command

TABLES = ("person", "organisation", "group")


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    assert made.night(files(tables())).code == 0
    return made


def state(folder: Path) -> Path:
    (found,) = folder.glob("*.db")
    return found


def change(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(state(folder))) as connection, connection:
        assert connection.execute(statement).rowcount


def overwrite(folder: Path, at: int, count: int) -> None:
    with closing(sqlite3.connect(state(folder))) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with state(folder).open("r+b") as file:
        file.seek(at)
        file.write(b"\x55" * count)


def test_a_sound_state_is_sound(place: Installation, tmp_path: Path) -> None:
    done = command("state", "verify", at=tmp_path)
    assert (done.code, done.out.startswith("the state is sound (")) == (0, True)
    assert command("state", "verify", "--json", at=tmp_path).json["sound"] is True


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "what",
    ["body = CAST(replace(body, 'id', 'di') AS BLOB)", "body = 'text'", "modified = modified + 1", "digest = x'00'"],
    ids=lambda what: what[:13],
)
def test_a_document_that_is_not_what_was_published_is_found(
    place: Installation, tmp_path: Path, table: str, what: str
) -> None:
    change(tmp_path, f"UPDATE published_{table} SET {what} WHERE rid = (SELECT max(rid) FROM published_{table})")
    done = command("state", "verify", at=tmp_path)
    assert done.code == 7
    assert f"{table.capitalize()} " in done.out
    assert "not what was published" in done.out


def test_a_whole_run_finds_the_damage_and_changes_nothing(place: Installation, tmp_path: Path) -> None:
    change(tmp_path, "UPDATE published_person SET body = CAST(replace(body, 'familyName', 'familyNane') AS BLOB)")
    done = place.night(files(tables()), "--full")
    assert done.code == 7
    assert "the state is damaged (Person " in done.out + done.err
    assert command("status", "--json", at=tmp_path).json["version"] == 1


def test_four_kilobytes_overwritten_anywhere_are_seen(place: Installation, tmp_path: Path) -> None:
    """What holds documents; a file has free pages too, where nothing is lost."""
    whole = state(tmp_path).read_bytes()
    with closing(sqlite3.connect(state(tmp_path))) as connection:
        (body,) = connection.execute("SELECT body FROM published_person ORDER BY rid LIMIT 1").fetchone()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    whole = state(tmp_path).read_bytes()
    overwrite(tmp_path, whole.index(body) - 2048, 4096)
    for done in (command("state", "verify", at=tmp_path), place.night(files(tables()), "--full")):
        assert done.code == 7, done.out + done.err
        assert "Traceback" not in done.out + done.err


def test_a_backup_of_a_state_that_is_read_is_sound_and_takes_its_place(place: Installation, tmp_path: Path) -> None:
    copy = tmp_path / "backup"
    with closing(sqlite3.connect(state(tmp_path))) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM published_person").fetchone()
        assert command("state", "backup", str(copy), at=tmp_path).code == 0
    assert copy.stat().st_mode & 0o077 == 0
    overwrite(tmp_path, 0, 4096)
    damaged = state(tmp_path)
    assert command("status", at=tmp_path).code == 7
    damaged.write_bytes(copy.read_bytes())
    assert command("state", "verify", at=tmp_path).code == 0
    assert place.night(files(tables()), "--full", "--json").json["outcome"] == "unchanged"


def test_what_has_changed_since_the_copy_is_published_again(place: Installation, tmp_path: Path) -> None:
    copy, found = tmp_path / "backup", tables()
    assert command("state", "backup", str(copy), at=tmp_path).code == 0
    found["elev"][0]["efternamn"] = "Nygift"
    assert place.night(files(found), "--json").json["types"]["Person"]["updated"] == 1
    damaged = state(tmp_path)
    for path in tmp_path.glob(f"{damaged.name}-*"):
        path.unlink()
    damaged.write_bytes(copy.read_bytes())
    assert place.night(files(found), "--json").json["types"]["Person"]["updated"] == 1


def test_a_backup_overwrites_nothing(place: Installation, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("mine")
    done = command("state", "backup", "mine", at=tmp_path)
    assert (done.code, (tmp_path / "mine").read_text()) == (7, "mine")
    assert command("state", "backup", "no/folder/x", at=tmp_path).code == 7


def test_vacuum_tells_the_size_before_and_after(place: Installation, tmp_path: Path) -> None:
    done = command("state", "vacuum", at=tmp_path)
    assert done.code == 0
    assert "before, " in done.out
    assert command("state", "verify", at=tmp_path).code == 0
