"""Single objects and deletions."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from adapter.errors import RequestRefused
from adapter.facade import query, render
from adapter.facade.auth import Caller
from adapter.facade.context import Context, Crawl, Handler
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.types import ResourceType
from adapter.store import pages


def single(context: Context, kind: ResourceType) -> Handler:
    """GET /persons/{id}"""

    async def handler(request: Request, caller: Caller) -> Response:
        at = context.clock()
        object_id = canonical_uuid(request.path_params["id"])
        body = await context.reading(lambda: pages.read_one(context.store, kind, object_id)) if object_id else None
        if body is None:
            raise RequestRefused(404, "There is no such object.")
        context.record(caller, kind.collection, Crawl("one", at), 1, False, at)
        return render.respond(request, body, tagged=True)

    return handler


def deletions(context: Context) -> Handler:
    """GET /deletedEntities"""
    store, tokens, page_size = context.store, context.tokens, context.settings.facade.page_size

    async def handler(request: Request, caller: Caller) -> Response:
        at = context.clock()
        wanted = query.deleted_query(query.parameters_of(request.scope["query_string"]), tokens, page_size, at)
        found = await context.reading(
            lambda: pages.read_tombstones(store, wanted.kinds, wanted.after, wanted.limit, wanted.cursor)
        )
        token = query.deleted_token(wanted, found.next_cursor, tokens) if found.next_cursor is not None else None
        whole = len(wanted.kinds) == len(ResourceType) and request.method == "GET"
        crawl = Crawl("delta" if whole else "part", wanted.began, wanted.after or 0)
        context.record(caller, pages.DELETED, crawl, len(found.ids), token is None, at)
        return render.respond(request, render.deletions(found.ids, token))

    return handler
