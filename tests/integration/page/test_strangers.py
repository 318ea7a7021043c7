"""What strangers, other sites and hostile requests get from the administrators' page, and the facade meanwhile."""

from __future__ import annotations

import re
import socket
import sqlite3
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from support.exports import pupil
from support.page import Place, a_person, csrf, page_of

from adapter import wiring

pytestmark = pytest.mark.long


FORMS = {
    "/runs": {},
    "/objects": {"what": "1"},
    "/objects/00000000-0000-4000-8000-000000000000/rows": {},
    "/held/approve": {"plan": "0" * 64, "reason": "rätt"},
    "/held/reject": {"plan": "0" * 64, "reason": "fel"},
    "/language": {"to": "en"},
    "/logout": {},
}


@pytest.mark.parametrize("path", FORMS)
def test_a_form_of_somebody_else_does_nothing(anna: httpx.Client, place: Place, path: str) -> None:
    before, mine = place.deeds(), csrf(anna)
    foreign: Sequence[tuple[dict[str, str], dict[str, str]]] = [
        ({}, {}),
        ({"csrf": "x"}, {}),
        ({"csrf": mine}, {"Origin": "https://elsewhere.example"}),
        ({"csrf": mine}, {"Origin": "null"}),
        ({"csrf": mine}, {"Sec-Fetch-Site": "cross-site"}),
        ({"csrf": mine}, {"Sec-Fetch-Site": "same-site"}),
    ]
    for more, headers in foreign:
        assert anna.post(path, data=FORMS[path] | more, headers=headers).status_code == 403
    assert place.deeds() == before
    assert "Inloggad som anna" in anna.get("/").text


@pytest.mark.parametrize("path", ["/", "/login", "/static/page.css", "/nowhere", "/metrics"])
def test_every_answer_tells_the_browser_to_run_and_fetch_nothing_foreign(anna: httpx.Client, path: str) -> None:
    headers = anna.get(path).headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "server" not in headers


def test_a_page_under_another_name_is_not_answered(stranger: httpx.Client) -> None:
    assert stranger.get("/", headers={"Host": "attacker.example"}).status_code == 400  # its DNS leads here


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_leads_to_the_first_page_and_to_nothing_that_acts_or_is_recorded(
    anna: httpx.Client, place: Place, site: str
) -> None:
    before = place.deeds()
    for path in (f"/objects/{a_person(place)}", "/mapping", "/mend.xlsx", "/client", "/runs", "/metrics"):
        assert anna.get(path, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert anna.get("/", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert place.deeds() == before


ATTACKS = [
    *(
        ("GET", path)
        for path in ("/../config.toml", "/static/../app.py", "/static/%2e%2e/app.py", "/static/..%2fapp.py")
    ),
    *(("GET", path) for path in ("/static//etc/passwd", "/%00", "/runs/%00", "/objects/%27%20OR%201=1", "/tasks/..")),
    *(
        ("GET", f"/mend?{query}")
        for query in ("page=0", "page=-1", "page=x", "page=99999999999", "status=old", "code=%27")
    ),
    *(("GET", f"/mend?unit={unit}") for unit in ("%27;DROP%20TABLE%20run", "x" * 400, "%00", "<script>")),
    *(("GET", path) for path in ("/mend.exe", "/mend.xlsx?unit=../../x", "/runs/' OR 1=1", "/openapi.json", "/docs")),
    *((method, "/") for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "HEAD", "PROPFIND")),
    *(("POST", path) for path in ("/", "/mend", "/client", "/metrics", "/static/page.css", "/held")),
]


@pytest.mark.parametrize("who", ["stranger", "anna"])
def test_hostile_requests_are_answered_calmly(who: str, place: Place, request: pytest.FixtureRequest) -> None:
    http: httpx.Client = request.getfixturevalue(who)
    for count, (method, path) in enumerate(ATTACKS):
        if count % 25 == 24:
            time.sleep(1.5)  # within what one address may ask
        answer = http.request(method, path)
        assert answer.status_code in (200, 303, 400, 403, 404, 405, 422, 429), (method, path, answer.status_code)
        assert not any(word in answer.text for word in ("Traceback", "root:", "import", "id_namespace"))
    assert place.said == []


def test_a_large_or_endless_body_is_refused(stranger: httpx.Client) -> None:
    assert stranger.post("/login", content=b"x" * 100_000).status_code == 413
    assert stranger.post("/login", content=iter([b"x" * 10] * 5)).status_code == 413  # says not how long it is


def test_one_address_gets_so_many_requests_a_second(stranger: httpx.Client) -> None:
    codes = [stranger.get("/login").status_code for _ in range(100)]
    assert codes[:40] == [200] * 40
    assert 429 in codes


def test_many_silent_connections_to_the_page_leave_the_facade_its_own(place: Place) -> None:
    host, port = place.base.removeprefix("http://").split(":")
    silent = [socket.create_connection((host, int(port))) for _ in range(300)]
    try:
        time.sleep(0.5)
        facade = wiring.load(place.folder / "config.toml").settings.facade.base_url.removesuffix("/api")
        assert httpx.get(f"{facade}/health/ready").status_code == 200
        closed = 0
        for one in silent:
            one.settimeout(0.01)
            with suppress(TimeoutError):
                closed += one.recv(1) == b""
        assert closed >= 150
    finally:
        for one in silent:
            one.close()


def test_pages_wait_for_nobody_who_writes_for_long_and_the_facade_not_for_pages(
    anna: httpx.Client, place: Place
) -> None:
    facade = wiring.load(place.folder / "config.toml").settings.facade.base_url.removesuffix("/api")
    address = f"/objects/{a_person(place)}"
    writer = sqlite3.connect(place.folder / "state.db", isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor(20) as some:
            asked = [some.submit(anna.get, address, timeout=30) for _ in range(20)]
            time.sleep(0.2)
            began = time.monotonic()
            assert httpx.get(f"{facade}/health/ready").status_code == 200
            assert time.monotonic() - began < 2
            assert {future.result().status_code for future in asked} == {503}
            assert time.monotonic() - began < 10
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    assert anna.get(address).status_code == 200


def test_metrics_are_for_this_machine_or_for_who_has_the_token(tmp_path: Path, place: Place) -> None:
    text = httpx.get(f"{place.base}/metrics").text
    assert 'ss12000_last_run_outcome{outcome="published"} 1.0' in text
    assert 'ss12000_published_objects{type="Person"} 42.0' in text
    through_a_proxy = {"Host": "brygga.exempel.se"}
    assert httpx.get(f"{place.base}/metrics", headers=through_a_proxy).status_code == 400
    (tmp_path / "proxy").mkdir()
    with page_of(tmp_path / "proxy", '[admin]\nhosts = ["brygga.exempel.se"]\n') as proxied:
        assert httpx.get(f"{proxied.base}/metrics", headers=through_a_proxy).status_code == 403
    (tmp_path / "token").mkdir()
    with page_of(tmp_path / "token", '[admin]\nmetrics_token = "hemligt"\n') as other:
        for headers, code in (
            ({}, 401),
            ({"Authorization": "Bearer x"}, 401),
            ({"Authorization": "Bearer hemligt"}, 200),
        ):
            assert httpx.get(f"{other.base}/metrics", headers=headers).status_code == code


def test_metrics_hold_no_ids_and_no_persons(place: Place) -> None:
    httpx.get(f"{place.base}/metrics")
    text = httpx.get(f"{place.base}/metrics").text
    assert not re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", text)
    assert pupil(1)["efternamn"] not in text


def test_a_bug_is_told_to_the_administrator_and_not_to_the_browser(
    anna: httpx.Client, place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapter.admin.runs.line", lambda run: 1 / 0)
    answer = anna.get("/runs")
    assert answer.status_code == 500
    assert "Något gick fel i programmet" in answer.text
    assert "ZeroDivisionError in test_strangers.py" in place.said[0]
