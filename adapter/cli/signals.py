"""SIGTERM as an exception, so that transactions are rolled back and servers end in order."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType


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


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated
