"""What a request may carry, declared: paths, filters, bodies.

What filters mean is read by `query`, leniently: one may come several times, and one that cannot be read is a 400 with
its name.
"""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel, WithJsonSchema

from adapter.facade import limits
from adapter.facade.query import Parameters
from adapter.ss12000.types import ResourceType

_TEXTS = {"type": "string"}
_TIME = WithJsonSchema({"type": "string", "format": "date-time"})
_KINDS = WithJsonSchema({"type": "array", "items": {"type": "string", "enum": [str(kind) for kind in ResourceType]}})

Id = Annotated[str, Path(json_schema_extra={"format": "uuid"})]
"""An id in a path; what is no uuid is not found."""
Body = Annotated[dict[str, Any], Depends(limits.json_object)]
"""A body of bounded size that is a JSON object; what it should hold is told by `body_of`."""
_Limit = Annotated[list[str] | None, WithJsonSchema({"type": "integer", "minimum": 1}), Query()]
_Token = Annotated[list[str] | None, WithJsonSchema(_TEXTS), Query(alias="pageToken")]


def body_of(model: type[BaseModel]) -> dict[str, Any]:
    """What a body should hold, for the description of an operation."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    schema.pop("$defs", None)  # they are among the components, for answers have them too
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _list_filters(
    created_after: Annotated[list[str] | None, _TIME, Query(alias="meta.created.after")] = None,
    created_before: Annotated[list[str] | None, _TIME, Query(alias="meta.created.before")] = None,
    modified_after: Annotated[list[str] | None, _TIME, Query(alias="meta.modified.after")] = None,
    modified_before: Annotated[list[str] | None, _TIME, Query(alias="meta.modified.before")] = None,
    limit: _Limit = None,
    page_token: _Token = None,
) -> None:
    """Declared alone: the lists read them from the query string themselves."""


ListFilters = Annotated[None, Depends(_list_filters)]


def _deleted_filters(
    after: Annotated[list[str] | None, _TIME, Query()] = None,
    entities: Annotated[list[str] | None, _KINDS, Query()] = None,
    limit: _Limit = None,
    page_token: _Token = None,
) -> Parameters:
    given = {"after": after, "entities": entities, "limit": limit, "pageToken": page_token}
    return {name: values for name, values in given.items() if values is not None}


DeletedFilters = Annotated[Parameters, Depends(_deleted_filters)]
"""Of deletions: all that was given, by name."""
