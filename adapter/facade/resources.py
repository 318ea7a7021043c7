"""Single objects and deletions."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import Request, Response

from adapter.errors import RequestRefused
from adapter.facade import query, render
from adapter.facade.context import Admitted, Crawl, InContext
from adapter.facade.parameters import DeletedFilters, Id
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.types import ResourceType
from adapter.store import pages


def single(kind: ResourceType) -> Callable[..., Awaitable[Response]]:
    """GET /persons/{id}"""

    async def one(id: Id, request: Request, context: InContext, caller: Admitted) -> Response:
        at = context.clock()
        object_id = canonical_uuid(id)
        body = await context.reading(lambda: pages.read_one(context.store, kind, object_id)) if object_id else None
        if body is None:
            raise RequestRefused(404, "There is no such object.")
        context.record(caller, kind.collection, Crawl("one", at), 1, False, at)
        return render.respond(request, body, tagged=True)

    return one


async def deletions(request: Request, context: InContext, caller: Admitted, filters: DeletedFilters) -> Response:
    """GET /deletedEntities"""
    at, store, tokens = context.clock(), context.store, context.tokens
    wanted = query.deleted_query(filters, tokens, context.settings.facade.page_size, at)
    found = await context.reading(
        lambda: pages.read_tombstones(store, wanted.kinds, wanted.after, wanted.limit, wanted.cursor)
    )
    token = query.deleted_token(wanted, found.next_cursor, tokens) if found.next_cursor is not None else None
    whole = len(wanted.kinds) == len(ResourceType) and request.method == "GET"
    crawl = Crawl("delta" if whole else "part", wanted.began, wanted.after or 0)
    context.record(caller, pages.DELETED, crawl, len(found.ids), token is None, at)
    return render.respond(request, render.deletions(found.ids, token))
