"""What a held run would change, and the answer to it: approved or rejected, by whom and why."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import Acting, AtDesk, Desk, Looking
from adapter.errors import RequestRefused
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import deeds, history, past
from adapter.sync.gate import plans
from adapter.sync.gate.plans import Held

router = APIRouter()
_REASON = Annotated[str, Form(max_length=500)]
_PLAN = Annotated[str, Form(pattern="^[0-9a-f]{64}$")]
_IDS = 100
_SHORTEST = 3  # letters of a reason


@router.get("/held")
def show(desk: AtDesk, visitor: Looking) -> Response:
    """The change set of the last held run, if nobody has answered it."""
    held = plans.held(desk.settings.state.plans)
    answers = deeds.latest(desk.store, 10, ("approved", "rejected"))
    table = [] if held is None else [_counts(held, str(kind)) for kind in FETCH_ORDER]
    units = history.units(desk.store)
    left = [(*units.get(unit, ("", unit)), count) for unit, count in (held.left.items() if held else ())]
    return desk.page(visitor, "held.html", held=held, table=table, left=left, answers=answers, most=_IDS)


@router.post("/held/approve")
def approve(desk: AtDesk, visitor: Acting, plan: _PLAN, reason: _REASON) -> Response:
    """Let exactly these changes through, by the same command as by hand."""
    why = _given(reason)
    with desk.answering:  # two browsers may answer at once
        held = _as_seen(desk, plan)
        words = [*held.command.split(), "--approve", held.fingerprint]
        return desk.begin(visitor, words, desk.deed(visitor, "approved", held.fingerprint, why), held.fingerprint)


@router.post("/held/reject")
def reject(desk: AtDesk, visitor: Acting, plan: _PLAN, reason: _REASON) -> Response:
    """They are wrong: the plan goes. What was published stays, and the next run is weighed anew."""
    why = _given(reason)
    with desk.answering:
        held = _as_seen(desk, plan)
        desk.record(visitor, "rejected", held.fingerprint, why)
        plans.drop(held.path)
    return RedirectResponse("/held", 303)


def _given(reason: str) -> str:
    """The reason. Raises RequestRefused where it says nothing."""
    if len(why := reason.strip()) < _SHORTEST:
        raise RequestRefused(400, "reason")
    return why


def _counts(held: Held, kind: str) -> tuple[str, list[int]]:
    changes = held.changes.get(kind, {})
    return kind, [held.published.get(kind, 0), *(len(changes.get(did, ())) for did in past.DID)]


def _as_seen(desk: Desk, plan: str) -> Held:
    """The plan that waits, if it is still the one that was looked at, and nobody has approved it."""
    held = plans.held(desk.settings.state.plans)
    if held is None or held.fingerprint != plan or desk.tasks.is_about(plan):
        raise RequestRefused(409, "other_plan")
    return held
