"""The page as an application: its doors, its routes, what it answers when something cannot be done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp

from adapter.admin import answers, client, held, login, mapping, mending, metrics, objects, overview, runs
from adapter.admin.desk import Desk, NotLoggedIn, Visitor, visitor_of
from adapter.admin.doors import Doors
from adapter.errors import AdapterError, ConfigError, RequestRefused

_STATIC = Path(__file__).parent / "static"
_PAGES = (login, overview, runs, held, mending, objects, client, mapping, answers, metrics)


def create_app(desk: Desk, hosts: Sequence[str], secure: bool, say: Callable[[str], None]) -> ASGIApp:
    """The page as an ASGI application. `hosts`: names by which it is reached; `secure`: the browser comes by TLS.

    `say` tells the administrator of a bug, without personal data.
    """
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.state.desk = desk
    app.state.secure = secure
    for page in _PAGES:
        app.include_router(page.router)
    app.mount("/static", StaticFiles(directory=_STATIC))
    app.add_exception_handler(NotLoggedIn, _to_login)
    for kind in (AdapterError, HTTPException, RequestValidationError):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(Exception, _bug(say))
    return Doors(TrustedHostMiddleware(app, allowed_hosts=hosts, www_redirect=False), desk.steady, secure)


async def _to_login(request: Request, error: Exception) -> Response:
    asked = f"?{urlencode({'next': request.url.path})}" if request.method == "GET" and request.url.path != "/" else ""
    return RedirectResponse(f"/login{asked}", 303)


async def _refused(request: Request, error: Exception) -> Response:
    """What could not be done, and why; of something that is wrong here, the message of the command line."""
    desk: Desk = request.app.state.desk
    if isinstance(error, RequestRefused):
        status, why, message = error.status, error.message, ""
    elif isinstance(error, AdapterError):
        status, why, message = (409 if isinstance(error, ConfigError) else 503), "trouble", error.message
    elif isinstance(error, HTTPException) and error.status_code in (404, 405):
        status, why, message = error.status_code, "unknown", ""
    else:
        status, why, message = 400, "form", ""
    return desk.page(_visitor(request, desk), "error.html", status, why=why, message=message)


def _bug(say: Callable[[str], None]) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def handler(request: Request, error: Exception) -> Response:
        place: Any = error.__traceback__
        while place.tb_next is not None:
            place = place.tb_next
        where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}"  # and no value
        say(f"an unexpected failure of the page ({type(error).__name__} in {where}); please report it")
        desk: Desk = request.app.state.desk
        return desk.page(_visitor(request, desk), "error.html", 500, why="bug", message="")

    return handler


def _visitor(request: Request, desk: Desk) -> Visitor | None:
    try:
        return visitor_of(request, desk)
    except NotLoggedIn:
        return None
