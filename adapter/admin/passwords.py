"""Passwords as they stand in config.toml: Argon2id, with the numbers that OWASP recommends."""

from __future__ import annotations

import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from pydantic import SecretStr

SHORTEST, LONGEST = 12, 200  # characters
_MEMORY, _ROUNDS, _LENGTH = 64 * 1024, 3, 32  # KiB, -, bytes


def hashed(password: str) -> str:
    """What config.toml keeps of a password."""
    return _kdf(os.urandom(16)).derive_phc_encoded(password.encode())


def is_right(users: Mapping[str, SecretStr], name: str, password: str) -> bool:
    """Whether this is the user's password. Of a user that nobody knows, it takes as long to say no."""
    kept = users.get(name)
    phc = kept.get_secret_value() if kept is not None else _NOBODY
    try:
        Argon2id.verify_phc_encoded(password[:LONGEST].encode(errors="replace"), phc)
    except (InvalidKey, ValueError):  # wrong, or nothing that could be right
        return False
    return kept is not None


def _kdf(salt: bytes) -> Argon2id:
    return Argon2id(salt=salt, length=_LENGTH, iterations=_ROUNDS, lanes=1, memory_cost=_MEMORY)


_NOBODY = f"$argon2id$v=19$m={_MEMORY},t={_ROUNDS},p=1$AAAAAAAAAAAAAAAAAAAAAA$" + "A" * 43
