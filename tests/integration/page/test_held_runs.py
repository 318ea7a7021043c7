"""Runs from the administrators' page: begun, held, approved as they were seen, rejected."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.exports import files, tables
from support.page import Place, csrf, finished, publish_of, two_people

from adapter.ss12000.types import ResourceType

pytestmark = pytest.mark.long


def test_kor_nu_runs_sync_and_shows_the_run(anna: httpx.Client, place: Place) -> None:
    location = anna.post("/runs", data={"csrf": csrf(anna)}).headers["location"]
    ended = finished(anna, location)
    assert ended.headers["location"].startswith("/runs/")
    assert "oförändrat" in anna.get(ended.headers["location"]).text
    assert place.deeds()[0] == ("anna", "ran", "")


def test_one_person_cannot_begin_so_much_that_others_wait(tmp_path: Path) -> None:
    with two_people(tmp_path) as (place, anna, bo):
        codes = [anna.get("/mapping").status_code for _ in range(4)]
        assert codes == [303, 303, 503, 503]
        assert bo.post("/runs", data={"csrf": csrf(bo)}).status_code == 303
        assert ("bo", "ran", "") in place.deeds()


def test_a_held_run_is_approved_as_it_was_seen_or_not_at_all(anna: httpx.Client, place: Place) -> None:
    half = {**tables(), "elev": tables()["elev"][:15]}
    assert place.installation.night(files(half)).code == 3
    shown = anna.get("/held").text
    plan = re.findall(r'name="plan" value="([0-9a-f]{64})"', shown)[0]
    assert "skulle tas bort" in shown
    answer = {"csrf": csrf(anna), "reason": "skolan har lagts ned"}
    assert anna.post("/held/approve", data=answer | {"plan": "0" * 64}).status_code == 409
    for blank in ("", "   ", "ja"):
        assert anna.post("/held/approve", data=answer | {"plan": plan, "reason": blank}).status_code == 400
    ended = finished(anna, anna.post("/held/approve", data=answer | {"plan": plan}).headers["location"])
    assert "publicerat" in anna.get(ended.headers["location"]).text
    assert anna.post("/held/approve", data=answer | {"plan": plan}).status_code == 409
    assert ("anna", "approved", plan) in place.deeds()


def test_two_who_approve_at_once_make_one_run(anna: httpx.Client, place: Place) -> None:
    assert place.installation.night(files({**tables(), "elev": tables()["elev"][:15]})).code == 3
    plan = re.findall(r'name="plan" value="([0-9a-f]{64})"', anna.get("/held").text)[0]
    answer = {"csrf": csrf(anna), "reason": "skolan har lagts ned", "plan": plan}
    with ThreadPoolExecutor(4) as some:
        codes = [
            one.result().status_code for one in [some.submit(anna.post, "/held/approve", data=answer) for _ in "abcd"]
        ]
    assert sorted(codes) == [303, 409, 409, 409]
    assert [deed for deed in place.deeds() if deed[1] == "approved"] == [("anna", "approved", plan)]


def test_what_was_looked_at_is_approved_and_not_what_lies_there_by_then(anna: httpx.Client, place: Place) -> None:
    few = {**tables(), "elev": tables()["elev"][:15]}
    fewer = {**tables(), "elev": tables()["elev"][:5]}
    assert place.installation.night(files(few)).code == 3
    plan = re.findall(r'name="plan" value="([0-9a-f]{64})"', anna.get("/held").text)[0]
    for name, content in files(fewer).items():  # the source changes after the look
        (place.folder / f"{name}.csv").write_bytes(content)
    answer = {"csrf": csrf(anna), "reason": "skolan har lagts ned", "plan": plan}
    ended = finished(anna, anna.post("/held/approve", data=answer).headers["location"])
    assert "stoppat av spärren" in anna.get(ended.headers["location"]).text
    assert len(publish_of(place, ResourceType.PERSON)) == 42


def test_a_plan_that_takes_the_others_place_is_not_what_was_approved(anna: httpx.Client, place: Place) -> None:
    assert place.installation.night(files({**tables(), "elev": tables()["elev"][:15]})).code == 3
    (path,) = (place.folder / "plans").glob("*.json")
    plan = json.loads(path.read_text())
    answer = {"csrf": csrf(anna), "reason": "skolan har lagts ned", "plan": plan["plan"]}
    location = anna.post("/held/approve", data=answer).headers["location"]
    path.write_text(json.dumps(plan | {"plan": "0" * 64}))  # before the command has begun to read
    ended = finished(anna, location)
    assert "publicerat" in anna.get(ended.headers["location"]).text
    assert len(publish_of(place, ResourceType.PERSON)) == 17


@pytest.mark.parametrize("command_", ["--config /tmp/evil.toml sync", "sync --full", "serve", "rollback x", ""])
def test_a_plan_with_another_command_is_not_run(anna: httpx.Client, place: Place, command_: str) -> None:
    assert place.installation.night(files({**tables(), "elev": tables()["elev"][:15]})).code == 3
    (path,) = (place.folder / "plans").glob("*.json")
    plan = json.loads(path.read_text())
    path.write_text(json.dumps(plan | {"command": command_}))
    assert anna.get("/held").status_code == 409
    answer = {"csrf": csrf(anna), "reason": "rätt så", "plan": plan["plan"]}
    assert anna.post("/held/approve", data=answer).status_code == 409


def test_a_rejected_run_is_no_longer_to_be_approved(anna: httpx.Client, place: Place) -> None:
    assert place.installation.night(files({**tables(), "elev": tables()["elev"][:15]})).code == 3
    assert "Godkänn om det stämmer" in anna.get("/").text
    plan = re.findall(r'name="plan" value="([0-9a-f]{64})"', anna.get("/held").text)[0]
    answer = {"csrf": csrf(anna), "reason": "exporten är fel", "plan": plan}
    assert anna.post("/held/reject", data=answer).status_code == 303
    assert "avvisades av anna" in anna.get("/").text
    assert "nästa körning bedöms på nytt" in anna.get("/held").text


def test_a_config_that_has_been_broken_is_told_before_the_night(anna: httpx.Client, place: Place) -> None:
    config = place.folder / "config.toml"
    good = config.read_text(encoding="utf-8")
    config.write_text(good + "[gate]\nmax_delted = 1\n", encoding="utf-8")
    assert "config.toml kan inte användas som den är nu" in anna.get("/").text
    location = anna.post("/runs", data={"csrf": csrf(anna)}).headers["location"]
    shown = finished(anna, location)
    assert shown.status_code == 200
    assert "max_delted" in shown.text
    config.write_text(good, encoding="utf-8")
    assert "kan inte användas" not in anna.get("/").text


def test_a_plan_that_an_earlier_version_left_is_told_and_not_shown(anna: httpx.Client, place: Place) -> None:
    (place.folder / "plans").mkdir()
    (place.folder / "plans" / "held-2026-11-20-0330.json").write_text('{"plan": "x", "from_version": 1}')
    shown = anna.get("/held")
    assert shown.status_code == 409
    assert "earlier version" in shown.text
