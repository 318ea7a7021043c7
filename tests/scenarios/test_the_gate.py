"""Bad exports of two schools of sixty pupils: what the gate holds, what it leaves behind, and what is expected."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from support.small_school import NOW, Tables, night, number, tables

from adapter.errors import GateHeld, StateError
from adapter.ss12000.types import ResourceType as R
from adapter.store import publish, schema, subscriptions
from adapter.store.engine import Store
from adapter.sync.inputs import Options
from adapter.sync.report import Report

OTHER = "11111111"
OLDEST = 9  # år


def two_schools() -> Tables:
    """Sixty pupils at each, in one class a year, 4 to 9; in the years 7 to 9 twenty of them a school."""
    found = tables()
    found["elever"] = [
        {
            "guid": f"{school}-{nth}",
            "fornamn": f"Elev{nth}",
            "efternamn": f"Efternamn{school}{nth}",
            "pnr": number(f"20{17 - nth % 6:02d}0{1 + nth // 30}1{school}", 1 + nth),
            "skydd": "",
            "status": "A",
            "klass": f"{4 + nth % 6}A",
            "kod": code,
            "arskurs": str(4 + nth % 6),
            "vardnadshavare": "Ingen",
        }
        for school, code in enumerate(("31279295", OTHER), 1)
        for nth in range(60)
    ]
    found["ad"] = [{"pnr": pupil["pnr"], "eppn": f"x{n:03d}@edu.exempel.se"} for n, pupil in enumerate(found["elever"])]
    found["medlemmar"] = [{"grupp": "g1", "elev": pupil["guid"]} for pupil in found["elever"][:12]]
    return found


def half_gone(found: Tables) -> None:
    found["elever"] = found["elever"][::2]


def all_gone(found: Tables) -> None:
    found["elever"] = []


def new_keys(found: Tables) -> None:
    for pupil in found["elever"][:8]:
        pupil["guid"] = f"new {pupil['guid']}"


def all_new_keys(found: Tables) -> None:
    for pupil in found["elever"]:
        pupil["guid"] = f"new {pupil['guid']}"


def shifted(found: Tables) -> None:
    for pupil in found["elever"][:12]:
        pupil["fornamn"], pupil["efternamn"] = pupil["efternamn"], pupil["fornamn"]


def overwritten(found: Tables) -> None:
    for nth, pupil in enumerate(found["elever"][:58]):
        pupil["efternamn"] = f"Okänd{nth}"


def years_overwritten(found: Tables) -> None:
    for pupil in found["elever"][:40]:
        pupil["arskurs"] = "1"


def school_gone(found: Tables) -> None:
    for pupil in found["elever"][60:]:
        pupil["status"] = "S"


def merged(found: Tables) -> None:
    for pupil in found["elever"][60:]:
        pupil["kod"] = "31279295"


def directory_cut(found: Tables) -> None:
    found["ad"] = found["ad"][:80]


def new_year(found: Tables) -> None:
    """Who was in the ninth leaves, the others are a year older, twenty begin."""
    stays = [pupil for pupil in found["elever"] if pupil["arskurs"] != str(OLDEST)]
    for pupil in stays:
        pupil["arskurs"] = str(int(str(pupil["arskurs"])) + 1)
        pupil["klass"] = f"{pupil['arskurs']}A"
    begin = [
        dict(pupil, guid=f"new {n}", pnr=number("20180301", 1 + n), arskurs="4", klass="4A")
        for n, pupil in enumerate(stays[:20])
    ]
    found["elever"] = [*stays, *begin]
    found["ad"] += [{"pnr": pupil["pnr"], "eppn": f"y{n:03d}@edu.exempel.se"} for n, pupil in enumerate(begin)]


BAD: list[tuple[Callable[[Tables], None], str]] = [
    (half_gone, "60 of 121 would be deleted"),
    (new_keys, "8 of 121 would be deleted and come again under another id"),
    (all_new_keys, "120 of 121 would be deleted and come again under another id"),
    (shifted, "familyName would change in 12 of 121 objects, in 12 of them to what givenName holds now"),
    (overwritten, "familyName would change in 58 of 121 objects (47.9%); gate.max_identity_changed is 5%"),
    (years_overwritten, "enrolments.schoolYear would change in 40 of 121 objects"),
    (school_gone, "60 of 60 would leave Skolan utan elever (11111111) (100.0%)"),
    (merged, "60 of 60 would leave Skolan utan elever (11111111) (100.0%)"),
    (directory_cut, "66.7% of the rows are found there; 100.0% were in the last good run"),
    (new_year, "schoolYear would change"),
]


@pytest.fixture
def published(store: Store) -> Store:
    """Both schools are published, and a client subscribes."""
    assert night(store, two_schools()).outcome == "published"
    subscriptions.register(store, "Skolverket", "https://client.exempel.se/hook", list(R), "client", NOW)
    return store


def another_night(
    store: Store, change: Callable[[Tables], None], options: Options | None = None, **more: object
) -> Report:
    found = two_schools()
    change(found)
    return night(store, found, options, **more)


@pytest.mark.parametrize(("change", "reason"), BAD, ids=lambda value: getattr(value, "__name__", ""))
def test_a_bad_export_is_held_and_says_why(
    published: Store, tmp_path: Path, change: Callable[[Tables], None], reason: str
) -> None:
    before = publish.documents(published)
    report = another_night(published, change, state={"plans": str(tmp_path / "plans")})
    assert isinstance(report.error, GateHeld)
    assert reason in "\n".join(report.held_by)
    assert publish.documents(published) == before


def test_an_emptied_table_is_no_night_at_all(published: Store) -> None:
    assert another_night(published, all_gone).outcome == "failed"


def test_a_held_run_leaves_a_plan_that_can_be_read_and_approved(published: Store, tmp_path: Path) -> None:
    plans = tmp_path / "plans"
    held = another_night(published, overwritten, state={"plans": str(plans)})
    plan, words = sorted(plans.iterdir())
    assert held.plan == str(plan)
    assert held.error is not None
    assert str(words) in held.error.message
    told = words.read_text(encoding="utf-8")
    assert held.held_by[0] in told
    assert "Person.familyName: 58 of 121" in told
    assert "familyName: Aaaaaaaaa99 -> Aaaaa" in told
    assert f"sync --approve {plan}" in told
    assert "Okänd" not in told
    assert another_night(published, overwritten, Options(approve=plan)).outcome == "published"


def test_a_good_night_takes_the_plan_away(published: Store, tmp_path: Path) -> None:
    plans = tmp_path / "plans"
    (plans / "kept.json").parent.mkdir()
    (plans / "kept.json").write_text("mine")
    another_night(published, overwritten, state={"plans": str(plans)})
    another_night(published, half_gone, state={"plans": str(plans)}, now=NOW + 86_400_000)
    assert len(list(plans.iterdir())) == 3
    assert night(published, two_schools(), state={"plans": str(plans)}).outcome == "unchanged"
    assert [path.name for path in plans.iterdir()] == ["kept.json"]


def test_a_plan_that_cannot_be_written_changes_nothing_else(published: Store, tmp_path: Path) -> None:
    (tmp_path / "plans").write_text("a file")
    report = another_night(published, overwritten, state={"plans": str(tmp_path / "plans")})
    assert isinstance(report.error, GateHeld)
    assert "cannot be written" in report.error.message


def test_a_new_school_year_is_held_and_published_when_approved(published: Store, tmp_path: Path) -> None:
    held = another_night(published, new_year, state={"plans": str(tmp_path)})
    assert held.outcome == "held"
    assert json.loads(Path(held.plan).read_text())["types"]["Person"]["created"]
    assert another_night(published, new_year, Options(approve=Path(held.plan))).outcome == "published"


@pytest.mark.parametrize(("first", "outcome"), [("2026-11-20", "published"), ("2026-11-24", "held")])
def test_a_new_school_year_that_the_calendar_expects_is_published(
    published: Store, tmp_path: Path, first: str, outcome: str
) -> None:
    """The night is 2026-11-23."""
    limits = {"max_deleted": "60%", "max_updated": "100%", "max_created": "100%", "max_members_removed": "100%"}
    days = {"from": dt.date.fromisoformat(first), "to": dt.date(2026, 11, 30), "limits": limits}
    report = another_night(published, new_year, state={"plans": str(tmp_path)}, calendar=[days])
    assert report.outcome == outcome, report.held_by


def test_an_ordinary_night_passes(published: Store) -> None:
    found = two_schools()
    found["elever"] = found["elever"][2:]
    found["elever"][0]["efternamn"] = "Nygift"
    for pupil in found["elever"][3:8]:
        pupil["kod"] = OTHER
    assert night(published, found).outcome == "published"


def test_a_damaged_document_that_would_change_ends_the_run_and_not_in_a_bug(published: Store) -> None:
    table = schema.published[R.PERSON]
    with published.writing() as connection:
        connection.execute(sa.update(table).values(body=b"damaged"))
    report = another_night(published, overwritten)
    assert isinstance(report.error, StateError)
    assert "is damaged" in report.error.message
