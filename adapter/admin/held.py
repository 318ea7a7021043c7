"""What a held run would change, and the answer to it: approved or rejected, by whom and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import Acting, AtDesk, Desk, Looking
from adapter.errors import RequestRefused
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import deeds, past
from adapter.sync.gate import plans
from adapter.sync.gate.plans import Held

router = APIRouter()
_REASON = Annotated[str, Form(min_length=3, max_length=500)]
_PLAN = Annotated[str, Form(pattern="^[0-9a-f]{64}$")]
_IDS = 100


@router.get("/held")
def show(desk: AtDesk, visitor: Looking) -> Response:
    """The change set of the last held run, if nobody has answered it."""
    held = plans.held(desk.settings.state.plans)
    answers = deeds.latest(desk.store, 10, ("approved", "rejected"))
    table = [] if held is None else [_counts(held, str(kind)) for kind in FETCH_ORDER]
    return desk.page(visitor, "held.html", held=held, table=table, answers=answers, most=_IDS)


@router.post("/held/approve")
def approve(desk: AtDesk, visitor: Acting, plan: _PLAN, reason: _REASON) -> Response:
    """Let exactly these changes through, by the same command as by hand."""
    held = _as_seen(desk, plan)
    desk.record(visitor, "approved", held.fingerprint, reason.strip())
    key = desk.tasks.begin(visitor.who, [*held.command.split(), "--approve", str(held.path)], held.fingerprint)
    return RedirectResponse(f"/tasks/{key}", 303)


@router.post("/held/reject")
def reject(desk: AtDesk, visitor: Acting, plan: _PLAN, reason: _REASON) -> Response:
    """They are wrong: the plan goes. What was published stays, and the next run is weighed anew."""
    held = _as_seen(desk, plan)
    desk.record(visitor, "rejected", held.fingerprint, reason.strip())
    plans.clear(held.path.parent)
    return RedirectResponse("/held", 303)


def _counts(held: Held, kind: str) -> tuple[str, list[int]]:
    changes = held.changes.get(kind, {})
    return kind, [held.published.get(kind, 0), *(len(changes.get(did, ())) for did in past.DID)]


def _as_seen(desk: Desk, plan: str) -> Held:
    """The plan that waits, if it is still the one that was looked at."""
    held = plans.held(desk.settings.state.plans)
    if held is None or held.fingerprint != plan:
        raise RequestRefused(409, "other_plan")
    return held
