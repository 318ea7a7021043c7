"""Stored bodies -> response bytes. Nothing is parsed or rebuilt."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapter.ss12000.types import ResourceType

_WORTH_PACKING = 1024  # bytes


def page(bodies: bytes, token: str | None) -> bytes:
    """`{"data": [...], "pageToken": …}`; without pageToken on the last page. `bodies`: with commas between."""
    return b"".join((b'{"data":[', bodies, b"]", _tail(token)))


def several(bodies: Sequence[bytes]) -> bytes:
    """A bare array."""
    return b"[" + b",".join(bodies) + b"]"


def deletions(ids: Sequence[tuple[ResourceType, str]], token: str | None) -> bytes:
    """`{"data": {"persons": […]}}`; types without deletions are left out. `activitites` is quirk Q2."""
    found: dict[str, list[str]] = {}
    for kind, object_id in ids:
        found.setdefault(kind.collection, []).append(object_id)
    if "activities" in found:
        found["activitites"] = found["activities"]
    return b'{"data":' + orjson.dumps(found) + _tail(token)


def respond(request: Request, content: bytes, status: int = 200, tagged: bool = False) -> Response:
    """As JSON; packed where the client takes it and it is worth it.

    `tagged`: with an ETag, and 304 for a client that has it already.
    """
    headers = {"Cache-Control": "no-store", "Vary": "Accept-Encoding"}
    if tagged:
        headers["Cache-Control"] = "no-cache, private"
        headers["ETag"] = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        if headers["ETag"] in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
    content, encoding = packed(content, request.headers.get("accept-encoding", ""))
    return Response(content, status, {**headers, **encoding}, media_type="application/json")


def packed(content: bytes, accepted: str) -> tuple[bytes, dict[str, str]]:
    """The content, packed where the client takes it and it is worth it, and the header that says so."""
    if len(content) > _WORTH_PACKING and "gzip" in accepted:
        return gzip.compress(content, 1, mtime=0), {"Content-Encoding": "gzip"}
    return content, {}


def _tail(token: str | None) -> bytes:
    return b',"pageToken":' + orjson.dumps(token) + b"}" if token else b"}"
