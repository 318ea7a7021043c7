"""POST /log and /statistics: what the client has to say is taken as it comes. Source: domain sheet 5.6."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adapter.facade import limits, render
from adapter.facade.auth import Caller
from adapter.facade.context import Context, Handler
from adapter.store import feedback

_CREATED = b'{"message":"created"}'


def log(context: Context) -> Handler:
    """POST /log: never refused for what it refers to; ids are random where the client's own checks failed."""

    async def handler(request: Request, caller: Caller) -> Response:
        entry = await limits.json_object(request)
        severity = str(entry.get("severityLevel") or "Error")
        await context.writing(lambda: feedback.store_log(context.store, entry, severity, context.clock()))
        return render.respond(request, _CREATED, 201)

    return handler


def statistics(context: Context) -> Handler:
    """POST /statistics"""

    async def handler(request: Request, caller: Caller) -> Response:
        entry = await limits.json_object(request)
        kind = str(entry.get("resourceType") or "")
        await context.writing(lambda: feedback.store_statistics(context.store, entry, kind, context.clock()))
        return render.respond(request, _CREATED, 201)

    return handler
