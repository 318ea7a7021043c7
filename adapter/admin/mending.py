"""Fel att rätta: the report of the last run, filtered; and the same as a file."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query
from fastapi.responses import Response

from adapter.admin.desk import AtDesk, Desk, Looking
from adapter.errors import RequestRefused
from adapter.reports import content
from adapter.reports.content import Report, Status
from adapter.reports.files import ALL, FORMATS
from adapter.reports.page import counted, outcome
from adapter.reports.words import LANGUAGES, Words

router = APIRouter()
_ROWS = 100
_TYPES = {"xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "csv": "text/csv; charset=utf-8"}
_Unit = Annotated[str, Query(max_length=36)]
_Code = Annotated[str, Query(pattern="^([A-Z][0-9]{3})?$")]


@router.get("/mend")
def show(
    desk: AtDesk,
    visitor: Looking,
    unit: _Unit = "",
    code: _Code = "",
    status: Literal["", "new", "still", "fixed"] = "",
    page: Annotated[int, Query(ge=1, le=1_000)] = 1,
) -> Response:
    """A page of rows."""
    report, words = content.read(desk.store, desk.settings.organiser.name), LANGUAGES[visitor.language]
    rows = [
        row
        for row in (report.rows if report else ())
        if (not unit or (row.unit is not None and row.unit.code == unit))
        and (not code or row.finding.code == code)
        and (not status or row.status is Status(status))
    ]
    chosen = {"unit": unit, "code": code, "status": status}
    first = (page - 1) * _ROWS
    return desk.page(
        visitor,
        "mend.html",
        report=report,
        counted=counted(report, words) if report else "",
        outcome=_outcome(report, words) if report else "",
        rows=rows[first : first + _ROWS],
        total=len(rows),
        units=report.units() if report else [],
        codes=sorted({row.finding.code for row in report.rows}) if report else [],
        chosen=chosen,
        page=page,
        pages=max(1, -(-len(rows) // _ROWS)),
        query=urlencode(chosen),
    )


@router.get("/mend.{form}")
def download(desk: AtDesk, visitor: Looking, form: Literal["xlsx", "csv"], unit: _Unit = "") -> Response:
    """The whole report, or one school unit's, as a file."""
    report, words = _report(desk, unit), LANGUAGES[visitor.language]
    name = f"{unit or ALL[words.code]}.{form}"
    desk.record(visitor, "downloaded", name)
    if not desk.making.acquire(blocking=False):  # one at a time: it takes seconds where there is much to mend
        raise RequestRefused(503, "busy", {"Retry-After": "5"})
    try:
        body = FORMATS[form](report, words)
    finally:
        desk.making.release()
    return Response(body, media_type=_TYPES[form], headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _outcome(report: Report, words: Words) -> str:
    """Why nothing new was published, or "held": the page has its own words for that."""
    return report.outcome if report.outcome == "held" else outcome(report, words)


def _report(desk: Desk, unit: str) -> Report:
    report = content.read(desk.store, desk.settings.organiser.name)
    if report is None:
        raise RequestRefused(404, "unknown")
    if not unit:
        return report
    known = {found.code: found for found in report.units()}
    if unit not in known:
        raise RequestRefused(404, "unknown")
    return report.of(known[unit])
