"""Who is served: the organisers that are there now, each with its state, its tokens and its facade.

A folder that comes, changes or goes is seen within seconds. What is wrong with one organiser is told, and touches
nobody else; one that was served goes on as it was.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapter.errors import AdapterError, ConfigError
from adapter.facade.addresses import Addresses
from adapter.facade.context import Context, context_of
from adapter.facade.jwks import KeySource
from adapter.fleet import organisers
from adapter.settings import Auth
from adapter.settings.fleet import Fleet
from adapter.store import schemas
from adapter.store.engine import Servers, Store
from adapter.wiring import Installation

if TYPE_CHECKING:
    from adapter.delivery.token import TokenClient

_GRACE = 10.0  # seconds in which requests come to their end before a state is let go
_Stamp = tuple[int, int]


@dataclass(frozen=True)
class Served:
    """One organiser as it is served now."""

    name: str
    stamp: _Stamp
    installation: Installation
    store: Store
    context: Context
    tokens: TokenClient | None


class Directory:
    """`clock`: ms since 1970. `say` tells of what is wrong, once each time that it becomes so."""

    def __init__(self, fleet: Fleet, clock: Callable[[], int], say: Callable[[str], None]) -> None:
        self.addresses = Addresses([])
        self._fleet = fleet
        self._clock = clock
        self._say = say
        self._servers = Servers(fleet.fleet.connections)
        self._served: dict[str, Served] = {}
        self._refused: dict[str, tuple[_Stamp, str]] = {}
        self._keys: dict[tuple[Auth, str | None], KeySource] = {}
        self._left: list[tuple[float, Store]] = []
        self._begun = False

    def __iter__(self) -> Iterator[Served]:
        """Everybody who is served."""
        return iter(tuple(self._served.values()))

    def __len__(self) -> int:
        return len(self._served)

    def named(self, name: str) -> Served | None:
        """One of them, if it is served."""
        return self._served.get(name)

    def look(self, all_anew: bool = False) -> None:
        """Take up what has come, changed or gone. `all_anew`: also what looks as before, for secrets may be others.

        Raises ConfigError where the folder cannot be read, StateError where the database is away; then everybody is
        served as before.
        """
        found = organisers.names(self._fleet)
        if not found and len(self):
            raise ConfigError(f"fleet.organisers: {self._fleet.fleet.organisers} is empty. Is a disk of it missing?")
        stamps = {name: organisers.stamp(self._fleet, name) for name in found}
        for name in [name for name in self._served if name not in stamps]:
            self._leave(self._served.pop(name))
            self._say(f"{name}: served no longer, for it is not there")
        self.addresses.replace(served.context for served in self)  # who is gone waits for nothing that may fail below
        self._refused = {name: seen for name, seen in self._refused.items() if name in stamps}
        changed = [name for name in found if all_anew or self._stamp_of(name) != stamps[name]]
        if changed:
            schemas.must_answer(self._fleet.fleet.database.get_secret_value())  # once, and not once for each
            self._take_up({name: stamps[name] for name in changed})
        self.addresses.replace(served.context for served in self)
        self._begun = True
        self._let_go(time.monotonic() - _GRACE)

    def close(self) -> None:
        """Let go of every state."""
        for served in self:
            served.store.close()
        self._let_go(float("inf"))
        self._servers.close()

    def _stamp_of(self, name: str) -> _Stamp | None:
        """What its file was when it was last read; None where it has to be read again: its state was away."""
        if name in self._refused:
            return self._refused[name][0]
        return self._served[name].stamp if name in self._served else None

    def _take_up(self, changed: dict[str, _Stamp]) -> None:
        loaded = {name: organisers.one(self._fleet, name) for name in changed}
        installations = {name: served.installation for name, served in self._served.items()}
        installations |= {name: each.installation for name, each in loaded.items() if each.installation is not None}
        alike = organisers.in_common(self._fleet, {name: each.settings for name, each in installations.items()})
        for name, stamp in changed.items():
            installation = loaded[name].installation
            if installation is None:
                self._refuse(name, stamp, loaded[name].wrong)
            elif name in alike:
                self._refuse(name, stamp, alike[name])
            else:
                try:
                    self._serve(name, stamp, installation)
                except AdapterError as error:
                    self._refuse(name, (0, 0), error.message)  # tried again: it may only be away
                except Exception as error:  # whatever is wrong with one, others are served
                    self._refuse(name, stamp, f"it cannot be served ({type(error).__name__}); please report it")

    def _serve(self, name: str, stamp: _Stamp, installation: Installation) -> None:
        old, settings = self._served.get(name), installation.settings
        key = settings.auth, settings.proxy
        if key not in self._keys:
            self._keys[key] = KeySource(settings.auth, self._clock, self._say, settings.proxy)
        same = old is not None and old.installation.settings.state == settings.state
        store = old.store if old is not None and same else installation.store(servers=self._servers)
        recorder = old.context.recorder if old is not None and same else None
        context = context_of(store, settings, self._keys[key], self._clock, recorder)
        tokens = installation.tokens(store)
        self._served[name] = Served(name, stamp, installation, store, context, tokens)
        if old is not None and not same:
            self._leave(old)
        self._refused.pop(name, None)
        if self._begun:
            self._say(f"{name}: served" + (" with its new configuration" if old is not None else ""))

    def _refuse(self, name: str, stamp: _Stamp, why: str) -> None:
        if self._refused.get(name, (stamp, ""))[1] != why:
            stays = "served as before" if name in self._served else "not served"
            self._say(f"{name}: {stays}. {why}")
        self._refused[name] = stamp, why

    def _leave(self, served: Served) -> None:
        with suppress(AdapterError):
            served.context.recorder.flush()
        self._left.append((time.monotonic(), served.store))

    def _let_go(self, before: float) -> None:
        for at, store in self._left:
            if at <= before:
                store.close()
        self._left = [(at, store) for at, store in self._left if at > before]
