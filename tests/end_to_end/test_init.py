"""`init` on a database or a folder of files: a mapping that passes `check`, and that maps like the one made by hand."""

from __future__ import annotations

import csv
import re
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.shell import run
from support.world import world

from adapter.simulator import municipality
from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.engine import open_store


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A municipality, synced with the mapping made by hand; its tables as files beside the database."""
    folder = tmp_path_factory.mktemp("init") / "w"
    with world(folder) as found:
        found.load().open_data(refresh=True)
    assert run("sync", at=folder).code == 0
    (folder / "filer").mkdir()
    with closing(sqlite3.connect(folder / "sis.db")) as database:
        for name, columns in municipality.TABLES.items():
            rows = database.execute(f"SELECT * FROM {name}").fetchall()
            municipality.write_csv(folder / "filer" / f"{name}.csv", columns, rows)
    shutil.copy(folder / "ad-export.csv", folder / "filer")
    shutil.copy(folder / "provaktiviteter.csv", folder / "filer")
    return folder


def published(folder: Path) -> dict[ResourceType, dict[str, bytes]]:
    store = open_store(f"sqlite:///{folder}/state.db")
    found = {kind: publish.digests(store, kind) for kind in ResourceType}
    store.close()
    return found


@pytest.mark.parametrize("place", ["database", "files"])
def test_after_the_marked_decisions_it_maps_like_the_mapping_made_by_hand(
    made: Path, tmp_path: Path, place: str
) -> None:
    files = [f"sqlite:///{made}/sis.db", str(made / "ad-export.csv"), str(made / "provaktiviteter.csv")]
    done = run("init", str(tmp_path / "new"), "--from", *(files if place == "database" else [str(made / "filer")]))
    assert done.code == 0, done
    config, mapping = tmp_path / "new" / "config.toml", tmp_path / "new" / "mapping.yaml"
    namespace = re.search(r'id_namespace = ".*?"', (made / "config.toml").read_text(encoding="utf-8"))
    assert namespace is not None
    text = re.sub(r'id_namespace = ".*?"', namespace[0], config.read_text(encoding="utf-8"))
    config.write_text(text, encoding="utf-8")
    shutil.copy(made / "open-data.json", tmp_path / "new")
    checked = run("--config", str(config), "check")
    assert checked.code == 0, checked
    left = [line for line in checked.out.splitlines() if line.startswith("left to decide")]
    assert len(left) == 2
    decided = re.sub(
        r"# DECIDE: which of STATUS go on: keep: .*", "keep: {STATUS: A}", mapping.read_text(encoding="utf-8")
    )
    mapping.write_text(decided, encoding="utf-8")
    assert run("--config", str(config), "sync").code == 0
    assert published(tmp_path / "new") == published(made)


def test_a_sqlite_file_may_be_named_without_a_url(made: Path, tmp_path: Path) -> None:
    done = run("init", str(tmp_path / "new"), "--from", str(made / "sis.db"))
    assert done.code == 0, done
    assert "elev " in done.out


def test_nothing_of_a_person_gets_into_what_it_writes(made: Path, tmp_path: Path) -> None:
    run("init", str(tmp_path), "--from", f"sqlite:///{made}/sis.db", str(made / "ad-export.csv"))
    written = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    with closing(sqlite3.connect(made / "sis.db")) as database:
        names = {cell for row in database.execute("SELECT PNR, FORNAMN, EFTERNAMN, ELEV_ID FROM ELEV") for cell in row}
    with (made / "ad-export.csv").open(encoding="cp1252") as file:
        names |= {cell for row in list(csv.reader(file, delimiter=";"))[1:] for cell in row[:3]}
    assert [name for name in names if len(name) > 3 and name in written] == []
    assert "vardnadshavare" not in re.sub(r"#.*", "", written)


def test_what_exists_is_not_overwritten_and_what_does_not_is_told(made: Path, tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("ours", encoding="utf-8")
    done = run("init", str(tmp_path), "--from", str(made / "filer"))
    assert (done.code, "exists already" in done.err) == (2, True)
    for place in ("nowhere", "sqlite:////nowhere/at/all.db", "nosuchdb://x"):
        done = run("init", str(tmp_path / "x"), "--from", place)
        assert done.code == 5, done
    assert run("init", str(tmp_path / "x"), "--from", str(tmp_path)).code == 2


def test_xml_is_sent_to_the_pack_that_reads_it(tmp_path: Path) -> None:
    (tmp_path / "ims").mkdir()
    (tmp_path / "ims" / "export.xml").write_text("<enterprise/>", encoding="utf-8")
    for place in (tmp_path / "ims", tmp_path / "ims" / "export.xml"):
        done = run("init", str(tmp_path / "new"), "--from", str(place))
        assert (done.code, "Start from mappings/ims" in done.err) == (5, True), done


def test_a_password_does_not_get_into_the_configuration(tmp_path: Path) -> None:
    from adapter.cli.init import _toml

    assert _toml("postgresql+psycopg://u:hemligt@h/d").startswith('"postgresql+psycopg://u:${SIS_PASSWORD}@h/d"')
