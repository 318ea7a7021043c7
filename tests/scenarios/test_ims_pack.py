"""The ims pack on real files: two school forms, a teacher in both, guardians and a protected pupil among them."""

from __future__ import annotations

import json
from pathlib import Path

from support.ims import connectors, mapping, register
from support.small_school import night

from adapter.ss12000.types import ResourceType as R
from adapter.store import publish
from adapter.store.engine import open_store


def test_it_publishes_the_pupils_their_groups_and_who_teaches_them_and_nobody_else(tmp_path: Path) -> None:
    register(tmp_path / "export")
    store = open_store("sqlite:///:memory:")
    report = night(store, connectors(tmp_path), mapping=mapping())
    found = {}
    for kind in R:
        bodies = publish.bodies(store, kind, list(publish.digests(store, kind)))
        found[kind] = [json.loads(body) for body in bodies.values()]
    store.close()
    assert [str(finding) for finding in report.findings.in_order() if finding.severity == "error"] == []
    assert sorted(unit["schoolUnitCode"] for unit in found[R.ORGANISATION]) == ["01279295", "55555555"]
    assert sorted(one["givenName"] for one in found[R.PERSON]) == [f"Förnamn{n}" for n in (1, 11, 2, 20, 21)]
    pupils = {one["givenName"]: one["enrolments"] for one in found[R.PERSON] if "enrolments" in one}
    assert [(one["schoolType"], one["schoolYear"]) for one in pupils["Förnamn1"]] == [("GR", 6)]
    assert [(one["schoolType"], one["schoolYear"], one["educationCode"]) for one in pupils["Förnamn11"]] == [
        ("GY", 2, "NANAT")
    ]
    assert sorted((one["displayName"], len(one["groupMemberships"])) for one in found[R.GROUP]) == [
        ("6A", 2),
        ("6A Ma", 1),
        ("MATMAT01b NA25", 1),
        ("NA25", 1),
    ]
    assert sorted(one["dutyRole"] for one in found[R.DUTY]) == ["Lärare", "Lärare", "Rektor"]
    assert sorted((one["displayName"], len(one["teachers"])) for one in found[R.ACTIVITY]) == [
        ("6A Ma", 1),
        ("MATMAT01b NA25", 1),
    ]
    everything = json.dumps(list(found.values()), ensure_ascii=False)
    assert [text for text in ("hemma", "gatan", 'Förnamn3"', "Förnamn30") if text in everything] == []
