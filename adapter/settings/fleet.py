"""Every key of fleet.toml once: many organisers in one installation. Their own settings stand in their config.toml."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr, model_validator

from adapter.settings.people import Tls
from adapter.settings.values import Listen, Section

NAME = r"[a-z][a-z0-9-]{0,39}"
"""An organiser's name: its folder, and a part of its addresses."""
Name = Annotated[str, Field(pattern=rf"^{NAME}$")]


def _time_of_day(value: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        raise ValueError("must be a time of day like 03:30")
    return value


def _postgresql(value: SecretStr) -> SecretStr:
    if not value.get_secret_value().startswith("postgresql+psycopg://"):
        raise ValueError("must be a PostgreSQL: postgresql+psycopg://user:password@host/database")
    return value


_Time = Annotated[str, AfterValidator(_time_of_day)]


def _names_organiser(value: str) -> str:
    if value.count("{name}") != 1 or "{" in value.replace("{name}", ""):
        raise ValueError("must hold {name} once: it stands for the organiser's folder")
    return value


class Place(Section):
    """Where the organisers and their states are."""

    organisers: Path = Field(default=Path("organisers"), description="a folder for each, with its config.toml")
    database: Annotated[SecretStr, AfterValidator(_postgresql)] = Field(
        description="postgresql+psycopg://…: the queue, and a schema for each organiser"
    )
    base_url: Annotated[str, Field(pattern=r"^https?://[^\s?#]+[^\s?#/]$"), AfterValidator(_names_organiser)] = Field(
        description="base_url of an organiser that `fleet add` makes, with {name}"
    )
    connections: int = Field(default=12, ge=2, le=500, description="to the database, of one process that serves")


class FleetFacade(Section):
    """The one server of all facades."""

    listen: Listen = Field(default="127.0.0.1:8443", description="address and port to listen on")
    tls: Tls | None = Field(default=None, description="its certificate; without it, a proxy in front must do TLS")


class Pages(Section):
    """The administrators' pages: each organiser's at a host name of its own, for those who stand in its [admin]."""

    listen: Listen | None = Field(default=None, description="address and port; without it there are no pages")
    host: Annotated[str, Field(pattern=r"^[a-z0-9{}.-]+$"), AfterValidator(_names_organiser)] = Field(
        default="{name}.localhost", description="host name of an organiser's page, with {name}"
    )
    tls: Tls | None = Field(default=None, description="their certificate; without it only this machine, or a proxy")


class Night(Section):
    """When an organiser is synchronised, and what a run may cost. Times are Swedish."""

    first: _Time = Field(default="01:00", alias="from", description="no run begins before")
    last: _Time = Field(default="05:00", alias="until", description="no run begins after; may be next morning")
    priority: int = Field(default=0, ge=-100, le=100, description="who is higher begins first")
    attempts: int = Field(default=5, ge=1, le=50, description="so often a run is tried whose source or state failed")
    minutes: int = Field(default=60, ge=1, le=1440, description="a run that takes longer is stopped")
    megabytes: int = Field(default=4000, ge=200, description="a run that needs more memory is stopped (Linux)")

    @model_validator(mode="after")
    def _is_open(self) -> Night:
        if self.first == self.last:
            raise ValueError("must have `from` and `until` at different times")
        return self


class Fleet(Section):
    """fleet.toml as a whole."""

    fleet: Place
    facade: FleetFacade = FleetFacade()
    pages: Pages = Pages()
    night: Night = Night()
    nights: dict[Name, Night] = Field(default={}, description="what is different for one organiser: [nights.NAME]")

    def night_of(self, name: str) -> Night:
        """[night], and what [nights.NAME] says instead."""
        if (own := self.nights.get(name)) is None:
            return self.night
        return self.night.model_copy(update={key: getattr(own, key) for key in own.model_fields_set})
