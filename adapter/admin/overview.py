"""Läget: is all well, and what is to be done now."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from adapter.admin.desk import AtDesk, Looking
from adapter.admin.runs import line
from adapter.health.words import told
from adapter.ss12000.types import FETCH_ORDER

router = APIRouter()
_WHERE = {
    "held": "/held",
    "config_broken": "/mapping",
    "rejected": "/runs",
    "failed": "/runs",
    "late": "/runs",
    "never": "/runs",
    "client_errors": "/client",
    "notice_waits": "/client",
    "not_fetched": "/client",
    "subscription_ended": "/client",
    "certificate_ends": "/client",
    "certificate_gone": "/client",
    "certificate_broken": "/client",
}
"""Which page has more about an alarm."""


@router.get("/")
def show(desk: AtDesk, visitor: Looking) -> Response:
    """The first page."""
    facts = desk.facts()
    base_url = desk.settings.facade.base_url
    to_do = [(alarm, *told(alarm, base_url, visitor.language), _WHERE.get(alarm.name)) for alarm in
             desk.alarms(facts)]  # fmt: skip
    return desk.page(
        visitor,
        "overview.html",
        facts=facts,
        to_do=to_do,
        urgent=any(alarm.urgent for alarm, *_ in to_do),
        last=line(facts.last) if facts.last else None,
        kinds=[(kind, facts.published[kind]) for kind in FETCH_ORDER],
    )
