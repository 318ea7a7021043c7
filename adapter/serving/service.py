"""The long-running process: facade and outbox worker, each in a thread, and the nightly run, a process of its own."""

from __future__ import annotations

import asyncio
import gc
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import uvicorn

from adapter.delivery import loop
from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.facade.serve import Certificate, make_server, taken
from adapter.serving.nightly import Nightly
from adapter.settings import Settings
from adapter.store.engine import Store
from adapter.wiring import Installation, clock

_LOOK_EVERY = 5.0  # seconds
_YOUNG = 50_000  # new objects before the collector looks: a page of the largest size makes fewer


@dataclass
class Running:
    """A facade and its outbox worker, in threads of this process."""

    store: Store
    server: uvicorn.Server
    stopping: threading.Event
    threads: list[threading.Thread] = field(default_factory=list)
    failure: list[BaseException] = field(default_factory=list)
    reloading: threading.Event = field(default_factory=threading.Event)

    def alive(self) -> bool:
        """Whether it still serves, after half a second at most. Raises what ended it."""
        self.threads[0].join(0.5)
        if self.failure:
            raise self.failure[0]
        return self.threads[0].is_alive()

    def stop(self) -> None:
        """End everything in order: no new request, those in hand to their end, then the worker."""
        self.server.should_exit = True
        self.stopping.set()
        self.reloading.set()
        for thread in self.threads:
            thread.join()
        self.store.close()


def start(
    installation: Installation,
    nightly: Nightly | None,
    say: Callable[[str], None],
    listening: socket.socket | None = None,
    facade_only: bool = False,
) -> Running:
    """Serve and deliver from now on. Raises ConfigError or StateError where that cannot begin.

    `listening`: a socket that is open already; `facade_only`: another process delivers.
    """
    settings = installation.settings
    store = installation.store()
    tokens = installation.tokens(store)
    app = create_app(store, settings, KeySource(settings.auth, clock, say, settings.proxy), clock, say)
    running = Running(store, make_server(app, settings), threading.Event())

    def serve() -> None:
        try:
            _keep_heap_still()
            with asyncio.Runner(loop_factory=running.server.config.get_loop_factory()) as runner:
                runner.run(running.server.serve([listening] if listening else None))
        except (Exception, SystemExit) as error:
            running.failure.append(_cannot_listen(settings, error))

    work: list[Callable[[], None]] = [serve]
    if not facade_only:
        work.append(lambda: loop.run(store, settings, tokens, clock, running.stopping, say))
    if running.server.config.ssl is not None:
        certificate = Certificate(settings, running.server.config.ssl)
        work.append(lambda: _watch(certificate, running, say))
    if nightly is not None:
        work.append(lambda: nightly.run(running.stopping, say))
    running.threads = [threading.Thread(target=function, daemon=True) for function in work]
    for thread in running.threads:
        thread.start()
    while not running.server.started and running.threads[0].is_alive():
        time.sleep(0.01)
    if running.failure:
        running.stop()
        raise running.failure[0]
    return running


def _keep_heap_still() -> None:
    """What is loaded now stays: the collector need not walk it again and again between two pages."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, 50, 100)


def _cannot_listen(settings: Settings, error: BaseException) -> BaseException:
    return taken(settings) if isinstance(error, (OSError, SystemExit)) else error


def _watch(certificate: Certificate, running: Running, say: Callable[[str], None]) -> None:
    """Look for a new certificate every few seconds, and at once when told (SIGHUP)."""
    while not running.stopping.is_set():
        told = running.reloading.wait(_LOOK_EVERY)
        running.reloading.clear()
        if words := certificate.reload(force=told and not running.stopping.is_set()):
            say(words)
