"""What a database says of its own tables: their names, their keys, what points where. For a first look at it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa
from pydantic import SecretStr

from connectors.base import SourceError
from connectors.sql.options import SqlOptions
from connectors.sql.session import engine, short


@dataclass(frozen=True)
class TableSchema:
    """A table or view. `foreign`: column -> (table, column), for keys of one column; a view declares nothing."""

    name: str
    primary: tuple[str, ...] = ()
    foreign: Mapping[str, tuple[str, str]] = field(default_factory=dict)


def tables(url: str, schema: str | None = None) -> list[TableSchema]:
    """The tables and views of a database, by name; `schema`: another than its default one. Raises SourceError."""
    try:
        inspector = sa.inspect(engine(SqlOptions(url=SecretStr(url), table="any")))
        primary, foreign = inspector.get_multi_pk_constraint(schema), inspector.get_multi_foreign_keys(schema)
        found = [
            TableSchema(
                name,
                tuple(primary[schema, name]["constrained_columns"] if primary.get((schema, name)) else ()),
                {
                    key["constrained_columns"][0]: (key["referred_table"], key["referred_columns"][0])
                    for key in foreign.get((schema, name)) or ()
                    if len(key["constrained_columns"]) == len(key["referred_columns"]) == 1
                },
            )
            for name in inspector.get_table_names(schema)
        ]
        views = [TableSchema(name) for name in inspector.get_view_names(schema)]
    except (sa.exc.ArgumentError, ValueError) as error:
        message = f"the url cannot be used: {short(error)}; write it like postgresql+psycopg://user@host:5432/name."
        raise SourceError("S120", message) from None
    except (sa.exc.SQLAlchemyError, ModuleNotFoundError) as error:
        message = f"the database cannot be looked at: {short(error)}. Check url, network and password."
        raise SourceError("S121", message) from None
    return sorted([*found, *views], key=lambda table: table.name)
