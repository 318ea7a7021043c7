"""The packs of shapes that are not ours: the same school in each, with all its columns, is published alike."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.foreign_files import OneUnit, filinlasning, oneroster12, sds1, sds21
from support.layouts import school
from support.open_data import cache_text
from support.shell import command

from adapter.ss12000.types import ResourceType
from adapter.store import publish
from adapter.store.engine import open_store

ROOT = Path(__file__).parents[2]
SHAPES = {"sds1": sds1, "sds21": sds21, "oneroster12": oneroster12, "filinlasning": filinlasning}
CONFIG = """
[organiser]
name = "K"
organisation_number = "2120000001"
id_namespace = "6f1c2a34-0b5d-4e6f-8a9b-0c1d2e3f4a5b"
[state]
url = "sqlite:///state.db"
[mapping]
file = "mapping.yaml"
[reports]
folder = ""
"""


def published(folder: Path) -> dict[ResourceType, list[Any]]:
    store = open_store(f"sqlite:///{folder}/state.db")
    try:
        return {kind: list(found.values()) for kind, found in publish.documents(store).items()}
    finally:
        store.close()


def sources(pack: str, export: Path) -> str:
    ready = ROOT / "mappings" / pack / "sources.toml"
    if ready.exists():
        return ready.read_text(encoding="utf-8")
    files = sorted(export.iterdir())
    return "".join(f'[sources.{f.stem}]\nconnector = "csv"\npath = "export/{f.name}"\n' for f in files)


@pytest.mark.parametrize("pack", SHAPES)
def test_a_school_in_the_pack_s_shape_is_published(pack: str, tmp_path: Path) -> None:
    one, export = OneUnit(school(dt.date(2026, 11, 23))), tmp_path / "export"
    export.mkdir()
    SHAPES[pack](export, one)
    shutil.copy(ROOT / "mappings" / pack / "mapping.yaml", tmp_path)
    (tmp_path / "open-data.json").write_text(cache_text(), encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG + sources(pack, export), encoding="utf-8")
    told = command("sync", at=tmp_path)
    assert told.code == 0, told.out
    found = published(tmp_path)
    expected = {
        (p.person.given, p.person.family, p.user, p.person.long_number.replace("-", ""))
        for p in one.people
        if not p.protected
    }
    persons = found[ResourceType.PERSON]
    assert expected == {
        (p["givenName"], p["familyName"], *p["eduPersonPrincipalNames"], p["civicNo"]["value"]) for p in persons
    }
    members = {group["displayName"]: len(group["groupMemberships"]) for group in found[ResourceType.GROUP]}
    assert members == dict.fromkeys(("6A", "9B", "6A Matematik", "9B Matematik"), 11)
    teachers = {activity["displayName"]: len(activity["teachers"]) for activity in found[ResourceType.ACTIVITY]}
    assert teachers == {"6A Matematik": 1, "9B Matematik": 1}
    assert len(found[ResourceType.DUTY]) == len(one.staff)
