"""What became of each organiser's runs, as the workers of a fleet record it: in nobody's state, beside the queue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.engine import Connection
from sqlalchemy.pool import NullPool

from adapter.store.engine import of_network
from adapter.store.schemas import QUEUE, of_fleet

_SCHEMA = "ss12000_fleet"
_metadata = sa.MetaData(schema=_SCHEMA)
_run = sa.Table(
    "fleet_run",
    _metadata,
    sa.Column("job", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("organiser", sa.String(40), nullable=False, index=True),
    sa.Column("night", sa.String(10), nullable=False, comment="its date, or empty where somebody asked for it"),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("started", sa.BigInteger, nullable=False),
    sa.Column("ended", sa.BigInteger),
    sa.Column("code", sa.Integer),
    sa.Column("outcome", sa.String(12), nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    sa.Column("megabytes", sa.Integer, nullable=False),
    sa.Column("worker", sa.String(80), nullable=False),
    comment="no personal data: what a run came to, and what it cost",
)
RUNNING, AGAIN, MISSED = "running", "again", "missed"
"""Outcomes beside those of a run: at work; to be tried again; the night ended before it could begin."""


@dataclass(frozen=True, slots=True)
class FleetRun:
    """One job of the queue. Times in ms; `code`: exit code; `megabytes`: the most memory that it took."""

    job: int
    organiser: str
    night: str
    attempts: int
    started: int
    ended: int | None
    code: int | None
    outcome: str
    why: str
    seconds: float
    megabytes: int
    worker: str


class FleetRuns:
    """The record, in the fleet's database. Raises StateError where it cannot be reached."""

    def __init__(self, url: str) -> None:
        with of_fleet():
            self._engine = sa.create_engine(of_network(sa.make_url(url)), poolclass=NullPool, hide_parameters=True)

    def prepare(self) -> None:
        """Make schema and table where they are not there."""
        with self._asking() as connection:
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(1212004)"))  # workers that begin at once
            connection.execute(sa.schema.CreateSchema(_SCHEMA, if_not_exists=True))
            _metadata.create_all(connection)

    def write(self, run: FleetRun) -> None:
        """Keep how a job stands."""
        values = {column.name: getattr(run, column.name) for column in _run.columns}
        with self._asking() as connection:
            connection.execute(insert(_run).values(values).on_conflict_do_update(index_elements=["job"], set_=values))

    def is_done(self, organiser: str, night: str) -> bool:
        """Whether that night needs no run any more."""
        wanted = sa.select(sa.literal(1)).where(
            _run.c.organiser == organiser, _run.c.night == night, _run.c.outcome.not_in((RUNNING, AGAIN))
        )
        with self._asking() as connection:
            return connection.execute(wanted.limit(1)).scalar() is not None

    def done(self, nights: set[str]) -> set[tuple[str, str]]:
        """(organiser, night) of those nights that need no run any more."""
        wanted = sa.select(_run.c.organiser, _run.c.night).where(
            _run.c.night.in_(nights), _run.c.outcome.not_in((RUNNING, AGAIN))
        )
        with self._asking() as connection:
            return {(organiser, night) for organiser, night in connection.execute(wanted)}

    def latest(self) -> dict[str, FleetRun]:
        """Everybody's last."""
        wanted = sa.select(_run).order_by(_run.c.organiser, _run.c.started.desc()).ext(distinct_on(_run.c.organiser))
        with self._asking() as connection:
            return {row.organiser: FleetRun(**row._mapping) for row in connection.execute(wanted)}

    def forget_older(self, before: int) -> None:
        """All that began before a time (ms)."""
        with self._asking() as connection:
            connection.execute(sa.delete(_run).where(_run.c.started < before))

    def forget(self, organiser: str) -> None:
        """All of an organiser's, and its jobs, whatever has become of them."""
        with self._asking() as connection:
            connection.execute(sa.delete(_run).where(_run.c.organiser == organiser))
            connection.execute(sa.text(f"SET LOCAL search_path TO {QUEUE}"))  # where its triggers look
            connection.execute(
                sa.text(f"DELETE FROM {QUEUE}.procrastinate_jobs WHERE lock = :name"), {"name": organiser}
            )

    def knows(self, organiser: str) -> bool:
        """Whether anything of an organiser's is there."""
        jobs = sa.text(f"SELECT count(*) FROM {QUEUE}.procrastinate_jobs WHERE lock = :name")
        with self._asking() as connection:
            runs = connection.execute(sa.select(sa.func.count()).where(_run.c.organiser == organiser)).scalar_one()
            return bool(runs or connection.execute(jobs, {"name": organiser}).scalar_one())

    def somebody_works(self) -> bool:
        """Whether a worker has given a sign of life."""
        alive = (
            f"SELECT count(*) FROM {QUEUE}.procrastinate_workers WHERE last_heartbeat > now() - interval '30 seconds'"
        )
        with self._asking() as connection:
            return bool(connection.execute(sa.text(alive)).scalar_one())

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        with of_fleet(), self._engine.begin() as connection:
            yield connection
