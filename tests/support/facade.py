"""A facade on a real socket, with a client that shows a good token unless told otherwise."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.facade.serve import make_server
from adapter.settings import Settings
from adapter.store.engine import Store
from support import small_school, tokens

NOW = small_school.NOW
PATH = "/ss12000-api/v2.0"
TARGET = "https://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/1"


@dataclass
class Clock:
    """Time (ms) that moves when told."""

    now: int = NOW

    def __call__(self) -> int:
        return self.now


@dataclass
class Facade:
    """A running facade and all that a test moves."""

    store: Store
    settings: Settings
    clock: Clock
    signer: tokens.Signer
    http: httpx.Client
    port: int
    said: list[str] = field(default_factory=list)

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET under the base path with a good token."""
        return self.http.get(PATH + path, params=query)

    def post(self, path: str, body: Any) -> httpx.Response:
        """POST JSON under the base path with a good token."""
        return self.http.post(PATH + path, json=body)

    def as_bearer(self, token: str) -> httpx.Response:
        """GET /organisations with this token."""
        return self.http.get(f"{PATH}/organisations", headers={"Authorization": f"Bearer {token}"})

    def crawl(self, path: str, **query: Any) -> Iterator[dict[str, Any]]:
        """Every page of a list, as the client follows it."""
        page = self.get(path, **query)
        while True:
            assert page.status_code == 200, page.text
            found = page.json()
            yield found
            if "pageToken" not in found:
                return
            page = self.get(path, pageToken=found["pageToken"])

    def objects(self, path: str, **query: Any) -> list[dict[str, Any]]:
        """All objects of a list."""
        return [found for page in self.crawl(path, **query) for found in page["data"]]


def settings_for(folder: Path, signer: tokens.Signer, **sections: Any) -> Settings:
    """Settings with keys from a file, listening on any free port."""
    facade = {"base_url": tokens.BASE, "listen": "127.0.0.1:0", **sections.pop("facade", {})}
    auth = {"jwks_url": tokens.jwks_file(folder, signer), **sections.pop("auth", {})}
    return small_school.settings(facade=facade, auth=auth, **sections)


@contextmanager
def running(store: Store, folder: Path, verify: Any = True, **sections: Any) -> Iterator[Facade]:
    """A facade over a state, until the end of the block."""
    clock, signer = Clock(), tokens.Signer()
    settings = settings_for(folder, signer, **sections)
    said: list[str] = []
    app = create_app(store, settings, KeySource(settings.auth, clock, said.append), clock)
    server = make_server(app, settings)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve()), daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    scheme = "https" if settings.facade.tls else "http"
    headers = {"Authorization": f"Bearer {signer.token(NOW)}"}
    try:
        with httpx.Client(base_url=f"{scheme}://127.0.0.1:{port}", headers=headers, verify=verify, timeout=20) as http:
            yield Facade(store, settings, clock, signer, http, port, said)
    finally:
        server.should_exit = True
        thread.join()


@dataclass
class KeyServer:
    """A web server on loopback that publishes keys, or fails to."""

    document: Any
    status: int = 200
    asked: int = 0
    url: str = ""


@contextmanager
def key_server(document: Any) -> Iterator[KeyServer]:
    """Serves `document` as JSON until the end of the block; what it serves can be changed meanwhile."""
    state = KeyServer(document)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.asked += 1
            content = state.document if isinstance(state.document, bytes) else json.dumps(state.document).encode()
            self.send_response(state.status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *details: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    state.url = f"http://127.0.0.1:{server.server_address[1]}/jwks.json"
    try:
        yield state
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
