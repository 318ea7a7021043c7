"""The administrators' page of a small installation, on its socket."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from adapter import wiring
from adapter.admin.passwords import hashed
from adapter.serving import service
from adapter.serving.page import Page
from adapter.ss12000.types import ResourceType
from adapter.store import deeds, publish
from adapter.store.engine import Store, open_store
from support.exports import CONFIG, Installation, files, tables
from support.ports import free_port

PASSWORD = "en lång mening som ingen gissar"
USERS = f'[admin]\nusers = {{ anna = "{hashed(PASSWORD)}" }}\n'


@dataclass
class Place:
    """A small installation after one night, with its page."""

    installation: Installation
    folder: Path
    base: str
    once: str
    said: list[str]

    @property
    def store(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'state.db'}")

    def deeds(self) -> list[tuple[str, str, str]]:
        store = self.store
        try:
            return [(deed.who, deed.did, deed.about) for deed in deeds.latest(store, 50)]
        finally:
            store.close()


@contextmanager
def page_of(folder: Path, admin: str = "", rows: dict[str, list[dict[str, str]]] | None = None) -> Iterator[Place]:
    facade = free_port()
    serving = f'[facade]\nbase_url = "http://127.0.0.1:{facade}/api"\nlisten = "127.0.0.1:{facade}"\n'
    installation = Installation(folder, config=CONFIG + serving + admin)
    assert installation.night(files(rows or tables())).code == 0
    said: list[str] = []
    loaded = wiring.load(folder / "config.toml")
    command_line = [sys.executable, "-m", "adapter", "--config", str(folder / "config.toml")]
    page = Page(loaded, f"127.0.0.1:{free_port()}", command_line, folder / "config.toml")
    running = service.start(loaded, None, said.append, page=page, counting=True)
    scheme = "https" if loaded.settings.admin.tls else "http"
    try:
        yield Place(installation, folder, f"{scheme}://{page.listen}", page.address, said)
    finally:
        running.stop()


@contextmanager
def two_people(folder: Path) -> Iterator[tuple[Place, httpx.Client, httpx.Client]]:
    """A place where anna and bo have logged in."""
    users = f'[admin.users]\nanna = "{hashed(PASSWORD)}"\nbo = "{hashed(PASSWORD)}"\n'
    with (
        page_of(folder, users) as place,
        httpx.Client(base_url=place.base) as anna,
        httpx.Client(base_url=place.base) as bo,
    ):
        for name, http in (("anna", anna), ("bo", bo)):
            http.post("/login", data={"name": name, "password": PASSWORD})
        yield place, anna, bo


def csrf(http: httpx.Client) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', http.get("/objects").text)[0]


def a_person(place: Place) -> str:
    store = place.store
    try:
        return min(publish.digests(store, ResourceType.PERSON))
    finally:
        store.close()


def publish_of(place: Place, kind: ResourceType) -> dict[str, Any]:
    store = place.store
    try:
        return publish.documents(store)[kind]
    finally:
        store.close()


def finished(http: httpx.Client, location: str) -> httpx.Response:
    for _ in range(200):
        answer = http.get(location)
        if answer.status_code != 200 or 'http-equiv="refresh"' not in answer.text:
            return answer
        time.sleep(0.3)
    raise AssertionError(answer.text)
