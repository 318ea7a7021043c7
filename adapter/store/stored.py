"""How a document lies in the state: as the facade sends it, with `meta` in front, which is always equally long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache

import sqlalchemy as sa

from adapter.errors import StateDamaged
from adapter.ss12000 import canonical

_BEFORE_MODIFIED = len('{"meta":{"created":"2026-08-10T06:00:00.000Z","modified":"')
_TIME = len("2026-08-10T06:00:00.000Z")
_META = _BEFORE_MODIFIED + _TIME + len('"},')


def timestamp(milliseconds: int) -> str:
    """`2026-08-10T06:00:00.000Z`"""
    seconds, rest = divmod(milliseconds, 1000)
    return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%S}.{rest:03d}Z"


def with_meta(document: bytes, created: int, modified: int) -> bytes:
    """A document (a JSON object that is not empty) with `meta` as its first member. Times in ms."""
    return _meta(created, modified) + document[1:]


def without_meta(body: bytes) -> bytes:
    """The document again, byte for byte."""
    return b"{" + body[_META:]


def is_whole(body: bytes, digest: bytes) -> bool:
    """Whether the document in a body is the one that the digest was made of."""
    return isinstance(body, bytes) and canonical.digest(without_meta(body)) == digest


ADVICE = (
    "Stop `serve`. Put the last copy (`state backup` makes them) in the place of the state, take away the files that "
    "end with -wal and -shm beside it, and run `state verify` and `sync`. With no copy, move the state away and run "
    "`sync`: all ids stay as they are, and the client must subscribe anew."
)


def damaged(places: Sequence[str]) -> StateDamaged:
    """What to raise where stored bytes are not those that were written."""
    return StateDamaged(f"the state is damaged ({'; '.join(places)}). Nothing was changed. {ADVICE}")


def modified_anew(body: sa.ColumnElement[bytes], modified: int) -> sa.ColumnElement[bytes]:
    """The bodies of many rows with another `meta.modified`, made where they lie."""
    before = sa.func.substr(body, 1, _BEFORE_MODIFIED)
    after = sa.func.substr(body, _BEFORE_MODIFIED + _TIME + 1)
    time = sa.bindparam(None, timestamp(modified).encode(), type_=sa.LargeBinary)
    return sa.cast(before.op("||")(time).op("||")(after), sa.LargeBinary)


@lru_cache(1024)
def _meta(created: int, modified: int) -> bytes:
    return f'{{"meta":{{"created":"{timestamp(created)}","modified":"{timestamp(modified)}"}},'.encode()
