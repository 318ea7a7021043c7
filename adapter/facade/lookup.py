"""POST /{list}/lookup: objects by their ids, as the standard has it. Off unless `facade.lookup` is set."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import Request, Response

from adapter.errors import RequestRefused
from adapter.facade import render
from adapter.facade.context import Admitted, Crawl, InContext
from adapter.facade.parameters import Body
from adapter.ss12000.ids import canonical_uuid, skolverket_id
from adapter.ss12000.types import ResourceType
from adapter.store import pages

_MOST = 10_000  # ids in one request


def by_ids(kind: ResourceType) -> Callable[..., Awaitable[Response]]:
    """`{"ids": […]}`, for organisations also `{"schoolUnitCodes": […]}` -> a bare array of those that are published."""

    async def some(request: Request, context: InContext, caller: Admitted, body: Body) -> Response:
        at = context.clock()
        wanted = _wanted(kind, body)
        bodies = await context.reading(lambda: pages.read_some(context.store, kind, wanted))
        context.record(caller, kind.collection, Crawl("one", at), len(bodies), False, at)
        return render.respond(request, render.several(bodies))

    return some


def _wanted(kind: ResourceType, body: dict[str, Any]) -> list[str]:
    ids = _texts(body.get("ids", []))
    codes = _texts(body.get("schoolUnitCodes", [])) if kind is ResourceType.ORGANISATION else []
    if not ids and not codes:
        raise RequestRefused(400, "ids is a list of at least one id.")
    if len(ids) + len(codes) > _MOST:
        raise RequestRefused(400, f"at most {_MOST} ids in one request.")
    found = [canonical for text in ids if (canonical := canonical_uuid(text))]
    return list(dict.fromkeys((*found, *map(skolverket_id, codes))))


def _texts(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
        raise RequestRefused(400, "ids is a list of texts.")
    return given
