"""What the administrators' page shows, of whom, and what is on record."""

from __future__ import annotations

import json
import re
from pathlib import Path

import httpx
import pytest
from support.exports import MAPPING, files, pupil, tables
from support.page import Place, a_person, csrf, finished, publish_of, two_people
from support.shell import command

from adapter import wiring
from adapter.ss12000.types import ResourceType
from adapter.store import feedback, protected, publish, subscriptions

pytestmark = pytest.mark.long


def test_every_view_of_a_person_is_on_record_before_it_is_shown(anna: httpx.Client, place: Place) -> None:
    person = a_person(place)
    assert "givenName" in anna.get(f"/objects/{person}").text
    assert place.deeds()[0] == ("anna", "looked", person)
    assert anna.get("/mend.xlsx").headers["content-disposition"] == 'attachment; filename="rapport.xlsx"'
    assert place.deeds()[0] == ("anna", "downloaded", "rapport.xlsx")


def test_of_a_protected_person_nothing_is_shown(anna: httpx.Client, place: Place) -> None:
    person, store = a_person(place), place.store
    body = json.loads(publish.bodies(store, ResourceType.PERSON, [person])[person])
    entry = {"message": f"fel på {body['familyName']}", "severityLevel": "Error", "resourceId": person}
    feedback.store_log(store, entry, "Error", wiring.clock())
    assert body["familyName"] in anna.get(f"/objects/{person}").text
    protected.remember(store, {person: True}, wiring.clock())
    store.close()
    for path in (f"/objects/{person}", "/client"):
        shown = anna.get(path).text
        assert body["familyName"] not in shown
        assert body["civicNo"]["value"] not in shown


def test_what_a_client_sends_is_text_and_no_markup(anna: httpx.Client, place: Place) -> None:
    person, store = a_person(place), place.store
    entry = {"message": "<script>alert(1)</script><img src=x>", "severityLevel": "Error", "resourceId": person}
    feedback.store_log(store, entry, "<b>Error</b>", wiring.clock())
    store.close()
    shown = anna.get("/client").text
    assert not any(mark in shown for mark in ("<script>", "<img", "<b>"))
    assert "&lt;script&gt;" in shown


def test_what_a_client_says_is_not_shown_where_it_may_name_somebody_protected(anna: httpx.Client, place: Place) -> None:
    store = place.store
    duties = publish.documents(store)[ResourceType.DUTY]
    duty, teacher = min(duties), duties[min(duties)]["person"]["id"]
    gone = "00000000-0000-4000-8000-000000000000"
    for about in (duty, gone, ""):
        entry = {"message": "4001 Örjan Näsman", "severityLevel": "Error", "resourceId": about}
        feedback.store_log(store, entry, "Error", wiring.clock())
    assert anna.get("/client").text.count("Örjan") == 1  # of a duty that stands, and whose person is not protected
    protected.remember(store, {teacher: True}, wiring.clock())
    store.close()
    shown = anna.get("/client").text
    assert "Örjan" not in shown
    assert shown.count("4001") == 3
    assert "Örjan" not in anna.get(f"/objects/{duty}").text


def test_what_the_client_counts_stands_beside_what_is_published(anna: httpx.Client, place: Place) -> None:
    store, now = place.store, wiring.clock()
    subscriptions.register(store, "", "https://mottagare.example", list(ResourceType), "", now - 1000)
    feedback.store_statistics(store, {"newCount": 999, "updatedCount": 0, "deletedCount": 0}, "Person", now - 5000)
    for new, deleted in ((40, 0), (5, 4)):
        entry = {"newCount": new, "updatedCount": 2, "deletedCount": deleted}
        feedback.store_statistics(store, entry, "PERSONS", now)
    store.close()
    (row,) = re.findall(r'<tr( class="differs")?><th scope="row">Personer</th>(.*?)</tr>', anna.get("/client").text)
    assert row[0]  # 45 less 4 is not what is published
    assert re.findall(r">(\d+)<", row[1]) == ["42", "45", "4", "4"]


def test_a_groups_history_does_not_tell_who_was_in_it_and_is_protected_now(anna: httpx.Client, place: Place) -> None:
    rows = tables()
    rows["elev"][0]["skydd"], rows["elev"][1]["klass"] = "J", "2Å"
    before = publish_of(place, ResourceType.GROUP)
    assert place.installation.night(files(rows)).code == 0
    pupil_gone = place.installation.id_of("E0000")
    group = next(i for i, found in before.items() if pupil_gone in json.dumps(found))
    shown = anna.get(f"/objects/{group}").text
    assert pupil_gone not in shown
    assert "•••" in shown
    assert place.installation.id_of("E0001") in shown  # who is not protected, and has moved
    told = command("history", "show", group, at=place.folder)
    assert pupil_gone not in told.out


@pytest.mark.parametrize("asked", ["personnr", "konto", "nr"])
def test_a_protected_pupil_is_found_and_not_shown_by_any_row(anna: httpx.Client, place: Place, asked: str) -> None:
    rows = tables()
    this_year = dict(rows["elev"][0])
    rows["elev"][0] |= {"skydd": "J"}
    rows["elev"].append({**this_year, "ak": "5", "klass": "gammal"})  # last year's row has no mark
    place.installation.mapping = MAPPING.replace(
        "  - from: elev\n    id:", '  - from: elev\n    keep: {ak: ["6"]}\n    id:'
    )
    assert place.installation.night(files(rows)).code == 0
    location = anna.post("/objects", data={"csrf": csrf(anna), "what": this_year[asked]}).headers["location"]
    shown = finished(anna, location).text
    assert "skyddad" in shown
    for secret in ("tilltalsnamn", "efternamn", "personnr", "konto"):
        assert this_year[secret] not in shown
    told = command("explain", this_year[asked], at=place.folder)
    for secret in ("tilltalsnamn", "efternamn"):
        assert this_year[secret] not in told.out


def test_a_rejected_row_of_a_protected_person_under_another_key_is_not_shown(place: Place) -> None:
    rows = tables()
    twin = {**rows["elev"][0], "nr": "E9000", "ak": "sjua"}  # is rejected, and has no mark
    rows["elev"][0]["skydd"] = "J"
    rows["elev"].append(twin)
    for name, content in files(rows).items():
        (place.folder / f"{name}.csv").write_bytes(content)
    told = command("explain", "E9000", at=place.folder)
    assert "elev:42" in told.out
    for secret in ("tilltalsnamn", "efternamn", "personnr", "konto"):
        assert twin[secret] not in told.out


def test_who_is_protected_in_the_source_is_masked_before_the_next_run(anna: httpx.Client, place: Place) -> None:
    rows = tables()
    rows["elev"][0]["skydd"] = "J"
    (place.folder / "elev.csv").write_bytes(files(rows)["elev"])
    person = place.installation.id_of("E0000")
    assert rows["elev"][0]["efternamn"] in anna.get(f"/objects/{person}").text  # nobody has read the source yet
    location = anna.post(f"/objects/{person}/rows", data={"csrf": csrf(anna)}).headers["location"]
    shown = finished(anna, location).text
    assert "finns ännu i det som publicerats" in shown
    assert rows["elev"][0]["efternamn"] not in shown


def test_a_search_for_nothing_shows_nobody(anna: httpx.Client, place: Place) -> None:
    assert anna.post("/objects", data={"csrf": csrf(anna), "what": "   "}).status_code == 400
    for nothing in ("", "  "):
        assert command("explain", nothing, at=place.folder).code == 2


def test_a_search_is_on_record_and_so_is_a_row_without_an_id(anna: httpx.Client, place: Place) -> None:
    rows = tables()
    rows["elev"][0]["nr"] = ""
    (place.folder / "elev.csv").write_bytes(files(rows)["elev"])
    asked = rows["elev"][0]["personnr"]
    location = anna.post("/objects", data={"csrf": csrf(anna), "what": asked}).headers["location"]
    assert place.deeds()[0] == ("anna", "looked", "search")
    shown = finished(anna, location).text
    assert place.deeds()[0] == ("anna", "looked", "row elev:2")
    assert rows["elev"][0]["efternamn"] not in shown  # whose row it is, nobody can say


def test_an_answer_is_shown_to_whoever_asked_and_nobody_else(tmp_path: Path) -> None:
    with two_people(tmp_path) as (_, anna, bo):
        asked = anna.post("/objects", data={"csrf": csrf(anna), "what": pupil(1)["personnr"]})
        location = asked.headers["location"]
        assert bo.get(location).status_code == 404
        assert "elev:" in finished(anna, location).text
        assert bo.get(location).status_code == 404
