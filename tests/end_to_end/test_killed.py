"""`kill -9` at any moment of a run: what is published is the old version or the new one, whole."""

from __future__ import annotations

import datetime as dt
import shutil
import signal
import sqlite3
import subprocess
import time
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from support.databases import postgres_url
from support.open_data import cache_text
from support.shell import COMMAND, run

from adapter.simulator import example, municipality
from adapter.ss12000.types import ResourceType
from adapter.store import pages, publish
from adapter.store.engine import open_store

pytestmark = pytest.mark.long

Digests = dict[ResourceType, dict[str, bytes]]
CONFIG = {
    "organisation_number": municipality.ORGANISATION_NUMBER,
    "id_namespace": str(uuid.UUID(int=9)),
    "base_url": "https://127.0.0.1:1/ss12000-api/v2.0",
    "listen": "127.0.0.1:1",
    **dict.fromkeys(("issuer", "jwks_url", "token_url", "entity", "allowed_target"), "https://127.0.0.1:1"),
    "open_data_url": "http://127.0.0.1:1",
}


@pytest.fixture(params=["sqlite", "postgres"])
def state(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/state.db"
        return
    with postgres_url() as url:
        yield url


def installation(folder: Path, state: str) -> Path:
    municipality.make(folder, 1500, 4, dt.date.today())
    example.write(folder, CONFIG)
    (folder / "open-data.json").write_text(cache_text(), encoding="utf-8")
    config = folder / "config.toml"
    text = config.read_text(encoding="utf-8").replace("sqlite:///state.db", state)
    before_token, _, rest = text.partition("[token]")  # nobody is told in these tests
    text = before_token + "[notifications]" + rest.partition("[notifications]")[2]
    mapping = folder / "mapping.yaml"
    expected = mapping.read_text(encoding="utf-8").replace("min_rows", "max_shrink: 100%, min_rows")
    mapping.write_text(expected, encoding="utf-8")
    gate = "[gate]\nmax_deleted = '100%'\nmax_updated = '100%'\nmax_created = '100%'\nmax_members_removed = '100%'\n"
    config.write_text(text + gate, encoding="utf-8")
    return config


def published(state: str) -> tuple[int, Digests]:
    store = open_store(state)
    found = pages.current_version(store), {kind: publish.digests(store, kind) for kind in ResourceType}
    store.close()
    return found


def test_killed_at_any_moment(state: str, tmp_path: Path) -> None:
    today = installation(tmp_path / "today", state)
    shutil.copytree(tmp_path / "today", tmp_path / "tomorrow")
    tomorrow = tmp_path / "tomorrow" / "config.toml"
    with closing(sqlite3.connect(tmp_path / "tomorrow" / "sis.db")) as sis, sis:
        sis.execute("UPDATE ELEV SET EFTERNAMN = 'Nygift' WHERE rowid % 2 = 0")
        sis.execute("DELETE FROM ELEV WHERE rowid % 7 = 0")
    whole: list[Digests] = []
    for config in (tomorrow, today):
        assert run("--config", str(config), "sync").code == 0
        whole.append(published(state)[1])
    assert whole[0] != whole[1]

    began = time.monotonic()
    assert run("--config", str(tomorrow), "sync").code == 0
    usual = time.monotonic() - began
    target, other = today, tomorrow
    for number in range(8):
        child = subprocess.Popen([*COMMAND, "--config", str(target), "sync"], stdout=subprocess.DEVNULL)
        time.sleep(usual * (0.55 + 0.06 * number))
        child.send_signal(signal.SIGKILL)
        child.wait()
        now = published(state)[1]
        assert now in whole
        if now == whole[0 if target == tomorrow else 1]:
            target, other = other, target
    done = run("--config", str(target), "sync")
    assert done.code == 0, done
    assert published(state)[1] == whole[0 if target == tomorrow else 1]
