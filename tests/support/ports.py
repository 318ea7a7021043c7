"""Ports that nobody else is given: a server that asks for any gets one above these (ip_local_port_range)."""

from __future__ import annotations

import random
import socket

_FREE = range(20_000, 32_000)


def free_port() -> int:
    """A port of this machine on which nothing listens, and which no other server is given meanwhile."""
    for _ in range(100):
        port = random.choice(_FREE)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")
