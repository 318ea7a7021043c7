"""What a night with this or that in the rows comes to: the promises of publishing, one by one."""

from __future__ import annotations

import errno
import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import small_school
from support.small_school import OPEN_GATE, Rows, Tables, night, tables

from adapter.errors import ConfigError, GateHeld, SourceFailed
from adapter.ss12000 import ids
from adapter.ss12000.types import ResourceType as R
from adapter.store import history, pages, publish
from adapter.store.changes import Spool
from adapter.store.engine import Store, open_store
from adapter.sync.inputs import Options

NAMESPACE = small_school.settings().organiser.id_namespace.bytes


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()


def published(store: Store, kind: R) -> dict[str, dict[str, object]]:
    known = list(publish.digests(store, kind))
    return {object_id: json.loads(body) for object_id, body in publish.bodies(store, kind, known).items()}


def pupil_id(found: Tables, number: int) -> str:
    return ids.own_id(NAMESPACE, "Person", (str(found["elever"][number]["guid"]),))


def test_the_first_night_publishes_everything_that_skolverket_may_have(store: Store) -> None:
    report = night(store, tables())
    assert report.error is None
    assert (report.outcome, report.version) == ("published", 1)
    assert {kind: counts.created for kind, counts in report.types.items()} == {
        R.ORGANISATION: 1,  # not the school that nobody refers to
        R.PERSON: 12,  # eleven pupils (one is protected) and the teacher who has a duty
        R.GROUP: 3,  # two classes, and the teaching group that takes a test
        R.DUTY: 1,
        R.ACTIVITY: 1,
    }
    activity = next(iter(published(store, R.ACTIVITY).values()))
    assert activity["parentActivity"] == {"id": ids.skolverket_id("GRGRMAT01_6")}


def test_the_same_rows_in_any_order_publish_nothing_again(store: Store) -> None:
    night(store, tables())
    shuffled = tables()
    for rows in shuffled.values():
        random.Random(1).shuffle(rows)
        rows[:] = [dict(reversed(row.items())) for row in rows]
    report = night(store, shuffled)
    assert (report.outcome, report.version) == ("unchanged", 1)


def test_nothing_but_the_whitelist_is_stored(store: Store, tmp_path: Path) -> None:
    night(store, tables())
    store.close()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"Elev1" in stored
    assert "Vårdnadshavaren".encode() not in stored
    assert b"Elev11" not in stored  # protected


def test_an_object_that_stops_being_valid_keeps_its_last_good_version(store: Store) -> None:
    found = tables()
    night(store, found)
    found["elever"][0]["fornamn"] = ""
    report = night(store, found)
    assert report.outcome == "unchanged"
    assert (report.types[R.PERSON].rejected, report.types[R.PERSON].kept) == (1, 1)
    assert published(store, R.PERSON)[pupil_id(found, 0)]["givenName"] == "Elev0"


def test_an_object_that_was_never_valid_is_left_out_and_said_once(store: Store) -> None:
    found = tables()
    found["elever"][0]["pnr"] = found["ad"][0]["pnr"] = "201401012382"
    report = night(store, found)
    assert report.error is None
    assert pupil_id(found, 0) not in published(store, R.PERSON)
    assert [str(finding) for finding in report.findings.in_order()] == [
        "elever:2 Person.civicNo.value: has a wrong check digit"
    ]


def test_who_becomes_protected_is_withheld_at_once_with_all_that_tells_of_them(store: Store) -> None:
    found = tables()
    night(store, found)
    found["elever"][0]["skydd"] = "F"
    report = night(store, found)
    assert report.error is None
    assert report.withheld_at_once == 1
    assert pupil_id(found, 0) not in published(store, R.PERSON)
    assert pupil_id(found, 0) not in json.dumps(published(store, R.GROUP))


def test_who_becomes_protected_is_withheld_even_where_the_rest_of_the_row_is_broken(store: Store) -> None:
    found = tables()
    night(store, found)
    found["elever"][0] |= {"skydd": "S", "fornamn": "", "pnr": "x"}
    night(store, found)
    assert pupil_id(found, 0) not in published(store, R.PERSON)


def test_who_becomes_protected_is_withheld_on_a_night_that_the_gate_holds(store: Store) -> None:
    found = tables()
    night(store, found)
    found["elever"][0]["skydd"] = "S"
    protected = pupil_id(found, 0)
    del found["elever"][4:]
    report = night(store, found)
    assert isinstance(report.error, GateHeld)
    assert protected not in published(store, R.PERSON)
    assert len(published(store, R.PERSON)) == 11  # nobody else is gone


def test_a_marking_that_is_unknown_or_empty_without_being_listed_is_protected(store: Store) -> None:
    found = tables()
    found["elever"][0]["skydd"] = "X"
    mapping = small_school.MAPPING.replace('{"": Ingen, S:', "{N: Ingen, S:")
    for pupil in found["elever"][2:]:
        pupil["skydd"] = "N"
    for person in found["personal"]:
        person["skydd"] = "N"
    night(store, found, mapping=mapping)
    assert pupil_id(found, 0) not in published(store, R.PERSON)  # unknown
    assert pupil_id(found, 1) not in published(store, R.PERSON)  # empty
    assert pupil_id(found, 2) in published(store, R.PERSON)


def test_a_marking_column_gone_bad_does_not_empty_the_school(store: Store) -> None:
    found = tables()
    more = [dict(found["elever"][0]) for _ in range(30)]
    for n, pupil in enumerate(more):
        pupil |= {"guid": f"extra{n}", "pnr": small_school.number("20130505", n)}
        found["ad"].append({"pnr": pupil["pnr"], "eppn": f"y{n}@edu.exempel.se"})
    found["elever"].extend(more)
    night(store, found)
    before = published(store, R.PERSON)
    for pupil in found["elever"]:
        pupil["skydd"] = "?"
    report = night(store, found)
    assert isinstance(report.error, GateHeld)
    assert "max_withheld" in report.held_by[0]
    assert published(store, R.PERSON) == before


@pytest.mark.parametrize(
    ("what", "spoil"),
    [
        ("empty", lambda rows: Rows([])),
        ("short", lambda rows: Rows(rows[:1])),
        ("broken off half-way", lambda rows: Rows(rows, break_after=5)),
        ("without a column", lambda rows: Rows([{k: v for k, v in row.items() if k != "fornamn"} for row in rows])),
    ],
)
def test_a_bad_export_changes_nothing(store: Store, what: str, spoil: object) -> None:
    night(store, tables())
    before = {kind: published(store, kind) for kind in R}
    found: dict[str, object] = dict(tables())
    found["elever"] = spoil(found["elever"])  # type: ignore[operator]
    report = night(store, found)
    assert isinstance(report.error, SourceFailed), what
    assert report.outcome == "failed"
    assert {kind: published(store, kind) for kind in R} == before
    assert pages.current_version(store) == 1


def test_a_disk_without_room_changes_nothing_and_says_where_room_is_needed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert night(store, tables()).version == 1
    before = publish.documents(store)

    def full(*whatever: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Spool, "add", full)
    changed = tables()
    changed["elever"][3]["efternamn"] = "Nygift"
    report = night(store, changed)
    assert (report.outcome, report.error and report.error.exit_code) == ("failed", 7)
    assert "TMPDIR" in str(report.error)
    assert publish.documents(store) == before


def test_an_export_that_is_too_old_changes_nothing(store: Store) -> None:
    found: dict[str, object] = dict(tables())
    found["elever"] = old = Rows(tables()["elever"], age_hours=40)
    old.place = "export/elever.csv"  # type: ignore[attr-defined]
    mapping = small_school.MAPPING.replace("{min_rows: 2}", "{min_rows: 2, max_age: 36h}")
    report = night(store, found, mapping=mapping)
    assert isinstance(report.error, SourceFailed)
    assert "40 hours old" in str(report.error.findings[0])
    assert str(report.error.findings[0]).startswith("export/elever.csv: S131 ")


def test_a_wrong_mapping_is_not_the_sources_fault(store: Store) -> None:
    report = night(store, tables(), mapping=small_school.MAPPING.replace("givenName: fornamn", "givenName: förnamn"))
    assert isinstance(report.error, ConfigError)
    assert str(report.error.findings[0]) == (
        'mapping.yaml:19:18: M210 source "elever" has no column "förnamn". Did you mean "fornamn"?'
    )


def test_too_many_deletions_are_held_until_a_person_has_approved_them(store: Store, tmp_path: Path) -> None:
    night(store, tables())
    found = tables()
    del found["elever"][5:]
    plan = tmp_path / "plan.json"
    held = night(store, found, Options(dry_run=True, plan=plan))
    assert isinstance(held.error, GateHeld)
    assert any("Person" in reason and "max_deleted" in reason for reason in held.held_by)
    assert pages.current_version(store) == 1

    other = tables()
    del other["elever"][6:]
    assert isinstance(night(store, other, Options(approve=plan)).error, GateHeld)  # not what was approved
    let_through = night(store, found, Options(approve=plan))
    assert (let_through.outcome, let_through.version) == ("published", 2)
    assert let_through.types[R.PERSON].deleted == 6


def test_an_emptied_group_is_held(store: Store) -> None:
    night(store, tables())
    found = tables()
    del found["medlemmar"][4:]
    gate = {"gate": {**OPEN_GATE["gate"], "max_members_removed": "50%"}}
    report = night(store, found, **gate)
    assert isinstance(report.error, GateHeld)
    assert "max_members_removed" in report.held_by[0]


def test_of_two_rows_with_one_id_neither_is_believed_whatever_their_order(store: Store) -> None:
    found = tables()
    found["elever"].append({**found["elever"][0], "fornamn": "Annan"})
    report = night(store, found)
    assert report.types[R.PERSON].rejected == 1
    assert pupil_id(found, 0) not in published(store, R.PERSON)
    found["elever"].reverse()
    assert night(store, found).outcome == "unchanged"


def test_of_two_persons_with_one_user_name_neither_is_taken(store: Store) -> None:
    found = tables()
    found["ad"][1]["eppn"] = str(found["ad"][0]["eppn"]).upper()
    report = night(store, found)
    assert {pupil_id(found, 0), pupil_id(found, 1)}.isdisjoint(published(store, R.PERSON))
    told = [(finding.code, finding.about) for finding in report.findings.kept]
    assert sorted(told) == sorted(("M351", pupil_id(found, n)) for n in (0, 1))


def test_a_newcomer_cannot_take_over_a_published_user_name(store: Store) -> None:
    found = tables()
    newcomer = found["elever"].pop(0)
    night(store, found)
    found["elever"].append(newcomer)
    found["ad"][0]["eppn"] = found["ad"][1]["eppn"]
    night(store, found, **OPEN_GATE)
    people = published(store, R.PERSON)
    assert pupil_id(found, 0) in people  # the one that was published keeps it …
    assert ids.own_id(NAMESPACE, "Person", (str(newcomer["guid"]),)) not in people  # … and the newcomer waits


def test_ids_survive_a_new_personnummer_and_a_lost_state(store: Store, tmp_path: Path) -> None:
    found = tables()
    night(store, found)
    before = published(store, R.PERSON).keys()
    found["elever"][0]["pnr"] = found["ad"][0]["pnr"] = small_school.number("20140102", 7)
    found["elever"][1]["guid"] = str(found["elever"][1]["guid"]).lower().strip("{}")
    for row in found["medlemmar"]:
        row["elev"] = str(row["elev"]).lower().strip("{}")
    other = open_store(f"sqlite:///{tmp_path}/other.db")
    night(other, found)
    assert published(other, R.PERSON).keys() == before
    other.close()


def test_a_dry_run_changes_nothing_and_counts_the_same(store: Store) -> None:
    dry = night(store, tables(), Options(dry_run=True))
    assert dry.outcome == "dry-run"
    assert pages.current_version(store) == 0
    assert night(store, tables()).types == dry.types


def test_only_the_chosen_school_units_are_published(store: Store) -> None:
    found = tables()
    found["elever"][0]["kod"] = found["elever"][0]["klass"] = "11111111"
    night(store, found, profile={"school_units": ["11111111"]})
    assert [unit["schoolUnitCode"] for unit in published(store, R.ORGANISATION).values()] == ["11111111"]
    assert list(published(store, R.PERSON)) == [pupil_id(found, 0)]


def test_protected_persons_pass_with_their_marking_only_where_that_is_chosen(store: Store) -> None:
    found = tables()
    night(store, found, profile={"protected_identities": "pass"})
    person = published(store, R.PERSON)[pupil_id(found, 11)]
    assert (person["securityMarking"], person["givenName"]) == ("Sekretessmarkering", "Elev11")


def test_pseudonyms_are_stable_and_tell_nothing(store: Store) -> None:
    found = tables()
    choice = {"protected_identities": "pseudonymise"}
    night(store, found, profile=choice)
    text = json.dumps(published(store, R.PERSON)[pupil_id(found, 11)], ensure_ascii=False)
    assert not any(str(found["elever"][11][name]) in text for name in ("fornamn", "efternamn", "pnr"))
    assert night(store, found, profile=choice).outcome == "unchanged"


def test_a_narrower_profile_takes_attributes_back(store: Store, tmp_path: Path) -> None:
    night(store, tables())
    from adapter.ss12000 import profile

    own = tmp_path / "own.toml"
    text = (Path(profile.__file__).parent / "skolverket.toml").read_text(encoding="utf-8")
    own.write_text(text.replace('    "enrolments[].schoolYear",\n', ""), encoding="utf-8")
    narrow = profile.narrowed(own)
    assert "enrolments[].schoolYear" not in narrow.paths[R.PERSON]


def test_the_run_is_remembered_with_its_findings(store: Store) -> None:
    found = tables()
    found["elever"][0]["fornamn"] = ""
    report = night(store, found)
    last = history.last_runs(store, 1)[0]
    assert (last.id, last.outcome) == (report.run, "published")
    assert history.findings_of(store, report.run, 10)[0]["subject"] == "Person.givenName"


def test_a_directory_with_two_answers_for_a_pupil_takes_nobody_away(store: Store) -> None:
    found = tables()
    night(store, found)
    before = published(store, R.PERSON)[pupil_id(found, 3)]
    found["ad"].append({**found["ad"][3], "eppn": "another@edu.exempel.se"})
    report = night(store, found)
    assert report.error is None
    assert report.withheld_at_once == 0
    assert published(store, R.PERSON)[pupil_id(found, 3)] == before
    assert any("says something else" in str(finding) for finding in report.findings.in_order())


MERGING = small_school.MAPPING.replace(
    "  - from: personal\n",
    """\
  - from: andra
    id: {uuid5: guid}
    same_id: merge
    fields:
      givenName: fornamn
      familyName: efternamn
      civicNo.value: pnr
      eduPersonPrincipalNames: eppn
      securityMarking: {column: skydd, codes: skydd}
      enrolments: {list: [{enroledAt: {ref: Organisation, via: kod}, schoolType: {text: GR}, schoolYear: arskurs}]}
  - from: personal
""",
    1,
).replace("via: guid, of: elever", "of: elever, via: guid")


def test_a_pupil_in_two_registers_is_one_object_night_after_night(store: Store) -> None:
    found, elsewhere = tables(), {**tables()["elever"][3], "eppn": "x003@edu.exempel.se", "kod": "11111111"}
    someone = {**elsewhere, "guid": "nobody", "pnr": small_school.number("20140101", 99), "eppn": "zz9@edu.exempel.se"}
    one, both = {**found, "andra": [someone]}, {**found, "andra": [elsewhere, someone]}
    assert night(store, one, mapping=MERGING).types[R.PERSON].created == 13
    report = night(store, both, mapping=MERGING)
    assert (report.error, report.types[R.PERSON].updated, report.types[R.PERSON].unchanged) == (None, 1, 12)
    pupil = published(store, R.PERSON)[pupil_id(found, 3)]
    assert len(pupil["enrolments"]) == 2  # type: ignore[arg-type]
    assert night(store, both, mapping=MERGING).outcome == "unchanged"
    turned = {**both, "andra": both["andra"][::-1], "elever": both["elever"][::-1]}
    assert night(store, turned, mapping=MERGING).outcome == "unchanged"
    assert night(store, one, mapping=MERGING).types[R.PERSON].updated == 1
    hidden = {**both, "andra": [{**elsewhere, "skydd": "S"}, someone]}
    assert night(store, hidden, mapping=MERGING, **OPEN_GATE).types[R.PERSON].withheld == 2
    assert pupil_id(found, 3) not in published(store, R.PERSON)
