"""The administrators' pages of a fleet: each at a host name of its own, so that browsers keep them apart."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from adapter.admin.app import create_app
from adapter.admin.desk import Desk
from adapter.admin.sessions import Sessions
from adapter.admin.tasks import Tasks
from adapter.errors import ConfigError
from adapter.facade.addresses import asked_host
from adapter.fleet.directory import Directory, Served
from adapter.fleet.organisers import config_of
from adapter.serving.page import is_loopback
from adapter.settings.fleet import Fleet
from adapter.wiring import command

_NOBODY = "Ingen sida här.\nThere is no page here.\n"


@dataclass(frozen=True)
class _Page:
    served: Served
    app: ASGIApp
    tasks: Tasks
    sessions: Sessions


@dataclass
class Pages:
    """Made when somebody asks for one. `clock`: ms since 1970; `command`: ourselves, for what a page may start.

    Raises ConfigError where another machine could reach them without TLS.
    """

    fleet: Fleet
    directory: Directory
    clock: Callable[[], int]
    say: Callable[[str], None]
    _made: dict[str, _Page] = field(default_factory=dict)
    _checking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))  # passwords, for all: 64 MB each

    def __post_init__(self) -> None:
        pages = self.fleet.pages
        self._before, _, self._after = pages.host.partition("{name}")
        host = (pages.listen or "").rpartition(":")[0].strip("[]")
        if pages.tls is None and not is_loopback(host):
            raise ConfigError(
                f"pages.listen: {pages.listen} can be reached from other machines, so pages.tls is needed; or listen "
                "on 127.0.0.1 with a proxy in front."
            )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] == "lifespan":
            return
        page = self._page(asked_host(scope).partition(":")[0])
        await (page or PlainTextResponse(_NOBODY, 404))(scope, receive, send)

    def stop(self) -> None:
        """End what the pages have started."""
        for page in self._made.values():
            page.tasks.stop()

    def close(self) -> None:
        """States are the directory's to close."""

    def _page(self, host: str) -> ASGIApp | None:
        if not (host.startswith(self._before) and host.endswith(self._after)):
            return None
        name = host[len(self._before) : len(host) - len(self._after)]
        served = self.directory.named(name)
        if served is None:
            if name in self._made:
                self._made.pop(name).tasks.stop()
            return None
        admin = served.installation.settings.admin
        if not admin.users and admin.user_header is None:
            return None  # nobody could come in
        page = self._made.get(name)
        if page is None or page.served is not served:
            page = self._made[name] = self._new(served, host, page)
        return page.app

    def _new(self, served: Served, host: str, old: _Page | None) -> _Page:
        """Who has logged in, and what was begun, stays while those who may come in are the same."""
        config = config_of(self.fleet, served.name)
        admin = served.installation.settings.admin
        if old is not None and old.served.installation.settings.admin != admin:
            old.tasks.stop()
            old = None
        tasks = old.tasks if old is not None else Tasks(command(config), time.monotonic)
        sessions = old.sessions if old is not None else Sessions(time.monotonic)
        desk = Desk(served.installation, served.store, tasks, sessions, self.clock, time.monotonic, config)
        desk.checking = self._checking
        app = create_app(desk, [host], self.fleet.pages.tls is not None, self.say)
        return _Page(served, app, tasks, sessions)
