"""What a command has come to that a page has begun: the page asks again by itself until it has ended."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from adapter.admin import mapping, objects
from adapter.admin.desk import AtDesk, Desk, Looking, Visitor
from adapter.admin.tasks import Task
from adapter.errors import RequestRefused
from adapter.findings import Finding

router = APIRouter()
_LOOK_AGAIN = 2  # seconds


@router.get("/tasks/{key}")
def look(desk: AtDesk, visitor: Looking, key: str) -> Response:
    """Shown to whoever has begun it, while it is kept."""
    task = desk.tasks.find(key, visitor.who)
    if task is None:
        raise RequestRefused(404, "forgotten")
    name = task.words[0]
    if task.code is None:
        since = desk.steady() - task.began
        return desk.page(visitor, "waiting.html", refresh=_LOOK_AGAIN, name=name, here=_HERE[name], since=since)
    error = task.said.get("error") if isinstance(task.said, dict) else None
    if task.said is None or (error and "run" not in task.said):  # of a run that has begun, its page tells
        message = error["message"] if error else task.note
        issues = [Finding.of(facts) for facts in error["issues"]] if error else []
        return desk.page(visitor, "failed.html", name=name, here=_HERE[name], message=message, issues=issues)
    return _SHOWN[name](desk, visitor, task)


def _ran(desk: Desk, visitor: Visitor, task: Task) -> Response:
    return RedirectResponse(f"/runs/{task.said['run']}", 303)


_SHOWN = {"check": mapping.covered, "explain": objects.described, "sync": _ran, "rollback": _ran}
_HERE = {"check": "mapping", "explain": "objects", "sync": "runs", "rollback": "runs"}
"""Which page a command belongs to."""
