"""Builds the parts from the settings: the only place that knows how they fit together, and that reads the clock."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from adapter import config
from adapter.errors import ConfigError
from adapter.opendata import lookup
from adapter.settings import Settings
from adapter.ss12000 import profile
from adapter.ss12000.profile import Profile
from adapter.store.engine import Store, open_store
from adapter.sync.run import Inputs
from connectors.base import Connector


def clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True)
class Installation:
    """One config.toml and what it names."""

    settings: Settings
    connectors: Mapping[str, Connector]
    profile: Profile

    def store(self) -> Store:
        """The state, open. Raises StateError."""
        return open_store(self.settings.state.url.get_secret_value())

    def inputs(self, today: dt.date | None = None, offline: bool = False) -> Inputs:
        """What a run is made from. Raises ConfigError where the mapping cannot be read."""
        return Inputs(
            settings=self.settings,
            profile=self.profile,
            mapping=_text(self.settings.mapping.file),
            connectors=self.connectors,
            open_data=lambda: self.open_data(offline),
            clock=clock,
            today=today,
        )

    def open_data(self, offline: bool = False) -> lookup.OpenData:
        """Skolverket's open data, from the cache while it is fresh."""
        number = self.settings.organiser.organisation_number
        return lookup.load(self.settings.open_data, number, clock(), offline=offline)


def load(path: Path) -> Installation:
    """The installation that a config.toml describes. Raises ConfigError with everything that is wrong."""
    settings, connectors = config.load(path)
    chosen = settings.profile.file
    return Installation(settings, connectors, profile.narrowed(chosen) if chosen else profile.shipped())


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such mapping. Correct mapping.file in config.toml.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: the mapping is not UTF-8. Save it again with the encoding UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file}: the mapping cannot be read: {error.strerror}") from None
