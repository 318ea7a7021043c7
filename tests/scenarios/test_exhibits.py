"""What `preview` and `explain` show of an object: all the rows it is made of, and nothing of who is protected."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from support import small_school

from adapter.cli.exhibit import Exhibits
from adapter.findings import Finding
from adapter.mapping.plan import Rule
from adapter.mapping.scope import Row
from adapter.ss12000.types import ResourceType
from adapter.store.changes import Spool
from adapter.store.engine import open_store
from adapter.sync.gather import assemble
from adapter.sync.report import Report


def exhibited(tables: small_school.Tables, protected: str = "withhold", settle: bool = False) -> list[dict[str, Any]]:
    """Everything that the school's rows come to, and every row that comes to nothing."""
    exhibits, entries = Exhibits(), []

    def made(rule: Rule, row: Row, values: dict[str, Any]) -> None:
        if rule.kind is ResourceType.PERSON:
            exhibits.note(values)
        entries.append(exhibits.entry(rule, row, values))

    def lost(rule: Rule, row: Row, findings: list[Finding]) -> None:
        entries.append(exhibits.lost(rule, row))

    inputs = small_school.inputs(tables, profile={"protected_identities": protected})
    report, store = Report("r", 0), open_store("sqlite://")
    with Spool() as spool:
        assembly = assemble(store, inputs, report, spool, made, lost, exhibits.lookups)
    for entry in entries if settle else ():
        if "object" in entry:
            exhibits.settle(entry, assembly.stages[ResourceType.PERSON].withheld, ())
    store.close()
    return entries


def test_an_object_stands_beside_its_own_row_and_those_it_looks_up() -> None:
    (found,) = [e for e in exhibited(small_school.tables()) if e["row"].get("fornamn") == "Elev3"]
    assert [row["source"] for row in found["rows"]] == ["elever:5", "ad:5"]
    assert found["rows"][1]["cells"]["eppn"] == "x003@edu.exempel.se"
    line = next(line for line in found["lines"] if line["attribute"] == "eduPersonPrincipalNames")
    assert (line["from"], line["place"]) == ("ad.eppn", "mapping.yaml:22:32")


def test_beside_a_group_its_members_are_told_by_their_place_only() -> None:
    (found,) = [e for e in exhibited(small_school.tables()) if e.get("object", {}).get("displayName") == "6A"]
    assert [row["source"] for row in found["rows"]] == [f"elever:{n}" for n in (3, 5, 7, 9, 11, 13)]
    assert found["row"] == {"klass": "6A", "kod": small_school.UNIT}
    assert all(row["cells"] == {} for row in found["rows"][1:])


@pytest.mark.parametrize("protected", ["withhold", "pass", "pseudonymise"])
def test_nothing_of_a_protected_person_is_shown_beside_any_object(protected: str) -> None:
    tables = small_school.tables()
    tables["elever"].insert(0, tables["elever"].pop())  # the class is told by the protected pupil's row
    tables["personal"][0]["skydd"] = "S"
    tables["elever"][1]["arskurs"] = "sex"  # and somebody whose row gives no object
    secrets = [str(tables["elever"][0][name]) for name in ("fornamn", "efternamn", "pnr", "guid")]
    secrets += ["Lärare1", str(tables["personal"][0]["pnr"]), "p1@edu.exempel.se", "x011@edu.exempel.se"]
    shown = orjson.dumps(exhibited(tables, protected)).decode()
    assert [secret for secret in secrets if secret in shown] == []
    assert "Elev3" in shown


def test_who_is_protected_by_one_of_two_rows_is_masked_beside_both() -> None:
    tables = small_school.tables()
    tables["elever"].append({**tables["elever"][11], "skydd": ""})
    shown = [entry for entry in exhibited(tables, settle=True) if entry["source"].startswith("elever:")]
    (found,) = [entry for entry in shown if entry["type"] == "Person" and entry.get("why")]
    assert set(found["row"].values()) <= {"•••", ""}
    assert "Elev11" not in orjson.dumps(found).decode()


def test_beside_an_activity_its_teachers_are_not_named() -> None:
    (found,) = [
        entry for entry in exhibited(small_school.tables()) if entry["type"] == "Activity" and "object" in entry
    ]
    assert (found["row"]["namn"], found["row"]["larare"]) == ("Ma6", "•••")


def test_a_finding_of_another_type_shows_no_value_of_a_person_s_row() -> None:
    tables = small_school.tables()
    tables["elever"][11]["kod"] = "99999999"
    store, report = open_store("sqlite://"), Report("r", 0)
    with Spool() as spool:
        assemble(store, small_school.inputs(tables), report, spool)
    store.close()
    told = [str(finding) for finding in report.findings.in_order()]
    assert any("Group.organisation: refers to no Organisation" in words for words in told)
    assert not any("99999999" in words for words in told)
