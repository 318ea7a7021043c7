"""What stands in front of the routes: whose facade is asked, and the five lists, GET /persons …

The lists are nearly all that a client reads, so nothing stands between the socket and the rows: a plain ASGI
application. Every other request goes on to the routes.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from adapter.facade import errors, query, render
from adapter.facade.addresses import Addresses
from adapter.facade.context import IN_SCOPE, Context, Crawl
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import pages

HEALTH = ("/health/live", "/health/ready")
_Headers = list[tuple[bytes, bytes]]
_HEADERS: _Headers = [
    (b"content-type", b"application/json"),
    (b"cache-control", b"no-store"),
    (b"vary", b"Accept-Encoding"),
]
_PACKED = (b"content-encoding", b"gzip")
_ENDS = ("", "/")
_KINDS = {f"/{kind.collection}{end}": kind for kind in FETCH_ORDER for end in _ENDS}
_LOOKUPS = {f"/{kind.collection}/lookup{end}" for kind in FETCH_ORDER for end in _ENDS}


class Front:
    """The facade of one organiser or of many, as an ASGI application."""

    def __init__(self, app: ASGIApp, addresses: Addresses, say: Callable[[str], None]) -> None:
        self.addresses = addresses
        self._app = app
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http" or scope["path"] in HEALTH:
            await self._app(scope, receive, send)
            return
        context = self.addresses.find(scope)
        if context is None:
            await errors.nothing_here()(scope, receive, send)
            return
        path = scope["path"][len(context.base_path) :]
        kind = _KINDS.get(path) if scope["method"] in ("GET", "HEAD") else None
        if kind is not None:
            await self._list(context, kind, scope, receive, send)
        elif path in _LOOKUPS and not context.settings.facade.lookup:
            await errors.nothing_here()(scope, receive, send)
        else:
            await self._app({**scope, "root_path": context.base_path, IN_SCOPE: context}, receive, send)

    async def _list(self, context: Context, kind: ResourceType, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            content, headers = await _page(context, kind, scope)
        except Exception as error:
            await errors.answer(error, self._say)(scope, receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": content})


async def _page(context: Context, kind: ResourceType, scope: Scope) -> tuple[bytes, _Headers]:
    """What the request is answered with. Raises RequestRefused, StateError."""
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
