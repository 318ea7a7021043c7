"""What every request passes and every answer carries: its size, how many there are, and headers for the browser."""

from __future__ import annotations

from collections.abc import Callable

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from adapter.admin.sessions import Budget

_LARGEST = 64 * 1024  # bytes of a form
_BURST, _PER_SECOND = 60.0, 20.0  # requests of one address
_ENTRANCES = ("/", "/login")
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Doors:
    """Stands in front of the application. `secure`: the browser comes by TLS, and is told to keep to it."""

    def __init__(self, app: ASGIApp, clock: Callable[[], float], secure: bool) -> None:
        self._app = app
        self._budget = Budget(_BURST, _PER_SECOND, clock)
        self._headers = _HEADERS | ({"Strict-Transport-Security": "max-age=31536000"} if secure else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def dressed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        if not self._budget.allows((scope.get("client") or ("",))[0]):
            answer = PlainTextResponse(
                "För många anrop. Vänta en stund.\nToo many requests.\n", 429, {"Retry-After": "3"}
            )
            await answer(scope, receive, dressed)
        elif _from_elsewhere(scope, Headers(scope=scope)):
            await PlainTextResponse("Öppna sidan själv.\nOpen the page yourself.\n", 403)(scope, receive, dressed)
        elif _too_large(Headers(scope=scope)):
            await PlainTextResponse("För stort.\nToo large.\n", 413, {"Connection": "close"})(scope, receive, dressed)
        else:
            await self._app(scope, receive, dressed)


def _from_elsewhere(scope: Scope, headers: Headers) -> bool:
    """Whether another site has the browser ask: it may lead to the first page, and to nothing that is on record."""
    return headers.get("sec-fetch-site") in ("cross-site", "same-site") and scope["path"] not in _ENTRANCES


def _too_large(headers: Headers) -> bool:
    """Whether a body is larger than any form here, or does not say how large it is."""
    length = headers.get("content-length", "0")
    return "transfer-encoding" in headers or not length.isdecimal() or int(length) > _LARGEST
