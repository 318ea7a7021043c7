"""Subscriptions: to allowed targets only, since a token of ours goes there. Source: domain sheet 5.5, quirk Q5."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapter.errors import RequestRefused
from adapter.facade import limits, render
from adapter.facade.auth import Caller
from adapter.facade.context import Context, Handler
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import subscriptions
from adapter.store.stored import timestamp
from adapter.store.subscriptions import Subscription

_LONGEST = 2000  # characters


def create(context: Context) -> Handler:
    """POST /subscriptions: 201, also for a target that has one already: it keeps its id."""

    async def handler(request: Request, caller: Caller) -> Response:
        body = await limits.json_object(request)
        name, target = body.get("name"), body.get("target")
        if not isinstance(name, str) or not isinstance(target, str) or not name or len(name) > _LONGEST:
            raise RequestRefused(400, "name and target are required texts.")
        if len(target) > _LONGEST or not target.startswith(context.settings.notifications.allowed_targets):
            raise RequestRefused(400, "target is not an address that may be notified from here.")
        types = _types(body.get("resourceTypes"))
        found = await context.writing(
            lambda: subscriptions.register(context.store, name, target, types, caller.name, context.clock())
        )
        return render.respond(request, _body(found), 201)

    return handler


def everyone(context: Context) -> Handler:
    """GET /subscriptions"""

    async def handler(request: Request, caller: Caller) -> Response:
        found = await context.reading(lambda: subscriptions.all_of(context.store))
        return render.respond(request, b'{"data":[' + b",".join(map(_body, found)) + b"]}")

    return handler


def show(context: Context) -> Handler:
    """GET /subscriptions/{id}"""

    async def handler(request: Request, caller: Caller) -> Response:
        found = await context.reading(lambda: subscriptions.find(context.store, request.path_params["id"]))
        return render.respond(request, _body(_existing(found)))

    return handler


def renew(context: Context) -> Handler:
    """PATCH /subscriptions/{id}: another 90 days; the body says nothing."""

    async def handler(request: Request, caller: Caller) -> Response:
        known = request.path_params["id"]
        found = await context.writing(lambda: subscriptions.renew(context.store, known, context.clock()))
        return render.respond(request, _body(_existing(found)))

    return handler


def end(context: Context) -> Handler:
    """DELETE /subscriptions/{id}: 204, also where there is none."""

    async def handler(request: Request, caller: Caller) -> Response:
        await context.writing(lambda: subscriptions.delete(context.store, request.path_params["id"]))
        return Response(status_code=204)

    return handler


def _existing(found: Subscription | None) -> Subscription:
    if found is None:
        raise RequestRefused(404, "There is no such subscription.")
    return found


def _types(given: Any) -> tuple[ResourceType, ...]:
    """`["Person"]` or `[{"resource": "Person"}]`, in any spelling; unknown ones are passed over."""
    if not isinstance(given, list) or not given:
        raise RequestRefused(400, "resourceTypes is a list of at least one type.")
    names = [item.get("resource") if isinstance(item, dict) else item for item in given]
    wanted = {ResourceType.lenient(name) for name in names}
    found = tuple(kind for kind in FETCH_ORDER if kind in wanted)
    if not found:
        raise RequestRefused(400, f"resourceTypes are among {', '.join(ResourceType)}.")
    return found


def _body(found: Subscription) -> bytes:
    return orjson.dumps(
        {
            "id": found.id,
            "name": found.name,
            "target": found.target,
            "expires": timestamp(found.expires),
            "resourceTypes": [{"resource": str(kind)} for kind in found.types],
        }
    )
