"""The API's own description, made from the models and the table of types, so that it cannot drift from them."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from pydantic.json_schema import models_json_schema

from adapter.settings import Settings
from adapter.ss12000.models import MODELS
from adapter.ss12000.types import FETCH_ORDER, ResourceType

_REFS = "#/components/schemas/{model}"
_TIME = {"type": "string", "format": "date-time"}
_UUID = {"type": "string", "format": "uuid"}


def document(settings: Settings) -> dict[str, Any]:
    """OpenAPI 3.1 for everything under the base address."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "SS12000 for Skolverket",
            "version": "2.0",
            "description": f"Read-only. What Skolverket's profile lets {settings.organiser.name} show, and no more.",
        },
        "servers": [{"url": settings.facade.base_url}],
        "security": [{"bearer": []}],
        "paths": _paths(settings.facade.lookup),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
            "schemas": _schemas(),
        },
    }


def base_path(settings: Settings) -> str:
    """The path of the base address, without a slash at its end."""
    return urlsplit(settings.facade.base_url).path.rstrip("/")


def _paths(lookup: bool) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    for kind in FETCH_ORDER:
        listed = {"type": "object", "required": ["data"], "properties": {"data": _many(kind), "pageToken": _string()}}
        paths[f"/{kind.collection}"] = {
            "get": _operation(f"list {kind.collection}", listed, parameters=_list_filters())
        }
        paths[f"/{kind.collection}/{{id}}"] = {
            "get": _operation(f"one {kind}", _ref(str(kind)), parameters=[_path_id()], missing=True)
        }
        if lookup:
            ids = {"type": "object", "properties": {"ids": {"type": "array", "items": _string()}}}
            paths[f"/{kind.collection}/lookup"] = {"post": _operation(f"{kind} by ids", _many(kind), body=ids)}
    deleted = {
        "type": "object",
        "required": ["data"],
        "properties": {"data": _ref("DeletedIds"), "pageToken": _string()},
    }
    paths["/deletedEntities"] = {"get": _operation("ids that are gone", deleted, parameters=_deleted_filters())}
    subscription, several = _ref("Subscription"), {"type": "array", "items": _ref("Subscription")}
    paths["/subscriptions"] = {
        "get": _operation("all subscriptions", {"type": "object", "properties": {"data": several}}),
        "post": _operation("subscribe", subscription, status="201", body=_ref("NewSubscription")),
    }
    paths["/subscriptions/{id}"] = {
        "get": _operation("one subscription", subscription, parameters=[_path_id()], missing=True),
        "patch": _operation("renew for 90 days", subscription, parameters=[_path_id()], missing=True),
        "delete": {
            "summary": "unsubscribe",
            "parameters": [_path_id()],
            "responses": {"204": {"description": "ended"}, **_errors("401", "403", "503")},
        },
    }
    created = {"type": "object", "properties": {"message": _string()}}
    for path, name in (("/log", "LogEntry"), ("/statistics", "StatisticsEntry")):
        paths[path] = {"post": _operation("feedback of the client", created, status="201", body=_ref(name))}
    return paths


def _schemas() -> dict[str, Any]:
    _, found = models_json_schema([(model, "serialization") for model in MODELS.values()], ref_template=_REFS)
    schemas: dict[str, Any] = dict(found["$defs"])
    for kind in FETCH_ORDER:
        schema = schemas[str(kind)]
        schema["properties"] = {"id": _UUID, "meta": _ref("Meta"), **schema["properties"]}
        schema["required"] = sorted({"id", "meta", *schema.get("required", ())})
    kinds = {"type": "string", "enum": [str(kind) for kind in FETCH_ORDER]}
    resource = {"type": "object", "required": ["resource"], "properties": {"resource": kinds}}
    named = {"name": _string(), "target": {"type": "string", "format": "uri"}}
    types = {"type": "array", "minItems": 1, "items": resource}
    lists = [*(kind.collection for kind in FETCH_ORDER), "activitites"]
    entry = {"resourceUrl": _string(), "timeOfOccurance": _TIME}
    schemas |= {
        "Meta": _object({"created": _TIME, "modified": _TIME}),
        "DeletedIds": {
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"type": "array", "items": _UUID} for name in lists},
        },
        "NewSubscription": _object({**named, "resourceTypes": types}, closed=False),
        "Subscription": _object({"id": _UUID, **named, "expires": _TIME, "resourceTypes": types}),
        "LogEntry": {"type": "object", "properties": {"message": _string(), "severityLevel": _string(), **entry}},
        "StatisticsEntry": {"type": "object", "properties": {"resourceType": kinds, **entry}},
        "Error": _object({"code": _string(), "message": _string(), "error": {"type": "object"}}),
    }
    return schemas


def _operation(
    summary: str,
    schema: dict[str, Any],
    status: str = "200",
    parameters: list[dict[str, Any]] | None = None,
    body: dict[str, Any] | None = None,
    missing: bool = False,
) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": summary}
    if parameters:
        found["parameters"] = parameters
    if body:
        found["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    errors = _errors("400", "401", "403", *(["404"] if missing else []), *(["413"] if body else []), "503")
    content = {"application/json": {"schema": schema}}
    return {**found, "responses": {status: {"description": summary, "content": content}, **errors}}


def _errors(*statuses: str) -> dict[str, Any]:
    content = {"application/json": {"schema": _ref("Error")}}
    return {status: {"description": "refused", "content": content} for status in statuses}


def _list_filters() -> list[dict[str, Any]]:
    times = [f"meta.{what}.{when}" for what in ("created", "modified") for when in ("after", "before")]
    return [*(_parameter(name, _TIME) for name in times), *_paging()]


def _deleted_filters() -> list[dict[str, Any]]:
    kinds = {"type": "array", "items": {"type": "string", "enum": [str(kind) for kind in ResourceType]}}
    return [_parameter("after", _TIME), _parameter("entities", kinds), *_paging()]


def _paging() -> list[dict[str, Any]]:
    return [_parameter("limit", {"type": "integer", "minimum": 1}), _parameter("pageToken", _string())]


def _parameter(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "query", "schema": schema}


def _path_id() -> dict[str, Any]:
    return {"name": "id", "in": "path", "required": True, "schema": _UUID}


def _object(properties: dict[str, Any], closed: bool = True) -> dict[str, Any]:
    found = {"type": "object", "required": list(properties), "properties": properties}
    return {**found, "additionalProperties": False} if closed else found


def _many(kind: ResourceType) -> dict[str, Any]:
    return {"type": "array", "items": _ref(str(kind))}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": _REFS.format(model=name)}


def _string() -> dict[str, Any]:
    return {"type": "string"}
