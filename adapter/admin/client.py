"""Skolverket: who subscribes, what was told and fetched, what its service says."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from adapter.admin.desk import AtDesk, Desk, Looking
from adapter.delivery.certificates import CertificateFacts
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import feedback, pages, veil
from adapter.store.feedback import Counted, Logged

router = APIRouter()
_LOGGED = 50
_RECENT = 30 * 86_400_000  # ms
_DAY = 86_400_000  # ms


@router.get("/client")
def show(desk: AtDesk, visitor: Looking) -> Response:
    """Everything about the other side. What its log says may tell of a person: the view is on record."""
    facts = desk.facts()
    log = feedback.logged(desk.store, _LOGGED)
    if log:
        desk.record(visitor, "looked", "client_log")
    certificate = facts.certificate
    since = min((found.created for found in facts.subscriptions), default=None)
    counted = feedback.counted(desk.store, since) if since is not None else {}
    return desk.page(
        visitor,
        "client.html",
        facts=facts,
        log=[(one, _may_be_read(desk, one)) for one in log],
        certificate=certificate if isinstance(certificate, CertificateFacts) else None,
        broken=certificate if isinstance(certificate, str) else "",
        days=(certificate.not_after - facts.now) // _DAY if isinstance(certificate, CertificateFacts) else 0,
        readers=feedback.readers(desk.store, facts.now - _RECENT),
        since=since,
        counted=[(kind, facts.published[kind], _of(counted, kind)) for kind in FETCH_ORDER] if counted else [],
        base_url=desk.settings.facade.base_url,
    )


def _may_be_read(desk: Desk, one: Logged) -> bool:
    """Whether what an entry says is shown: it is about an object that stands, and not about somebody protected."""
    for kind in ResourceType:
        fate = pages.fate(desk.store, kind, one.object_id) if one.object_id else None
        if fate is not None:
            return not fate.gone and not veil.hides(desk.store, kind, one.object_id)
    return False


def _of(counted: dict[str, Counted], kind: ResourceType) -> Counted:
    """A type's statistics, however the client spells it."""
    return next((found for name, found in counted.items() if ResourceType.lenient(name) is kind), Counted())
