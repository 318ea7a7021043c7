"""`init` on databases and folders in the layouts of real systems: what is sure in its draft is right."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from support import layouts
from support.databases import mariadb_url, postgres_url
from support.drafts import NAMESPACE, TODAY, Commands, Drafted
from support.open_data import cache_text
from support.world import world

from adapter.cli.main import main
from adapter.simulator import municipality
from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.engine import open_store

ROOT = Path(__file__).parents[2]
MADE = layouts.school(TODAY)
WITHHELD, PUPILS, STAFF = 3, 3 * layouts.SIZE, 8


def published(folder: Path) -> dict[ResourceType, dict[str, bytes]]:
    store = open_store(f"sqlite:///{folder}/state.db")
    found = {kind: publish.digests(store, kind) for kind in ResourceType}
    store.close()
    return found


def synced(folder: Path, command: Commands) -> dict[ResourceType, dict[str, bytes]]:
    (folder / "open-data.json").write_text(cache_text(), encoding="utf-8")
    assert command("--config", folder / "config.toml", "sync", "--json") in (0, 6), (command.out, command.err)
    return published(folder)


def by_pack(pack: str, drafted: Drafted, data: Path, command: Commands) -> dict[ResourceType, dict[str, bytes]]:
    """What the shipped mapping makes of the same files."""
    folder = drafted.folder.parent / "pack"
    folder.mkdir()
    shutil.copy(ROOT / "mappings" / pack / "mapping.yaml", folder)
    head = drafted.config.partition("[sources")[0]
    files = [f'[sources.{file.stem}]\nconnector = "csv"\npath = "{file}"\n' for file in data.iterdir()]
    (folder / "config.toml").write_text(head + "\n".join(files), encoding="utf-8")
    return synced(folder, command)


# -- the demo -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A municipality, synced with the mapping made by hand; its tables as files beside the database."""
    folder = tmp_path_factory.mktemp("init") / "w"
    with world(folder) as found:
        found.edit(r'id_namespace = ".*?"', f'id_namespace = "{NAMESPACE}"')
        found.load().open_data(refresh=True)
        assert main(["--config", str(found.config), "sync", "--json"]) == 0
        (folder / "filer").mkdir()
        with closing(sqlite3.connect(folder / "sis.db")) as database:
            for name, columns in municipality.TABLES.items():
                rows = database.execute(f"SELECT * FROM {name}").fetchall()
                municipality.write_csv(folder / "filer" / f"{name}.csv", columns, rows)
        shutil.copy(folder / "ad-export.csv", folder / "filer")
        shutil.copy(folder / "provaktiviteter.csv", folder / "filer")
        yield folder


@pytest.mark.parametrize("place", ["database", "files"])
def test_the_demo_s_draft_maps_like_the_mapping_made_by_hand(
    made: Path, init: Callable[..., Drafted], place: str, command: Commands
) -> None:
    files = [f"sqlite:///{made}/sis.db", made / "ad-export.csv", made / "provaktiviteter.csv"]
    drafted = init(*(files if place == "database" else [made / "filer"]))
    drafted.check()
    assert [question.split(":")[0] for question in drafted.asked] == [
        "is this what the marks mean? Every other mark protects",
        "guess 60 %",  # Komvux
    ]
    shutil.copy(made / "open-data.json", drafted.folder)
    assert command("--config", drafted.folder / "config.toml", "sync", "--json") == 0
    assert published(drafted.folder) == published(made)
    assert "# vardnadshavare: " in drafted.mapping
    assert "guardians: not read" in drafted.mapping
    assert "vardnadshavare" not in re.sub(r"#.*", "", drafted.mapping + drafted.config)


def test_a_sqlite_file_may_be_named_without_a_url(made: Path, init: Callable[..., Drafted], command: Commands) -> None:
    init(made / "sis.db")
    assert re.search(r"^ +elev +\d+ +pupils$", command.out, re.MULTILINE)


def test_the_demo_s_persons_are_not_written(made: Path, init: Callable[..., Drafted]) -> None:
    drafted = init(made / "sis.db", made / "ad-export.csv")
    with closing(sqlite3.connect(made / "sis.db")) as database:
        names = {cell for row in database.execute("SELECT PNR, FORNAMN, EFTERNAMN, ELEV_ID FROM ELEV") for cell in row}
    with (made / "ad-export.csv").open(encoding="cp1252") as file:
        names |= {cell for row in list(csv.reader(file, delimiter=";"))[1:] for cell in row[:3]}
    assert [name for name in names if len(name) > 3 and name in drafted.mapping + drafted.config] == []


# -- layouts of real systems ----------------------------------------------------------------------------------


def test_a_draft_of_our_own_layout_is_complete(init: Callable[..., Drafted], tmp_path: Path, command: Commands) -> None:
    layouts.generic(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    assert drafted.asked == ["is this what the marks mean? No mark at all protects, and so does every other"]
    mine, theirs = synced(drafted.folder, command), by_pack("generic", drafted, tmp_path / "data", command)
    for kind in (ResourceType.ORGANISATION, ResourceType.PERSON, ResourceType.GROUP):
        assert mine[kind] == theirs[kind]
        assert mine[kind]
    assert {kind: len(found) for kind, found in mine.items()} == {kind: len(found) for kind, found in theirs.items()}
    assert (
        "# The tables look like those of a ready mapping. See whether it fits better: `packs copy generic FOLDER`."
        in drafted.mapping
    )


def test_the_manual_s_files_become_what_its_ten_steps_come_to(init: Callable[..., Drafted], tmp_path: Path) -> None:
    text = (ROOT / "docs" / "mapping.md").read_text(encoding="utf-8")
    for name, content in re.findall(r"^```csv (\S+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        (tmp_path / "data").mkdir(exist_ok=True)
        (tmp_path / "data" / name).write_bytes(content.encode("cp1252"))
    drafted = init(tmp_path / "data")
    drafted.check()
    assert "- from: {distinct: elever, by: [skola, klass, form]}" in drafted.mapping
    assert "Duty:\n  from: personal\n" in drafted.mapping
    assert re.search(r"status: A  # DECIDE: guess 70 %: of A, S these go on", drafted.mapping)
    assert "no column tells who is protected, so all are withheld; where is it told?" in drafted.asked  # the staff
    drafted.decide((r"securityMarking: {text: Sekretessmarkering}", "securityMarking: {text: Ingen}"))
    types = drafted.dry_run()
    assert {kind: counts["created"] for kind, counts in types.items()} == {
        **{"Organisation": 1, "Person": 3, "Group": 2, "Duty": 1, "Activity": 1}
    }
    assert types["Person"]["withheld"] == 1


def test_oneroster(init: Callable[..., Drafted], tmp_path: Path, command: Commands) -> None:
    layouts.oneroster(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    mine, theirs = synced(drafted.folder, command), by_pack("oneroster", drafted, tmp_path / "data", command)
    for kind in (ResourceType.ORGANISATION, ResourceType.GROUP):
        assert mine[kind] == theirs[kind]
        assert mine[kind]
    assert theirs[ResourceType.PERSON].items() <= mine[ResourceType.PERSON].items()
    assert len(theirs[ResourceType.PERSON]) == len(mine[ResourceType.PERSON]) - (STAFF - 2)  # the pack knows teachers
    assert len(mine[ResourceType.DUTY]) == STAFF + 1  # one works at both units
    assert "each: {split: orgSourcedIds}" in drafted.mapping
    assert len(mine[ResourceType.ACTIVITY]) == 2  # the third group has no members left
    assert "role: student" in drafted.mapping.partition("\nGroup:\n")[2]
    assert sum("no column tells the form of school" in question for question in drafted.asked) == 3
    assert [question for question in drafted.asked if "form of school" not in question] == [
        "who does not stand in skyddade is not protected: does it hold everybody who is?"
    ]


def test_procapita(init: Callable[..., Drafted], tmp_path: Path, command: Commands) -> None:
    layouts.procapita(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    mine, theirs = synced(drafted.folder, command), by_pack("procapita", drafted, tmp_path / "data", command)
    for kind in (ResourceType.ORGANISATION, ResourceType.PERSON, ResourceType.GROUP):
        assert mine[kind] == theirs[kind]
        assert mine[kind]
    assert [len(mine[kind]) for kind in (ResourceType.DUTY, ResourceType.ACTIVITY)] == [2, 2]  # a group has no members
    assert len(drafted.asked) == 3
    for asked in (
        "which column tells the programme?",
        "no column tells what they do",
        "does it hold everybody who is?",
    ):
        assert any(asked in question for question in drafted.asked), asked
    assert "vh1" not in drafted.mapping


def test_schoolsoft(init: Callable[..., Drafted], tmp_path: Path) -> None:
    layouts.schoolsoft(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    assert drafted.created() == dict.fromkeys(("Organisation", "Person", "Group", "Duty", "Activity"), 0)
    for asked in (
        "no table of school units was found",
        "no column tells who is protected",  # of the staff
        "which teaching group takes which national test?",
        "groupMemberships: where does it say who is in it?",
        "no column tells the form of school",
        "guess 60 %: as in SchoolSoft",
    ):
        assert any(asked in question for question in drafted.asked), asked
    drafted.decide(
        (r'skolenhetskod: "", namn: ""', 'skolenhetskod: "31279295", namn: Almviks skola'),
        (r"securityMarking: {text: Sekretessmarkering}", "securityMarking: {text: Ingen}"),
    )
    types = drafted.dry_run()
    assert types["Person"]["withheld"] == 2
    assert {kind: counts["created"] for kind, counts in types.items()} == {
        **{"Organisation": 1, "Person": 24 - 1 - 2 + 4, "Group": 2, "Duty": 4, "Activity": 0}
    }


def test_one_table_of_persons_one_of_groups_and_one_that_joins_them(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    layouts.people_and_enrollments(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    assert 'empty: ["NULL"]' in drafted.mapping or "empty: [NULL]" in drafted.mapping
    kinds = [question for question in drafted.asked if "which beginnings of ID are" in question]
    assert [question.partition("? ")[2] for question in kinds] == ["E_ 12, FG_ 6, KL_ 3"] * 2
    assert any("of the classes begin with a year" in question for question in drafted.asked)
    drafted.decide(
        (r'enhet: S_ALMVIK, skolenhetskod: "", namn: ""', 'enhet: S_ALMVIK, skolenhetskod: "31279295", namn: A'),
        (r'enhet: S_BJORKDAL, skolenhetskod: "", namn: ""', 'enhet: S_BJORKDAL, skolenhetskod: "77181312", namn: B'),
        (r"securityMarking: {text: Sekretessmarkering}", "securityMarking: {text: Ingen}"),
    )
    without_number, without_year = 4, layouts.SIZE  # the third class is not called by a year
    assert drafted.created() == {
        "Organisation": 2,
        "Person": PUPILS - without_year - without_number + 2,
        **{"Group": 2, "Duty": 2, "Activity": 0},
    }


def test_a_register_of_persons_with_every_table_spelled_in_its_own_way(
    init: Callable[..., Drafted], tmp_path: Path
) -> None:
    layouts.registers(tmp_path / "data", MADE)
    drafted = init(tmp_path / "data")
    drafted.check()
    types = drafted.dry_run()
    assert types["Person"]["withheld"] == WITHHELD
    assert {kind: counts["created"] for kind, counts in types.items()} == {
        **{"Organisation": 2, "Person": PUPILS - WITHHELD - 1 + STAFF, "Group": 6, "Duty": STAFF, "Activity": 3}
    }
    for sure in (
        'as: "pattern(^([^,]+))"',
        '"date(%d/%m/%Y)"',
        "{column: ELEV_NR, as: integer}",
        "{column: PERSON_ID, as: uuid}",
        "via: LARARSIGN, by: SIGN",
        "Larare: Lärare  # guess 95 %",
    ):
        assert sure in drafted.mapping, sure


@pytest.mark.parametrize("server", [postgres_url, mariadb_url], ids=["postgresql", "mariadb"])
def test_a_server_s_tables_with_odd_names(server: Any, init: Callable[..., Drafted]) -> None:
    """Å, ä, ö, spaces and capitals; codes kept as numbers; a column that holds no text; an empty table; a dot."""
    with server() as url:
        quote = "`" if url.startswith("mysql") else '"'
        engine = sa.create_engine(url)
        with engine.begin() as connection:

            def run(statement: str) -> None:
                connection.exec_driver_sql(statement.replace("'", "\0").replace('"', quote).replace("\0", "'"))

            blob = "BLOB" if quote == "`" else "BYTEA"
            run('CREATE TABLE "Skolor 2026" ("Skolenhetskod" INT, "Namn" VARCHAR(40))')
            run("INSERT INTO \"Skolor 2026\" VALUES (31279295, 'Almviks skola'), (7181312, 'Björkdals skola')")
            run(
                'CREATE TABLE "Elev Åk" ("Elev ID" INT PRIMARY KEY, "Förnamn" VARCHAR(40), "EFTERNAMN" VARCHAR(40), '
                '"Person-nr" VARCHAR(13), "Användarnamn" VARCHAR(60), "Skyddad identitet" BOOLEAN, "Klass" INT, '
                f'"Årskurs" INT, "Slutdatum" DATE, "Foto" {blob})'
            )
            for n, one in enumerate(MADE.pupils[: layouts.SIZE]):
                run(
                    f"INSERT INTO \"Elev Åk\" VALUES ({n}, '{one.person.given}', '{one.person.family}', "
                    f"'{one.person.number}', '{one.user}', {'TRUE' if one.protected else 'FALSE'}, {10 + n % 2}, 6, "
                    f"NULL, 'x')"
                )
            columns = '"Klass ID" INT, "Namn" VARCHAR(9), "Skolenhetskod" INT, "Skolform" VARCHAR(20)'
            run(f'CREATE TABLE "Klass.er" ({columns})')
            run("INSERT INTO \"Klass.er\" VALUES (10, '6A', 31279295, 'Grundskola'), (11, '6B', 7181312, 'Grundskola')")
            run('CREATE TABLE "tom" ("a" INT)')
        engine.dispose()
        drafted = init(url)
        assert "left out, for they hold no text: Foto" in drafted.command.err
        drafted.check()
        assert re.search(r"# tom: 0 rows, .*: not read", drafted.mapping)
        types = drafted.dry_run()
        assert types["Person"]["withheld"] == 1
        created = {kind: counts["created"] for kind, counts in types.items()}
        assert created == {"Organisation": 2, "Person": layouts.SIZE - 1, "Group": 2, "Duty": 0, "Activity": 0}
