"""The administrators' page on its socket: who comes in, what a stranger gets, what is on record."""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
import sqlite3
import ssl
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.exports import CONFIG, MAPPING, Installation, files, pupil, tables
from support.shell import command

from adapter import wiring
from adapter.admin.passwords import hashed
from adapter.errors import ConfigError
from adapter.serving import service
from adapter.serving.page import Page
from adapter.simulator.pki import Authority
from adapter.ss12000.types import ResourceType
from adapter.store import deeds, feedback, protected, publish, subscriptions
from adapter.store.engine import Store, open_store

pytestmark = pytest.mark.long
PASSWORD = "en lång mening som ingen gissar"
USERS = f'[admin]\nusers = {{ anna = "{hashed(PASSWORD)}" }}\n'


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Place:
    """A small installation after one night, with its page."""

    installation: Installation
    folder: Path
    base: str
    once: str
    said: list[str]

    @property
    def store(self) -> Store:
        return open_store(f"sqlite:///{self.folder / 'state.db'}")

    def deeds(self) -> list[tuple[str, str, str]]:
        store = self.store
        try:
            return [(deed.who, deed.did, deed.about) for deed in deeds.latest(store, 50)]
        finally:
            store.close()


@contextmanager
def page_of(folder: Path, admin: str = "", rows: dict[str, list[dict[str, str]]] | None = None) -> Iterator[Place]:
    facade = free_port()
    serving = f'[facade]\nbase_url = "http://127.0.0.1:{facade}/api"\nlisten = "127.0.0.1:{facade}"\n'
    installation = Installation(folder, config=CONFIG + serving + admin)
    assert installation.night(files(rows or tables())).code == 0
    said: list[str] = []
    loaded = wiring.load(folder / "config.toml")
    command_line = [sys.executable, "-m", "adapter", "--config", str(folder / "config.toml")]
    page = Page(loaded, f"127.0.0.1:{free_port()}", command_line, folder / "config.toml")
    running = service.start(loaded, None, said.append, page=page, counting=True)
    scheme = "https" if loaded.settings.admin.tls else "http"
    try:
        yield Place(installation, folder, f"{scheme}://{page.listen}", page.address, said)
    finally:
        running.stop()


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with page_of(tmp_path, USERS) as found:
        yield found


@pytest.fixture
def stranger(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.base) as http:
        yield http


@pytest.fixture
def anna(place: Place) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=place.base) as http:
        assert http.post("/login", data={"name": "anna", "password": PASSWORD}).status_code == 303
        yield http


def csrf(http: httpx.Client) -> str:
    return re.findall(r'name="csrf" value="([^"]+)"', http.get("/objects").text)[0]


PAGES = ("/", "/runs", "/mend", "/objects", "/client", "/held", "/mapping", "/tasks/x", "/runs/x", "/mend.xlsx")


# -- who comes in ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_nobody_sees_a_page_without_a_login(stranger: httpx.Client, path: str) -> None:
    answer = stranger.get(path)
    assert (answer.status_code, answer.text) == (303, "")
    assert answer.headers["location"].startswith("/login")


def test_a_password_lets_in_and_out_again(anna: httpx.Client, place: Place) -> None:
    assert "Inloggad som anna" in anna.get("/").text
    kept = dict(anna.cookies)
    assert anna.post("/logout", data={"csrf": csrf(anna)}).status_code == 303
    assert httpx.get(place.base, cookies=kept).status_code == 303  # the cookie is worth nothing any more
    assert ("anna", "login", "") in place.deeds()


def test_a_login_leads_to_the_page_that_was_asked_for_and_to_no_other_site(stranger: httpx.Client) -> None:
    assert stranger.get("/mend?code=M300").headers["location"] == "/login?next=%2Fmend"
    right = {"name": "anna", "password": PASSWORD}
    for asked, led in (
        ("/mend", "/mend"),
        ("/runs/1f-2", "/runs/1f-2"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ('/"><script>', "/"),
    ):
        assert stranger.post("/login", data={**right, "next": asked}).headers["location"] == led
        assert f'name="next" value="{led}"' in stranger.get("/login", params={"next": asked}).text


@pytest.mark.parametrize(
    ("name", "password"),
    [("anna", "fel"), ("bo", PASSWORD), ("", ""), ("anna", PASSWORD + "x"), ("anna", "x" * 60_000)],
)
def test_a_wrong_login_is_refused_and_on_record(stranger: httpx.Client, place: Place, name: str, password: str) -> None:
    answer = stranger.post("/login", data={"name": name, "password": password})
    assert (answer.status_code, "set-cookie" in answer.headers) == (403, False)
    assert place.deeds() == [("anna" if name == "anna" else "?", "refused", "")]


def test_who_guesses_passwords_must_wait(stranger: httpx.Client) -> None:
    codes = [stranger.post("/login", data={"name": "anna", "password": str(n)}).status_code for n in range(7)]
    assert codes == [403] * 5 + [429] * 2
    right = stranger.post("/login", data={"name": "anna", "password": PASSWORD})
    assert right.status_code == 429


def test_who_guesses_many_at_once_is_no_faster(place: Place) -> None:
    def guess(n: int) -> int:
        return httpx.post(f"{place.base}/login", data={"name": "anna", "password": str(n)}, timeout=30).status_code

    with ThreadPoolExecutor(20) as some:
        codes = list(some.map(guess, range(30)))
    assert codes.count(403) <= 7
    assert set(codes) == {403, 429}


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


def test_one_person_cannot_begin_so_much_that_others_wait(tmp_path: Path) -> None:
    two = f'[admin.users]\nanna = "{hashed(PASSWORD)}"\nbo = "{hashed(PASSWORD)}"\n'
    with (
        page_of(tmp_path, two) as place,
        httpx.Client(base_url=place.base) as anna,
        httpx.Client(base_url=place.base) as bo,
    ):
        for name, http in (("anna", anna), ("bo", bo)):
            http.post("/login", data={"name": name, "password": PASSWORD})
        codes = [anna.get("/mapping").status_code for _ in range(4)]
        assert codes == [303, 303, 503, 503]
        assert bo.post("/runs", data={"csrf": csrf(bo)}).status_code == 303
        assert ("bo", "ran", "") in place.deeds()


def test_the_address_that_is_printed_is_good_once(tmp_path: Path) -> None:
    with page_of(tmp_path) as place:
        assert httpx.get(place.once.replace("key=", "key=x")).status_code == 403
        with httpx.Client() as http:
            assert http.get(place.once).status_code == 303
            assert "Inloggad som lokal" in http.get(place.base).text
        assert httpx.get(place.once).status_code == 403
        assert httpx.post(f"{place.base}/login", data={"name": "anna", "password": ""}).status_code == 403


def test_a_proxy_that_logs_people_in_is_believed_and_nobody_else(tmp_path: Path) -> None:
    admin = '[admin]\nuser_header = "X-Remote-User"\nhosts = ["brygga.exempel.se"]\n'
    with page_of(tmp_path, admin) as place:
        known = {"X-Remote-User": "KOMMUN\\anna", "Host": "brygga.exempel.se"}
        assert "KOMMUN\\anna" in httpx.get(place.base, headers=known).text
        assert httpx.get(place.base).status_code == 303
        assert httpx.get(place.base, headers={"X-Remote-User": "x" * 300}).status_code == 303
        twice = [("X-Remote-User", "anna"), ("X-Remote-User", "bo")]
        assert httpx.get(place.base, headers=twice).status_code == 303
        form = re.findall(r'name="csrf" value="([^"]+)"', httpx.get(f"{place.base}/objects", headers=known).text)[0]
        other = known | {"X-Remote-User": "bo"}
        assert httpx.post(f"{place.base}/language", data={"csrf": form, "to": "en"}, headers=other).status_code == 403
        assert httpx.post(f"{place.base}/language", data={"csrf": form, "to": "en"}, headers=known).status_code == 303
    (tmp_path / "elsewhere").mkdir()
    with page_of(tmp_path / "elsewhere", admin + 'proxies = ["192.0.2.7"]\n') as place:
        assert httpx.get(place.base, headers=known).status_code == 303


@pytest.mark.parametrize(
    ("listen", "admin", "why"),
    [
        ("0.0.0.0:8444", USERS, r"\[admin.tls\] is needed"),
        ("192.0.2.1:8444", '[admin]\ntls = {certificate = "x", key = "y"}\n', r"\[admin.users\] is needed"),
        ("127.0.0.1:8443", USERS, "is the facade's port"),
    ],
)
def test_what_would_be_open_to_others_is_refused(tmp_path: Path, listen: str, admin: str, why: str) -> None:
    installation = Installation(tmp_path, config=CONFIG + admin)
    installation.night(files(tables()))
    with pytest.raises(ConfigError, match=why):
        Page(wiring.load(tmp_path / "config.toml"), listen, [], tmp_path / "config.toml")
    told = command("serve", "--admin", listen, at=tmp_path)
    assert told.code == 2


def test_a_password_itself_in_config_is_an_error_that_does_not_show_it(tmp_path: Path) -> None:
    Installation(tmp_path, config=CONFIG + '[admin]\nusers = { anna = "hemligt lösenord" }\n').night(files(tables()))
    told = command("serve", at=tmp_path)
    assert told.code == 2
    assert "`ss12000-adapter admin password`" in told.err
    assert "hemligt" not in told.err + told.out


def test_over_tls_the_cookie_keeps_to_tls(tmp_path: Path) -> None:
    pair = Authority(tmp_path / "pki", dt.datetime.now(dt.UTC)).server("page")
    admin = f'{USERS}tls = {{ certificate = "{pair.certificate}", key = "{pair.key}" }}\n'
    with page_of(tmp_path, admin) as place:
        trusted = ssl.create_default_context(cafile=str(tmp_path / "pki" / "ca.pem"))
        with httpx.Client(base_url=place.base, verify=trusted) as http:
            answer = http.post("/login", data={"name": "anna", "password": PASSWORD})
            assert answer.status_code == 303
            assert {"HttpOnly", "SameSite=strict", "Secure"} <= set(answer.headers["set-cookie"].split("; "))
            assert answer.headers["strict-transport-security"]


# -- forms and headers ----------------------------------------------------------------------------------------

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


# -- what pages show ------------------------------------------------------------------------------------------


def a_person(place: Place) -> str:
    store = place.store
    try:
        return min(publish.digests(store, ResourceType.PERSON))
    finally:
        store.close()


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


def publish_of(place: Place, kind: ResourceType) -> dict[str, Any]:
    store = place.store
    try:
        return publish.documents(store)[kind]
    finally:
        store.close()


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


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_site_leads_to_the_first_page_and_to_nothing_that_acts_or_is_recorded(
    anna: httpx.Client, place: Place, site: str
) -> None:
    before = place.deeds()
    for path in (f"/objects/{a_person(place)}", "/mapping", "/mend.xlsx", "/client", "/runs", "/metrics"):
        assert anna.get(path, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert anna.get("/", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert place.deeds() == before


def test_strangers_who_guess_shut_nobody_out_who_has_been_here(anna: httpx.Client, stranger: httpx.Client) -> None:
    for _ in range(4):
        assert stranger.post("/login", data={"name": "anna", "password": "fel"}).status_code == 403
    right = {"name": "anna", "password": PASSWORD}
    assert [stranger.post("/login", data=right).status_code for _ in range(6)] == [303] * 6  # a right one costs nothing


def test_a_proxy_with_a_secret_is_believed_and_no_other_program_of_the_machine(tmp_path: Path) -> None:
    admin = '[admin]\nuser_header = "X-Remote-User"\nproxy_secret = "hemligt"\n'
    with page_of(tmp_path, admin) as place:
        for more, code in (({}, 303), ({"X-Proxy-Secret": "fel"}, 303), ({"X-Proxy-Secret": "hemligt"}, 200)):
            assert httpx.get(place.base, headers={"X-Remote-User": "anna", **more}).status_code == code


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


def finished(http: httpx.Client, location: str) -> httpx.Response:
    for _ in range(200):
        answer = http.get(location)
        if answer.status_code != 200 or 'http-equiv="refresh"' not in answer.text:
            return answer
        time.sleep(0.3)
    raise AssertionError(answer.text)


def test_an_answer_is_shown_to_whoever_asked_and_nobody_else(tmp_path: Path) -> None:
    two = f'[admin.users]\nanna = "{hashed(PASSWORD)}"\nbo = "{hashed(PASSWORD)}"\n'
    with (
        page_of(tmp_path, two) as place,
        httpx.Client(base_url=place.base) as anna,
        httpx.Client(base_url=place.base) as bo,
    ):
        for name, http in (("anna", anna), ("bo", bo)):
            http.post("/login", data={"name": name, "password": PASSWORD})
        asked = anna.post("/objects", data={"csrf": csrf(anna), "what": pupil(1)["personnr"]})
        location = asked.headers["location"]
        assert bo.get(location).status_code == 404
        assert "elev:" in finished(anna, location).text
        assert bo.get(location).status_code == 404


def test_kor_nu_runs_sync_and_shows_the_run(anna: httpx.Client, place: Place) -> None:
    location = anna.post("/runs", data={"csrf": csrf(anna)}).headers["location"]
    ended = finished(anna, location)
    assert ended.headers["location"].startswith("/runs/")
    assert "oförändrat" in anna.get(ended.headers["location"]).text
    assert place.deeds()[0] == ("anna", "ran", "")


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
    assert "ZeroDivisionError in test_page.py" in place.said[0]
