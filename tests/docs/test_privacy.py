"""docs/privacy.md names every table that may tell of people, and every setting that it speaks of is there."""

from __future__ import annotations

import re
from pathlib import Path

from adapter.settings import Settings
from adapter.store import schema

PAGE = (Path(__file__).parents[2] / "docs" / "privacy.md").read_text(encoding="utf-8")
OF_NOBODY = {"setting", "publication", "stamp", "notice", "subscription"}
"""Tables without persons: versions, times, addresses of clients."""


def test_every_table_that_may_tell_of_people_is_named() -> None:
    published = {table.name for table in schema.published.values()}
    tables = set(schema.metadata.tables) - OF_NOBODY - published
    assert {name for name in tables if f"`{name}`" not in PAGE} == set()


def test_every_setting_is_there() -> None:
    named = re.findall(r"`(state|retention|profile|reports|open_data)\.(\w+)", PAGE)
    assert len(named) >= 8
    for section, key in named:
        assert key in Settings.model_fields[section].annotation.model_fields, f"{section}.{key}"  # type: ignore[union-attr]
