"""One run as a process of its own: `sync` with an organiser's configuration, within its time and memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import IO, Any

from adapter.settings.fleet import Night

_LOOK = 0.1  # seconds
_LONGEST_END = 30.0  # seconds to end by itself once it was told to
_SAID = 2_000  # characters of the last line that it wrote
TOO_LONG, INTERRUPTED = "too long", "interrupted"
"""Why it was told to stop."""


@dataclass(frozen=True)
class Done:
    """How it ended: exit code (negative: the signal), its report, what it said last, what it cost.

    `megabytes`: the most that it held, and no less than whoever began it: it is a copy of that for a moment.
    """

    code: int
    report: dict[str, Any]
    said: str
    stopped: str
    seconds: float
    megabytes: int


def run(command: Sequence[str], night: Night, stopping: threading.Event) -> Done:
    """To its end. Told to stop after `night.minutes`, or when `stopping` is set; killed where that does not help."""
    began, stopped = time.monotonic(), ""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as said:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=said)
        _limit(child.pid, night.megabytes)
        while not (ended := _ended(child)):
            took = time.monotonic() - began
            if not stopped and (stopping.is_set() or took > night.minutes * 60):
                stopped, told = INTERRUPTED if stopping.is_set() else TOO_LONG, took
                child.terminate()
            elif stopped and took - told > _LONGEST_END:
                child.kill()
            time.sleep(_LOOK)
        code, kilobytes = ended
        seconds = time.monotonic() - began
        return Done(code, _report(out), _last(said), stopped, seconds, kilobytes // 1024)


def _ended(child: subprocess.Popen[bytes]) -> tuple[int, int] | None:
    """(exit code, the most memory in kB), or None while it runs."""
    if sys.platform == "win32":
        code = child.poll()
        return None if code is None else (code, 0)
    pid, status, usage = os.wait4(child.pid, os.WNOHANG)
    if not pid:
        return None
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_maxrss


def _limit(pid: int, megabytes: int) -> None:
    """What it may hold in memory: more is refused, and it says so and ends."""
    if sys.platform == "linux":
        import resource

        resource.prlimit(pid, resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))


def _report(out: IO[bytes]) -> dict[str, Any]:
    out.seek(0)
    try:
        found = json.load(out)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _last(said: IO[bytes]) -> str:
    """The last line, which says why it failed: messages hold no personal data."""
    said.seek(max(0, said.seek(0, os.SEEK_END) - 8 * _SAID))
    lines = [line.strip() for line in said.read().decode(errors="replace").splitlines() if line.strip()]
    return lines[-1][-_SAID:] if lines else ""
