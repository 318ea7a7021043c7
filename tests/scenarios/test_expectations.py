"""What is expected of a source: columns, rows, age. What is not so stops the run and says what was, and since when."""

from __future__ import annotations

import re

import pytest
from support import small_school
from support.small_school import Rows, night, tables

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


def test_a_short_or_old_source_says_what_it_was_when_all_was_well(store: Store) -> None:
    mapping = small_school.MAPPING.replace("{min_rows: 2}", "{min_rows: 2, max_age: 36h}")
    assert night(store, tables(), mapping=mapping).outcome == "published"
    for changed in (Rows(tables()["elever"][:1]), Rows(tables()["elever"], age_hours=40)):
        report = night(store, {**tables(), "elever": changed}, mapping=mapping)
        assert isinstance(report.error, SourceFailed)
        told = str(report.error.findings[0])
        assert re.search(r"; it had 12 rows in the last good run \(\d{4}-\d\d-\d\d \d\d:\d\d\)\. See why", told)


@pytest.mark.parametrize("columns", ["[GUID]", "guid"])
def test_columns_that_are_there_are_found_as_the_mapping_finds_them(store: Store, columns: str) -> None:
    mapping = small_school.MAPPING.replace("{min_rows: 2}", f"{{min_rows: 2, columns: {columns}}}")
    assert night(store, tables(), mapping=mapping).outcome == "published"
