"""Builds the parts from the settings: the only place that knows how they fit together, and that reads the clock."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

from adapter import config
from adapter.delivery import certificates, doctor, worker
from adapter.delivery.confirm import confirm
from adapter.delivery.token import TokenClient
from adapter.delivery.worker import DeliveryReport
from adapter.errors import ConfigError
from adapter.facade import jwks
from adapter.opendata import lookup
from adapter.settings import Settings
from adapter.ss12000 import profile
from adapter.ss12000.profile import Profile
from adapter.store import protected
from adapter.store.engine import Store, exists, open_store
from adapter.store.protected import Remembered
from adapter.sync.run import Inputs
from connectors.base import Connector

ZONE = ZoneInfo("Europe/Stockholm")


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

    def remembered(self) -> Mapping[str, Remembered]:
        """Who was protected on an earlier night. Makes no state where there is none. Raises StateError."""
        if not exists(self.settings.state.url.get_secret_value()):
            return {}
        store = self.store()
        try:
            return protected.remembered(store)
        finally:
            store.close()

    def inputs(self, today: dt.date | None = None) -> Inputs:
        """What a run is made from. Raises ConfigError where the mapping cannot be read."""
        return Inputs(
            settings=self.settings,
            profile=self.profile,
            mapping=_text(self.settings.mapping.file),
            mapping_name=_shown(self.settings.mapping.file),
            connectors=self.connectors,
            open_data=self.open_data,
            clock=clock,
            today=today,
        )

    def open_data(self, refresh: bool = False) -> lookup.OpenData:
        """Skolverket's open data, from the cache while it is fresh."""
        settings = self.settings
        number = settings.organiser.organisation_number
        return lookup.load(settings.open_data, number, clock(), refresh, settings.proxy)

    def tokens(self, store: Store) -> TokenClient | None:
        """How we identify ourselves; None where nothing is configured. Raises ConfigError."""
        return TokenClient(self.settings.token, store, clock, self.settings.proxy) if self.settings.token else None

    def examined_auth(self) -> list[doctor.Finding]:
        """What `auth doctor` finds. Raises StateError."""
        store = self.store()
        try:
            keys = partial(jwks.fetch_keys, self.settings.auth, self.settings.proxy)
            return list(doctor.examine(self.settings, store, clock, keys))
        finally:
            store.close()

    def certificate(self) -> certificates.CertificateFacts | None:
        """What our client certificate says. Raises ConfigError."""
        return certificates.facts(self.settings.token) if self.settings.token else None


def load(path: Path) -> Installation:
    """The installation that a config.toml describes. Raises ConfigError with everything that is wrong."""
    settings, connectors = config.load(path)
    chosen = settings.profile.file
    return Installation(settings, connectors, profile.narrowed(chosen) if chosen else profile.shipped())


def deliver(installation: Installation, store: Store, force: bool = False) -> DeliveryReport:
    """Confirm what the client has fetched, then send what is due."""
    alarms = confirm(store, installation.settings, clock())
    report = worker.deliver_due(store, installation.settings, installation.tokens(store), clock, force)
    report.problems[:0] = alarms
    return report


def _shown(file: Path) -> str:
    """A path as a person here would write it."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError(f"{file}: there is no such mapping. Correct mapping.file in config.toml.") from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: the mapping is not UTF-8. Save it again with the encoding UTF-8.") from None
    except OSError as error:
        raise ConfigError(f"{file}: the mapping cannot be read: {error.strerror}") from None
