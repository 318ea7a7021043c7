"""Runs and their findings, for `status` and for whoever looks in the morning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from adapter.store import schema
from adapter.store.engine import Store

KEPT_RUNS = 100


@dataclass(frozen=True, slots=True)
class RunRecord:
    """One run. `report` is the document of `sync --json`; empty while the run is going on, or was killed."""

    id: str
    started: int
    ended: int | None
    outcome: str
    report: dict[str, Any]


def start_run(store: Store, run_id: str, started: int) -> None:
    """A run begins: one that is killed stays behind as "running"."""
    with store.writing() as connection:
        connection.execute(sa.insert(schema.run).values(id=run_id, started=started, outcome="running", report="{}"))


def end_run(
    store: Store,
    run_id: str,
    ended: int,
    outcome: str,
    report: Mapping[str, object],
    findings: Sequence[Mapping[str, object]],
) -> None:
    """The run's end, its findings, and room made by forgetting the oldest runs."""
    table = schema.run
    with store.writing() as connection:
        connection.execute(
            sa.update(table)
            .where(table.c.id == run_id)
            .values(ended=ended, outcome=outcome, report=json.dumps(report, ensure_ascii=False))
        )
        rows = [
            {"run": run_id, "number": number, "facts": json.dumps(facts, ensure_ascii=False)}
            for number, facts in enumerate(findings)
        ]
        if rows:
            connection.execute(sa.insert(schema.finding), rows)
        newest = sa.select(table.c.id).order_by(table.c.started.desc(), table.c.id).limit(KEPT_RUNS)
        connection.execute(sa.delete(schema.finding).where(schema.finding.c.run.not_in(newest)))
        connection.execute(sa.delete(table).where(table.c.id.not_in(newest)))


def last_runs(store: Store, limit: int) -> list[RunRecord]:
    """The newest runs first."""
    table = schema.run
    wanted = (
        sa.select(table.c.id, table.c.started, table.c.ended, table.c.outcome, table.c.report)
        .order_by(table.c.started.desc(), table.c.id)
        .limit(limit)
    )
    with store.reading() as connection:
        return [RunRecord(*row[:4], json.loads(row[4])) for row in connection.execute(wanted)]


def good_run(store: Store, run_id: str) -> RunRecord | None:
    """A run that ended well; None where it did not, has not ended, or has been forgotten."""
    table = schema.run
    wanted = sa.select(table.c.id, table.c.started, table.c.ended, table.c.outcome, table.c.report)
    good = wanted.where(table.c.id == run_id, table.c.outcome.in_(("published", "unchanged")))
    with store.reading() as connection:
        row = connection.execute(good).fetchone()
    return RunRecord(*row[:4], json.loads(row[4])) if row is not None else None


def findings_of(store: Store, run_id: str, limit: int) -> list[dict[str, Any]]:
    """A run's first findings, as in `Finding.as_json`."""
    table = schema.finding
    wanted = sa.select(table.c.facts).where(table.c.run == run_id).order_by(table.c.number).limit(limit)
    with store.reading() as connection:
        return [json.loads(facts) for facts in connection.execute(wanted).scalars()]
