"""Parameters of a list -> what to read, or a 400 that says which parameter and why. Source: domain sheet 5.2, 5.3."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs

from adapter.errors import RequestRefused
from adapter.facade.pagetoken import PageTokens
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store.pages import ListQuery

LARGEST = 10_000  # objects a page, whatever the client asks for
_TIMES = {
    "modified_after": ("meta.modified.after", "meta.lastModified"),  # the second is quirk Q10
    "modified_before": ("meta.modified.before",),
    "created_after": ("meta.created.after",),
    "created_before": ("meta.created.before",),
}
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:?\d\d)\Z", re.IGNORECASE)


Parameters = Mapping[str, Sequence[str]]
"""Names and all values of each."""


@dataclass(frozen=True, slots=True)
class DeletedQuery:
    """One page of deletions: of which types, since when (ms, inclusive)."""

    kinds: tuple[ResourceType, ...]
    after: int | None
    limit: int
    cursor: int = 0
    began: int = 0


def parameters_of(query_string: bytes) -> Parameters:
    """What stands behind the `?`."""
    return parse_qs(query_string.decode("latin-1"), keep_blank_values=True)


def list_query(kind: ResourceType, parameters: Parameters, tokens: PageTokens, page_size: int, now: int) -> ListQuery:
    """What a GET of a list asks for. Unknown parameters are ignored. Raises RequestRefused 400."""
    limit = _limit(parameters)
    token = _one(parameters, "pageToken")
    if token is None and parameters.keys() <= {"limit"}:
        return ListQuery(kind, limit or page_size, began=now)
    if token is None:
        times: dict[str, Any] = {name: _time(parameters, spellings) for name, spellings in _TIMES.items()}
        return ListQuery(kind, limit or page_size, began=now, **times)
    _refuse_beside_token(parameters, [name for names in _TIMES.values() for name in names])
    found = tokens.read(token)
    if found.pop("of", None) != str(kind):
        raise RequestRefused(400, "pageToken belongs to another list.")
    found["limit"] = limit or found["limit"]
    found["began"] = found.get("began") or now
    return ListQuery(kind, **found)


def list_token(query: ListQuery, tokens: PageTokens) -> str:
    """The token with which a list goes on."""
    facts = {name: getattr(query, name) for name in ("limit", "cursor", "began", *_TIMES)}
    return tokens.write({"of": str(query.kind), **{name: value for name, value in facts.items() if value is not None}})


def deleted_query(parameters: Parameters, tokens: PageTokens, page_size: int, now: int) -> DeletedQuery:
    """What a GET of /deletedEntities asks for. Raises RequestRefused 400."""
    limit = _limit(parameters)
    token = _one(parameters, "pageToken")
    if token is not None:
        _refuse_beside_token(parameters, ["after", "entities"])
        found = tokens.read(token)
        if found.pop("of", None) != "deletedEntities":
            raise RequestRefused(400, "pageToken belongs to another list.")
        kinds = tuple(ResourceType(kind) for kind in found.pop("kinds"))
        found["limit"] = limit or found["limit"]
        found["began"] = found.get("began") or now
        return DeletedQuery(kinds, **found)
    after = _time(parameters, ("after",))
    if after is not None:
        after -= after % 1000  # the reference compares whole seconds, inclusively
    return DeletedQuery(_kinds(parameters), after, limit or page_size, began=now)


def deleted_token(query: DeletedQuery, cursor: int, tokens: PageTokens) -> str:
    """The token with which the deletions go on."""
    kinds = [str(kind) for kind in query.kinds]
    facts = {"after": query.after, "limit": query.limit, "cursor": cursor, "began": query.began}
    return tokens.write({"of": "deletedEntities", "kinds": kinds, **facts})


def parse_time(text: str) -> int | None:
    """RFC 3339 with an offset, to the ms (finer digits cut off); a "+" that became a space is put back."""
    found = _TIME.match(_plus(text.strip()))
    if not found:
        return None
    base, fraction, offset = found.groups()
    try:
        moment = dt.datetime.fromisoformat(base.upper() + ("+00:00" if offset in "Zz" else offset))
        seconds = int(moment.timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds * 1000 + int(((fraction or ".0")[1:] + "000")[:3])


def _plus(text: str) -> str:
    return re.sub(r" (\d\d:?\d\d)\Z", r"+\1", text)


def _one(parameters: Parameters, name: str) -> str | None:
    values = parameters.get(name)
    return values[0] if values else None


def _limit(parameters: Parameters) -> int | None:
    text = _one(parameters, "limit")
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) < 10) or int(text) < 1:
        raise RequestRefused(400, "limit is a whole number of at least 1.")
    return min(int(text), LARGEST)


def _time(parameters: Parameters, spellings: Sequence[str]) -> int | None:
    for name in spellings:
        text = _one(parameters, name)
        if text is not None:
            moment = parse_time(text)
            if moment is None:
                raise RequestRefused(400, f"{name} is a time with an offset, such as 2026-08-17T06:00:00.000Z.")
            return moment
    return None


def _kinds(parameters: Parameters) -> tuple[ResourceType, ...]:
    """`entities`, repeated or with commas, in any spelling; all types where none is named."""
    names = [name.strip() for value in parameters.get("entities", ()) for name in value.split(",") if name.strip()]
    wanted = {ResourceType.lenient(name) for name in names}
    if None in wanted:
        raise RequestRefused(400, f"entities are among {', '.join(ResourceType)}.")
    return tuple(kind for kind in FETCH_ORDER if not wanted or kind in wanted)


def _refuse_beside_token(parameters: Parameters, names: Sequence[str]) -> None:
    for name in names:
        if name in parameters:
            raise RequestRefused(400, f"pageToken carries its filters: {name} cannot stand beside it.")
