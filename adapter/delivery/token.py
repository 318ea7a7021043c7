"""Tokens from the authorisation server: GNAP over mTLS, kept while they are valid. Source: domain sheet 7."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

import httpx
import jwt

from adapter.delivery.certificates import CertificateFacts, client_context, facts, pin_of
from adapter.errors import TokenError
from adapter.settings import Token
from adapter.store.engine import Store, read_setting, write_setting

_PATIENCE = httpx.Timeout(15.0)
_ENCODING = "token_thumbprint"  # setting: which encoding of cert#S256 the server took
_RENEW_AT = 0.9  # of a token's life
_LONGEST = 30 * 86_400_000  # ms; a token that is said to live longer is fetched anew all the same
_SHORTEST = 60  # seconds; for a server that names no lifetime


class TokenClient:
    """One huvudman's tokens, by location. Raises ConfigError at once where the certificate cannot be used."""

    def __init__(self, settings: Token, store: Store, clock: Callable[[], int], proxy: str | None = None) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._proxy = proxy
        self._facts = facts(settings)
        self._context = client_context(settings)
        self._known: dict[str, tuple[str, int]] = {}
        self.date = ""  # of the server's last answer

    def token(self, location: str) -> str:
        """A valid token for the client at a location; fetched when no process on this state has one.

        Raises TokenError.
        """
        now = self._clock()
        kept = self._known.get(location) or self._shared(location)
        if kept is not None and now < kept[1] <= now + _LONGEST:
            self._known[location] = kept
            return kept[0]
        value, lifetime = self.fetch(location)
        kept = self._known[location] = (value, now + int(min(lifetime * 1000, _LONGEST) * _RENEW_AT))
        with self._store.writing() as connection:
            write_setting(connection, _name(location, self._facts.thumbprint), json.dumps(kept))
        return value

    def drop(self, location: str) -> None:
        """Forget a token that was refused, everywhere; one that somebody has fetched since then stays."""
        refused = self._known.pop(location, None)
        if refused is not None and self._shared(location) == refused:
            with self._store.writing() as connection:
                write_setting(connection, _name(location, self._facts.thumbprint), "")

    def _shared(self, location: str) -> tuple[str, int] | None:
        """What a process on this state has fetched."""
        try:
            value, until = json.loads(self._store.setting(_name(location, self._facts.thumbprint)) or "null")
        except (ValueError, TypeError):
            return None
        return str(value), int(until)

    def fetch(self, location: str) -> tuple[str, float]:
        """A new token, and the seconds that it lives. Raises TokenError."""
        with self._store.reading() as connection:
            remembered = read_setting(connection, _ENCODING, "base64")
        forms = _key_forms(self._settings, self._facts, remembered)
        answer = None
        for name, key in forms:
            answer = self._post(_request(location, key))
            if answer.status_code == 200:
                if len(forms) > 1 and name != remembered:
                    with self._store.writing() as connection:
                        write_setting(connection, _ENCODING, name)
                return _granted(answer)
            if answer.status_code not in (400, 401):
                break
        assert answer is not None
        raise TokenError(_refusal(answer, self._settings))

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        """One request; the server's pin is looked at before anything is sent."""
        try:
            with httpx.Client(verify=self._context, timeout=_PATIENCE, proxy=self._proxy) as http:
                answer = http.post(self._settings.url, json=body, extensions={"trace": self._check_pin})
                self.date = answer.headers.get("date", "")
                return answer
        except httpx.TimeoutException:
            raise TokenError(f"the authorisation server {self._settings.url} does not answer in time") from None
        except httpx.HTTPError as error:
            hint = ""
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "; its certificate is not trusted: see token.ca"
            elif "alert" in str(error).lower():
                hint = "; it does not accept our client certificate"
            raise TokenError(
                f"the authorisation server {self._settings.url} cannot be reached: {error}{hint}"
            ) from None

    def _check_pin(self, event: str, info: dict[str, Any]) -> None:
        if event != "connection.start_tls.complete" or not self._settings.server_pins:
            return
        peer = info["return_value"].get_extra_info("ssl_object")
        found = pin_of(peer.getpeercert(True))
        if found not in self._settings.server_pins:
            info["return_value"].close()
            raise TokenError(
                f"the authorisation server's key is {found}, which is not among token.server_pins. If Skolverket has "
                "announced a new key, add it; else somebody stands between."
            )


def _name(location: str, thumbprint: str) -> str:
    """The setting that holds a location's token for one certificate."""
    return f"token {hashlib.sha256(f'{location} {thumbprint}'.encode()).hexdigest()[:32]}"


def _key_forms(settings: Token, certificate: CertificateFacts, remembered: str) -> list[tuple[str, Any]]:
    """How we may name our key, the likeliest first: the entity id, or the thumbprint in either encoding."""
    if settings.client_key != "certificate":
        return [("entity", settings.client_key)]
    forms = {"base64": certificate.thumbprint, "base64url": certificate.url_thumbprint}
    order = [remembered, *(name for name in forms if name != remembered)]
    return [(name, {"proof": "mtls", "cert#S256": forms[name]}) for name in order]


def _request(location: str, key: Any) -> dict[str, Any]:
    access = [{"type": "ss12000-client", "locations": [location]}]
    return {"access_token": [{"access": access, "flags": ["bearer"]}], "client": {"key": key}}


def _granted(answer: httpx.Response) -> tuple[str, float]:
    """(token, seconds it lives): what the server says, else what the token says, else a minute."""
    try:
        granted = answer.json()["access_token"]
        value = str(granted["value"])
    except (ValueError, KeyError, TypeError):
        raise TokenError("the authorisation server's answer holds no token") from None
    lifetime = granted.get("expires_in")
    if isinstance(lifetime, (int, float)) and lifetime > 0:
        return value, float(lifetime)
    try:
        claims = jwt.decode(value, options={"verify_signature": False})
        return value, float(claims["exp"]) - float(claims["iat"])
    except (jwt.InvalidTokenError, KeyError, TypeError, ValueError):
        return value, _SHORTEST


def _refusal(answer: httpx.Response, settings: Token) -> str:
    try:
        body = answer.json()
        error = body.get("error", body)
        why = error.get("description") or body.get("detail") if isinstance(error, dict) else error
    except (ValueError, AttributeError):
        why = ""
    hint = ""
    if answer.status_code == 401:
        hint = (
            " Is the certificate registered under this organisation (CA), or its pin in the federation's metadata "
            f"for {settings.client_key}?"
        )
    return (
        f"the authorisation server refuses a token (HTTP {answer.status_code}: {str(why or 'no reason')[:200]}).{hint}"
    )
