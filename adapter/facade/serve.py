"""The facade on its socket: uvicorn with TLS and limits."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import uvicorn

from adapter.errors import ConfigError
from adapter.facade.protocol import FewConnections, LimitedProtocol
from adapter.settings import Settings, Tls

COUNTED_IN = "PROMETHEUS_MULTIPROC_DIR"
"""Environment: the folder in which several processes count their requests."""
_CONNECTIONS = 1000  # at once; more are answered 503


def make_server(app: Any, listen: str, tls: Tls | None, section: str = "facade") -> uvicorn.Server:
    """A server that is ready to run. Raises ConfigError where the certificate of the `section` cannot be used."""
    host, _, port = listen.rpartition(":")
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        http=LimitedProtocol if section == "facade" else FewConnections,
        access_log=False,
        log_level="critical",  # its errors carry tracebacks; what goes wrong is told by `errors`
        server_header=False,
        proxy_headers=False,  # nothing here depends on where a request came from
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        limit_concurrency=_CONNECTIONS,
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{section}.tls: certificate and key cannot be used: {error}") from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return uvicorn.Server(config)


def listening_socket(settings: Settings) -> socket.socket:
    """The facade's socket, for several processes to accept from. Raises ConfigError where it is taken."""
    host, _, port = settings.facade.listen.rpartition(":")
    found = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host.strip("[]"), int(port)))
        found.listen(2048)
    except OSError:
        found.close()
        raise taken(settings.facade.listen) from None
    found.set_inheritable(True)
    return found


def taken(listen: str, section: str = "facade") -> ConfigError:
    """What to say when the address cannot be listened on."""
    return ConfigError(f"{section}.listen: {listen} cannot be listened on. Is another process using the port?")


class Certificate:
    """The server's certificate, taken anew when its files change: new connections get it, those that stand stay."""

    def __init__(self, tls: Tls, context: ssl.SSLContext, section: str = "facade") -> None:
        self._tls = tls
        self._section = section
        self._current = context
        self._seen = self._stamps()
        context.sni_callback = self._choose  # called in every handshake: each gets one whole pair

    def reload(self, force: bool = False) -> str:
        """What happened, for the administrator; "" where nothing did. A bad pair changes nothing."""
        stamps = self._stamps()
        if stamps == self._seen and not force:
            return ""
        self._seen = stamps
        try:
            fresh = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            fresh.minimum_version = ssl.TLSVersion.TLSv1_2
            fresh.load_cert_chain(self._tls.certificate, self._tls.key)
        except (OSError, ssl.SSLError) as error:
            return (
                f"{self._section}.tls: the new certificate cannot be used ({error}); the old one stays. "
                "Put a pair that belongs."
            )
        self._current = fresh
        return f"{self._section}.tls: the new certificate is in use"

    def _choose(self, connection: ssl.SSLSocket | ssl.SSLObject, name: str, context: ssl.SSLContext) -> None:
        connection.context = self._current

    def _stamps(self) -> list[int]:
        return [path.stat().st_mtime_ns if path.exists() else 0 for path in (self._tls.certificate, self._tls.key)]
