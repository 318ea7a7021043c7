"""The long-running process: facade and outbox worker, each in a thread, beside them the page and the nightly run."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import uvicorn

from adapter.delivery import loop
from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.facade.serve import Certificate, make_server, taken
from adapter.serving.nightly import Nightly
from adapter.serving.page import Page
from adapter.settings import Tls
from adapter.wiring import Installation, clock

_LOOK_EVERY = 5.0  # seconds
_YOUNG = 50_000  # new objects before the collector looks: a page of the largest size makes fewer


class Closing(Protocol):
    """What is let go of at the end."""

    def close(self) -> None: ...


class Stopping(Protocol):
    """A page that may have started something."""

    def stop(self) -> None: ...
    def close(self) -> None: ...


@dataclass
class Running:
    """Servers and the outbox worker, in threads of this process. The first server is the facade."""

    store: Closing
    servers: list[uvicorn.Server]
    stopping: threading.Event
    page: Stopping | None = None
    threads: list[threading.Thread] = field(default_factory=list)
    failure: list[BaseException] = field(default_factory=list)
    reloading: threading.Event = field(default_factory=threading.Event)
    ended: threading.Event = field(default_factory=threading.Event)

    @property
    def server(self) -> uvicorn.Server:
        """The facade's."""
        return self.servers[0]

    def alive(self) -> bool:
        """Whether it still serves, after half a second at most. Raises what ended it.

        Waits for an event and joins no thread: a signal in the middle of a join makes Python 3.11 take the thread for
        ended, and the process would end under it.
        """
        self.ended.wait(0.5)
        if self.failure:
            raise self.failure[0]
        return not self.ended.is_set()

    def stop(self) -> None:
        """End everything in order: no new request, those in hand to their end, then the worker."""
        for server in self.servers:
            server.should_exit = True
        self.stopping.set()
        self.reloading.set()
        if self.page is not None:
            self.page.stop()
        for thread in self.threads:
            thread.join()
        if self.page is not None:
            self.page.close()
        self.store.close()


def start(
    installation: Installation,
    nightly: Nightly | None,
    say: Callable[[str], None],
    listening: socket.socket | None = None,
    facade_only: bool = False,
    page: Page | None = None,
    counting: bool = False,
) -> Running:
    """Serve and deliver from now on. Raises ConfigError or StateError where that cannot begin.

    `listening`: a socket that is open already; `facade_only`: another process delivers. `page`: the administrators';
    `counting`: the facade's requests are counted, for /metrics.
    """
    settings = installation.settings
    store = installation.store()
    tokens = installation.tokens(store)
    app: Any = create_app(store, settings, KeySource(settings.auth, clock, say, settings.proxy), clock, say)
    if counting:
        from adapter.facade.measured import Measured  # Prometheus is loaded where somebody asks for its numbers

        app = Measured(app)
    facade = make_server(app, settings.facade.listen, settings.facade.tls)
    running = Running(store, [facade], threading.Event(), page)
    work = [serving(running, facade, settings.facade.listen, "facade", listening)]
    shown = [(facade, settings.facade.tls, "facade")]
    if page is not None:
        served = make_server(page.app(say), page.listen, settings.admin.tls, "admin")
        running.servers.append(served)
        work.append(serving(running, served, page.listen, "admin"))
        shown.append((served, settings.admin.tls, "admin"))
    if not facade_only:
        work.append(lambda: loop.run(store, settings, tokens, clock, running.stopping, say))
    if any(tls is not None for _, tls, _ in shown):
        work.append(watched(running, shown, say))
    if nightly is not None:
        work.append(lambda: nightly.run(running.stopping, say))
    begin(running, work)
    return running


def begin(running: Running, work: Sequence[Callable[[], None]]) -> None:
    """Do all of it, each in a thread; back once every server answers. Raises what keeps one from it."""
    running.threads = [threading.Thread(target=function, daemon=True) for function in work]
    for thread in running.threads:
        thread.start()
    while not (all(server.started for server in running.servers) or running.failure):
        time.sleep(0.01)
    if running.failure:
        running.stop()
        raise running.failure[0]


def serving(
    running: Running, server: uvicorn.Server, listen: str, section: str, listening: socket.socket | None = None
) -> Callable[[], None]:
    """A server at work: until it is told to stop, or fails."""

    def serve() -> None:
        try:
            _keep_heap_still()
            with asyncio.Runner(loop_factory=server.config.get_loop_factory()) as runner:
                runner.run(server.serve([listening] if listening else None))
        except (Exception, SystemExit) as error:
            cannot_listen = isinstance(error, (OSError, SystemExit))
            running.failure.append(taken(listen, section) if cannot_listen else error)
        finally:
            running.ended.set()

    return serve


def _keep_heap_still() -> None:
    """What is loaded now stays: the collector need not walk it again and again between two pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)


def watched(
    running: Running,
    shown: Sequence[tuple[uvicorn.Server, Tls | None, str]],
    say: Callable[[str], None],
    look: Callable[[bool], None] = lambda told: None,
    every: float = _LOOK_EVERY,
) -> Callable[[], None]:
    """Look for what has changed every few seconds, and at once when told (SIGHUP): servers' certificates, and `look`.

    `shown`: a server, its certificate, the section of its settings. `look` is given whether it was told.
    """
    certificates = [
        Certificate(tls, server.config.ssl, section)
        for server, tls, section in shown
        if tls is not None and server.config.ssl is not None
    ]

    def watch() -> None:
        while not running.stopping.is_set():
            told = running.reloading.wait(every) and not running.stopping.is_set()
            running.reloading.clear()
            for certificate in certificates:
                if words := certificate.reload(force=told):
                    say(words)
            if not running.stopping.is_set():
                look(told)

    return watch
