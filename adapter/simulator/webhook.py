"""The address that notices go to: checks who sends them, notes when they came, hands them on."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jwt

from adapter.simulator.pki import Pair, server_context
from adapter.simulator.server import Answer, JsonServer, Request

PATH = "/provtjanst/ss12000/klient/v1"


@dataclass(frozen=True)
class Noticed:
    """One request that was taken."""

    at: int
    types: tuple[str, ...]
    deletions: bool


class WebhookServer:
    """`verify` gives a token's claims; `organisation` is who may notify. `on_notice` is called for each good notice.

    Misbehaviour on demand: `status` other than 200 is answered, after `delay` seconds.
    """

    def __init__(
        self,
        server: Pair,
        verify: Callable[[str], dict[str, Any]],
        organisation: str,
        clock: Callable[[], int],
        on_notice: Callable[[Noticed], None],
    ) -> None:
        self._verify = verify
        self._organisation = organisation
        self._clock = clock
        self._on_notice = on_notice
        self._server = JsonServer(self._answer, server_context(server))
        self.location = self._server.url + PATH
        self.allowed = f"{self.location}/webhooks/"
        self.target = f"{self.allowed}7f0c4a52"
        self.status = 200
        self.delay = 0.0
        self.notices: list[Noticed] = []
        self.attempts = 0

    def __enter__(self) -> WebhookServer:
        self._server.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._server.__exit__(*details)

    def _answer(self, request: Request) -> Answer:
        at = self._clock()
        self.attempts += 1
        if self.delay:
            time.sleep(self.delay)
        if self.status != 200:
            return Answer(self.status, {"message": "told to refuse"})
        token = {name.lower(): value for name, value in request.headers.items()}.get("authorization", "")
        if why := self._refusal(token.removeprefix("Bearer ")):
            return Answer(401, {"message": why})
        body = request.json()
        if request.path != f"{PATH}/webhooks/7f0c4a52" or not isinstance(body, dict):
            return Answer(404, {"message": "unknown webhook"})
        types = body.get("modifiedEntities") or body.get("modifiedEntites") or []
        notice = Noticed(at, tuple(types), bool(body.get("deletedEntities")))
        self._on_notice(notice)
        self.notices.append(notice)  # last: who waits for it must find it handed on
        return Answer(200, {"message": "ok"})

    def _refusal(self, token: str) -> str:
        """Why the sender is not believed, or ""."""
        try:
            claims = self._verify(token)
        except jwt.InvalidTokenError as error:
            return str(error)
        if claims.get("organization_id") != self._organisation:
            return "another organisation"
        access = claims.get("requested_access") or [{}]
        if access[0].get("type") != "ss12000-client" or self.location not in access[0].get("locations", ()):
            return "a token for something else"
        return ""
