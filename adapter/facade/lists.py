"""The five lists, GET /persons …: nearly all that a client reads, so nothing stands between the socket and the rows.

A plain ASGI application; every other request goes on to the routes.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from adapter.facade import errors, query, render
from adapter.facade.context import Context, Crawl
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import pages

_Headers = list[tuple[bytes, bytes]]
_HEADERS: _Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept-Encoding"),
]
_PACKED = (b"content-encoding", b"gzip")


class Lists:
    """Stands in front of the other routes."""

    def __init__(self, app: ASGIApp, context: Context, say: Callable[[str], None]) -> None:
        base = context.base_path
        self.context = context
        self._app = app
        self._say = say
        self._kinds = {f"{base}/{kind.collection}{end}": kind for kind in FETCH_ORDER for end in ("", "/")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        asks = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        kind = self._kinds.get(scope["path"]) if asks else None
        if kind is None:
            await self._app(scope, receive, send)
            return
        try:
            content, headers = await self._page(kind, scope)
        except Exception as error:
            await errors.answer(error, self._say)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})

    async def _page(self, kind: ResourceType, scope: Scope) -> tuple[bytes, _Headers]:
        """What the request is answered with. Raises RequestRefused, StateError."""
        context = self.context
        authorization = _header(scope, b"authorization")
        caller = await context.admitted(authorization)
        at = context.clock()
        parameters = query.parameters_of(scope["query_string"])
        wanted = query.list_query(kind, parameters, context.tokens, context.settings.facade.page_size, at)
        found = await context.reading(lambda: pages.read(context.store, wanted))
        token = query.list_token(found.next, context.tokens) if found.next else None
        crawl = Crawl(_kind(wanted) if scope["method"] == "GET" else "part", wanted.began, wanted.modified_after or 0)
        context.record(caller, kind.collection, crawl, found.count, token is None, at)
        content, packed = render.packed(render.page(found.bodies, token), _header(scope, b"accept-encoding") or "")
        length = (b"content-length", b"%d" % len(content))
        return content, [*_HEADERS, length, *([_PACKED] if packed else [])]


def _header(scope: Scope, name: bytes) -> str | None:
    for found, value in scope["headers"]:
        if found == name:
            return str(value, "latin-1")
    return None


def _kind(wanted: pages.ListQuery) -> str:
    if any(found is not None for found in (wanted.modified_before, wanted.created_after, wanted.created_before)):
        return "part"
    return "delta" if wanted.is_delta else "full"
