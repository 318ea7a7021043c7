"""What every route needs: the state, the settings, who asks, the clock; and the guard that stands before each."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, NamedTuple, TypeVar
from urllib.parse import urlsplit

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from adapter.errors import RequestRefused
from adapter.facade.auth import Caller, Verifier
from adapter.facade.jwks import KeySource
from adapter.facade.pagetoken import PageTokens
from adapter.settings import Settings
from adapter.store import pages
from adapter.store.engine import Store
from adapter.store.feedback import Access, Recorder
from adapter.store.soundness import DAMAGE, RESTORED

IN_SCOPE = "ss12000.context"
"""Where in a request's scope its facade stands."""
_T = TypeVar("_T")
_READS, _WRITES = 6, 2  # of one state at once: where it is slow, others' go on
_LOOK = 5.0  # seconds between two looks whether damage was seen


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
    base_path: str = field(init=False)
    _reads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_READS))
    _writes: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_WRITES))
    _ready: bool = False
    _damaged: bool = False
    _looked: float = -_LOOK  # when it was last looked for damage; seconds of a clock that nobody sets

    def __post_init__(self) -> None:
        self.base_path = urlsplit(self.settings.facade.base_url).path.rstrip("/")

    async def reading(self, work: Callable[[], _T]) -> _T:
        """A read: at once on SQLite, which never waits; beside the loop where a server may be slow or away."""
        if self.store.is_sqlite:
            return work()
        async with self._reads:
            return await asyncio.to_thread(work)

    async def writing(self, work: Callable[[], _T]) -> _T:
        """A write, beside the loop: it may wait for the nightly run's commit."""
        async with self._writes:
            return await asyncio.to_thread(work)

    async def admitted(self, authorization: str | None) -> Caller:
        """Who asks, once there is something to show. Raises RequestRefused."""
        caller = await self.verifier.caller(authorization)
        await self._require_version()
        await self._require_soundness()
        return caller

    async def _require_version(self) -> None:
        """Until the first complete version an empty answer would look like a school without pupils."""
        if not self._ready:
            self._ready = await self.reading(lambda: pages.current_version(self.store)) > 0
        if not self._ready:
            raise RequestRefused(503, "Nothing is published yet. Try again later.", {"Retry-After": "300"})

    async def _require_soundness(self) -> None:
        """What was seen to be damaged is not served, nor a copy that no run has followed: who is protected since?"""
        if (now := time.monotonic()) - self._looked >= _LOOK:
            self._damaged = await self.reading(lambda: any(map(self.store.setting, (DAMAGE, RESTORED))))
            self._looked = now
        if self._damaged:
            raise RequestRefused(503, "The data here are being mended. Try again later.", {"Retry-After": "600"})

    def record(self, caller: Caller, resource: str, crawl: Crawl, objects: int, last_page: bool, at: int) -> None:
        """Who read what, how many, when (`at`: before it was read); never which person."""
        self.recorder.record(
            Access(at, caller.name, resource, crawl.kind, objects, last_page, crawl.began, crawl.after)
        )


_BEARER = HTTPBearer(bearerFormat="JWT", scheme_name="bearer", auto_error=False)


def context_of(
    store: Store, settings: Settings, keys: KeySource, clock: Callable[[], int], recorder: Recorder | None = None
) -> Context:
    """One organiser's facade. `recorder`: goes on with what another has gathered. Raises StateError."""
    tokens = PageTokens(bytes.fromhex(store.setting("page_token_key")))
    return Context(store, settings, Verifier(settings, keys, clock), tokens, recorder or Recorder(store), clock)


def _of_request(request: Request) -> Context:
    context: Context = request.scope[IN_SCOPE]
    return context


InContext = Annotated[Context, Depends(_of_request)]
"""The state, the settings, the clock: what a handler works with."""


async def _admitted(request: Request, context: InContext, bearer: Annotated[object, Security(_BEARER)]) -> Caller:
    return await context.admitted(request.headers.get("authorization"))


Admitted = Annotated[Caller, Depends(_admitted)]
"""Who asks: a good token, and something complete to show. Before it nothing of a request is read."""
