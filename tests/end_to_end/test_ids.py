"""`ids`: a change of system in which every key changes, and no id."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.exports import CONFIG, Installation, Tables, files, tables
from support.shell import command

from adapter.ss12000.ids import skolverket_id
from adapter.ss12000.types import ResourceType

OPEN = '[gate]\nmax_updated = "100%"\nmax_deleted = "100%"\nmax_created = "100%"\n'


@pytest.fixture
def place(tmp_path: Path) -> Installation:
    found = Installation(tmp_path, config=CONFIG + OPEN)
    assert found.night(files(tables())).code == 0
    return found


def renumbered() -> Tables:
    """As another system has the same pupils."""
    found = tables()
    for row in found["elev"]:
        row["nr"] = f"N{row['nr']}"
    return found


def test_a_new_system_takes_all_ids_along(place: Installation) -> None:
    before = place.published()
    assert command("ids", "export", "ids.csv", at=place.folder).code == 0
    file = place.folder / "ids.csv"
    assert file.stat().st_mode & 0o077 == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "type;key;id"
    assert f"Person;e0003;{place.id_of('E0003')}" in lines
    file.write_text(
        "\n".join(line.replace(";e0", ";ne0") for line in lines if not line.startswith("Organisation")),
        encoding="utf-8",
    )
    tried = place.night(files(renumbered()), "--dry-run")
    assert "created" in tried.out
    taken = command("ids", "import", "ids.csv", at=place.folder)
    assert taken.code == 0
    assert "40 ids carried over" in taken.out
    assert place.night(files(renumbered())).code == 0
    assert place.published() == before
    again = command("ids", "import", "ids.csv", at=place.folder)
    assert "0 ids carried over" in again.out
    assert len(command("ids", "list", "--json", at=place.folder).json["aliases"]) == 40


def test_one_person_keeps_their_id(place: Installation) -> None:
    before = place.published()
    export = tables()
    export["elev"][3]["nr"] = "X3"
    told = place.night(files(export)).out
    new, old = place.id_of("X3"), place.id_of("E0003")
    assert f"`ids alias {new} {old}`" in told
    assert "comes again" not in place.night(files(export)).out  # it is told of the night on which it happens
    assert command("ids", "alias", new, old, at=place.folder).code == 0
    place.night(files(export))
    assert place.published() == before
    (told_of,) = command("explain", "X3", "--json", at=place.folder).json["found"]
    assert told_of["object"]["id"] == old
    assert command("ids", "remove", new, at=place.folder).code == 0
    place.night(files(export))
    assert new in str(place.published())


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("alias", "{new}", "{new}"), "is that id itself"),
        (("alias", "{old}", "{new}"), "was ever published"),
        (("alias", "{new}", "{unit}"), "Skolverket's id"),
        (("remove", "{new}"), "there is no alias"),
        (("export", "elev.csv"), "exists already"),
        (("import", "none.csv"), "cannot be read"),
        (("import", "elev.csv"), "the first line is type;key;id"),
    ],
)
def test_what_cannot_be_is_told(place: Installation, arguments: tuple[str, ...], why: str) -> None:
    names = {"new": place.id_of("X3"), "old": place.id_of("E0003"), "unit": skolverket_id("31279295")}
    refused = command("ids", *(part.format(**names) for part in arguments), at=place.folder)
    assert refused.code == 2
    assert why in refused.err


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("Person;e0003", ":2: not a type"),
        ("Organisation;1;00000000-0000-4000-8000-000000000000", ":2: not a type"),
        ("Person;e0003;nonsense", ":2: not a type"),
        ("Person;e3;{id}\nPerson;E3;{id}", ":3: this key stands there twice"),
        ("Person;e0003;{id}\nPerson;e0004;{id}", "would be the id of two objects"),
    ],
)
def test_a_file_that_is_wrong_changes_nothing(place: Installation, line: str, why: str) -> None:
    text = "type;key;id\n" + line.format(id="00000000-0000-4000-8000-000000000000") + "\n"
    (place.folder / "ids.csv").write_text(text, encoding="utf-8")
    refused = command("ids", "import", "ids.csv", at=place.folder)
    assert refused.code == 2
    assert why in refused.err
    assert command("ids", "list", "--json", at=place.folder).json == {"aliases": []}


def test_an_id_that_was_carried_over_can_be_carried_on(place: Installation) -> None:
    file, other = place.folder / "ids.csv", "00000000-0000-4000-8000-000000000001"
    for wanted in (other.replace("1", "2"), other):
        file.write_text(f"type;key;id\nPerson;e0003;{wanted}\n", encoding="utf-8")
        assert "1 id carried over" in command("ids", "import", "ids.csv", at=place.folder).out
        place.night(files(tables()))
        assert wanted in place.published()[ResourceType.PERSON]
    made = place.id_of("E0003")
    assert command("ids", "list", "--json", at=place.folder).json == {"aliases": [{"made": made, "kept": other}]}


def test_keys_that_are_not_there_are_told_by_line(place: Installation) -> None:
    text = f"type;key;id\nPerson;gone;00000000-0000-4000-8000-000000000000\nPerson;e0003;{place.id_of('E0003')}\n"
    (place.folder / "ids.csv").write_text(text, encoding="utf-8")
    taken = command("ids", "import", "ids.csv", at=place.folder)
    assert "0 ids carried over, 1 were so already, 1 not found" in taken.out
    assert "ids.csv:2: no object has this key" in taken.out
