"""What is on the wire, as models: for the API's own description. Bodies are served as they were stored.

Source: domain sheet 5.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, create_model

from adapter.ss12000.models import MODELS
from adapter.ss12000.types import ResourceType

_T = TypeVar("_T")
_CLOSED = ConfigDict(extra="forbid")


class Meta(BaseModel):
    """When an object was published first, and last."""

    model_config = _CLOSED
    created: dt.datetime
    modified: dt.datetime


PUBLISHED: dict[ResourceType, type[BaseModel]] = {
    kind: create_model(str(kind), __base__=model, __module__=__name__, id=(UUID, ...), meta=(Meta, ...))
    for kind, model in MODELS.items()
}
"""The objects with what the publication adds to them."""


class Page(BaseModel, Generic[_T]):
    """Some of a list, and the token with which it goes on."""

    data: list[_T]
    pageToken: str = Field(default="", description="left out on the last page")


class DeletedIds(BaseModel):
    """Ids that are gone, by list."""

    model_config = _CLOSED
    organisations: list[UUID] = []
    persons: list[UUID] = []
    groups: list[UUID] = []
    duties: list[UUID] = []
    activities: list[UUID] = []
    activitites: list[UUID] = Field(default=[], description="quirk Q2")


class Deletions(BaseModel):
    """Some of what is gone."""

    data: DeletedIds
    pageToken: str = Field(default="", description="left out on the last page")


class Ids(BaseModel):
    """Which objects are wanted."""

    ids: list[str] = []
    schoolUnitCodes: list[str] = Field(default=[], description="of organisations")


class Resource(BaseModel):
    """A type of objects."""

    resource: ResourceType


class NewSubscription(BaseModel):
    """Where to tell of changes, and of which types."""

    name: str
    target: str = Field(json_schema_extra={"format": "uri"})
    resourceTypes: list[Resource] = Field(min_length=1)


class Subscription(NewSubscription):
    """Ends after 90 days, if it is not renewed."""

    model_config = _CLOSED
    id: UUID
    expires: dt.datetime


class Subscriptions(BaseModel):
    """All of them."""

    data: list[Subscription]


class LogEntry(BaseModel):
    """What the client says about something that it fetched."""

    model_config = ConfigDict(extra="allow")
    message: str = ""
    severityLevel: str = ""
    resourceUrl: str = ""
    timeOfOccurance: dt.datetime | None = None


class StatisticsEntry(BaseModel):
    """How many objects the client took over."""

    model_config = ConfigDict(extra="allow")
    resourceType: ResourceType | None = None
    resourceUrl: str = ""
    timeOfOccurance: dt.datetime | None = None


class Created(BaseModel):
    """That it was taken."""

    message: str


class Error(BaseModel):
    """Every refusal, in all the spellings that clients look for (quirk Q6)."""

    model_config = _CLOSED
    code: str
    message: str
    error: dict[str, Any]
