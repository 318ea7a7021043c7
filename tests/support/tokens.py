"""Skolverket's tokens: a signing key, its JWKS, and tokens in which every claim can be made wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

BASE = "https://ss12000.exempel.se/ss12000-api/v2.0"
_LIFETIME = 36_000  # seconds


class Signer:
    """An authorisation server's key."""

    def __init__(self, kid: str = "test_202601", curve: ec.EllipticCurve | None = None) -> None:
        self.kid = kid
        self.key = ec.generate_private_key(curve or ec.SECP256R1())

    def jwk(self, **changes: Any) -> dict[str, Any]:
        """The public key as an entry of a JWKS."""
        known = json.loads(ECAlgorithm.to_jwk(self.key.public_key()))
        return {**known, "kid": self.kid, "use": "sig", "alg": "ES256", **changes}

    def token(self, now: int, headers: dict[str, Any] | None = None, **changes: Any) -> str:
        """A token that is good at `now` (ms); `changes` replaces claims, None leaves one out."""
        return jwt.encode(claims(now, **changes), self.key, "ES256", headers={"kid": self.kid, **(headers or {})})


def claims(now: int, **changes: Any) -> dict[str, Any]:
    """What Skolverket's client's token says."""
    seconds = now // 1000
    found = {
        "aud": "nutid",
        "auth_source": "tlsfed",
        "entity_id": "https://api.skolverket.se/provtjanst/ss12000/klient/v1",
        "exp": seconds + _LIFETIME,
        "iat": seconds,
        "nbf": seconds,
        "iss": "https://nutid-auth.sunet.se",
        "organization_id": "SE2021004185",
        "requested_access": [{"type": "ss12000-api", "locations": [BASE]}],
        "source": "https://prod.kontosynk.se",
        "version": 1,
        **changes,
    }
    return {name: value for name, value in found.items() if value is not None}


def jwks(*signers: Signer) -> dict[str, Any]:
    """The key set that an authorisation server publishes."""
    return {"keys": [signer.jwk() for signer in signers]}


def jwks_file(folder: Path, *signers: Signer) -> str:
    """The key set as a file; its URL."""
    file = folder / "jwks.json"
    file.write_text(json.dumps(jwks(*signers)), encoding="utf-8")
    return file.as_uri()
