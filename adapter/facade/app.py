"""The facade as an application: the five lists in front, the other routes behind them, health beside it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import orjson
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adapter.errors import AdapterError
from adapter.facade import errors, render, routes
from adapter.facade.auth import Verifier
from adapter.facade.context import Context
from adapter.facade.jwks import KeySource
from adapter.facade.lists import Lists
from adapter.facade.pagetoken import PageTokens
from adapter.settings import Settings
from adapter.store import pages
from adapter.store.engine import Store
from adapter.store.feedback import Recorder

_FLUSH_EVERY = 0.5  # seconds
_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    store: Store,
    settings: Settings,
    keys: KeySource,
    clock: Callable[[], int],
    say: Callable[[str], None] = lambda text: None,
) -> Lists:
    """The facade as an ASGI application, under the path of `facade.base_url`; health beside it.

    `say` tells the administrator what went wrong, without personal data.
    """
    tokens = PageTokens(bytes.fromhex(store.setting("page_token_key")))
    context = Context(store, settings, Verifier(settings, keys, clock), tokens, Recorder(store), clock)
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=_lifespan(context))
    app.state.context = context
    base, router = context.base_path, routes.routes(settings)
    app.include_router(router, prefix=base)
    described = orjson.dumps(routes.description(router, settings))
    for path in ("/openapi.json", "/openapi.json/"):
        app.add_route(base + path, _constant(described, tagged=True), include_in_schema=False)
    app.add_route("/health/live", _constant(b'{"status":"live"}'), include_in_schema=False)
    app.add_route("/health/ready", _ready(context), include_in_schema=False)
    app.add_exception_handler(AdapterError, errors.answering(say))
    app.add_exception_handler(ClientDisconnect, errors.gone)
    app.add_exception_handler(HTTPException, errors.http)
    app.add_exception_handler(Exception, errors.answering(say))
    return Lists(app, context, say)


def _lifespan(context: Context) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(_flushing(context.recorder))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        with suppress(AdapterError):
            await asyncio.to_thread(context.recorder.flush)

    return lifespan


async def _flushing(recorder: Recorder) -> None:
    """Accesses are written away from the requests; what cannot be written now waits."""
    while True:
        await asyncio.sleep(_FLUSH_EVERY)
        with suppress(AdapterError):
            await asyncio.to_thread(recorder.flush)


def _constant(content: bytes, tagged: bool = False) -> _Endpoint:
    async def endpoint(request: Request) -> Response:
        return render.respond(request, content, tagged=tagged)

    return endpoint


def _ready(context: Context) -> _Endpoint:
    """Ready once something complete is published, and the state can be read."""

    async def endpoint(request: Request) -> Response:
        version = await context.reading(lambda: pages.current_version(context.store))
        if not version:
            return errors.response(503, "Nothing is published yet.", {"Retry-After": "300"})
        return Response(orjson.dumps({"status": "ready", "version": version}), media_type="application/json")

    return endpoint
