"""The five lists, single objects and deletions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adapter.errors import RequestRefused
from adapter.facade import query, render
from adapter.facade.auth import Caller
from adapter.facade.context import Context, Handler
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.types import ResourceType
from adapter.store import pages

DELETED = "deletedEntities"


def listing(context: Context, kind: ResourceType) -> Handler:
    """GET /persons …"""
    store, tokens, page_size = context.store, context.tokens, context.settings.facade.page_size

    async def handler(request: Request, caller: Caller) -> Response:
        at = context.clock()
        wanted = query.list_query(kind, request.query_params, tokens, page_size)
        found = await context.reading(lambda: pages.read(store, wanted))
        token = query.list_token(found.next, tokens) if found.next else None
        context.record(caller, kind.collection, _kind(wanted), len(found.rows), token is None, at)
        return render.respond(request, render.page(found.rows, token))

    return handler


def single(context: Context, kind: ResourceType) -> Handler:
    """GET /persons/{id}"""

    async def handler(request: Request, caller: Caller) -> Response:
        at = context.clock()
        object_id = canonical_uuid(request.path_params["id"])
        row = await context.reading(lambda: pages.read_one(context.store, kind, object_id)) if object_id else None
        if row is None:
            raise RequestRefused(404, "There is no such object.")
        context.record(caller, kind.collection, "one", 1, False, at)
        return render.respond(request, render.one(row))

    return handler


def deletions(context: Context) -> Handler:
    """GET /deletedEntities"""
    store, tokens, page_size = context.store, context.tokens, context.settings.facade.page_size

    async def handler(request: Request, caller: Caller) -> Response:
        at = context.clock()
        wanted = query.deleted_query(request.query_params, tokens, page_size)
        found = await context.reading(
            lambda: pages.read_tombstones(store, wanted.kinds, wanted.after, wanted.limit, wanted.cursor)
        )
        token = query.deleted_token(wanted, found.next_cursor, tokens) if found.next_cursor is not None else None
        context.record(caller, DELETED, "delta", len(found.ids), token is None, at)
        return render.respond(request, render.deletions(found.ids, token))

    return handler


def _kind(wanted: pages.ListQuery) -> str:
    if wanted.is_delta:
        return "delta"
    filters = (wanted.modified_before, wanted.created_after, wanted.created_before)
    return "full" if all(found is None for found in filters) else "part"
