"""A facade on loopback over the small school, and tokens as Skolverket's authorisation server makes them."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import jwt
import uvicorn
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.settings import Settings
from adapter.store.engine import Store, open_store
from support import small_school

PATH = "/ss12000-api/v2.0"
BASE = "https://ss12000.exempel.se/ss12000-api/v2.0"
TARGET = "https://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/abc"


class Clock:
    """Milliseconds that stand still until they are moved."""

    def __init__(self, now: int = small_school.NOW) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def pass_(self, **time: float) -> None:
        units = {"seconds": 1000, "minutes": 60_000, "hours": 3_600_000, "days": 86_400_000}
        self.now += int(sum(units[unit] * count for unit, count in time.items()))


@dataclass
class Issuer:
    """Signs tokens; its public keys lie in a file."""

    file: Path
    clock: Clock
    keys: dict[str, ec.EllipticCurvePrivateKey] = field(default_factory=dict)

    def new_key(self, kid: str, keep: bool = True) -> None:
        self.keys = {**(self.keys if keep else {}), kid: ec.generate_private_key(ec.SECP256R1())}
        entries = [{**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": k} for k, key in self.keys.items()]
        self.file.write_text(json.dumps({"keys": entries}), encoding="utf-8")

    def token(self, kid: str = "k1", key: Any = None, algorithm: str = "ES256", **changes: Any) -> str:
        now = self.clock() // 1000
        claims = {
            "aud": "nutid",
            "entity_id": "https://api.skolverket.se/provtjanst/ss12000/klient/v1",
            "exp": now + 36_000,
            "iat": now,
            "nbf": now,
            "iss": "https://nutid-auth.sunet.se",
            "organization_id": "SE2021004185",
            "requested_access": [{"type": "ss12000-api", "locations": [BASE]}],
            **changes,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key or self.keys[kid], algorithm=algorithm, headers={"kid": kid})


@dataclass
class Readable:
    """A running facade: ask with `get`, as Skolverket unless another token is given."""

    http: httpx.Client  # its base is the server, without the API's path
    server: uvicorn.Server
    store: Store
    settings: Settings
    issuer: Issuer
    clock: Clock

    def ask(self, path: str, method: str = "GET", token: str | None = "", **more: Any) -> Any:
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.issuer.token()}"
        return self.http.request(method, PATH + path, headers=headers, **more)

    def get(self, path: str, **parameters: Any) -> Any:
        answer = self.ask(path, params=parameters)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def crawl(self, path: str, **parameters: Any) -> list[Any]:
        page = self.get(path, **parameters)
        found = list(page["data"])
        while "pageToken" in page:
            page = self.get(path, pageToken=page["pageToken"])
            found.extend(page["data"])
        return found


@contextmanager
def readable(folder: Path, url: str = "", publish: bool = True, **sections: Any) -> Iterator[Readable]:
    clock = Clock()
    issuer = Issuer(folder / "jwks.json", clock)
    issuer.new_key("k1")
    facade = {"base_url": BASE, **sections.get("facade", {})}
    settings = small_school.settings(facade=facade, auth={"jwks_url": (folder / "jwks.json").as_uri()})
    store = open_store(url or f"sqlite:///{folder}/state.db")
    if publish:
        small_school.night(store, small_school.tables(), now=clock())
        clock.pass_(hours=1)
    app = create_app(store, settings, KeySource(settings.auth, clock), clock)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as http:
        yield Readable(http, server, store, settings, issuer, clock)
    server.should_exit = True
    thread.join()
    store.close()
