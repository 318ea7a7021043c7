"""Koppling: which column each attribute comes from, what `check` has to say; and what a command has come to."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import AtDesk, Desk, Looking, Visitor
from adapter.admin.objects import described
from adapter.admin.tasks import Task
from adapter.errors import RequestRefused
from adapter.findings import Finding

router = APIRouter()
_LOOK_AGAIN = 2  # seconds


@router.get("/mapping")
def check(desk: AtDesk, visitor: Looking) -> Response:
    """`check`: it opens the sources and reads their headers."""
    return desk.begin(visitor, ["check"], None)


@router.get("/tasks/{key}")
def look(desk: AtDesk, visitor: Looking, key: str) -> Response:
    """What has become of a command: the page asks again by itself until it has ended."""
    task = desk.tasks.find(key, visitor.who)
    if task is None:
        raise RequestRefused(404, "forgotten")
    name = task.words[0]
    if task.code is None:
        return desk.page(
            visitor, "waiting.html", refresh=_LOOK_AGAIN, name=name, here=_HERE[name], since=desk.steady() - task.began
        )
    error = (task.said or {}).get("error") if isinstance(task.said, dict) else None
    if task.said is None or (error and "run" not in task.said):  # of a run that has begun, its page tells
        message = error["message"] if error else task.note
        issues = [Finding.of(facts) for facts in error["issues"]] if error else []
        return desk.page(visitor, "failed.html", name=name, here=_HERE[name], message=message, issues=issues)
    return _SHOWN[name](desk, visitor, task)


def _coverage(desk: Desk, visitor: Visitor, task: Task) -> Response:
    found: dict[str, Any] = task.said
    rules = [(rule, list(lines)) for rule, lines in groupby(found["coverage"], key=lambda line: line["rule"])]
    issues = [Finding.of(facts) for facts in found["issues"]]
    return desk.page(
        visitor,
        "mapping.html",
        found=found,
        rules=rules,
        issues=issues,
        file=desk.settings.mapping.file.name,
        mapped=sum(bool(line["from"]) for line in found["coverage"]),
    )


def _ran(desk: Desk, visitor: Visitor, task: Task) -> Response:
    return RedirectResponse(f"/runs/{task.said['run']}", 303)


_SHOWN = {"check": _coverage, "explain": described, "sync": _ran, "rollback": _ran}
_HERE = {"check": "mapping", "explain": "objects", "sync": "runs", "rollback": "runs"}
"""Which page a command belongs to."""
