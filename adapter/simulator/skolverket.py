"""Skolverket's whole side on loopback: authorisation server, open data, webhook and client, wired together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from adapter.delivery.certificates import trust
from adapter.simulator.authserver import SKOLVERKET, AuthServer
from adapter.simulator.client import Client, received
from adapter.simulator.opendata import OpenDataServer
from adapter.simulator.pki import Authority
from adapter.simulator.webhook import Noticed, WebhookServer

ENTITY = "https://exempelkommun.exempel.se"


class Skolverket:
    """Runs while the context lasts. `folder` gets the certificates; `base_url` is where the facade will be.

    `registered`: the address that tokens name, where that is another. `known`: the client certificate that the
    authorisation server knows and the entity id it belongs to; without, both are made up.
    """

    def __init__(
        self,
        folder: Path,
        organisation_number: str,
        units: Mapping[str, str],
        base_url: str,
        clock: Callable[[], int],
        registered: str = "",
        known: tuple[Path, str] | None = None,
    ) -> None:
        authority = Authority(folder, dt.datetime.fromtimestamp(clock() / 1000, dt.UTC))
        own = authority.server("skolverket")
        authority.server("facade")
        authority.client("client", "Exempelkommun", organisation_number)
        self.base_url = base_url
        self._registered = registered or base_url
        trusted, entity = known or (authority.file, ENTITY)
        self.auth = AuthServer(own, trusted, entity, f"SE{organisation_number}", clock)
        self.open_data = OpenDataServer(organisation_number, units)
        self.webhook = WebhookServer(own, self.auth.verify, f"SE{organisation_number}", clock, self._noticed)
        self.client = Client(base_url, self.token, trust(authority.file, "ca"), clock)
        self._organisation_number = organisation_number
        self._stack = ExitStack()

    def __enter__(self) -> Skolverket:
        for part in (self.auth, self.open_data, self.client, self.webhook):
            self._stack.enter_context(part)
        return self

    def __exit__(self, *details: object) -> None:
        self._stack.close()

    def token(self) -> str:
        """A token with which Skolverket reads the facade."""
        return self.auth.issue(SKOLVERKET, "ss12000-api", [self._registered])

    def config(self, id_namespace: str, listen: str) -> dict[str, str]:
        """What the demo's config.toml needs to know."""
        return {
            "organisation_number": self._organisation_number,
            "id_namespace": id_namespace,
            "base_url": self.base_url,
            "listen": listen,
            "issuer": self.auth.issuer,
            "jwks_url": self.auth.jwks_url,
            "token_url": self.auth.transaction_url,
            "entity": ENTITY,
            "allowed_target": self.webhook.allowed,
            "open_data_url": self.open_data.url,
        }

    def _noticed(self, notice: Noticed) -> None:
        self.client.notified(received(notice.types, notice.deletions, notice.at))
