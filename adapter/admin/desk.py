"""What every page works with, who is looking at it, and how a page is made of a template."""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapter import config
from adapter.admin import words
from adapter.admin.sessions import Budget, OnceKey, Sessions
from adapter.admin.tasks import Tasks
from adapter.errors import ConfigError, RequestRefused
from adapter.health import facts
from adapter.health.alarms import Alarm, alarms
from adapter.health.facts import Facts
from adapter.reports.days import moment
from adapter.reports.words import LANGUAGES
from adapter.settings import Admin, Settings
from adapter.store import deeds
from adapter.store.deeds import Deed, Did
from adapter.store.engine import Store
from adapter.wiring import Installation

COOKIE, LANGUAGE = "ss12000_admin", "ss12000_language"
_LONGEST_NAME = 250  # a certificate's whole subject; one that is cut off might be somebody else's
TEMPLATES = Path(__file__).parent / "templates"


class NotLoggedIn(Exception):
    """Nobody is known behind the request: to the login."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who looks at the page. `csrf` stands in every form; `leaves`: whether there is something to log out of."""

    who: str
    csrf: str
    language: str
    leaves: bool


@dataclass
class Desk:
    """One page over one installation. `clock`: ms since 1970; `steady`: seconds that only go forward.

    `several`: more than one process serves the facade.
    """

    installation: Installation
    store: Store
    tasks: Tasks
    sessions: Sessions
    clock: Callable[[], int]
    steady: Callable[[], float]
    config: Path
    several: bool = False
    once: OnceKey | None = None
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    answering: threading.Lock = field(default_factory=threading.Lock)
    checking: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(2))  # 64 MB each
    writing: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(4))
    making: threading.Lock = field(default_factory=threading.Lock)
    came_from: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
            lstrip_blocks=True,
        )  # fmt: skip
        self._looked_at, self._broken = -1, ""
        self.templates.filters.update(
            time=_time, date=_date, duration=_duration, value=words.value, origin=words.origin
        )
        self.logins = Budget(5, 1 / 20, self.steady)
        self.all_logins = Budget(20, 1 / 2, self.steady)

    @property
    def settings(self) -> Settings:
        """The settings of the installation."""
        return self.installation.settings

    def facts(self) -> Facts:
        """How everything stands now."""
        return facts.read(self.store, self.installation.certificate_or_why(), self.clock())

    def alarms(self, facts: Facts) -> list[Alarm]:
        """What is to be done, also about a config.toml that has been changed since `serve` began."""
        stamp = self.config.stat().st_mtime_ns if self.config.exists() else 0
        if stamp != self._looked_at:
            try:
                config.load(self.config)
                self._broken = ""
            except ConfigError as error:
                self._broken = str(error.findings[0]) if error.findings else error.message
            self._looked_at = stamp
        return alarms(facts, self.settings, self._broken)

    def record(self, visitor: Visitor, did: Did, about: str = "", reason: str = "") -> None:
        """Keep what somebody does, before it is done. Raises StateError, RequestRefused."""
        self.keep(self.deed(visitor, did, about, reason))

    def keep(self, deed: Deed) -> None:
        """The same. A few wait for whoever writes, and no more: others need these threads."""
        if not self.writing.acquire(blocking=False):
            raise RequestRefused(503, "busy", {"Retry-After": "3"})
        try:
            deeds.record(self.store, deed)
        finally:
            self.writing.release()

    def begin(
        self, visitor: Visitor, command: Sequence[str], deed: Deed | None, about: str = "", stdin: str = ""
    ) -> Response:
        """Start a command, and lead to what it says; `deed` is kept before. Raises StateError, RequestRefused."""
        self.tasks.must_have_room(visitor.who)
        if deed is not None:
            self.keep(deed)
        return RedirectResponse(f"/tasks/{self.tasks.begin(visitor.who, command, about, stdin)}", 303)

    def deed(self, visitor: Visitor, did: Did, about: str = "", reason: str = "") -> Deed:
        """What somebody does now."""
        return Deed(self.clock(), visitor.who, did, about, reason)

    def page(self, visitor: Visitor | None, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A template as a page, in the visitor's language."""
        language = visitor.language if visitor else self.settings.admin.language
        shared = {
            "t": words.LANGUAGES[language],
            "report_words": LANGUAGES[language],
            "visitor": visitor,
            "organiser": self.settings.organiser.name,
            "now": self.clock(),
            "here": template.removesuffix(".html"),
            "refresh": 0,
        }
        return HTMLResponse(self.templates.get_template(template).render(shared | values), status)

    def csrf_of(self, who: str) -> str:
        """The form secret of somebody whom the proxy has logged in."""
        return hmac.new(self.secret, who.encode(), hashlib.sha256).hexdigest()


def desk_of(request: Request) -> Desk:
    """The desk of the application."""
    desk: Desk = request.app.state.desk
    return desk


AtDesk = Annotated[Desk, Depends(desk_of)]
"""What every page works with."""


def visitor_of(request: Request, desk: AtDesk) -> Visitor:
    """Who looks. Raises NotLoggedIn."""
    admin = desk.settings.admin
    language = request.cookies.get(LANGUAGE, "")
    language = language if language in words.LANGUAGES else admin.language
    if admin.user_header and request.client and ip_address(request.client.host) in admin.proxies:
        named = request.headers.getlist(admin.user_header)
        if not _is_proxy(admin, request):
            named = []
        if len(named) == 1 and (who := named[0].strip()) and len(who) <= _LONGEST_NAME:
            return Visitor(who, desk.csrf_of(who), language, leaves=False)
    session = desk.sessions.find(request.cookies.get(COOKIE, ""))
    if session is None:
        raise NotLoggedIn
    return Visitor(session.who, session.csrf, language, leaves=True)


def _is_proxy(admin: Admin, request: Request) -> bool:
    """Whether who asks knows the proxy's secret, where there is one."""
    if admin.proxy_secret is None:
        return True
    given = request.headers.get("x-proxy-secret", "").encode(errors="replace")
    return hmac.compare_digest(given, admin.proxy_secret.get_secret_value().encode())


Looking = Annotated[Visitor, Depends(visitor_of)]
"""Somebody who has logged in."""


def acting_of(request: Request, visitor: Looking, csrf: Annotated[str, Form()] = "") -> Visitor:
    """Somebody who sends one of our own forms. Raises RequestRefused."""
    must_be_same_origin(request)
    if not hmac.compare_digest(csrf.encode(errors="replace"), visitor.csrf.encode()):
        raise RequestRefused(403, "form")
    return visitor


Acting = Annotated[Visitor, Depends(acting_of)]
"""Somebody who does something: the form is ours."""


def must_be_same_origin(request: Request) -> None:
    """A form comes from our own page. Raises RequestRefused."""
    site, origin = request.headers.get("sec-fetch-site", "same-origin"), request.headers.get("origin")
    elsewhere = origin is not None and urlsplit(origin).hostname != request.url.hostname  # a proxy may move the port
    if site != "same-origin" or elsewhere:
        raise RequestRefused(403, "form")


def _time(milliseconds: int | None) -> str:
    return f"{moment(milliseconds):%Y-%m-%d %H:%M}" if milliseconds else ""


def _date(milliseconds: int) -> dt.date:
    return moment(milliseconds).date()


def _duration(seconds: float, t: Mapping[str, str]) -> str:
    if seconds < 60:
        return f"{words.value(f'{seconds:.1f}', t)} s"
    return f"{seconds // 60:.0f} min {seconds % 60:.0f} s"
