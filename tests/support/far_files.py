"""Servers that have files: SFTP with a key of its own, and https with a token. Both real, on loopback."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import asyncssh

from adapter.simulator.pki import Authority, server_context

USER, PASSWORD, TOKEN = "export", "lösen ord", "hemligt-bevis"


@dataclass(frozen=True)
class Sftp:
    """`address`: with the user; `host_key`: as config.toml wants it; `key`: file of a private key that is let in."""

    address: str
    host_key: str
    key: Path


@contextmanager
def sftp(root: Path, folder: Path, opened: Callable[[], None] = lambda: None) -> Iterator[Sftp]:
    """A server that shows `root` as its whole disk. `folder`: for keys; `opened`: called when a file is opened."""
    host, client = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    key = folder / "klient"
    client.write_private_key(key)
    allowed = folder / "tillatna"
    client.write_public_key(allowed)

    class Server(asyncssh.SSHServer):
        def password_auth_supported(self) -> bool:
            return True

        def validate_password(self, username: str, password: str) -> bool:
            return (username, password) == (USER, PASSWORD)

    class Files(asyncssh.SFTPServer):
        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
            opened()
            return super().open(path, pflags, attrs)

    def shown(channel: asyncssh.SSHServerChannel[bytes]) -> asyncssh.SFTPServer:
        return Files(channel, chroot=str(root).encode())

    async def start() -> asyncssh.SSHAcceptor:
        return await asyncssh.create_server(
            Server,
            "127.0.0.1",
            0,
            server_host_keys=[host],
            authorized_client_keys=str(allowed),
            sftp_factory=shown,
        )

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        acceptor = asyncio.run_coroutine_threadsafe(start(), loop).result(20)
        public = host.export_public_key().decode().strip()
        yield Sftp(f"sftp://{USER}@127.0.0.1:{acceptor.get_port()}", public, key)
        asyncio.run_coroutine_threadsafe(_ended(acceptor), loop).result(20)
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(20)
        loop.close()


async def _ended(acceptor: asyncssh.SSHAcceptor) -> None:
    acceptor.close()  # in its own thread: asyncio's servers are not for others
    await acceptor.wait_closed()


@dataclass(frozen=True)
class Https:
    """`ca`: the certificate to trust; `asked`: what has been asked for."""

    address: str
    ca: Path
    asked: list[str]


@contextmanager
def https(folder: Path, answer: Callable[[str], tuple[int, dict[str, str], bytes]]) -> Iterator[Https]:
    """A server that answers a path with status, headers and body; without the token with 401."""
    authority = Authority(folder / "pki", dt.datetime.now(dt.UTC))
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            known = self.headers.get("Authorization") == f"Bearer {TOKEN}"
            status, headers, body = answer(self.path) if known else (401, {}, b"")
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *details: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.socket = server_context(authority.server("https")).wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Https(f"https://127.0.0.1:{server.server_port}", authority.file, asked)
    finally:
        server.shutdown()
        thread.join(20)
        server.server_close()
