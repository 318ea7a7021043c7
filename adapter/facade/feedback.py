"""POST /log and /statistics: what the client has to say is taken as it comes. Source: domain sheet 5.6."""

from __future__ import annotations

from fastapi import Request, Response

from adapter.facade import render
from adapter.facade.context import Admitted, InContext
from adapter.facade.parameters import Body
from adapter.store import feedback

_CREATED = b'{"message":"created"}'


async def log(request: Request, context: InContext, caller: Admitted, entry: Body) -> Response:
    """POST /log: never refused for what it refers to; ids are random where the client's own checks failed."""
    severity = str(entry.get("severityLevel") or "Error")
    await context.writing(lambda: feedback.store_log(context.store, entry, severity, context.clock()))
    return render.respond(request, _CREATED, 201)


async def statistics(request: Request, context: InContext, caller: Admitted, entry: Body) -> Response:
    """POST /statistics"""
    kind = str(entry.get("resourceType") or "")
    await context.writing(lambda: feedback.store_statistics(context.store, entry, kind, context.clock()))
    return render.respond(request, _CREATED, 201)
