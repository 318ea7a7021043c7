"""A whole municipality with Skolverket's side, on loopback with real TLS, as the demo has it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from adapter import wiring
from adapter.simulator import example, municipality
from adapter.simulator.skolverket import Skolverket
from adapter.store.engine import Store, open_store
from support.ports import free_port

TODAY = dt.datetime.now(wiring.ZONE).date()


@dataclass
class World:
    """The folder, Skolverket, and the state; `load()` gives the installation as config.toml says now."""

    folder: Path
    skolverket: Skolverket
    made: municipality.Municipality
    store: Store

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def load(self) -> wiring.Installation:
        return wiring.load(self.config)

    def edit(self, pattern: str, replacement: str) -> None:
        """Change config.toml."""
        text = self.config.read_text(encoding="utf-8")
        changed = re.sub(pattern, replacement, text)
        assert changed != text
        self.config.write_text(changed, encoding="utf-8")


@contextmanager
def world(folder: Path, state: str = "", pupils: int = 120) -> Iterator[World]:
    made = municipality.make(folder, pupils, 7, TODAY)
    listen = f"127.0.0.1:{free_port()}"
    base_url = f"https://{listen}/ss12000-api/v2.0"
    with Skolverket(folder / "tls", municipality.ORGANISATION_NUMBER, made.units, base_url, wiring.clock) as skolverket:
        example.write(folder, skolverket.config(str(uuid.uuid4()), listen))
        found = World(folder, skolverket, made, None)  # type: ignore[arg-type]
        if state:
            found.edit(r'url = "sqlite:///state.db"', f'url = "{state}"')
        found.store = open_store(state or f"sqlite:///{folder}/state.db")
        yield found
        found.store.close()
