"""The queue of runs: procrastinate in the fleet's database. Locks, retries, times and dead workers are its business.

One job for each organiser and night, and none twice: `plan` puts them there every minute, whoever plans.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import os
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from adapter.errors import ConfigError, StateError
from adapter.findings import Finding
from adapter.fleet import child, organisers, windows
from adapter.settings.fleet import Fleet, Night
from adapter.store import schemas
from adapter.store.fleet_runs import AGAIN, MISSED, RUNNING, FleetRun, FleetRuns

try:
    import procrastinate
    from procrastinate import jobs, retry
except ModuleNotFoundError:
    raise ConfigError(
        "`fleet run` and `fleet worker` need procrastinate: pip install 'ss12000-adapter[fleet]'"
    ) from None

RUNS, PLANS = "runs", "plans"
_ASKED_FOR = 200  # priority of what somebody waits for
_SOURCE_OR_STATE = (5, 7)
"""Exit codes after which another attempt may go well: a source or the state was away, or locked."""
_DEAD_AFTER = 30.0  # seconds without a sign of life
_KEPT_HOURS = 24 * 30
_KEPT_RUNS = 400 * 86_400_000  # ms
_SOON = 60_000  # ms
_WAIT = 15  # seconds before another attempt; twice as long before the next
for _name in ("procrastinate", "psycopg"):  # their lines carry tracebacks; what a run said is recorded
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class Again(Exception):
    """The job is to be tried again in so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class RunFailed(Exception):
    """The run is over, and did not go well; the record says how."""


class _AsRecorded(retry.BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        """Another attempt where `Again` says so, or where what became of it could not be written down."""
        if isinstance(exception, Again):
            return retry.RetryDecision(retry_in={"seconds": exception.seconds})
        return retry.RetryDecision(retry_in={"seconds": _WAIT}) if isinstance(exception, StateError) else None


@dataclass(frozen=True)
class Work:
    """What workers need. `clock`: ms since 1970; `command`: an organiser's config.toml -> the run as a command."""

    fleet: Fleet
    runs: FleetRuns
    clock: Callable[[], int]
    command: Callable[[Path], list[str]]
    say: Callable[[str], None]
    stopping: threading.Event
    threads: ThreadPoolExecutor


def prepare(fleet: Fleet) -> FleetRuns:
    """Queue and record, made where they are not there. Raises StateError."""
    url = fleet.fleet.database.get_secret_value()
    statements = procrastinate.schema.SchemaManager.get_schema()
    schemas.make_queue(url, statements, tuple(map(int, procrastinate.__version__.split(".")[:3])))
    runs = FleetRuns(url)
    runs.prepare()
    return runs


def app_of(fleet: Fleet, work: Work | None = None) -> procrastinate.App:
    """The queue; with `work`, and what is done with its jobs. Raises StateError."""
    where = schemas.connection_string(fleet.fleet.database.get_secret_value(), schemas.QUEUE)
    app = procrastinate.App(connector=procrastinate.PsycopgConnector(conninfo=where, min_size=1, max_size=4))

    @app.task(name="run", queue=RUNS, pass_context=True, retry=_AsRecorded())
    async def run(context: procrastinate.JobContext, organiser: str, night: str) -> None:
        if work is not None:
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(work.threads, _run, work, organiser, night, context.job)

    @app.periodic(cron="* * * * *")
    @app.task(name="plan", queue=PLANS)
    async def planned(timestamp: int) -> None:
        if work is not None:
            await plan(app, work)

    return app


async def ask(app: procrastinate.App, name: str) -> bool:
    """A run as soon as a worker is free, whatever the hour; False where one waits already."""
    waiting = await app.job_manager.list_jobs_async(queue=RUNS, lock=name, status="todo")
    if any(not job.task_kwargs["night"] for job in waiting):
        return False
    await _defer(app, name, "", _ASKED_FOR)
    return True


async def plan(app: procrastinate.App, work: Work) -> None:
    """Take over what dead workers have left, plan the coming nights, and forget what is long past."""
    for job in await app.job_manager.get_stalled_jobs(queue=RUNS, seconds_since_heartbeat=_DEAD_AFTER):
        work.say(f"{job.task_kwargs['organiser']}: taken over from a worker that is gone")
        await app.job_manager.retry_job(job)
    now, fleet = work.clock(), work.fleet
    coming = {name: windows.window(fleet.night_of(name), now) for name in organisers.names(fleet)}
    done = work.runs.done({found.night for found in coming.values()})
    there = {(job.task_kwargs["organiser"], job.task_kwargs["night"]) for job in await _open_jobs(app)}
    for name, found in coming.items():
        if (name, found.night) not in done | there:  # two that plan at once do no harm: the second run is not needed
            at = found.begins if found.begins > now else None
            await _defer(app, name, found.night, fleet.night_of(name).priority, at)
    await app.job_manager.delete_old_jobs(nb_hours=_KEPT_HOURS, include_failed=True, include_aborted=True)
    await app.job_manager.delete_old_jobs(nb_hours=1, queue=PLANS)
    work.runs.forget_older(now - _KEPT_RUNS)


async def _open_jobs(app: procrastinate.App) -> list[jobs.Job]:
    found = [await app.job_manager.list_jobs_async(queue=RUNS, status=status) for status in ("todo", "doing")]
    return [job for some in found for job in some]


async def _defer(app: procrastinate.App, name: str, night: str, priority: int, at: int | None = None) -> None:
    """`at`: not before (ms). No queueing lock: a job that is to be tried again could not go back beside another."""
    when: dict[str, Any] = {"schedule_at": dt.datetime.fromtimestamp(at / 1000, dt.UTC)} if at is not None else {}
    task = app.configure_task("run", lock=name, priority=priority, queue=RUNS, **when)
    await task.defer_async(organiser=name, night=night)


def _run(work: Work, name: str, night: str, job: jobs.Job) -> None:
    """One attempt. Raises Again, RunFailed; StateError where the record cannot be written: then it is run again."""
    now, settings, config = work.clock(), work.fleet.night_of(name), organisers.config_of(work.fleet, name)
    if not config.is_file() or (night and work.runs.is_done(name, night)):
        return
    assert job.id is not None
    begun = FleetRun(job.id, name, night, job.attempts + 1, now, None, None, RUNNING, "", 0.0, 0, worker_name())
    ends = None
    if night:
        window = windows.of_night(settings, night)
        ends = window.ends
        if now < window.begins - _SOON:  # the window was moved since it was planned
            raise Again((window.begins - now) // 1000)
        if now >= ends:
            why = f"no worker was free from {settings.first} to {settings.last}. Run it now: fleet run {name}"
            work.runs.write(replace(begun, ended=now, outcome=MISSED, why=why))
            raise RunFailed
    work.runs.write(begun)
    done = child.run(work.command(config), settings, work.stopping)
    ended = replace(begun, ended=work.clock(), code=done.code, seconds=round(done.seconds, 3), megabytes=done.megabytes)
    if done.stopped == child.INTERRUPTED and not done.report:
        work.runs.write(replace(ended, outcome=AGAIN, why="its worker was stopped"))
        raise Again(0)
    outcome, why = _outcome(done, settings)
    wait = min(_WAIT * 2**job.attempts, 60 * _WAIT)
    within = ends is None or work.clock() + wait * 1000 < ends
    if _may_go_well(done) and job.attempts + 1 < settings.attempts and within:
        work.runs.write(replace(ended, outcome=AGAIN, why=why))
        raise Again(wait)
    work.runs.write(replace(ended, outcome=outcome, why=why))
    if outcome == "failed":
        work.say(f"{name}: {why}")
        raise RunFailed


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
