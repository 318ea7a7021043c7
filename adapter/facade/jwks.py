"""The authorisation server's public keys: cached, fetched again in time, the last good ones kept when it is away."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import url2pathname

import httpx
import jwt

from adapter.errors import ConfigError
from adapter.settings import Auth

_FRESH = 3_600_000  # ms
_LAST_GOOD = 3 * 86_400_000  # ms; so long the last keys are believed when new ones cannot be had
_PAUSE = 60_000  # ms between fetches, whatever tokens say
_LIMIT = 1 << 20  # bytes


class KeySource:
    """Keys by kid. Raises ConfigError at once for an address that must not be used."""

    def __init__(
        self, settings: Auth, clock: Callable[[], int], say: Callable[[str], None] = lambda text: None
    ) -> None:
        _check(settings.jwks_url)
        self._settings = settings
        self._clock = clock
        self._say = say
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = 0
        self._tried = 0
        self._busy = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.generation = 0  # rises whenever keys change

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of that id, or None: then nobody holds a valid token signed with it."""
        now = self._clock()
        if kid not in self._keys or now - self._fetched > _LAST_GOOD:
            await self._refresh()
        elif now - self._fetched > _FRESH:
            task = asyncio.create_task(self._refresh())  # the request goes on with what is known
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self._clock() - self._fetched > _LAST_GOOD:
            return None
        return self._keys.get(kid)

    async def _refresh(self) -> None:
        async with self._busy:
            now = self._clock()
            if self._tried and 0 <= now - self._tried < _PAUSE:
                return
            self._tried = now
            try:
                found = await asyncio.to_thread(_fetch, self._settings)
            except (httpx.HTTPError, OSError, ValueError) as error:
                self._say(f"the keys at {self._settings.jwks_url} cannot be read ({type(error).__name__}: {error})")
                return
            if found.keys() != self._keys.keys():
                self.generation += 1
            self._keys, self._fetched = found, now


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme in ("https", "file"):
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise ConfigError(f"auth.jwks_url: {url} is not https; keys from there could be anybody's. Use https or a file.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _fetch(settings: Auth) -> dict[str, jwt.PyJWK]:
    """Raises httpx.HTTPError, OSError, ValueError; never gives an empty set."""
    parts = urlsplit(settings.jwks_url)
    if parts.scheme == "file":
        content = Path(url2pathname(parts.path)).read_bytes()
    else:
        verify: ssl.SSLContext | bool = True
        if settings.jwks_ca:
            verify = ssl.create_default_context(cafile=str(settings.jwks_ca))
        with httpx.Client(verify=verify, timeout=10.0) as http, http.stream("GET", settings.jwks_url) as answer:
            answer.raise_for_status()
            content = b""
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _LIMIT:
                    raise ValueError("the answer is too large")
    found = {}
    for entry in _entries(json.loads(content)):
        try:
            key = jwt.PyJWK(entry, algorithm="ES256")
        except (jwt.PyJWTError, ValueError, TypeError):
            continue  # a key of another kind is not for us
        found[str(entry["kid"])] = key
    if not found:
        raise ValueError("there is no ES256 key in it")
    return found


def _entries(document: Any) -> list[dict[str, Any]]:
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("it is no key set")
    return [key for key in keys if isinstance(key, dict) and key.get("kty") == "EC" and "kid" in key]
