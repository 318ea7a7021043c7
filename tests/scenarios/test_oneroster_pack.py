"""The OneRoster pack reads every file of the standard: columns that it lets a file leave out may be missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.mapping import compiled

PACK = (Path(__file__).parents[2] / "mappings" / "oneroster" / "mapping.yaml").read_text(encoding="utf-8")
REQUIRED = {
    "orgs": ["sourcedId", "name", "type", "identifier"],
    "users": ["sourcedId", "enabledUser", "orgSourcedIds", "role", "username", "givenName", "familyName", "identifier"],
    "classes": ["sourcedId", "title", "classType", "schoolSourcedId"],
    "enrollments": ["sourcedId", "classSourcedId", "schoolSourcedId", "userSourcedId", "role"],
    "skyddade": ["sourcedId", "skydd"],
    "provaktiviteter": ["class", "provaktivitet"],
}


def test_a_file_with_the_required_columns_alone_is_taken() -> None:
    found = compiled(PACK, REQUIRED)
    assert [str(finding) for finding in found.errors] == []
    told = [str(finding) for finding in found.findings if finding.code == "M203"]
    assert len(told) == 4
    assert any("has no status, middleName, email, grades: read as empty" in line for line in told)


@pytest.mark.parametrize("column", ["identifier", "username", "role"])
def test_a_column_that_it_lives_by_may_not_be_missing(column: str) -> None:
    headers = {**REQUIRED, "users": [name for name in REQUIRED["users"] if name != column]}
    assert [finding.code for finding in compiled(PACK, headers).errors if column in finding.message]
