"""The nightly run beside the server: a process of its own, once a day."""

from __future__ import annotations

import datetime as dt
import subprocess
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from adapter.wiring import ZONE, clock

_LOOK_AT_CHILD = 0.2  # seconds


@dataclass(frozen=True)
class Nightly:
    """What is run once a day (a program and its arguments), and when: HH:MM, the organiser's time."""

    at: str
    command: Sequence[str]

    def seconds_left(self, now: int) -> float:
        """From a time (ms) until the next run."""
        moment = dt.datetime.fromtimestamp(now / 1000, ZONE)
        hour, minute = map(int, self.at.split(":"))
        then = moment.replace(hour=hour, minute=minute, second=0, microsecond=0)
        if then <= moment:
            then += dt.timedelta(days=1)
        return then.timestamp() - moment.timestamp()  # not by the clock on the wall, which a night may move

    def run(self, stopping: threading.Event, say: Callable[[str], None]) -> None:
        """The command once a day, in a process of its own: pages are answered as fast as ever meanwhile."""
        while not stopping.wait(self.seconds_left(clock())):
            child = subprocess.Popen(self.command)
            while child.poll() is None:
                if stopping.wait(_LOOK_AT_CHILD):
                    child.terminate()  # what is published stays whole
                    child.wait()
                    return
            if child.returncode:
                say(f"the nightly run ended with exit code {child.returncode}; what it printed says why")
