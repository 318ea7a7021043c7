"""Who asks? Every check of a token, in one place. Source: domain sheet 6.

401: not a token of this issuer that is valid now. 403: a valid token, but not Skolverket's, or not for us.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import jwt

from adapter.errors import RequestRefused
from adapter.facade.jwks import KeySource
from adapter.settings import Settings

_LEEWAY = 60  # seconds
_CACHED = 1024  # tokens
_PER_SECOND, _BURST = 100.0, 500.0  # tokens that are looked at for the first time
_LONGEST = 16_384  # characters of a token
_ACCESS = "ss12000-api"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the token, until when (seconds since 1970)."""

    organisation: str
    entity: str
    expires: float

    @property
    def name(self) -> str:
        """Organisation and entity id: what the access record and subscriptions know a caller by."""
        return f"{self.organisation} {self.entity}".strip()


class Verifier:
    """Checks tokens, and remembers good ones until they expire or the keys change."""

    def __init__(self, settings: Settings, keys: KeySource, clock: Callable[[], int]) -> None:
        self._auth = settings.auth
        self._keys = keys
        self._clock = clock
        own = (settings.facade.base_url, *settings.auth.accepted_base_urls)
        self._own = {place for url in own if (place := place_of(url))}
        self._known: dict[bytes, tuple[Caller, str]] = {}
        self._budget, self._filled = _BURST, clock() / 1000
        self._generation = keys.generation

    async def caller(self, authorization: str | None) -> Caller:
        """The caller behind an Authorization header. Raises RequestRefused with 401 or 403."""
        scheme, _, token = (authorization or "").partition(" ")
        token = token.strip()
        if scheme.casefold() != "bearer" or not token:
            raise RequestRefused(401, "A bearer token is required.", {"WWW-Authenticate": "Bearer"})
        if len(token) > _LONGEST:
            raise _unauthorised("The token is too long.")
        self._forget_of_other_keys()
        digest = hashlib.blake2b(token.encode(errors="replace"), digest_size=16).digest()
        found = self._known.get(digest)
        if found is not None:
            caller, kid = found
            if self._clock() / 1000 < caller.expires + _LEEWAY and await self._keys.key(kid) is not None:
                return caller
            self._known.pop(digest, None)
        self._allow()
        kid = _kid(token)
        caller = await self._verified(token, kid)
        self._forget_of_other_keys()  # the first token is what has the keys fetched: it stays known
        if len(self._known) >= _CACHED:
            self._known.clear()
        self._known[digest] = caller, kid
        return caller

    def _forget_of_other_keys(self) -> None:
        """What was checked with other keys is checked again."""
        if self._generation != self._keys.generation:
            self._known.clear()
            self._generation = self._keys.generation

    def _allow(self) -> None:
        """Tokens that nobody has seen yet cost a signature check: only so many are looked at in a second."""
        now = self._clock() / 1000
        self._budget = min(_BURST, self._budget + max(now - self._filled, 0.0) * _PER_SECOND)
        self._filled = now
        if self._budget < 1:
            raise RequestRefused(429, "Too many unknown tokens. Try again in a second.", {"Retry-After": "1"})
        self._budget -= 1

    async def _verified(self, token: str, kid: str) -> Caller:
        key = await self._keys.key(kid)
        if key is None and not self._keys.held:
            raise RequestRefused(503, "Tokens cannot be checked now. Try again later.", {"Retry-After": "60"})
        if key is None:
            raise _unauthorised("The token is signed with a key that is not known.")
        claims = self._claims(token, key)
        if claims.get("organization_id") != self._auth.organization_id:
            raise RequestRefused(403, "This organisation may not read here.")
        if not self._is_for_us(claims.get("requested_access")):
            raise RequestRefused(403, "The token is not meant for this API.")
        return Caller(str(claims["organization_id"]), str(claims.get("entity_id", ""))[:200], float(claims["exp"]))

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        """Signature, issuer, audience and times."""
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=list(self._auth.audience),
                issuer=self._auth.issuer,
                options={
                    "require": ["exp", "nbf", "iat", "iss", "aud"],
                    "verify_exp": False,  # times by our own clock, below
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
            expires, not_before, issued = (_seconds(claims[name]) for name in ("exp", "nbf", "iat"))
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError):
            raise _unauthorised("The token is not valid.") from None
        now = self._clock() / 1000
        if now - _LEEWAY >= expires:
            raise _unauthorised("The token has expired.")
        if now + _LEEWAY < max(not_before, issued):
            raise _unauthorised("The token is not valid yet.")
        return claims

    def _is_for_us(self, requested: object) -> bool:
        """Whether any entry is for this kind of API at exactly our address. Entries may be of any form."""
        if not isinstance(requested, list):
            return False
        for entry in requested:
            if not isinstance(entry, dict) or entry.get("type") != _ACCESS:
                continue
            locations = entry.get("locations")
            if isinstance(locations, list) and any(place_of(found) in self._own for found in locations):
                return True
        return False


def place_of(url: object) -> tuple[str, str, int, str] | None:
    """(scheme, host, port, path) of a plain web address; None for anything else. Two are equal or they are not."""
    if not isinstance(url, str) or any(mark <= " " or mark in "?#\\" for mark in url):
        return None
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").encode("idna").decode()
        port = {"https": 443, "http": 80}[parts.scheme] if parts.port is None else parts.port
    except (ValueError, KeyError, UnicodeError):
        return None
    if not host or "@" in parts.netloc:
        return None
    return parts.scheme, host.lower(), port, unquote(parts.path).rstrip("/")


def _kid(token: str) -> str:
    try:
        header = jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError):
        raise _unauthorised("The token is not valid.") from None
    kid = header.get("kid")
    if header.get("alg") != "ES256" or not isinstance(kid, str):
        raise _unauthorised("The token is not signed as it must be (ES256 with a kid).")
    return kid


def _seconds(value: object) -> float:
    """A time claim. Raises ValueError for anything but a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise ValueError("not a time")
    return float(value)


def _unauthorised(message: str) -> RequestRefused:
    return RequestRefused(401, message, {"WWW-Authenticate": 'Bearer error="invalid_token"'})
