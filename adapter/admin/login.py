"""Who comes in: by a password, by the address that `serve` printed, or known from the proxy in front."""

from __future__ import annotations

import re
from typing import Annotated, Literal
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import RedirectResponse, Response

from adapter.admin.desk import COOKIE, LANGUAGE, Acting, AtDesk, Desk, must_be_same_origin
from adapter.admin.passwords import LONGEST, is_right
from adapter.admin.sessions import caller_of
from adapter.errors import RequestRefused
from adapter.store.deeds import Deed

router = APIRouter()
LOCAL = "lokal"
"""Who came by the address that `serve` printed."""


@router.get("/login")
def ask(desk: AtDesk, request: Request, key: str = "", next: str = "/") -> Response:
    """The form; or, with the key that `serve` printed, in."""
    if desk.once is not None and key:
        if desk.once.opens(key):
            return _in(request, desk, LOCAL, "/")
        return desk.page(None, "login.html", 403, wrong="used", by_password=False, next="/")
    return desk.page(None, "login.html", wrong="", by_password=bool(desk.settings.admin.users), next=_own(next))


@router.post("/login")
async def answer(
    desk: AtDesk,
    request: Request,
    name: Annotated[str, Form()] = "",
    password: Annotated[str, Form()] = "",
    next: Annotated[str, Form()] = "/",
) -> Response:
    """In, or the form again. Each is on record."""
    must_be_same_origin(request)
    caller = caller_of(request.client.host if request.client else "")
    _must_be_slow(desk, caller)
    async with desk.checking:
        _must_be_slow(desk, caller)  # others of this caller have been looked at meanwhile
        right = await run_in_threadpool(_checked, desk, name.strip(), password)
        if not right:
            desk.logins.allows(caller)
            desk.all_logins.allows("")
    if not right:
        by_password = bool(desk.settings.admin.users)
        return desk.page(None, "login.html", 403, wrong="wrong", by_password=by_password, next=_own(next))
    desk.came_from.add(caller)
    return await run_in_threadpool(_in, request, desk, name.strip(), _own(next))


def _must_be_slow(desk: Desk, caller: str) -> None:
    """Raises RequestRefused for who guesses; strangers who do shut nobody out who has been here."""
    known = caller in desk.came_from
    if not desk.logins.allows(caller, cost=0) or not (known or desk.all_logins.allows("", cost=0)):
        raise RequestRefused(429, "slowly")


def _checked(desk: Desk, name: str, password: str) -> bool:
    users = desk.settings.admin.users
    right = bool(users) and len(password) <= LONGEST and is_right(users, name, password)
    if not right:  # what somebody typed as a name may be a password
        desk.keep(Deed(desk.clock(), name if name in users else "?", "refused"))
    return right


def _own(address: str) -> str:
    """A page of ours by its path; the first page for anything else."""
    return address if re.fullmatch(r"/[a-z]*(/[\w-]+)*", address, re.ASCII) else "/"


def _in(request: Request, desk: Desk, who: str, then: str) -> Response:
    desk.keep(Deed(desk.clock(), who, "login"))
    answer = RedirectResponse(then, 303)
    answer.set_cookie(
        COOKIE, desk.sessions.begin(who), httponly=True, samesite="strict", secure=request.app.state.secure
    )
    return answer


@router.post("/logout")
def leave(desk: AtDesk, visitor: Acting, request: Request) -> Response:
    """Out."""
    desk.sessions.end(request.cookies.get(COOKIE, ""))
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(COOKIE)
    return answer


@router.post("/language")
def speak(desk: AtDesk, visitor: Acting, request: Request, to: Annotated[Literal["sv", "en"], Form()]) -> Response:
    """The page in another language from now on."""
    back = urlsplit(request.headers.get("referer", "")).path  # of another site there is none: acting_of has looked
    answer = RedirectResponse(f"/{back.lstrip('/')}" if back.isascii() else "/", 303)
    answer.set_cookie(
        LANGUAGE, to, max_age=31_536_000, httponly=True, samesite="strict", secure=request.app.state.secure
    )
    return answer
