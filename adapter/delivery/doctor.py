"""`auth doctor`: is everything in order between us and the authorisation server, and what is to be registered where?

Source: domain sheet 6 and 7.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import jwt

from adapter.delivery.certificates import CertificateFacts, facts
from adapter.delivery.token import TokenClient
from adapter.errors import ConfigError, TokenError
from adapter.settings import Settings, Token
from adapter.store.engine import Store

_DAY = 86_400_000  # ms
_SOON = 30  # days
_UNLIKE = 60  # seconds between two clocks


@dataclass(frozen=True)
class Examined:
    """One line of the checklist. `good` None: a fact to know, neither good nor bad."""

    name: str
    good: bool | None
    words: str


def examine(
    settings: Settings, store: Store, clock: Callable[[], int], keys: Callable[[], Mapping[str, Any]]
) -> Iterator[Examined]:
    """All findings, as far as each lets the next be looked at. `keys` fetches the JWKS: kid -> entry."""
    token = settings.token
    if token is None:
        yield Examined("configuration", False, "config.toml has no [token]: nobody can be told of changes.")
        return
    try:
        found = facts(token)
    except ConfigError as error:
        yield Examined("certificate", False, error.message)
        return
    yield from _certificate(settings, found, clock())
    yield from _to_register(token, found)
    known = yield from _keys(settings, keys)
    yield from _token(settings, token, TokenClient(token, store, clock, settings.proxy), clock, known)


def _certificate(settings: Settings, found: CertificateFacts, now: int) -> Iterator[Examined]:
    days = abs(found.not_after - now) // _DAY
    if now < found.not_before:
        yield Examined("dates", False, "the certificate is not valid yet; is this machine's clock right?")
    elif found.not_after < now:
        yield Examined("dates", False, f"the certificate ended {days} days ago; order a new one.")
    else:
        words = f"valid for {days} more days"
        yield Examined("dates", days >= _SOON, words if days >= _SOON else f"{words}: order a new one now.")
    number = settings.organiser.organisation_number
    if number in found.serial_number.replace("-", ""):
        yield Examined("organisation", True, f"{found.organisation}, {found.serial_number}")
    elif settings.token is not None and settings.token.client_key != "certificate":
        words = (
            f"the certificate names {found.serial_number or 'no number'}; the federation's metadata must say {number}"
        )
        yield Examined("organisation", None, words)
    else:
        words = (
            f"the certificate's serialNumber is {found.serial_number or 'missing'}, not that of organisation {number}: "
            "an approved authority writes the huvudman's own number there."
        )
        yield Examined("organisation", False, words)
    words = (
        "the subject is UTF-8" if found.is_utf8 else "å, ä or ö in the subject is not UTF-8: order it anew, as UTF-8."
    )
    yield Examined("letters", found.is_utf8, words)
    yield Examined("key", True, "belongs to the certificate")


def _to_register(token: Token, found: CertificateFacts) -> Iterator[Examined]:
    digest = found.pin.removeprefix("sha256//")
    if token.client_key != "certificate":
        yield Examined("register: entity id", None, f"{token.client_key} (the TLS federation, Moa)")
    yield Examined("register: metadata pin", None, f'{{"alg": "sha256", "digest": "{digest}"}} (federation metadata)')
    yield Examined("cert#S256", None, f"{found.thumbprint} (also {found.url_thumbprint}; approved authority)")


def _keys(settings: Settings, keys: Callable[[], Mapping[str, Any]]) -> Generator[Examined, None, Mapping[str, Any]]:
    try:
        known = keys()
    except (OSError, ValueError) as error:
        words = f"{settings.auth.jwks_url}: {error}. Check the address, the proxy, the CA."
        yield Examined("keys (JWKS)", False, words)
        return {}
    yield Examined("keys (JWKS)", True, f"{', '.join(sorted(known))} at {settings.auth.jwks_url}")
    return known


def _token(
    settings: Settings, token: Token, tokens: TokenClient, clock: Callable[[], int], keys: Mapping[str, Any]
) -> Iterator[Examined]:
    location = token.location or settings.notifications.allowed_targets[0].partition("/webhooks/")[0]
    began = clock()
    try:
        value, lifetime = tokens.fetch(location)
    except TokenError as error:
        yield Examined("token", False, error.message)
        return
    yield Examined("token", True, f"granted for {location}, lives {lifetime / 3600:.1f} h")
    yield from _claims(settings, value, keys)
    try:
        seconds = round(parsedate_to_datetime(tokens.date).timestamp() - (began + clock()) / 2000)
    except (ValueError, TypeError):
        yield Examined("clock", None, "the server tells no time")
        return
    words = "agrees with the authorisation server's"
    if abs(seconds) > _UNLIKE:
        words = f"is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} the server's: keep time by NTP."
    yield Examined("clock", abs(seconds) <= _UNLIKE, words)


def _claims(settings: Settings, value: str, keys: Mapping[str, Any]) -> Iterator[Examined]:
    try:
        kid = jwt.get_unverified_header(value).get("kid")
        claims = jwt.decode(value, options={"verify_signature": False})
    except jwt.InvalidTokenError:
        yield Examined("token's content", False, "it is no JWT: is token.url the authorisation server?")
        return
    wanted = f"SE{settings.organiser.organisation_number}"
    given = str(claims.get("organization_id"))
    words = given if given == wanted else f"the server takes us for {given}, not {wanted}: another's certificate?"
    yield Examined("token's organisation", given == wanted, words)
    if keys:
        words = (
            str(kid) if kid in keys else f"{kid} is not among the keys: do token.url and auth.jwks_url belong together?"
        )
        yield Examined("token's key", kid in keys, words)
