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

_RENEWED = 3_000_000  # ms; from then on keys are fetched again beside the requests
_FRESH = 3_600_000  # ms; older keys are not used before new ones were asked for: one of them may be withdrawn
_LAST_GOOD = 2 * 86_400_000  # ms; so long the last keys are believed when new ones cannot be had (tokens live 10 h)
_PAUSE = 60_000  # ms between fetches, whatever tokens say
_PATIENCE = 5.0  # seconds
_LIMIT = 1 << 20  # bytes


class KeySource:
    """Keys by kid. Raises ConfigError at once for an address that must not be used."""

    def __init__(
        self,
        settings: Auth,
        clock: Callable[[], int],
        say: Callable[[str], None] = lambda text: None,
        proxy: str | None = None,
    ) -> None:
        _check(settings.jwks_url)
        self._settings = settings
        self._proxy = proxy
        self._clock = clock
        self._say = say
        self._keys: dict[str, jwt.PyJWK] = {}
        self._entries: dict[str, Any] = {}
        self._fetched = 0
        self._tried = 0
        self._busy = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        self.generation = 0  # rises whenever keys change

    async def key(self, kid: str) -> jwt.PyJWK | None:
        """The key of that id, or None: then nobody holds a valid token signed with it."""
        age = self._clock() - self._fetched
        unasked = age > _FRESH and self._tried == self._fetched
        if kid not in self._keys or age > _LAST_GOOD or unasked:
            await self._refresh()
        elif age > _RENEWED and self._may_try():
            task = asyncio.create_task(self._refresh())  # the request goes on with what is known
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._keys.get(kid) if self.held else None

    @property
    def held(self) -> bool:
        """Whether there are any keys to believe in; without, no token can be checked."""
        return bool(self._keys) and self._clock() - self._fetched <= _LAST_GOOD

    def _may_try(self) -> bool:
        return not self._tried or not 0 <= self._clock() - self._tried < _PAUSE

    async def _refresh(self) -> None:
        async with self._busy:
            if not self._may_try():
                return
            self._tried = now = self._clock()
            try:
                entries = await asyncio.to_thread(fetch_keys, self._settings, self._proxy)
            except (OSError, ValueError, RecursionError) as error:
                self._say(self._complaint(error))
                return
            if entries != self._entries:  # also another key under a known id
                self._entries = entries
                self._keys = {kid: jwt.PyJWK(entry, algorithm="ES256") for kid, entry in entries.items()}
                self.generation += 1
            self._fetched = now

    def _complaint(self, error: Exception) -> str:
        kept = "The last good ones are used meanwhile." if self.held else "Until they can, nobody is let in."
        return (
            f"auth.jwks_url: the keys at {self._settings.jwks_url} cannot be read "
            f"({error}). {kept} Check the address and the way there."
        )


def _check(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "file" or (parts.scheme == "https" and parts.hostname):
        return
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return
    raise ConfigError(f"auth.jwks_url: {url} is not https; keys from there could be anybody's. Use https or a file.")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def fetch_keys(settings: Auth, proxy: str | None = None) -> dict[str, Any]:
    """kid -> entry that makes an ES256 key. Raises OSError, ValueError; never gives an empty set."""
    parts = urlsplit(settings.jwks_url)
    content = Path(url2pathname(parts.path)).read_bytes() if parts.scheme == "file" else _download(settings, proxy)
    found = {}
    for entry in _entries(json.loads(content)):
        try:
            jwt.PyJWK(entry, algorithm="ES256")
        except (jwt.PyJWTError, ValueError, TypeError):
            continue  # a broken key is not for us
        found[entry["kid"]] = entry
    if not found:
        raise ValueError("there is no ES256 key in it")
    return found


def _download(settings: Auth, proxy: str | None) -> bytes:
    trust = ssl.create_default_context(cafile=str(settings.jwks_ca) if settings.jwks_ca else None)
    content = bytearray()
    try:
        with (
            httpx.Client(verify=trust, timeout=_PATIENCE, proxy=proxy) as http,
            http.stream("GET", settings.jwks_url) as answer,
        ):
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                content += chunk
                if len(content) > _LIMIT:
                    raise ValueError("the answer is too large")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise OSError(f"{type(error).__name__}: {error}") from None
    return bytes(content)


def _entries(document: Any) -> list[dict[str, Any]]:
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise ValueError("it is no key set")
    return [key for key in keys if isinstance(key, dict) and _is_ours(key)]


def _is_ours(key: dict[str, Any]) -> bool:
    """For ES256 signatures: a key on another curve would make a weaker or an unlike algorithm pass for it."""
    return (
        (key.get("kty"), key.get("crv")) == ("EC", "P-256")
        and key.get("use", "sig") == "sig"
        and key.get("alg", "ES256") == "ES256"
        and isinstance(key.get("kid"), str)
    )
