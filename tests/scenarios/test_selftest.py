"""Whatever is published or told is searched for the values of protected persons, and a run that would tell fails."""

from __future__ import annotations

import json

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from support.small_school import NOW, OPEN_GATE, Tables, night, tables

from adapter.ss12000.types import ResourceType
from adapter.store import history, publish, schema
from adapter.store.engine import Store
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.secrets import Known, Secrets

DAY = 86_400_000
PROTECTED = 11  # Elev11 Ros


def with_group(name: str) -> Tables:
    found = tables()
    found["grupper"][0]["namn"] = name
    return found


def apart(found: Tables, number: int) -> Tables:
    """A pupil who is no member of the teaching groups."""
    found["medlemmar"] = [row for row in found["medlemmar"] if row["elev"] != found["elever"][number]["guid"]]
    return found


def told(report: Report) -> list[str]:
    return [finding.message for finding in report.findings.kept if finding.code == "R150"]


@pytest.mark.parametrize("name", ["Ma6 Elev11 Ros", "ROS, elev11", "Extra: Elev11 R\u006fs."])
@pytest.mark.parametrize("mode", ["withhold", "pass", "pseudonymise"])
def test_a_group_that_is_named_after_somebody_protected_fails_the_run(store: Store, name: str, mode: str) -> None:
    report = night(store, with_group(name), profile={"protected_identities": mode})
    assert (report.outcome, report.version) == ("failed", 0)
    assert len(told(report)) == 2  # the group, and its activity
    assert "tells the name of somebody protected" in told(report)[0]
    assert "Ros" not in json.dumps(report.as_json())


@pytest.mark.parametrize("name", ["Ma6", "Rosor 11", "Elev1 Ros", "Elev11", "Ros"])
def test_a_name_that_others_bear_tells_nobody(store: Store, name: str) -> None:
    assert night(store, with_group(name)).outcome == "published"


def test_a_user_name_in_a_groups_name_fails_the_run_too(store: Store) -> None:
    assert night(store, with_group("Ma x011@EDU.exempel.se")).outcome == "failed"


def test_a_group_with_a_number_in_its_name_is_not_published_whose_ever_it_is(store: Store) -> None:
    number = str(tables()["elever"][PROTECTED]["pnr"])
    assert night(store, with_group(f"Ma {number[2:8]}-{number[8:]}")).outcome == "published"
    groups = publish.documents(store)[ResourceType.GROUP].values()
    assert sorted(group["displayName"] for group in groups) == ["6A", "6B"]


def test_who_becomes_protected_goes_at_once_and_an_old_group_name_is_found(store: Store) -> None:
    """The group is as it was, for the person is no member of it; and only the person has changed."""
    assert night(store, apart(with_group("Stöd Elev3 Ek"), 3)).outcome == "published"
    found = apart(with_group("Stöd Elev3 Ek"), 3)
    found["elever"][3]["skydd"] = "S"
    report = night(store, found, now=NOW + DAY)
    assert report.outcome == "failed"
    assert report.withheld_at_once == 1
    names = [person["givenName"] for person in publish.documents(store)[ResourceType.PERSON].values()]
    assert "Elev3" not in names
    assert told(report)


def test_it_is_found_on_a_night_by_differences_on_which_only_the_group_has_changed(store: Store) -> None:
    """Nor has the group anything to do with the person, whose row is as it was."""
    night(store, apart(tables(), PROTECTED))
    report = night(store, apart(with_group("Elev11 Ros"), PROTECTED), now=NOW + DAY)
    assert (report.outcome, report.whole_at) == ("failed", NOW)


def test_the_next_sane_night_publishes(store: Store) -> None:
    night(store, tables())
    night(store, with_group("Elev11 Ros"), now=NOW + DAY)
    assert night(store, with_group("Ma7"), now=NOW + 2 * DAY).outcome == "published"


def test_a_dry_run_fails_like_the_run(store: Store) -> None:
    assert night(store, with_group("Elev11 Ros"), Options(dry_run=True)).outcome == "failed"


def test_what_a_finding_would_tell_is_masked_and_the_run_fails(store: Store) -> None:
    found = tables()
    found["grupper"][0]["prov"] = "Elev11 Ros"
    report = night(store, found)
    assert report.outcome == "failed"
    kept = json.dumps(history.findings_of(store, report.run))
    assert "Ros" not in kept + json.dumps(report.as_json())
    assert any(message.startswith("is told in the finding M330 here") for message in told(report))
    assert "refers to no test_activity that is published" in kept


def test_what_earlier_findings_tell_of_who_is_protected_now_is_taken_out(store: Store) -> None:
    found = tables()
    found["grupper"][0]["prov"] = "Elev3 Ek"
    first = night(store, found)
    assert "Elev3 Ek" in json.dumps(history.findings_of(store, first.run))
    found = tables()
    found["elever"][3]["skydd"] = "S"
    assert night(store, found, now=NOW + DAY, **OPEN_GATE).outcome == "published"
    with store.reading() as connection:
        kept = "".join(connection.execute(sa.select(schema.finding.c.facts)).scalars())
    assert "Elev3 Ek" not in kept


@given(st.text(alphabet="abåÅ é-1", min_size=2, max_size=8), st.text(alphabet="cdöÖ ü-2", min_size=2, max_size=8))
def test_a_name_is_found_in_any_case_and_order_with_anything_around_it(given_name: str, family_name: str) -> None:
    secrets = Secrets()
    secrets.add(Known(given_name=given_name, family_name=family_name))
    if any(map(str.isalnum, given_name)) and any(map(str.isalnum, family_name)):
        assert secrets.tells(f"Grupp: {family_name.upper()}, {given_name.lower()} (7B)") == "the name"
    assert secrets.tells("Grupp 7B") == ""


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("20130102238X", ""),
        ("201301022389", "the personnummer"),
        ("130102-2389", "the personnummer"),
        ("130102+2389 och", "the personnummer"),
        ("9201301022389", ""),
        ("<A.B@Edu.se>", "the user name"),
        ("xa.b@edu.se", ""),
    ],
)
def test_numbers_and_user_names_are_found_as_wholes(text: str, what: str) -> None:
    secrets = Secrets()
    secrets.add(Known("201301022389", "", "", "a.b@edu.se"))
    assert secrets.tells(text) == what
