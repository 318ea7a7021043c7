"""A source is one SELECT: everything else is refused before a database is asked."""

from __future__ import annotations

import pytest

from connectors.select_only import problem


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM ELEV",
        "  -- alla\n select a, b from x; ",
        "WITH t AS (SELECT 1 AS a) SELECT * FROM t",
        "SELECT 'drop table x; delete' AS t, \"update\" FROM [delete] -- ; drop",
        "SELECT replace(namn, ';', '') FROM ELEV /* ; insert */",
        "SELECT e.set, e.\"into\" FROM e WHERE förnamn = 'O''Brien; x'",
        "SELECT $$ ; drop $$",
    ],
)
def test_one_select_passes(query: str) -> None:
    assert problem(query) == ""


@pytest.mark.parametrize(
    "query",
    [
        "",
        "-- nothing",
        "DELETE FROM ELEV",
        "SELECT 1; DELETE FROM ELEV",
        "SELECT 1; ; SELECT 2",
        "WITH d AS (DELETE FROM ELEV RETURNING *) SELECT * FROM d",
        "SELECT * INTO copy FROM ELEV",
        "SELECT * FROM ELEV FOR UPDATE",
        "SELECT * FROM ELEV FOR NO KEY UPDATE",
        "PRAGMA writable_schema = 1",
        "SELECT * FROM x WHERE a = 'never closed",
        "EXEC sp_x",
        "SELECT * FROM ELEV INTO OUTFILE '/x'",
    ],
)
def test_anything_else_is_refused(query: str) -> None:
    assert problem(query) != ""
