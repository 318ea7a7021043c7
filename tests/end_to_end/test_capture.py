"""`capture`: what it prints can be pasted into the mapping as it is, and holds nothing of anybody."""

from __future__ import annotations

import csv
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from support.shell import run
from support.world import world


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("capture") / "w"
    with world(place) as found:
        found.load().open_data(refresh=True)
    return place


def ids(folder: Path, kind: str) -> list[str]:
    shown = run("preview", kind, "--limit", "50", "--json", at=folder)
    return [found["object"]["id"] for found in json.loads(shown.out)["objects"]]


def pupils(folder: Path, where: str) -> list[str]:
    with closing(sqlite3.connect(folder / "sis.db")) as database:
        return [key for (key,) in database.execute(f"SELECT ELEV_ID FROM ELEV WHERE {where}")]


def secrets(folder: Path) -> set[str]:
    with closing(sqlite3.connect(folder / "sis.db")) as database:
        rows = database.execute("SELECT PNR, FORNAMN, EFTERNAMN, ELEV_ID FROM ELEV").fetchall()
        rows += database.execute("SELECT PNR, FORNAMN, EFTERNAMN FROM PERSONAL").fetchall()
    with (folder / "ad-export.csv").open(encoding="cp1252") as file:
        rows += list(csv.reader(file, delimiter=";"))[1:]
    return {cell for row in rows for cell in row if cell and len(cell) > 3 and cell not in ("Elev", "Personal")}


@pytest.mark.long
def test_what_it_prints_is_a_test_that_passes_and_holds_nothing_of_anybody(folder: Path) -> None:
    mapping = folder / "mapping.yaml"
    before = mapping.read_text(encoding="utf-8")
    known, said = secrets(folder), []
    wanted = [ids(folder, kind)[-1] for kind in ("Organisation", "Person", "Duty", "Group", "Activity")]
    wanted += [pupils(folder, "SKYDD != ''")[0], pupils(folder, "KLASS_ID = '0'")[0]]
    for what in wanted:
        done = run("capture", what, "--masked", at=folder)
        assert (done.code, "CAREFUL" in done.err) == (0, False), done
        assert not [secret for secret in known if secret in done.out]
        said.append(done.out)
    try:
        head, _, tests = before.partition("\ntests:\n")
        mapping.write_text(f"{head}\ntests:\n{''.join(said)}{tests}", encoding="utf-8")
        checked = run("check", "--quiet", at=folder)
        assert checked.code == 0, checked
        assert f"{len(said) + tests.count('- name:')} tests of the mapping passed" in checked.out
        broken = mapping.read_text(encoding="utf-8").replace("securityMarking: Ingen", "securityMarking: Nej", 1)
        mapping.write_text(broken, encoding="utf-8")
        assert "M260" in run("check", "--quiet", at=folder).out
    finally:
        mapping.write_text(before, encoding="utf-8")


def test_it_is_never_done_unmasked_and_an_unknown_key_is_told(folder: Path) -> None:
    assert run("capture", "x", at=folder).code == 2
    done = run("capture", "nobody", "--masked", at=folder)
    assert (done.code, done.out) == (2, "")
    assert 'no row has the id or key "nobody". See the keys with preview.' in done.err
