"""Stored rows -> response bytes. Nothing is parsed or rebuilt: `meta` is written in front of each stored body."""

from __future__ import annotations

import datetime as dt
import gzip
import hashlib
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from adapter.ss12000.types import ResourceType
from adapter.store.pages import Row

_WORTH_PACKING = 1024  # bytes


def timestamp(milliseconds: int) -> str:
    """`2026-08-10T06:00:00.000Z`"""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def page(rows: Sequence[Row], token: str | None) -> bytes:
    """`{"data": [...], "pageToken": …}`; without pageToken on the last page."""
    parts = []
    last: tuple[int, int] | None = None
    meta = b""
    for _, created, modified, body in rows:
        if (created, modified) != last:  # a publication's objects lie side by side
            last = created, modified
            meta = _meta(created, modified)
        parts.append(meta + body[1:])
    return b'{"data":[' + b",".join(parts) + b"]" + _tail(token)


def one(row: Row) -> bytes:
    """A bare object."""
    _, created, modified, body = row
    return _meta(created, modified) + body[1:]


def several(rows: Sequence[Row]) -> bytes:
    """A bare array."""
    return b"[" + b",".join(map(one, rows)) + b"]"


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
    if len(content) > _WORTH_PACKING and "gzip" in request.headers.get("accept-encoding", ""):
        content = gzip.compress(content, 1, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(content, status, headers, media_type="application/json")


def _meta(created: int, modified: int) -> bytes:
    return f'{{"meta":{{"created":"{timestamp(created)}","modified":"{timestamp(modified)}"}},'.encode()


def _tail(token: str | None) -> bytes:
    return b',"pageToken":' + orjson.dumps(token) + b"}" if token else b"}"
