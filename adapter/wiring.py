"""Builds the parts from the settings: the only place that knows how they fit together, and that reads the clock.

A part is loaded where it is built: a command that does not sign, fetch or map does not wait for what does.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from zoneinfo import ZoneInfo

from adapter import config
from adapter.errors import AdapterError, ConfigError
from adapter.settings import Settings
from adapter.ss12000 import profile
from adapter.ss12000.profile import Profile
from connectors.base import Connector

if TYPE_CHECKING:
    from adapter.delivery import certificates, doctor
    from adapter.delivery.outcome import DeliveryReport
    from adapter.delivery.token import TokenClient
    from adapter.opendata import lookup
    from adapter.store.engine import Servers, Store
    from adapter.store.protected import Remembered
    from adapter.sync.inputs import Inputs

ZONE = ZoneInfo("Europe/Stockholm")
_T = TypeVar("_T")


def clock() -> int:
    """Milliseconds since 1970, UTC."""
    return time.time_ns() // 1_000_000


def utc(milliseconds: int) -> str:
    """A time for machines: 2026-11-23T02:15:00Z."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def here(milliseconds: int) -> str:
    """A time as people at the organiser's read it: 2026-11-23 03:15."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, ZONE).strftime("%Y-%m-%d %H:%M")


def command(config: Path, *words: str, log_format: str = "text") -> list[str]:
    """Ourselves with a configuration, as a process of its own."""
    options = ["--config", str(config), "--log-format", log_format]
    return [sys.executable, "-X", "utf8", "-m", "adapter", *options, *words]


@dataclass(frozen=True)
class Installation:
    """One config.toml and what it names."""

    settings: Settings
    connectors: Mapping[str, Connector]
    profile: Profile

    def store(self, patience: int | None = None, servers: Servers | None = None) -> Store:
        """The state, open. `patience`: seconds to wait for whoever writes; None: as a run does. Raises StateError.

        `servers`: whose connections it shares, where many organisers are served by one process.
        """
        from adapter.store.engine import BUSY_SECONDS, open_store
        from adapter.store.namespace import Namespace

        state = self.settings.state
        namespace = Namespace(state.schema_name or "", state.role or "")
        return open_store(state.url.get_secret_value(), patience or BUSY_SECONDS, namespace, servers)

    def remembered(self) -> Mapping[str, Remembered]:
        """Who was protected on an earlier night. Makes no state where there is none. Raises StateError."""
        from adapter.store import protected

        return self._of_state(protected.remembered)

    def aliases(self) -> Mapping[str, str]:
        """Ids that stay where keys have changed. Makes no state where there is none. Raises StateError."""
        from adapter.store import aliases

        return self._of_state(aliases.all_of)

    def _of_state(self, read: Callable[[Store], Mapping[str, _T]]) -> Mapping[str, _T]:
        from adapter.store.engine import exists

        if not exists(self.settings.state.url.get_secret_value()):
            return {}
        store = self.store()
        try:
            return read(store)
        finally:
            store.close()

    def inputs(self, today: dt.date | None = None) -> Inputs:
        """What a run is made from. Raises ConfigError where the mapping cannot be read."""
        from adapter.sync.inputs import Inputs

        return Inputs(
            settings=self.settings,
            profile=self.profile,
            mapping=_text(self.settings.mapping.file),
            mapping_name=_shown(self.settings.mapping.file),
            connectors=self.connectors,
            open_data=self.open_data,
            clock=clock,
            today=today,
            aliases=cache(self.aliases),
        )

    def open_data(self, refresh: bool = False) -> lookup.OpenData:
        """Skolverket's open data, from the cache while it is fresh."""
        from adapter.opendata import lookup

        settings = self.settings
        number = settings.organiser.organisation_number
        return lookup.load(settings.open_data, number, clock(), refresh, settings.proxy)

    def tokens(self, store: Store) -> TokenClient | None:
        """How we identify ourselves; None where nothing is configured. Raises ConfigError."""
        if self.settings.token is None:
            return None
        from adapter.delivery.token import TokenClient

        return TokenClient(self.settings.token, store, clock, self.settings.proxy)

    def examined_auth(self) -> list[doctor.Examined]:
        """What `auth doctor` finds. Raises StateError."""
        from adapter.delivery import doctor
        from adapter.facade import jwks

        store = self.store()
        try:
            keys = partial(jwks.fetch_keys, self.settings.auth, self.settings.proxy)
            return list(doctor.examine(self.settings, store, clock, keys))
        finally:
            store.close()

    def certificate(self) -> certificates.CertificateFacts | None:
        """What our client certificate says. Raises ConfigError."""
        if self.settings.token is None:
            return None
        from adapter.delivery import certificates

        return certificates.facts(self.settings.token)

    def certificate_or_why(self) -> certificates.CertificateFacts | str | None:
        """The same, or why the certificate cannot be used."""
        try:
            return self.certificate()
        except ConfigError as error:
            return error.message


def load(path: Path) -> Installation:
    """The installation that a config.toml describes. Raises ConfigError with everything that is wrong."""
    settings, connectors = config.load(path)
    chosen = settings.profile.file
    return Installation(settings, connectors, profile.narrowed(chosen) if chosen else profile.shipped())


def deliver(installation: Installation, store: Store, force: bool = False) -> DeliveryReport:
    """Confirm what the client has fetched, then send what is due."""
    from adapter.delivery.confirm import confirm
    from adapter.delivery.outcome import DeliveryReport
    from adapter.store import outbox

    report = DeliveryReport(failures=confirm(store, installation.settings, clock()))
    if any(notice.state != "sent" for notice in outbox.open_notices(store)):
        from adapter.delivery import worker

        done = worker.deliver_due(store, installation.settings, installation.tokens(store), clock, force)
        report = DeliveryReport(done.sent, done.pending, report.failures + done.failures)
    return report


def report_to_schools(installation: Installation, store: Store) -> list[str]:
    """What schools are to mend, as files and by mail. Gives what went wrong with it, which is no fault of the run."""
    from adapter.reports import after_run

    try:
        return after_run.tell(store, installation.settings)
    except AdapterError as error:  # what the run has come to is told all the same
        return [error.message]


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
