"""Subscriptions: to allowed targets only, since a token of ours goes there. Source: domain sheet 5.5, quirk Q5."""

from __future__ import annotations

from typing import Any

import orjson
from fastapi import Request, Response

from adapter.errors import RequestRefused
from adapter.facade import render
from adapter.facade.context import Admitted, InContext
from adapter.facade.parameters import Body, Id
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import subscriptions
from adapter.store.stored import timestamp
from adapter.store.subscriptions import Subscription

_LONGEST = 2000  # characters


async def create(request: Request, context: InContext, caller: Admitted, body: Body) -> Response:
    """POST /subscriptions: 201, also for a target that has one already: it keeps its id."""
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


async def everyone(request: Request, context: InContext, caller: Admitted) -> Response:
    """GET /subscriptions"""
    found = await context.reading(lambda: subscriptions.all_of(context.store))
    return render.respond(request, b'{"data":[' + b",".join(map(_body, found)) + b"]}")


async def show(id: Id, request: Request, context: InContext, caller: Admitted) -> Response:
    """GET /subscriptions/{id}"""
    found = await context.reading(lambda: subscriptions.find(context.store, id))
    return render.respond(request, _body(_existing(found)))


async def renew(id: Id, request: Request, context: InContext, caller: Admitted) -> Response:
    """PATCH /subscriptions/{id}: another 90 days; the body says nothing."""
    found = await context.writing(lambda: subscriptions.renew(context.store, id, context.clock()))
    return render.respond(request, _body(_existing(found)))


async def end(id: Id, context: InContext, caller: Admitted) -> Response:
    """DELETE /subscriptions/{id}: 204, also where there is none."""
    await context.writing(lambda: subscriptions.delete(context.store, id))
    return Response(status_code=204)


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
