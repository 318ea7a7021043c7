"""Runs and their findings, for `status` and for whoever looks in the morning."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
import sqlalchemy as sa

from adapter.findings import Finding
from adapter.store import schema
from adapter.store.engine import Store, write_setting

KEPT_RUNS = 100
_UNITS = "school_units"
ROLLBACK = "rollback"
"""Outcome of a rollback, however it ended: it has looked at no rows, so it finds nothing and mends nothing."""
COMPLETE = ("published", "unchanged", "held")
"""Outcomes of runs that have looked at everything: what they do not find, is mended."""


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
    findings: Sequence[Finding],
) -> None:
    """The run's end, its findings and since when each is there, and room made by forgetting the oldest runs."""
    table = schema.run
    since = _since(store, run_id) if findings else {}
    with store.writing() as connection:
        connection.execute(
            sa.update(table)
            .where(table.c.id == run_id)
            .values(ended=ended, outcome=outcome, report=json.dumps(report, ensure_ascii=False))
        )
        rows = [
            {
                "run": run_id,
                "number": number,
                "facts": json.dumps(
                    finding.as_json() | {"since": since.get(finding.known_by, ended)}, ensure_ascii=False
                ),
            }
            for number, finding in enumerate(findings)
        ]
        if rows:
            connection.execute(sa.insert(schema.finding), rows)
        newest = sa.select(table.c.id).order_by(table.c.started.desc(), table.c.id).limit(KEPT_RUNS)
        connection.execute(sa.delete(schema.finding).where(schema.finding.c.run.not_in(newest)))
        connection.execute(sa.delete(table).where(table.c.id.not_in(newest)))


def mask(store: Store, tells: Callable[[str], str]) -> None:
    """Take the values out of earlier findings that tell of somebody who is protected now."""
    table = schema.finding
    wanted = sa.select(table.c.run, table.c.number, table.c.facts).where(table.c.facts.like("%'%"))
    with store.writing() as connection:
        for run, number, facts in connection.execute(wanted).all():
            found = json.loads(facts)
            if tells(found["message"]):
                found["message"] = "…"
                connection.execute(
                    sa.update(table)
                    .where(table.c.run == run, table.c.number == number)
                    .values(facts=json.dumps(found, ensure_ascii=False))
                )


def units(store: Store) -> dict[str, tuple[str, str]]:
    """School units that any run has met, published or not: id -> code, name."""
    return {unit: (code, name) for unit, (code, name) in json.loads(store.setting(_UNITS) or "{}").items()}


def remember_units(store: Store, met: Mapping[str, tuple[str, str]]) -> None:
    """For reports, which also tell of school units of which nothing can be published."""
    known = units(store)
    now = {**known, **met}
    if now != known:
        with store.writing() as connection:
            write_setting(connection, _UNITS, json.dumps(now, ensure_ascii=False))


def _since(store: Store, run_id: str) -> dict[tuple[str, str, str], int]:
    """Since when (ms) what the last complete run found is there, and what the last run found, however it ended."""
    table = schema.run
    wanted = (
        sa.select(table.c.id, table.c.ended, table.c.outcome)
        .where(table.c.id != run_id, table.c.outcome.in_((*COMPLETE, "failed")))
        .order_by(table.c.started.desc(), table.c.id)
    )
    with store.reading() as connection:
        runs = connection.execute(wanted).all()
    complete = next((run for run in runs if run.outcome in COMPLETE), None)
    found: dict[tuple[str, str, str], int] = {}
    for run in filter(None, (*runs[:1], complete)):
        for facts in findings_of(store, run.id):
            found.setdefault(Finding.of(facts).known_by, facts.get("since", run.ended))
    return found


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


def findings_of(store: Store, run_id: str, limit: int | None = None) -> list[dict[str, Any]]:
    """A run's first findings, as in `Finding.as_json`, and `since` when (ms) each is there."""
    table = schema.finding
    wanted = sa.select(table.c.facts).where(table.c.run == run_id).order_by(table.c.number).limit(limit)
    with store.reading() as connection:
        return [orjson.loads(facts) for facts in connection.execute(wanted).scalars().all()]
