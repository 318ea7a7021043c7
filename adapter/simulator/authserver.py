"""The authorisation server: tokens over mTLS for whoever shows a known certificate, and the keys that sign them.

Source: domain sheet 6 and 7.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from adapter.simulator.pki import Pair, server_context
from adapter.simulator.server import Answer, JsonServer, Request

LIFETIME = 36_000  # seconds
SKOLVERKET = "SE2021004185"


class AuthServer:
    """`entity`: the entity id that the client certificate belongs to in the federation, for `organisation`.

    Two sockets: `transaction_url` asks for a client certificate, `jwks_url` does not.
    """

    def __init__(self, server: Pair, client_ca: Path, entity: str, organisation: str, clock: Callable[[], int]) -> None:
        self._clock = clock
        self._entity = entity
        self._organisation = organisation
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self._number = 0
        self._tokens = JsonServer(self._transaction, server_context(server, client_ca))
        self._public = JsonServer(self._jwks, server_context(server))
        self.issuer = self._public.url
        self.transaction_url = f"{self._tokens.url}/transaction"
        self.jwks_url = f"{self._public.url}/.well-known/jwks.json"
        self.down = False
        self.granted = 0
        self.rotate_keys()

    def __enter__(self) -> AuthServer:
        self._tokens.__enter__()
        self._public.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._tokens.__exit__(*details)
        self._public.__exit__(*details)

    def rotate_keys(self, keep_old: bool = False) -> str:
        """A new signing key; the old one is withdrawn unless it is kept. Returns the new kid."""
        self._number += 1
        kid = f"nutid_auth_{self._number:03d}"
        self._keys = {**(self._keys if keep_old else {}), kid: ec.generate_private_key(ec.SECP256R1())}
        return kid

    def issue(self, organisation: str, kind: str, locations: list[str], **changes: Any) -> str:
        """A token as documented; `changes` replaces claims, None leaves one out."""
        now = self._clock() // 1000
        claims: dict[str, Any] = {
            "aud": "nutid",
            "auth_source": "tlsfed",
            "entity_id": f"https://{organisation.lower()}.exempel.se",
            "exp": now + LIFETIME,
            "iat": now,
            "nbf": now,
            "iss": self.issuer,
            "organization_id": organisation,
            "requested_access": [{"type": kind, "locations": locations}],
            "source": "https://prod.kontosynk.se",
            "version": 1,
            **changes,
        }
        kid, key = list(self._keys.items())[-1]
        claims = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(claims, key, algorithm="ES256", headers={"kid": kid})

    def verify(self, token: str) -> dict[str, Any]:
        """The claims of a token signed here. Raises jwt.InvalidTokenError."""
        key = self._keys.get(str(jwt.get_unverified_header(token).get("kid")))
        if key is None:
            raise jwt.InvalidTokenError("unknown kid")
        claims = jwt.decode(
            token,
            key.public_key(),
            algorithms=["ES256"],
            audience="nutid",
            options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},  # by our own clock, below
        )
        if not claims["nbf"] * 1000 <= self._clock() < claims["exp"] * 1000:
            raise jwt.ExpiredSignatureError("the token is not valid now")
        return claims

    def jwks(self) -> dict[str, Any]:
        """The public keys, as they are published."""
        keys = [
            {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "alg": "ES256"}
            for kid, key in self._keys.items()
        ]
        return {"keys": keys}

    def _jwks(self, request: Request) -> Answer:
        if self.down:
            return Answer(503, {"detail": "down"})
        return Answer(content=self.jwks())

    def _transaction(self, request: Request) -> Answer:
        if self.down:
            return Answer(503, {"detail": "down"})
        body = request.json()
        try:
            wanted, key = body["access_token"][0], body["client"]["key"]
            access = wanted["access"]
            kind, locations = access[0]["type"], access[0]["locations"]
        except (TypeError, KeyError, IndexError):
            return _refused(400, "invalid_request", "not a grant request")
        if "bearer" not in wanted.get("flags", ()):
            return _refused(400, "invalid_request", "the flag bearer is mandatory")
        if not self._is_known(key, request.certificate or b""):
            return _refused(401, "request_denied", "permission denied")
        by_entity = isinstance(key, str)  # then the federation's metadata say whose certificate it is
        organisation = self._organisation if by_entity else _organisation(request.certificate or b"")
        token = self.issue(organisation, kind, locations)
        self.granted += 1
        return Answer(
            content={"access_token": {"value": token, "access": access, "expires_in": LIFETIME, "flags": ["bearer"]}}
        )

    def _is_known(self, key: Any, certificate: bytes) -> bool:
        if isinstance(key, str):
            return key == self._entity
        digest = hashlib.sha256(certificate).digest()
        known = (base64.b64encode(digest).decode(), base64.urlsafe_b64encode(digest).decode().rstrip("="))
        return isinstance(key, dict) and key.get("proof") == "mtls" and key.get("cert#S256") in known


def _refused(status: int, code: str, description: str) -> Answer:
    return Answer(status, {"error": {"code": code, "description": description}})


def _organisation(certificate: bytes) -> str:
    """Country and organisation number, as the server reads them from the subject."""
    subject = x509.load_der_x509_certificate(certificate).subject
    country = subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)
    serial = subject.get_attributes_for_oid(x509.NameOID.SERIAL_NUMBER)
    return (str(country[0].value) if country else "SE") + (str(serial[0].value)[2:] if serial else "")
