"""SIGTERM as an exception, so that transactions are rolled back and servers end in order."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import Protocol

from adapter.cli import output


class Serving(Protocol):
    """What serves until it is stopped."""

    def alive(self) -> bool: ...
    def stop(self) -> None: ...


class Terminated(BaseException):
    """The system asks us to stop."""


def install() -> None:
    """From now on SIGTERM raises Terminated in the main thread."""
    if hasattr(signal, "SIGTERM"):
        signal.signal(signal.SIGTERM, _terminate)


def on_hangup(work: Callable[[], None]) -> None:
    """SIGHUP does this, where the system has it."""
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, lambda number, frame: work())


def until_told(running: Serving) -> None:
    """Wait until we are asked to stop, which is a good end, or it fails; then end it in order. Raises what ended it."""
    try:
        while running.alive():
            pass
    except (KeyboardInterrupt, Terminated):
        output.note("stopping: requests in hand are answered first")
    finally:
        running.stop()


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
