"""What a source of a database says in config.toml."""

from __future__ import annotations

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

from connectors.sql import select_only


class SqlOptions(BaseModel):
    """Keys of an sql source in config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: SecretStr = Field(description="SQLAlchemy URL; opened read-only")
    query: str | None = Field(default=None, description="one SELECT")
    table: str | None = Field(default=None, min_length=1, description="or a table or view: ELEV, dbo.ELEV")
    timeout_seconds: int = Field(default=300, ge=1, description="for connecting and for each statement")

    @model_validator(mode="after")
    def _one_of(self) -> SqlOptions:
        if (self.query is None) == (self.table is None):
            raise ValueError("write either query or table")
        if self.query is not None and (why := select_only.refusal(self.query, _database(self.url))):
            raise ValueError(f"the query {why}")
        return self


def _database(url: SecretStr) -> str:
    """The kind of database, "" where the url is none, which is told when it is opened."""
    try:
        return sa.make_url(url.get_secret_value()).get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        return ""
