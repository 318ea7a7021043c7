"""Projected values -> the bytes that are stored, compared and served. The only writer of documents."""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

import orjson

from adapter.ss12000.profile import Profile, Values
from adapter.ss12000.types import ResourceType

DIGEST_SIZE = 16


class Document(NamedTuple):
    """One object as it will be served, without `meta`, which belongs to its publication."""

    kind: ResourceType
    id: str
    body: bytes
    digest: bytes


def encode(profile: Profile, kind: ResourceType, values: Values) -> Document:
    """Only what the profile lets through, in its order, as UTF-8 JSON; the digest is over those bytes.

    The same values give the same bytes, on every machine and in every run.
    """
    body = orjson.dumps(profile.project[kind](values))
    return Document(kind, values["id"], body, digest(body))


def digest_as_is(values: Values) -> bytes:
    """The digest of values that are in the profile's form already; of others, one that no document has.

    What equals a published digest is published, byte for byte; what does not must go through `encode`.
    """
    return digest(orjson.dumps(values))


def digest(body: bytes) -> bytes:
    """Of a document's bytes."""
    return sha256(body).digest()[:DIGEST_SIZE]
