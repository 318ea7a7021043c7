"""What every route needs: the state, the settings, who asks, the clock; and the guard that stands before each."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from adapter.errors import RequestRefused
from adapter.facade.auth import Caller, Verifier
from adapter.facade.pagetoken import PageTokens
from adapter.settings import Settings
from adapter.store import pages
from adapter.store.engine import Store
from adapter.store.feedback import Access, Recorder

_T = TypeVar("_T")
Handler = Callable[[Request, Caller], Awaitable[Response]]


class Crawl(NamedTuple):
    """What a request is part of: `kind` full | delta | part | one; when it began; where a delta begins (ms)."""

    kind: str
    began: int
    after: int = 0


@dataclass
class Context:
    """One facade on one state."""

    store: Store
    settings: Settings
    verifier: Verifier
    tokens: PageTokens
    recorder: Recorder
    clock: Callable[[], int]
    _ready: bool = False

    async def reading(self, work: Callable[[], _T]) -> _T:
        """A read: at once on SQLite, which never waits; beside the loop where a server may be slow or away."""
        return work() if self.store.is_sqlite else await asyncio.to_thread(work)

    async def writing(self, work: Callable[[], _T]) -> _T:
        """A write, beside the loop: it may wait for the nightly run's commit."""
        return await asyncio.to_thread(work)

    def guarded(self, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
        """The handler behind the checks: a good token, and something complete to show."""

        async def guard(request: Request) -> Response:
            return await handler(request, await self.admitted(request.headers.get("authorization")))

        return guard

    async def admitted(self, authorization: str | None) -> Caller:
        """Who asks, once there is something to show. Raises RequestRefused."""
        caller = await self.verifier.caller(authorization)
        await self._require_version()
        return caller

    async def _require_version(self) -> None:
        """Until the first complete version an empty answer would look like a school without pupils."""
        if not self._ready:
            self._ready = await self.reading(lambda: pages.current_version(self.store)) > 0
        if not self._ready:
            raise RequestRefused(503, "Nothing is published yet. Try again later.", {"Retry-After": "300"})

    def record(self, caller: Caller, resource: str, crawl: Crawl, objects: int, last_page: bool, at: int) -> None:
        """Who read what, how many, when (`at`: before it was read); never which person."""
        self.recorder.record(
            Access(at, caller.name, resource, crawl.kind, objects, last_page, crawl.began, crawl.after)
        )
