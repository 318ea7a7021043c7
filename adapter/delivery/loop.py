"""The outbox worker of `serve`: looks every second whether there is something to confirm or to send."""

from __future__ import annotations

import threading
from collections.abc import Callable

from adapter.delivery.confirm import confirm
from adapter.delivery.worker import Tokens, deliver_due
from adapter.errors import AdapterError
from adapter.settings import Settings
from adapter.store import outbox
from adapter.store.engine import Store

_PAUSE = 1.0  # seconds
_PAUSE_AFTER_TROUBLE = 30.0


def turn(store: Store, settings: Settings, tokens: Tokens | None, clock: Callable[[], int]) -> list[str]:
    """Confirm what was fetched and send what is due, once; gives what failed. Raises StateError."""
    if not outbox.is_anything_open(store):
        return []
    return [*confirm(store, settings, clock()), *deliver_due(store, settings, tokens, clock).failures]


def run(
    store: Store,
    settings: Settings,
    tokens: Tokens | None,
    clock: Callable[[], int],
    stop: threading.Event,
    say: Callable[[str], None],
) -> None:
    """Until `stop` is set. Trouble is said once and does not end it."""
    said = ""
    while not stop.is_set():
        pause = _PAUSE
        try:
            for failure in turn(store, settings, tokens, clock):
                say(failure)
            said = ""
        except AdapterError as error:
            if error.message != said:
                say(error.message)
            said, pause = error.message, _PAUSE_AFTER_TROUBLE
        stop.wait(pause)
