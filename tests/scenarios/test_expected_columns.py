"""A source that lacks a column that is expected stops the run, whether the mapping reads it or not."""

from __future__ import annotations

import pytest
from support import small_school
from support.small_school import night, tables

from adapter.errors import SourceFailed
from adapter.store import publish
from adapter.store.engine import Store

MAPPING = small_school.MAPPING.replace("{min_rows: 2}", "{min_rows: 2, columns: [guid, vardnadshavare]}")


def test_an_export_without_an_expected_column_changes_nothing(store: Store) -> None:
    assert night(store, tables(), mapping=MAPPING).outcome == "published"
    before, changed = publish.documents(store), tables()
    for row in changed["elever"]:
        del row["vardnadshavare"]
    report = night(store, changed, mapping=MAPPING)
    assert isinstance(report.error, SourceFailed)
    (told,) = report.error.findings
    assert told.code == "S133"
    assert 'source "elever" lacks vardnadshavare, which is expected; it has guid,' in told.message
    assert publish.documents(store) == before


@pytest.mark.parametrize("columns", ["[GUID]", "guid"])
def test_columns_that_are_there_are_found_as_the_mapping_finds_them(store: Store, columns: str) -> None:
    mapping = small_school.MAPPING.replace("{min_rows: 2}", f"{{min_rows: 2, columns: {columns}}}")
    assert night(store, tables(), mapping=mapping).outcome == "published"
