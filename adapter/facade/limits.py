"""How much a client may send."""

from __future__ import annotations

from typing import Any

import orjson
from starlette.requests import Request

from adapter.errors import RequestRefused

LARGEST_BODY = 1 << 20  # bytes


async def json_object(request: Request) -> dict[str, Any]:
    """The body as a JSON object. Raises RequestRefused: 413 where it is too large, 400 where it is none."""
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > LARGEST_BODY:
            raise RequestRefused(413, "The body is too large.", {"Connection": "close"})
    try:
        found = orjson.loads(bytes(content))
    except orjson.JSONDecodeError:
        raise RequestRefused(400, "The body is not JSON.") from None
    if not isinstance(found, dict):
        raise RequestRefused(400, "The body is not a JSON object.")
    return found
