"""How many requests the facade answers, how, and how fast: counted around the application, for /metrics.

Of several processes each counts its own, in files of one folder; whoever is asked adds them.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import Message, Receive, Scope, Send

from adapter.facade.front import Front
from adapter.ss12000.types import FETCH_ORDER
from adapter.store.pages import DELETED

_OWN = CollectorRegistry()
_REQUESTS = Counter("ss12000_requests", "Requests that the facade has answered", ["resource", "status"], registry=_OWN)
_SECONDS = Histogram(
    "ss12000_request_seconds",
    "Time to answer a request",
    ["resource"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=_OWN,
)
_RESOURCES = frozenset({*(kind.collection for kind in FETCH_ORDER), DELETED, "subscriptions", "log", "statistics"})


def registry(several: bool = False) -> CollectorRegistry:
    """What was counted: in this process, or in the `several` that serve the facade."""
    if not several:
        return _OWN
    found = CollectorRegistry()
    MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    return found


class Measured:
    """Stands around the facade; what lies beside its address is `other`."""

    def __init__(self, app: Front) -> None:
        self._app = app
        self._counts: dict[tuple[str, int], Counter] = {}  # of each pair: to look one up takes longer than to count
        self._seconds: Mapping[str, Histogram] = {name: _SECONDS.labels(name) for name in (*_RESOURCES, "other")}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def counted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, counted)
        finally:
            name = self._resource(scope)
            count = self._counts.get((name, status))
            if count is None:
                count = self._counts[name, status] = _REQUESTS.labels(name, status)
            count.inc()
            self._seconds[name].observe(time.perf_counter() - began)

    def _resource(self, scope: Scope) -> str:
        context = self._app.addresses.find(scope)
        name = scope["path"][len(context.base_path) + 1 :].partition("/")[0] if context is not None else ""
        return name if name in _RESOURCES else "other"
