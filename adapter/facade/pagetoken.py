"""Where a list goes on: its filters, its limit and the last key, signed so that nobody makes one up. Safe in a URL."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import Any

import orjson

from adapter.errors import RequestRefused

_MAC = 16  # bytes
_LONGEST = 1024  # characters


class PageTokens:
    """Writes and reads page tokens with the state's own key: any process and machine on the state can go on."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def write(self, content: dict[str, Any]) -> str:
        """A token that holds this."""
        raw = orjson.dumps(content)
        return base64.urlsafe_b64encode(self._mac(raw) + raw).rstrip(b"=").decode()

    def read(self, token: str) -> dict[str, Any]:
        """What a token holds. Raises RequestRefused 400 for one that was not written here."""
        try:
            data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)) if len(token) <= _LONGEST else b""
        except (binascii.Error, ValueError):
            data = b""
        mac, raw = data[:_MAC], data[_MAC:]
        if not raw or not hmac.compare_digest(mac, self._mac(raw)):
            raise RequestRefused(400, "pageToken is not one that was given here. Begin the list again.")
        found: dict[str, Any] = orjson.loads(raw)
        return found

    def _mac(self, raw: bytes) -> bytes:
        return hashlib.blake2b(raw, key=self._key, digest_size=_MAC).digest()
