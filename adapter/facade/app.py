"""The facade as an application: whose it is and the five lists in front, the other routes behind, health beside."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import cache, partial

import orjson
from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adapter.errors import AdapterError
from adapter.facade import errors, render, routes
from adapter.facade.addresses import Addresses
from adapter.facade.context import IN_SCOPE, Context, context_of
from adapter.facade.front import HEALTH, Front
from adapter.facade.jwks import KeySource
from adapter.settings import Settings
from adapter.store import pages
from adapter.store.engine import Store
from adapter.store.feedback import Recorder

_FLUSH_EVERY = 0.5  # seconds
_THREADS = 32  # more than the states of a few organisers can hold up
_ASKED = 3  # states, before this process counts as not ready
_Endpoint = Callable[[Request], Awaitable[Response]]


def create_app(
    store: Store,
    settings: Settings,
    keys: KeySource,
    clock: Callable[[], int],
    say: Callable[[str], None] = lambda text: None,
) -> Front:
    """One organiser's facade as an ASGI application, under the path of `facade.base_url`, by whichever host name.

    `say` tells the administrator what went wrong, without personal data.
    """
    return facade_of(Addresses([context_of(store, settings, keys, clock)], any_host=True), say)


def facade_of(addresses: Addresses, say: Callable[[str], None]) -> Front:
    """The facades of all organisers that have an address; health beside them."""
    app = FastAPI(
        openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False, lifespan=_lifespan(addresses)
    )
    router = routes.routes()
    app.include_router(router)
    for path in ("/openapi.json", "/openapi.json/"):
        app.add_route(path, _description(router), include_in_schema=False)
    live, ready = HEALTH
    app.add_route(live, _live, include_in_schema=False)
    app.add_route(ready, _ready(addresses), include_in_schema=False)
    app.add_exception_handler(AdapterError, errors.answering(say))
    app.add_exception_handler(ClientDisconnect, errors.gone)
    app.add_exception_handler(HTTPException, errors.http)
    app.add_exception_handler(Exception, errors.answering(say))
    return Front(app, addresses, say)


def _lifespan(addresses: Addresses) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(_THREADS, "state"))
        flushes: dict[Recorder, asyncio.Task[None]] = {}
        task = asyncio.create_task(_flushing(addresses, flushes))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await asyncio.gather(*flushes.values())
        await asyncio.gather(*(_flush(context.recorder) for context in addresses.contexts))

    return lifespan


async def _flushing(addresses: Addresses, flushes: dict[Recorder, asyncio.Task[None]]) -> None:
    """Accesses are written away from the requests; a state that is slow keeps no other's waiting."""
    while True:
        await asyncio.sleep(_FLUSH_EVERY)
        for recorder in [recorder for recorder, task in flushes.items() if task.done()]:
            del flushes[recorder]
        for recorder in (context.recorder for context in addresses.contexts):
            if recorder.waits and recorder not in flushes:
                flushes[recorder] = asyncio.create_task(_flush(recorder))


async def _flush(recorder: Recorder) -> None:
    """What cannot be written now waits for the next time."""
    with suppress(AdapterError):
        await asyncio.to_thread(recorder.flush)


async def _live(request: Request) -> Response:
    return render.respond(request, b'{"status":"live"}')


def _description(router: APIRouter) -> _Endpoint:
    """OpenAPI: the same for all, but for whose it is."""
    document = cache(partial(routes.description, router))

    async def endpoint(request: Request) -> Response:
        context: Context = request.scope[IN_SCOPE]
        described = routes.of_organiser(document(context.settings.facade.lookup), context.settings)
        return render.respond(request, orjson.dumps(described), tagged=True)

    return endpoint


async def _version(contexts: Sequence[Context]) -> int:
    """What is published, by the first of them whose state can be read. Raises StateError where none can."""
    for context in contexts[:-1]:
        with suppress(AdapterError):
            return await context.reading(partial(pages.current_version, context.store))
    return await contexts[-1].reading(partial(pages.current_version, contexts[-1].store))


def _ready(addresses: Addresses) -> _Endpoint:
    """Ready once something complete is published, and the state can be read. Of many: once one state can be read."""

    async def endpoint(request: Request) -> Response:
        served = addresses.contexts
        if not served:
            return errors.response(503, "Nobody is served yet.", {"Retry-After": "300"})
        version = await _version(served[:_ASKED])
        if len(served) > 1:
            found = {"status": "ready", "organisers": len(served)}
        elif not version:
            return errors.response(503, "Nothing is published yet.", {"Retry-After": "300"})
        else:
            found = {"status": "ready", "version": version}
        return Response(orjson.dumps(found), media_type="application/json")

    return endpoint
