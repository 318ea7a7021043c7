"""The administrators' page as `serve` begins it: where it listens, who may come in, what it may start."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adapter.errors import ConfigError
from adapter.settings import Settings
from adapter.wiring import Installation, clock

if TYPE_CHECKING:
    from adapter.admin.sessions import OnceKey
    from adapter.admin.tasks import Tasks
    from adapter.store.engine import Store

_HERE = ("localhost", "127.0.0.1", "[::1]", "[")  # the last as Starlette reads an IPv6 address
_PATIENCE = 3  # seconds
_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104


@dataclass
class Page:
    """`listen`: address and port. `command`: ourselves with the same configuration, for what the page may start."""

    installation: Installation
    listen: str
    command: Sequence[str]
    config: Path
    several: bool = False  # processes that serve the facade
    once: OnceKey | None = None
    _tasks: Tasks | None = field(default=None, repr=False)
    _store: Store | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        settings = self.installation.settings
        _must_be_safe(settings, self.listen)
        if not settings.admin.users and settings.admin.user_header is None:
            from adapter.admin.sessions import OnceKey

            self.once = OnceKey(time.monotonic)

    @property
    def address(self) -> str:
        """What to open in a browser; with the key that is good once, where nobody has a password."""
        scheme = "https" if self.installation.settings.admin.tls else "http"
        return f"{scheme}://{self.listen}/" + (f"login?key={self.once.key}" if self.once is not None else "")

    def app(self, say: Callable[[str], None]) -> Any:
        """The page as an ASGI application, with a way to the state of its own: nobody waits for whoever looks here."""
        from adapter.admin.app import create_app  # templates are loaded where there is a page
        from adapter.admin.desk import Desk
        from adapter.admin.sessions import Sessions
        from adapter.admin.tasks import Tasks

        self._tasks = Tasks(self.command, time.monotonic)
        self._store = store = self.installation.store(_PATIENCE)
        sessions = Sessions(time.monotonic)
        desk = Desk(
            self.installation, store, self._tasks, sessions, clock, time.monotonic, self.config, self.several, self.once
        )
        admin = self.installation.settings.admin
        host = _host(self.listen)
        hosts = [*_HERE, *admin.hosts, *([f"[{host}]"] if ":" in host else [host])]
        if host in _ANYWHERE and not admin.hosts:
            hosts = ["*"]
        return create_app(desk, hosts, admin.tls is not None, say)

    def stop(self) -> None:
        """End what the page has started."""
        if self._tasks is not None:
            self._tasks.stop()

    def close(self) -> None:
        """Let go of the state."""
        if self._store is not None:
            self._store.close()


def _must_be_safe(settings: Settings, listen: str) -> None:
    """Another machine reaches the page only by TLS and with a login. Raises ConfigError."""
    admin = settings.admin
    if listen.rpartition(":")[2] == settings.facade.listen.rpartition(":")[2]:
        raise ConfigError(f"admin.listen: {listen} is the facade's port. The page needs one of its own, such as 8444.")
    if is_loopback(_host(listen)):
        return
    if admin.tls is None:
        raise ConfigError(
            f"admin.listen: {listen} can be reached from other machines, so [admin.tls] is needed; or listen on "
            "127.0.0.1 with a proxy in front."
        )
    if not admin.users and admin.user_header is None:
        raise ConfigError(
            f"admin.listen: {listen} can be reached from other machines, so [admin.users] is needed: "
            "`admin password` makes its lines."
        )


def _host(listen: str) -> str:
    return listen.rpartition(":")[0].strip("[]")


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches what listens there."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
