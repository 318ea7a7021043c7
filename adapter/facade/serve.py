"""The facade on its socket: uvicorn with TLS and limits."""

from __future__ import annotations

import ssl
from typing import Any

import uvicorn

from adapter.errors import ConfigError
from adapter.settings import Settings


def make_server(app: Any, settings: Settings) -> uvicorn.Server:
    """A server that is ready to run. Raises ConfigError where the certificate cannot be used."""
    host, _, port = settings.facade.listen.rpartition(":")
    tls = settings.facade.tls
    config = uvicorn.Config(
        app,
        host=host.strip("[]"),
        port=int(port),
        access_log=False,
        log_level="critical",  # its errors carry tracebacks; what goes wrong is told by `errors`
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
        h11_max_incomplete_event_size=64 * 1024,
        ssl_certfile=str(tls.certificate) if tls else None,
        ssl_keyfile=str(tls.key) if tls else None,
    )
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"facade.tls: certificate and key cannot be used: {error}") from None
    if config.ssl is not None:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_2
    return uvicorn.Server(config)
