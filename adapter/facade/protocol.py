"""HTTP on a socket with limits: a request's head is small and comes soon, or the connection ends."""

from __future__ import annotations

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_LIMIT = 64 * 1024  # bytes of request line and headers
PATIENCE = 20.0  # seconds for a whole request to come, its body included


class LimitedProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with an end to whoever sends slowly or without end."""

    most_connections = 2_000

    def connection_made(self, transport: Any) -> None:
        """A connection owes us a request from now on."""
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            transport.close()  # each takes a file of the process, of which all of it lives
        self._head = 0
        self._owed_since: float | None = self.loop.time()
        self._watch = self.loop.call_later(PATIENCE, self._look)  # one for a connection, not one for a request

    def data_received(self, data: bytes) -> None:
        """Counts what belongs to a head."""
        if self._head >= 0:
            self._head += len(data)
            if self._owed_since is None:
                self._owed_since = self.loop.time()
        super().data_received(data)
        if self._head > HEAD_LIMIT and not self.transport.is_closing():
            self.transport.write(b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\n\r\n")
            self.transport.close()

    def on_headers_complete(self) -> None:
        """The head is whole."""
        if self._head <= HEAD_LIMIT:
            self._head = -1
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The request is whole: the next one's head begins."""
        super().on_message_complete()
        self._head = 0
        self._owed_since = None

    def connection_lost(self, exc: Exception | None) -> None:
        """Nobody owes us anything any more."""
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        """Close what has kept us waiting; look again when the patience with what is owed now ends."""
        waited = self.loop.time() - self._owed_since if self._owed_since is not None else 0.0
        if waited >= PATIENCE:
            if not self.transport.is_closing():
                self.transport.close()
            return
        self._watch = self.loop.call_later(PATIENCE - waited, self._look)


class FewConnections(LimitedProtocol):
    """The same for a page that few look at."""

    most_connections = 100
