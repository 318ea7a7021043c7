"""The state as a file that can be damaged, copied and made smaller: what an administrator does about it."""

from __future__ import annotations

import socket
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from support.databases import postgres_url
from support.exports import Installation, files, pupil, tables
from support.shell import command

from adapter import wiring
from adapter.ss12000.types import ResourceType
from adapter.store import history, outbox, pages, protected, publish, subscriptions
from adapter.store.engine import open_store
from adapter.store.lock import file_lock

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


def test_a_copy_takes_the_states_place_and_nothing_is_served_until_a_run_has_been_good(
    place: Installation, tmp_path: Path
) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    found = tables()
    found["elev"][0]["efternamn"] = "Nygift"
    assert place.night(files(found)).code == 0
    done = command("state", "restore", "backup", at=tmp_path)
    assert (done.code, "Run sync now" in done.out) == (0, True)
    assert done.out.startswith("backup is in the state's place.")
    assert any("before-restore" in path.name for path in tmp_path.iterdir())
    assert is_closed(tmp_path)
    assert place.night(files(found), "--json").json["types"]["Person"]["updated"] == 1
    assert not is_closed(tmp_path)


def is_closed(folder: Path) -> bool:
    with closing(sqlite3.connect(state(folder))) as connection:
        rows = connection.execute("SELECT value FROM setting WHERE name = 'restored'").fetchall()
    return any(value for (value,) in rows)


def test_a_run_that_is_held_or_fails_leaves_a_restored_state_closed(place: Installation, tmp_path: Path) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    assert command("state", "restore", "backup", at=tmp_path).code == 0
    assert place.night(files({**tables(), "elev": tables()["elev"][:5]})).code == 3
    assert is_closed(tmp_path)


def test_what_came_after_the_copy_is_told_as_deleted_and_what_subscribers_did_since_stays(
    place: Installation, tmp_path: Path
) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    found = tables()
    found["elev"].append(pupil(40))
    assert place.night(files(found)).code == 0
    newcomer = place.id_of("E0040")
    store = open_store(f"sqlite:///{state(tmp_path)}")
    subscriptions.register(store, "", "https://mottagare.example", list(ResourceType), "", 1)
    protected.remember(store, {newcomer: True}, 1)
    store.close()
    assert command("state", "restore", "backup", at=tmp_path).code == 0
    store = open_store(f"sqlite:///{state(tmp_path)}")
    graves = pages.read_tombstones(store, [ResourceType.PERSON], None, 10).ids
    (subscriber,) = subscriptions.all_of(store)
    (notice,) = outbox.open_notices(store)
    remembered = protected.remembered(store)
    store.close()
    assert (ResourceType.PERSON, newcomer) in graves
    assert (subscriber.confirmed, notice.deletions, len(notice.types)) == (0, True, 5)
    assert newcomer in remembered
    assert command("state", "verify", at=tmp_path).code == 0


def test_all_of_a_copy_is_news_for_a_client_may_hold_something_else(place: Installation, tmp_path: Path) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    assert command("state", "restore", "backup", at=tmp_path).code == 0
    store = open_store(f"sqlite:///{state(tmp_path)}")
    restored = int(store.setting("restored"))
    persons = list(publish.digests(store, ResourceType.PERSON))
    stamps = pages.modified(store, ResourceType.PERSON, persons).values()
    store.close()
    assert min(stamps) >= restored


def test_a_damaged_state_gives_way_to_a_copy_and_says_what_nobody_knows_any_more(
    place: Installation, tmp_path: Path
) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    overwrite(tmp_path, 0, 4096)
    done = command("state", "restore", "backup", at=tmp_path)
    assert done.code == 0
    assert "Let Skolverket's service register again" in done.out
    assert place.night(files(tables()), "--json").json["outcome"] == "unchanged"


@pytest.mark.parametrize(
    "what", ["no such file", "no copy", "damaged copy", "there already", "a run goes on", "served"]
)
def test_a_copy_that_cannot_be_put_there_changes_nothing(place: Installation, tmp_path: Path, what: str) -> None:
    assert command("state", "backup", "backup", at=tmp_path).code == 0
    before = state(tmp_path).read_bytes()
    name = state(tmp_path).name
    with ExitStack() as stack:
        if what == "no such file":
            (tmp_path / "backup").unlink()
        elif what == "no copy":
            (tmp_path / "backup").write_text("no copy of anything " * 1000)
        elif what == "damaged copy":
            with closing(sqlite3.connect(tmp_path / "backup")) as connection, connection:
                connection.execute("UPDATE published_person SET body = x'00'")
        elif what == "there already":
            (tmp_path / f"{name}.before-restore").write_text("mine")
        elif what == "a run goes on":
            stack.enter_context(closing(file_lock(f"{state(tmp_path)}.lock")))
        else:
            facade = stack.enter_context(closing(socket.create_server(("127.0.0.1", 0))))
            listen = f'[facade]\nlisten = "127.0.0.1:{facade.getsockname()[1]}"\n'
            config = tmp_path / "config.toml"
            config.write_text(config.read_text(encoding="utf-8") + listen, encoding="utf-8")
        done = command("state", "restore", "backup", at=tmp_path)
        assert done.code == 7
    assert state(tmp_path).read_bytes() == before
    assert list(tmp_path.glob("*.restoring*")) == []


def test_the_whole_state_goes_into_another_one_and_the_night_goes_on_there(
    place: Installation, tmp_path: Path, other: str
) -> None:
    config = (tmp_path / "config.toml").read_text(encoding="utf-8")
    (tmp_path / "new.toml").write_text(config + f'[state]\nurl = "{other}"\n', encoding="utf-8")
    done = command("state", "copy", "new.toml", at=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert "copied and verified" in done.out
    old, new = (wiring.load(tmp_path / name).store() for name in ("config.toml", "new.toml"))
    try:
        assert publish.documents(new) == publish.documents(old)
        assert history.last_runs(new, 5) == history.last_runs(old, 5)
        assert new.setting("page_token_key") == old.setting("page_token_key")
    finally:
        old.close()
        new.close()
    found = tables()
    found["elev"][0]["efternamn"] = "Nygift"
    found["elev"].append(pupil(40))  # its number is the next of the new state
    for name, content in files(found).items():
        (tmp_path / f"{name}.csv").write_bytes(content)
    night = command("--config", "new.toml", "sync", "--today", "2026-10-02", "--json", at=tmp_path)
    counts = night.json["types"]["Person"]
    assert (night.json["version"], counts["updated"], counts["created"]) == (2, 1, 1)
    again = command("state", "copy", "new.toml", at=tmp_path)
    assert (again.code, "is not empty" in again.err) == (7, True)


def test_a_state_is_not_copied_into_itself(place: Installation, tmp_path: Path) -> None:
    done = command("state", "copy", "config.toml", at=tmp_path)
    assert (done.code, "names the same state" in done.err) == (2, True)


@pytest.fixture(params=["sqlite", "postgresql"])
def other(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'other'}"
    return request.getfixturevalue("a_postgres")


@pytest.fixture
def a_postgres() -> Iterator[str]:
    with postgres_url() as url:
        yield url
