"""Körningar: what every run did, how long it took, what it found; and a run now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from adapter.admin.charts import Chart, bars
from adapter.admin.desk import Acting, AtDesk, Looking
from adapter.errors import RequestRefused
from adapter.findings import Finding
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import history
from adapter.store.history import RunRecord

router = APIRouter()
_CHANGES = ("created", "updated", "deleted")
_COLUMNS = ("read", *_CHANGES, "unchanged", "rejected", "kept", "withheld")
_ON_A_CHART = 30


@dataclass(frozen=True)
class Line:
    """A run in one line. `seconds` is None while it runs."""

    id: str
    started: int
    outcome: str
    version: int | None
    seconds: float | None
    created: int
    updated: int
    deleted: int
    rejected: int
    findings: int
    error: str


def line(run: RunRecord) -> Line:
    """What a run did, in one line."""
    types = run.report.get("types", {}).values()
    counts = {name: sum(one.get(name, 0) for one in types) for name in (*_CHANGES, "rejected")}
    return Line(
        run.id,
        run.started,
        run.outcome,
        run.report.get("version"),
        (run.ended - run.started) / 1000 if run.ended else None,
        **counts,
        findings=run.report.get("issues", 0),
        error=(run.report.get("error") or {}).get("message", ""),
    )


@router.get("/runs")
def everything(desk: AtDesk, visitor: Looking) -> Response:
    """All runs that are kept."""
    lines = [line(run) for run in history.last_runs(desk.store, history.KEPT_RUNS)]
    shown = [one for one in reversed(lines[:_ON_A_CHART]) if one.outcome in ("published", "unchanged")]
    charts: list[tuple[str, Chart]] = []
    if len(shown) > 1:
        charts = [
            ("chart_changes", bars([(one.started, one.created + one.updated + one.deleted) for one in shown])),
            ("chart_seconds", bars([(one.started, one.seconds or 0) for one in shown])),
        ]
    return desk.page(visitor, "runs.html", lines=lines, charts=charts)


@router.get("/runs/{run_id}")
def one(desk: AtDesk, visitor: Looking, run_id: str) -> Response:
    """One run, type by type, and what it found."""
    run = next((run for run in history.last_runs(desk.store, history.KEPT_RUNS) if run.id == run_id), None)
    if run is None:
        raise RequestRefused(404, "unknown")
    types = run.report.get("types", {})
    table = [(str(kind), [types.get(str(kind), {}).get(name, 0) for name in _COLUMNS]) for kind in FETCH_ORDER]
    found: list[tuple[dict[str, Any], Finding]] = [
        (facts, Finding.of(facts)) for facts in run.report.get("findings", [])
    ]
    stages = sorted(run.report.get("seconds", {}).items(), key=lambda stage: -stage[1])
    return desk.page(
        visitor, "run.html", run=run, line=line(run), columns=_COLUMNS, table=table, found=found, stages=stages
    )


@router.post("/runs")
def begin(desk: AtDesk, visitor: Acting) -> Response:
    """`sync`, now."""
    return desk.begin(visitor, ["sync"], desk.deed(visitor, "ran"))
