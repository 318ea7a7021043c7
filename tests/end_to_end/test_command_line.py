"""The commands and their exit codes, run as an administrator runs them, on the demo's municipality."""

from __future__ import annotations

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from support.shell import Outcome, command, run

from adapter.simulator import municipality
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import subscriptions
from adapter.store.engine import open_store

NEVER = (*municipality.SECRETS, *municipality.PROTECTED_NAMES)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome]:
    folder = tmp_path_factory.mktemp("demo") / "demo"
    return folder, run("demo", str(folder), "--pupils", "150", "--seed", "3")


@pytest.fixture
def place(story: tuple[Path, Outcome], tmp_path: Path) -> Path:
    """A copy of what the demo left: an installation at work."""
    return shutil.copytree(story[0], tmp_path / "place")


def edit(file: Path, pattern: str, replacement: str) -> None:
    text = file.read_text(encoding="utf-8")
    changed = re.sub(pattern, replacement, text, flags=re.MULTILINE)
    assert changed != text, pattern
    file.write_text(changed, encoding="utf-8")


def in_the_sis(place: Path, *statements: str) -> None:
    with closing(sqlite3.connect(place / "sis.db")) as database, database:
        for statement in statements:
            database.execute(statement)


def test_the_demo_tells_the_whole_story_and_all_of_it_holds(story: tuple[Path, Outcome]) -> None:
    _, told = story
    assert told.code == 0, told.out + told.err
    assert "NOT" not in told.out
    assert told.out.count("identical") == 2
    assert len(told.out.splitlines()) <= 60  # two screens


@pytest.mark.long
def test_two_demos_of_one_seed_are_the_same_municipality(story: tuple[Path, Outcome], tmp_path: Path) -> None:
    again = run("demo", str(tmp_path / "again"), "--pupils", "150", "--seed", "3")
    first = story[1].out.replace(str(story[0]), "X").splitlines()
    second = again.out.replace(str(tmp_path / "again"), "X").splitlines()
    ports = re.compile(r"127\.0\.0\.1:\d+")
    assert [ports.sub("", line) for line in first] == [ports.sub("", line) for line in second]


def test_the_demo_does_not_touch_a_folder_that_is_somebody_elses(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# ours", encoding="utf-8")
    refused = run("demo", str(tmp_path))
    assert refused.code == 2
    assert "was not made by the demo" in refused.err
    assert (tmp_path / "config.toml").read_text(encoding="utf-8") == "# ours"


def test_a_second_run_says_unchanged(place: Path) -> None:
    done = run("sync", at=place)
    assert (done.code, "unchanged" in done.out) == (0, True)


def test_what_nobody_asked_for_is_nowhere(place: Path) -> None:
    files = [path for path in place.rglob("*") if path.is_file() and path.name not in ("sis.db", "ad-export.csv")]
    kept = b"".join(path.read_bytes() for path in files)
    outputs = "".join(
        done.out + done.err
        for done in (
            run("sync", "--json", at=place),
            run("sync", at=place),
            run("preview", "--limit", "500", at=place),
            run("status", at=place),
            run("check", at=place),
        )
    )
    for secret in NEVER:
        assert secret.encode() not in kept
        assert secret.encode("cp1252") not in kept
        assert secret not in outputs


def test_0_and_one_json_document(place: Path) -> None:
    done = run("sync", "--json", at=place)
    assert done.code == 0
    assert set(done.json) >= {"run", "outcome", "version", "types", "issues", "held_by", "seconds", "notifications"}
    assert done.json["outcome"] == "unchanged"
    for word in ("check", "preview", "status"):
        assert run(word, "--json", at=place).json


@pytest.mark.parametrize(
    ("file", "pattern", "replacement", "words"),
    [
        ("config.toml", r"^\[organiser\]", "[organizer]", r'config\.toml:\d+.*Did you mean "organiser"'),
        ("config.toml", r"^cache = .*", "cache = 7", r"config\.toml:\d+"),
        ("config.toml", r"\Z", "\nthis is no toml", r"config\.toml:\d+"),
        ("mapping.yaml", "givenName: FORNAMN", "givenName: FORNAMM", r'mapping\.yaml:\d+:\d+.*Did you mean "FORNAMN"'),
        ("mapping.yaml", "givenName:", "guardian:", r"mapping\.yaml:\d+:\d+: M220"),
        ("mapping.yaml", "^mapping: 1", "mapping: [", r"mapping\.yaml:\d+:\d+"),
    ],
)
def test_2_with_file_and_line_when_configuration_or_mapping_is_wrong(
    place: Path, file: str, pattern: str, replacement: str, words: str
) -> None:
    edit(place / file, pattern, replacement)
    for word in ("check", "sync"):
        done = command(word, at=place)
        assert done.code == 2, done
        assert re.search(words, done.out + done.err), done


def test_2_when_there_is_no_configuration(tmp_path: Path) -> None:
    done = run("sync", at=tmp_path)
    assert (done.code, "config.toml" in done.err) == (2, True)


def test_3_when_the_gate_holds_and_0_when_exactly_that_plan_is_approved(place: Path) -> None:
    in_the_sis(place, "DELETE FROM ELEV WHERE rowid % 3 = 0")
    held = run("sync", "--json", at=place)
    assert (held.code, held.json["outcome"]) == (3, "held")
    assert any("Person" in reason for reason in held.json["held_by"])
    assert run("sync", "--dry-run", "--plan", "tonight.json", at=place).code == 3
    in_the_sis(place, "DELETE FROM ELEV WHERE rowid % 50 = 1")
    assert run("sync", "--approve", "tonight.json", at=place).code == 3  # not what was looked at
    run("sync", "--dry-run", "--plan", "tonight.json", at=place)
    approved = run("sync", "--approve", "tonight.json", "--json", at=place)
    assert (approved.code, approved.json["outcome"]) == (0, "published")
    plan = (place / "tonight.json").read_text(encoding="utf-8")
    assert not any(name in plan for name in ("givenName", "civicNo"))


def test_4_only_with_strict_when_objects_were_rejected(place: Path) -> None:
    assert run("sync", at=place).code == 0
    assert run("sync", "--strict", at=place).code == 4


def test_6_when_the_new_version_is_published_but_nobody_could_be_told(place: Path) -> None:
    target = re.search(r'allowed_targets = \["(.*)"\]', (place / "config.toml").read_text(encoding="utf-8"))
    assert target is not None
    store = open_store(f"sqlite:///{place}/state.db")
    subscriptions.register(store, "Skolverket", f"{target[1]}1", FETCH_ORDER, "Skolverket", 1)
    store.close()
    in_the_sis(place, "UPDATE PERSONAL SET EFTERNAMN = 'Nygift' WHERE ANST_ID = '1002'")
    done = run("sync", "--json", at=place)
    assert (done.code, done.json["outcome"], done.json["notifications"]["pending"]) == (6, "published", 1)
    assert run("notify", at=place).code == 6
    assert "1" in run("status", at=place).out


@pytest.mark.parametrize(
    "breakage",
    [
        lambda place: (place / "ad-export.csv").unlink(),
        lambda place: (place / "ad-export.csv").write_bytes(b""),
        lambda place: (place / "ad-export.csv").write_bytes((place / "ad-export.csv").read_bytes()[:-30]),
        lambda place: (place / "ad-export.csv").write_bytes(b'"Personnummer";"Anv\xe4ndarnamn";"E-post";"Roll"\r\n'),
        lambda place: (place / "sis.db").write_bytes(b"this is no database at all" * 100),
        lambda place: in_the_sis(place, "DROP TABLE KLASS"),
        lambda place: in_the_sis(place, "DELETE FROM INSKRIVNING"),
        lambda place: in_the_sis(place, "ALTER TABLE ELEV RENAME COLUMN PNR TO PERSONNR"),
    ],
    ids=["missing", "empty", "truncated", "header only", "rubbish", "table gone", "table empty", "column renamed"],
)
def test_5_when_a_source_fails_and_what_was_published_stays(place: Path, breakage: Callable[[Path], None]) -> None:
    before = command("status", "--json", at=place).json
    breakage(place)
    done = command("sync", at=place)
    assert done.code == 5, done
    after = command("status", "--json", at=place).json
    assert (after["version"], after["published"]) == (before["version"], before["published"])


def test_7_when_the_state_cannot_be_used(place: Path) -> None:
    (place / "state.db").write_bytes(b"not a database" * 1000)
    for leftover in place.glob("state.db-*"):
        leftover.unlink()
    done = run("sync", at=place)
    assert (done.code, "state" in done.err) == (7, True)


def test_7_when_the_state_was_made_by_a_newer_version(place: Path) -> None:
    with closing(sqlite3.connect(place / "state.db")) as state, state:
        state.execute("UPDATE setting SET value = '999' WHERE name = 'schema_version'")
    done = run("sync", at=place)
    assert (done.code, "newer version" in done.err) == (7, True)


def test_7_when_the_folder_of_the_state_does_not_exist(place: Path) -> None:
    edit(place / "config.toml", r"sqlite:///state\.db", "sqlite:///nowhere/state.db")
    done = run("status", at=place)
    assert (done.code, "Create it first" in done.err) == (7, True)


def test_a_dry_run_changes_nothing(place: Path) -> None:
    in_the_sis(place, "UPDATE ELEV SET EFTERNAMN = 'Nygift' WHERE rowid = 5")
    dry = run("sync", "--dry-run", "--json", at=place)
    assert dry.json["outcome"] == "dry-run"
    assert dry.json["version"] == run("status", "--json", at=place).json["version"]
    wet = run("sync", "--json", at=place)
    assert wet.json["types"] == dry.json["types"]


@pytest.mark.parametrize("limit", ["0", "-1", "alla"])
def test_a_limit_that_is_none_is_told(place: Path, limit: str) -> None:
    done = run("preview", f"--limit={limit}", at=place)
    assert (done.code, "write 1 or more" in done.err) == (2, True)


def test_preview_masks_who_is_protected(place: Path) -> None:
    edit(place / "config.toml", r"^\[facade\]", '[profile]\nprotected_identities = "pass"\n\n[facade]')
    shown = run("preview", "Person", "--limit", "1000", at=place).out
    assert "•••" in shown
    assert not any(name in shown for name in municipality.PROTECTED_NAMES)
