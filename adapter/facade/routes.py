"""All routes, declared: path, method, what they take and give. FastAPI makes the API's own description of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter, Response
from fastapi.openapi.utils import get_openapi

from adapter.facade import feedback, lookup, resources, shapes, subscriptions
from adapter.facade.context import Admitted
from adapter.facade.parameters import ListFilters, body_of
from adapter.settings import Settings
from adapter.ss12000.types import FETCH_ORDER

_Endpoint = Callable[..., Awaitable[Response | None]]
_REFUSED: dict[str, Any] = {"model": shapes.Error, "description": "refused"}


async def _listed(caller: Admitted, filters: ListFilters) -> None:
    """What a list takes. It is answered by `Front`, in front of all routes (docs/decisions/0003)."""


class _Routes(APIRouter):
    """With and without a slash at the end: a redirect would lose a body. One of them is described."""

    def declare(
        self, method: str, path: str, endpoint: _Endpoint, gives: Any, summary: str, status: int = 200, **more: Any
    ) -> None:
        """One route. `gives`: the model of its answer, None for an empty one."""
        codes = ("400", "401", "403", "404", "413", "503")
        takes_body = "openapi_extra" in more
        left_out = {*(() if "{id}" in path else ("404",)), *(() if takes_body else ("413",))}
        refusals: dict[int | str, dict[str, Any]] = {code: _REFUSED for code in codes if code not in left_out}
        answer: dict[str, Any] = {"description": summary, **({"model": gives} if gives else {})}
        for spelling in (path, f"{path}/"):
            self.add_api_route(
                spelling,
                endpoint,
                methods=[method],
                response_model=None,
                status_code=status,
                responses={status: answer, **refusals, "default": _REFUSED},
                summary=summary,
                include_in_schema=spelling == path != "/logs",
                **more,
            )


def routes() -> APIRouter:
    """Everything under the base address but the five lists. `Front` lets lookups through where they are served."""
    router = _Routes(redirect_slashes=False)
    for kind in FETCH_ORDER:
        path, model = f"/{kind.collection}", shapes.PUBLISHED[kind]
        router.declare("GET", f"{path}/{{id}}", resources.single(kind), model, f"one {kind}")
        many, body = list[model], body_of(shapes.Ids)  # type: ignore[valid-type]
        router.declare("POST", f"{path}/lookup", lookup.by_ids(kind), many, f"{kind} by ids", openapi_extra=body)
    router.declare("GET", "/deletedEntities", resources.deletions, shapes.Deletions, "ids that are gone")
    _subscriptions(router)
    _feedback(router)
    return router


def _subscriptions(router: _Routes) -> None:
    one, several = shapes.Subscription, shapes.Subscriptions
    body = body_of(shapes.NewSubscription)
    router.declare("POST", "/subscriptions", subscriptions.create, one, "subscribe", 201, openapi_extra=body)
    router.declare("GET", "/subscriptions", subscriptions.everyone, several, "all subscriptions")
    router.declare("GET", "/subscriptions/{id}", subscriptions.show, one, "one subscription")
    router.declare("PATCH", "/subscriptions/{id}", subscriptions.renew, one, "renew for 90 days")
    router.declare("DELETE", "/subscriptions/{id}", subscriptions.end, None, "unsubscribe", 204)


def _feedback(router: _Routes) -> None:
    log, counts = body_of(shapes.LogEntry), body_of(shapes.StatisticsEntry)
    words = "feedback of the client"
    for path in ("/log", "/logs"):  # the second is quirk Q7
        router.declare("POST", path, feedback.log, shapes.Created, words, 201, openapi_extra=log)
    router.declare("POST", "/statistics", feedback.statistics, shapes.Created, words, 201, openapi_extra=counts)


def description(router: APIRouter, lookup: bool) -> dict[str, Any]:
    """OpenAPI for everything under a base address. `lookup`: whether lookups are served there."""
    lists = _Routes()
    for kind in FETCH_ORDER:
        page = shapes.Page.__class_getitem__(shapes.PUBLISHED[kind])
        lists.declare("GET", f"/{kind.collection}", _listed, page, f"list {kind.collection}")
    return get_openapi(
        title="SS12000 for Skolverket",
        version="2.0",
        routes=[*lists.routes, *(route for route in router.routes if lookup or not _is_lookup(route))],
    )


def _is_lookup(route: object) -> bool:
    return getattr(route, "path", "").rstrip("/").endswith("/lookup")


def of_organiser(document: dict[str, Any], settings: Settings) -> dict[str, Any]:
    """The description with what is one organiser's own in it."""
    shows = f"Read-only. What Skolverket's profile lets {settings.organiser.name} show, and no more."
    info = {"title": document["info"]["title"], "description": shows, "version": document["info"]["version"]}
    own = {"openapi": document["openapi"], "info": info, "servers": [{"url": settings.facade.base_url}]}
    return own | {name: part for name, part in document.items() if name not in own}
