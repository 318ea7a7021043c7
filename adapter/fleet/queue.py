"""The queue of runs: procrastinate in the fleet's database. Locks, retries, times and dead workers are its business.

One job for each organiser and night: `plan` puts them there every minute, whoever plans.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

from adapter.errors import ConfigError, StateError
from adapter.fleet import organisers, windows
from adapter.fleet.windows import Window
from adapter.fleet.work import SOON, WAIT, Again, Job, Work
from adapter.settings.fleet import Fleet
from adapter.store import schemas
from adapter.store.fleet_runs import FleetRuns

try:
    import procrastinate
    from procrastinate import jobs, retry
except ModuleNotFoundError:
    raise ConfigError("`fleet` needs procrastinate for this: pip install 'ss12000-adapter[fleet]'") from None

RUNS, PLANS = "runs", "plans"
_ASKED_FOR = 200  # priority of what somebody waits for
_DEAD_AFTER = 30.0  # seconds without a sign of life
_KEPT_HOURS = 24 * 30
_KEPT_RUNS = 400 * 86_400_000  # ms
for _name in ("procrastinate", "psycopg"):  # their lines carry tracebacks; what a run said is recorded
    logging.getLogger(_name).setLevel(logging.CRITICAL)


class _AsRecorded(retry.BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: jobs.Job) -> retry.RetryDecision | None:
        """Another attempt where `Again` says so, or where what became of it could not be written down."""
        if isinstance(exception, Again):
            return retry.RetryDecision(retry_in={"seconds": exception.seconds})
        return retry.RetryDecision(retry_in={"seconds": WAIT}) if isinstance(exception, StateError) else None


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
            await asyncio.get_running_loop().run_in_executor(work.threads, work.attempt, _job(context.job))

    @app.periodic(cron="* * * * *")
    @app.task(name="plan", queue=PLANS)
    async def planned(timestamp: int) -> None:
        if work is not None:
            await plan(app, work)

    return app


async def ask(app: procrastinate.App, name: str) -> bool:
    """A run as soon as a worker is free, whatever the hour; False where one waits for that already."""
    for job in await app.job_manager.list_jobs_async(queue=RUNS, lock=name, status="todo"):
        if not _job(job).night and job.scheduled_at is None:
            return False
        if not _job(job).night:  # to be tried again later: now instead
            await _cancel(app, job)
    await _defer(app, name, "", _ASKED_FOR)
    return True


async def plan(app: procrastinate.App, work: Work) -> None:
    """Take over what dead workers have left, plan the coming nights, and forget what is long past.

    Raises ConfigError where the organisers' folder cannot be read.
    """
    for job in await app.job_manager.get_stalled_jobs(queue=RUNS, seconds_since_heartbeat=_DEAD_AFTER):
        work.say(f"{_job(job).organiser}: taken over from a worker that is gone")
        await app.job_manager.retry_job(job)
    now, fleet = work.clock(), work.fleet
    coming = {name: windows.window(fleet.night_of(name), now) for name in organisers.names(fleet)}
    there = {found async for found in _fitting(app, work, coming)}
    done = work.runs.done({found.night for found in coming.values()})
    for name, found in coming.items():
        if (name, found.night) not in done | there:  # two that plan at once do no harm: the second run is not needed
            at = found.begins if found.begins > now else None
            await _defer(app, name, found.night, fleet.night_of(name).priority, at)
    await app.job_manager.delete_old_jobs(nb_hours=_KEPT_HOURS, include_failed=True, include_aborted=True)
    await app.job_manager.delete_old_jobs(nb_hours=1, queue=PLANS)
    work.runs.forget_older(now - _KEPT_RUNS)


async def _fitting(app: procrastinate.App, work: Work, coming: Mapping[str, Window]) -> AsyncIterator[tuple[str, str]]:
    """(organiser, night) of the jobs that are there. What waits for a night that is over, or was moved, goes."""
    for found in await app.job_manager.list_jobs_async(queue=RUNS, status="doing"):
        yield _job(found).organiser, _job(found).night
    for found in await app.job_manager.list_jobs_async(queue=RUNS, status="todo"):
        job = _job(found)
        window = coming.get(job.organiser)
        if not job.night or _fits(found, job.night, window):
            yield job.organiser, job.night
        elif await _cancel(app, found) and window is not None and job.night < window.night:
            work.miss(job)


def _fits(job: jobs.Job, night: str, window: Window | None) -> bool:
    """Whether a job that waits is for the coming night, and will begin when that does."""
    if window is None or night != window.night:
        return False
    at = job.scheduled_at.timestamp() * 1000 if job.scheduled_at is not None else 0
    return bool(job.attempts) or at <= window.begins + SOON


async def _defer(app: procrastinate.App, name: str, night: str, priority: int, at: int | None = None) -> None:
    """`at`: not before (ms). No queueing lock: a job that is to be tried again could not go back beside another."""
    when: dict[str, Any] = {"schedule_at": dt.datetime.fromtimestamp(at / 1000, dt.UTC)} if at is not None else {}
    task = app.configure_task("run", lock=name, priority=priority, queue=RUNS, **when)
    await task.defer_async(organiser=name, night=night)


async def _cancel(app: procrastinate.App, job: jobs.Job) -> bool:
    """False where a worker was faster."""
    return job.id is not None and await app.job_manager.cancel_job_by_id_async(job.id, delete_job=True)


def _job(job: jobs.Job) -> Job:
    return Job(job.id or 0, str(job.task_kwargs["organiser"]), str(job.task_kwargs["night"]), job.attempts)
