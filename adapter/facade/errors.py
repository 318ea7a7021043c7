"""Every refusal has one body, with all the spellings that clients look for (quirk Q6): no values, no traces."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from adapter.errors import AdapterError, RequestRefused

_NOT_FOUND = "There is nothing here."


def body(status: int, message: str) -> bytes:
    """`{"code": "400", "message": …, "error": {"code": 400, "message": …}}`"""
    return orjson.dumps({"code": str(status), "message": message, "error": {"code": status, "message": message}})


def response(status: int, message: str, headers: dict[str, str] | None = None) -> Response:
    """An error response."""
    return Response(body(status, message), status, headers, media_type="application/json")


def answer(error: Exception, say: Callable[[str], None]) -> Response:
    """What a client is told when a request cannot be answered. `say` tells the administrator of a bug of ours."""
    if isinstance(error, RequestRefused):
        return response(error.status, error.message, error.headers)
    if isinstance(error, AdapterError):  # the state cannot be read now
        return response(503, "The service is not available now. Try again later.", {"Retry-After": "60"})
    place = traceback.extract_tb(error.__traceback__)[-1]  # where it happened, without any value
    say(f"an unexpected failure ({type(error).__name__} in {place.name}, line {place.lineno}); please report it")
    return response(500, "Something went wrong here. It is our fault, not yours.")


def answering(say: Callable[[str], None]) -> Callable[[Request, Exception], Awaitable[Response]]:
    """`answer` for the routes."""

    async def handler(request: Request, error: Exception) -> Response:
        return answer(error, say)

    return handler


def nothing_here() -> Response:
    """No such address."""
    return response(404, _NOT_FOUND)


async def gone(request: Request, error: Exception) -> Response:
    """The client went away in the middle of its request: there is nobody to answer, and nothing is wrong here."""
    return Response(status_code=400)


async def http(request: Request, error: Exception) -> Response:
    """Unknown paths and methods: 404, as the reference answers."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        return nothing_here()
    return response(error.status_code, str(error.detail))
