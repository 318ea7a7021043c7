"""What the facade is measured against: a bare Starlette app that joins the same stored bytes, and checks nothing.

`python -m benchmarks.bare STATE PORT`
"""

from __future__ import annotations

import sqlite3
import sys

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

_PAGE = "SELECT rid, body FROM published_person WHERE rid > ? ORDER BY rid LIMIT ?"


def app(state: str) -> Starlette:
    """`/persons?limit=&cursor=` over a kept connection."""
    database = sqlite3.connect(state, check_same_thread=False)

    async def persons(request: Request) -> Response:
        limit = int(request.query_params["limit"])
        rows = database.execute(_PAGE, (int(request.query_params.get("cursor", 0)), limit)).fetchall()
        return Response(b'{"data":[' + b",".join([row[1] for row in rows]) + b"]}", media_type="application/json")

    return Starlette(routes=[Route("/persons", persons)])


if __name__ == "__main__":
    uvicorn.run(app(sys.argv[1]), port=int(sys.argv[2]), access_log=False, log_level="critical", server_header=False)
