"""Who comes in to the administrators' page: by a password, a printed address, a proxy; and who does not."""

from __future__ import annotations

import datetime as dt
import re
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from support.exports import CONFIG, Installation, files, tables
from support.page import PASSWORD, USERS, Place, csrf, page_of
from support.shell import command

from adapter import wiring
from adapter.errors import ConfigError
from adapter.serving.page import Page
from adapter.simulator.pki import Authority

pytestmark = pytest.mark.long


PAGES = ("/", "/runs", "/mend", "/objects", "/client", "/held", "/mapping", "/tasks/x", "/runs/x", "/mend.xlsx")


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


def test_strangers_who_guess_shut_nobody_out_who_has_been_here(anna: httpx.Client, stranger: httpx.Client) -> None:
    for _ in range(4):
        assert stranger.post("/login", data={"name": "anna", "password": "fel"}).status_code == 403
    right = {"name": "anna", "password": PASSWORD}
    assert [stranger.post("/login", data=right).status_code for _ in range(6)] == [303] * 6  # a right one costs nothing


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


def test_a_proxy_with_a_secret_is_believed_and_no_other_program_of_the_machine(tmp_path: Path) -> None:
    admin = '[admin]\nuser_header = "X-Remote-User"\nproxy_secret = "hemligt"\n'
    with page_of(tmp_path, admin) as place:
        for more, code in (({}, 303), ({"X-Proxy-Secret": "fel"}, 303), ({"X-Proxy-Secret": "hemligt"}, 200)):
            assert httpx.get(place.base, headers={"X-Remote-User": "anna", **more}).status_code == code


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


@pytest.mark.parametrize("listen", ["8444", ":8444", "127.0.0.1:99999", "127.0.0.1:x"])
def test_what_is_no_address_and_port_is_refused_with_one_that_is(tmp_path: Path, listen: str) -> None:
    Installation(tmp_path, config=CONFIG + f'[admin]\nlisten = "{listen}"\n').night(files(tables()))
    assert "like 127.0.0.1:8443" in command("status", at=tmp_path).err
    with pytest.raises(SystemExit, match="2"):
        command("serve", "--admin", listen, at=tmp_path)


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
