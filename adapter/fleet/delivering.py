"""Notices of all organisers: a few threads take turns, so that one target which does not answer delays nobody else."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from adapter.delivery import loop
from adapter.errors import AdapterError
from adapter.fleet.directory import Directory, Served

_THREADS = 8
_EVERY = 10.0  # seconds between two looks at one organiser
_AFTER_TROUBLE = 3  # looks that are left out after a look that failed


def run(directory: Directory, clock: Callable[[], int], stopping: threading.Event, say: Callable[[str], None]) -> None:
    """Until `stopping` is set. Trouble of one organiser is said once, and ends nothing."""
    turns: dict[str, Future[None]] = {}
    said: dict[str, str] = {}
    rests: dict[str, int] = {}

    def turn(served: Served) -> None:
        try:
            for failure in loop.turn(served.store, served.installation.settings, served.tokens, clock):
                say(f"{served.name}: {failure}")
            said.pop(served.name, None)
        except AdapterError as error:
            if said.get(served.name) != error.message:
                say(f"{served.name}: {error.message}")
            said[served.name], rests[served.name] = error.message, _AFTER_TROUBLE

    with ThreadPoolExecutor(_THREADS, "deliver") as threads:
        while not stopping.wait(_EVERY):
            for served in directory:
                if rests.get(served.name, 0) > 0:
                    rests[served.name] -= 1
                elif served.name not in turns or turns[served.name].done():
                    turns[served.name] = threads.submit(turn, served)
        threads.shutdown(cancel_futures=True)
