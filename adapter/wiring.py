"""Builds the parts from the settings: the only place that knows how they fit together, and that reads the clock."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn

from adapter import config
from adapter.delivery import certificates, loop, worker
from adapter.delivery.confirm import confirm
from adapter.delivery.token import TokenClient
from adapter.delivery.worker import DeliveryReport
from adapter.errors import AdapterError, ConfigError
from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.facade.serve import make_server
from adapter.opendata import lookup
from adapter.settings import Settings
from adapter.ss12000 import profile
from adapter.ss12000.profile import Profile
from adapter.store.engine import Store, open_store
from adapter.sync.run import Inputs, sync
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
        return lookup.load(self.settings.open_data, self.settings.organiser.organisation_number, clock(), refresh)

    def tokens(self, store: Store) -> TokenClient | None:
        """How we identify ourselves; None where nothing is configured. Raises ConfigError."""
        return TokenClient(self.settings.token, store, clock) if self.settings.token else None

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
    confirm(store, installation.settings, clock())
    return worker.deliver_due(store, installation.settings, installation.tokens(store), clock, force)


@dataclass
class Running:
    """A facade and its outbox worker, in threads of this process."""

    store: Store
    server: uvicorn.Server
    stopping: threading.Event
    threads: list[threading.Thread] = field(default_factory=list)
    failure: list[BaseException] = field(default_factory=list)

    def wait(self) -> None:
        """Until the server ends, or a signal interrupts. Raises what ended it."""
        while self.threads[0].is_alive():
            self.threads[0].join(0.5)
        if self.failure:
            raise self.failure[0]

    def stop(self) -> None:
        """End everything in order: no new request, those in hand to their end, then the worker."""
        self.server.should_exit = True
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        self.store.close()


def start(installation: Installation, sync_at: str | None, say: Callable[[str], None]) -> Running:
    """Serve and deliver from now on. Raises ConfigError or StateError where that cannot begin."""
    settings = installation.settings
    store = installation.store()
    tokens = installation.tokens(store)
    app = create_app(store, settings, KeySource(settings.auth, clock, say), clock, say)
    running = Running(store, make_server(app, settings), threading.Event())

    def serve() -> None:
        try:
            asyncio.run(running.server.serve())
        except (Exception, SystemExit) as error:
            running.failure.append(_listen_problem(settings, error))

    work: list[Callable[[], None]] = [
        serve,
        lambda: loop.run(store, settings, tokens, clock, running.stopping, say),
    ]
    if sync_at is not None:
        work.append(lambda: _nightly(installation, store, sync_at, running.stopping, say))
    running.threads = [threading.Thread(target=function, daemon=True) for function in work]
    for thread in running.threads:
        thread.start()
    while not running.server.started and running.threads[0].is_alive():
        time.sleep(0.01)
    if running.failure:
        running.stop()
        raise running.failure[0]
    return running


def _listen_problem(settings: Settings, error: BaseException) -> BaseException:
    if isinstance(error, (OSError, SystemExit)):
        return ConfigError(
            f"facade.listen: {settings.facade.listen} cannot be listened on. Is another process using the port?"
        )
    return error


def _nightly(
    installation: Installation, store: Store, sync_at: str, stopping: threading.Event, say: Callable[[str], None]
) -> None:
    """`sync` once a day, at the organiser's time of day."""
    while True:
        now = dt.datetime.fromtimestamp(clock() / 1000, ZONE)
        hour, minute = map(int, sync_at.split(":"))
        next_time = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if next_time <= now:
            next_time += dt.timedelta(days=1)
        if stopping.wait((next_time - now).total_seconds()):
            return
        with suppress(AdapterError):
            report = sync(store, installation.inputs())
            say(f"sync: {report.outcome}, version {report.version}" + (f": {report.error}" if report.error else ""))


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
