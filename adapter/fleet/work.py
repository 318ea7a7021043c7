"""One attempt at one organiser's run: whether it may begin, what it came to, whether another would help."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from adapter.findings import Finding
from adapter.fleet import child, organisers, windows
from adapter.fleet.organisers import Everybody
from adapter.settings.fleet import Fleet, Night
from adapter.store.fleet_runs import AGAIN, MISSED, RUNNING, FleetRun, FleetRuns

_SOURCE_OR_STATE = (5, 7)
"""Exit codes after which another attempt may go well: a source or the state was away, or locked."""
SOON = 60_000  # ms
WAIT = 15  # seconds before another attempt; twice as long before the next


class Again(Exception):
    """The job is to be tried again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RunFailed(Exception):
    """The run is over, and did not go well; the record says how."""


@dataclass(frozen=True)
class Job:
    """What the queue hands out. `night`: its date, or empty where somebody asked; `attempts`: those before."""

    number: int
    organiser: str
    night: str
    attempts: int


@dataclass(frozen=True)
class Work:
    """What workers need. `clock`: ms since 1970; `command`: an organiser's config.toml -> the run as a command.

    `tell`: what went well; `say`: what somebody should look at.
    """

    fleet: Fleet
    everybody: Everybody
    runs: FleetRuns
    clock: Callable[[], int]
    command: Callable[[Path], list[str]]
    tell: Callable[[str], None]
    say: Callable[[str], None]
    stopping: threading.Event
    threads: ThreadPoolExecutor

    def attempt(self, job: Job) -> None:
        """Raises Again, RunFailed; StateError where the record cannot be written: then it is run again."""
        name, settings = job.organiser, self.fleet.night_of(job.organiser)
        config = organisers.config_of(self.fleet, name)
        if not config.is_file() or (job.night and self.runs.is_done(name, job.night)):
            return
        if wrong := self.everybody.wrong_with(name):
            self._end(replace(self._begun(job), ended=self.clock(), code=2, outcome="failed", why=wrong))
        ends = self._within_window(job, settings)
        begun = self._begun(job)
        self.runs.write(begun)
        done = child.run(self.command(config), settings, self.stopping)
        seconds = round(done.seconds, 3)
        run = replace(begun, ended=self.clock(), code=done.code, seconds=seconds, megabytes=done.megabytes)
        if done.stopped == child.INTERRUPTED and not done.report:
            self.runs.write(replace(run, outcome=AGAIN, why="its worker was stopped"))
            raise Again(0)
        outcome, why = _outcome(done, settings)
        wait = min(WAIT * 2**job.attempts, 60 * WAIT)
        in_time = ends is None or self.clock() + wait * 1000 < ends
        if _may_go_well(done) and job.attempts + 1 < settings.attempts and in_time:
            self.runs.write(replace(run, outcome=AGAIN, why=why))
            self.say(f"{name}: tried again in {wait} s. {why}")
            raise Again(wait)
        self._end(replace(run, outcome=outcome, why=why))

    def miss(self, job: Job) -> None:
        """Record that a night is over without a good run."""
        settings, now = self.fleet.night_of(job.organiser), self.clock()
        why = f"no worker was free from {settings.first} to {settings.last}. Run it now: fleet run {job.organiser}"
        if job.attempts:
            why = f"it did not go well before the night was over. When it is mended: fleet run {job.organiser}"
        self.runs.write(replace(self._begun(job), attempts=job.attempts, ended=now, outcome=MISSED, why=why))
        self.say(f"{job.organiser}: missed. {why}")

    def _begun(self, job: Job) -> FleetRun:
        at, attempts = self.clock(), job.attempts + 1
        return FleetRun(
            job.number, job.organiser, job.night, attempts, at, None, None, RUNNING, "", 0.0, 0, worker_name()
        )

    def _within_window(self, job: Job, settings: Night) -> int | None:
        """When it closes (ms); None where no night is meant. Raises Again where it is not open yet, RunFailed."""
        if not job.night:
            return None
        window, now = windows.of_night(settings, job.night), self.clock()
        if now < window.begins - SOON:  # it was moved since the run was planned
            raise Again((window.begins - now) // 1000)
        if now >= window.ends:
            self.miss(job)
            raise RunFailed
        return window.ends

    def _end(self, run: FleetRun) -> None:
        self.runs.write(run)
        if run.outcome == "failed":
            self.say(f"{run.organiser}: {run.why}")
            raise RunFailed
        self.tell(f"{run.organiser}: {run.outcome}{f', {run.why}' if run.why else ''} ({run.seconds:.1f} s)")


def _outcome(done: child.Done, settings: Night) -> tuple[str, str]:
    """What it came to, and why; no personal data."""
    error = done.report.get("error") or {}
    first = next((str(Finding.of(found)) for found in error.get("issues", ())), "")
    why = ": ".join(filter(None, (str(error.get("message", "")), first))) or "; ".join(done.report.get("held_by", []))
    if done.stopped == child.TOO_LONG:
        return "failed", f"it took more than {settings.minutes} minutes and was stopped: night.minutes"
    if done.code < 0:
        return "failed", f"it was ended by signal {-done.code}: is there memory enough? night.megabytes"
    outcome = str(done.report.get("outcome", "failed" if done.code else "done"))
    return outcome, why or (done.said if outcome == "failed" else "")


def _may_go_well(done: child.Done) -> bool:
    return not done.stopped and (done.code in _SOURCE_OR_STATE or done.code < 0)


def worker_name() -> str:
    """This process, as others know it."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}"
