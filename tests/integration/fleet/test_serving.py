"""`fleet serve`: who comes, changes or goes is seen while everybody else is served."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import httpx
import pytest
from support.fleets import Organisers, organisers_of, people_of, until
from support.page import PASSWORD, USERS
from support.ports import free_port
from support.shell import COMMAND

from adapter.errors import StateError
from adapter.fleet import delivering, serving
from adapter.ss12000.types import ResourceType
from adapter.store import schemas

pytestmark = pytest.mark.long
PERSON = ResourceType.PERSON


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "_LOOK_EVERY", 0.2)
    monkeypatch.setattr(delivering, "_EVERY", 0.2)


def status(place: Organisers, name: str) -> int:
    return place.ask(place.base(name) + "/persons", place.token(name)).status_code


def test_an_organiser_that_comes_is_served_without_a_restart_and_one_that_goes_is_not(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place, place.served():
        assert (status(place, "berg"), status(place, "dal")) == (503, 404)  # nothing is published yet
        place.add("dal")
        assert place.sync("dal").code == 0
        until(lambda: status(place, "dal") == 200)
        (place.root / "organisers/dal/config.toml").unlink()
        until(lambda: status(place, "dal") == 404)
        assert status(place, "berg") == 503


def test_who_is_gone_is_gone_also_while_the_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(url: str) -> None:
        raise StateError("fleet.database: away")

    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        with place.served():
            monkeypatch.setattr(schemas, "must_answer", away)
            place.add("lund")  # has to be taken up, which cannot be now
            (tmp_path / "organisers/dal/config.toml").unlink()
            until(lambda: status(place, "dal") == 404)
            assert (status(place, "berg"), status(place, "lund")) == (200, 404)


def test_one_that_is_wrong_is_told_and_touches_nobody(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        config = place.root / "organisers/dal/config.toml"
        config.write_text(config.read_text() + "[facad]\n")
        with place.served():
            assert (status(place, "berg"), status(place, "dal")) == (200, 404)
            assert any(line.startswith("dal: not served") and "facad" in line for line in place.said)
            config.write_text(config.read_text().replace("[facad]\n", ""))
            until(lambda: status(place, "dal") == 200)
            config.write_text("nonsense")  # and one that was served goes on as it was
            until(lambda: any("dal: served as before" in line for line in place.said))
            assert (status(place, "berg"), status(place, "dal")) == (200, 200)


def test_who_has_anothers_address_is_refused_and_the_other_is_served(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        with place.served():
            place.add("echo", base=place.base("berg"))
            until(lambda: any(line.startswith("echo: not served") for line in place.said))
            assert (status(place, "berg"), status(place, "dal")) == (200, 200)
        with place.served():
            assert (status(place, "berg"), status(place, "dal")) == (200, 200)
        assert {name: found["standing"] for name, found in place.standing().items()} == {
            "echo": "wrong", "berg": "look", "dal": "look"
        }  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        ('base_url = "http://', 'base_url = "http://[ekko/'),
        ('jwks_url = "file', 'jwks_url = "https://[x/file'),
        ("[organiser]", "x = " + "[" * 3000 + "\n[organiser]"),
        ("[organiser]", 'x = {file = "a\\u0000b"}\n[organiser]'),
        ('url = "postgresql+psycopg:', 'url = "postgresql+psycopg_async:'),
        ("[auth]", '[auth]\naccepted_base_urls = ["https://[x"]'),
        ("[organiser]", '"\\u001b[2J" = 1\n[organiser]'),
    ],
)
def test_whatever_stands_in_ones_file_others_are_served(tmp_path: Path, wrong: tuple[str, str]) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        config = tmp_path / "organisers/dal/config.toml"
        good = config.read_text()
        config.write_text(good.replace(*wrong))
        with place.served():
            assert (status(place, "berg"), status(place, "dal")) == (200, 404)
            assert place.standing()["dal"]["standing"] == "wrong"
            config.write_text(good)
            until(lambda: status(place, "dal") == 200)
            config.write_text(good.replace(*wrong))
            until(lambda: any(line.startswith("dal: served as before") for line in place.said))
            assert (status(place, "berg"), status(place, "dal")) == (200, 200)
        assert not any("\x1b" in line for line in place.said)


def test_when_the_folder_is_gone_everybody_is_served_as_before(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place:
        for name in ("berg", "dal"):
            place.sync(name)
        with place.served():
            (tmp_path / "organisers").rename(tmp_path / "away")
            until(lambda: any("everybody is served as before" in line for line in place.said))
            (tmp_path / "organisers").mkdir()  # as where a disk is mounted
            until(lambda: any("is empty" in line for line in place.said))
            assert (status(place, "berg"), status(place, "dal")) == (200, 200)
            assert len([line for line in place.said if "as before" in line]) == 2, "said once each"


def test_a_state_that_was_away_is_tried_again(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        place.sync("berg")
        place.sql("ALTER SCHEMA berg RENAME TO gone")
        with place.served():
            assert status(place, "berg") == 404
            assert any("no schema 'berg'" in line for line in place.said)
            place.sql("ALTER SCHEMA gone RENAME TO berg")
            until(lambda: status(place, "berg") == 200)


def test_each_ones_notices_go_with_its_own_certificate_to_its_own_client(tmp_path: Path) -> None:
    with organisers_of(tmp_path) as place, place.with_skolverket("berg") as berg, place.with_skolverket("dal") as dal:
        sides = {"berg": berg, "dal": dal}
        for name in sides:
            assert place.sync(name).code == 0
        with place.served():
            for name, side in sides.items():
                assert side.client.register(side.webhook.target) == 201
                side.webhook.status = 503
                changed = people_of(name)
                changed["elev"][0]["tilltalsnamn"] = "Nya"
                place.export(name, changed)
                assert place.sync(name).code == 6, "a notice waits"
            assert [len(side.webhook.notices) for side in sides.values()] == [0, 0]
            for name, side in sides.items():
                side.webhook.status = 200
                place.sql(f"UPDATE {name}.notice SET next_attempt = 0")  # the pause after a failure is over
            until(lambda: all(side.webhook.notices for side in sides.values()))
            for name, side in sides.items():
                until(lambda side=side: any(p["givenName"] == "Nya" for p in side.client.held[PERSON].values()))
                assert {person["familyName"] for person in side.client.held[PERSON].values()} == {f"{name}son"}
            waiting = "SELECT count(*) FROM {}.notice"
            until(lambda: [place.sql(waiting.format(name)) for name in sides] == [[(0,)], [(0,)]])  # it was fetched


def test_health_is_the_processs_own(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg", "dal") as place, place.served():
        base = f"http://127.0.0.1:{place.port}/health"
        assert httpx.get(f"{base}/live").status_code == 200
        assert httpx.get(f"{base}/ready").json() == {"status": "ready", "organisers": 2}


def test_each_page_is_at_a_host_name_of_its_own_with_its_own_people(tmp_path: Path) -> None:
    port = free_port()
    with organisers_of(tmp_path, pages=port) as place:
        place.add("berg", more=USERS)
        place.add("dal", more=USERS.replace("anna", "bo"))
        place.add("lund")  # nobody may come in
        for name in ("berg", "dal"):
            place.sync(name)
        with place.served(), httpx.Client(base_url=f"http://127.0.0.1:{port}") as http:

            def page(name: str, path: str = "/login", **more: object) -> httpx.Response:
                headers = {"Host": f"{name}.localhost:{port}"}
                return http.request("POST" if more else "GET", path, headers=headers, **more)  # type: ignore[arg-type]

            assert [page(name).status_code for name in ("berg", "dal", "lund", "x", "berg.dal")] == [
                200,
                200,
                404,
                404,
                404,
            ]
            anna = {"name": "anna", "password": PASSWORD}
            assert page("dal", data=anna).status_code != 303
            assert page("berg", data=anna).status_code == 303
            assert page("berg", "/").status_code == 200
            assert page("dal", "/").status_code == 303, "a session of one opens another's page"


def test_the_installed_command_serves_until_it_is_told_to_stop(tmp_path: Path) -> None:
    with organisers_of(tmp_path, "berg") as place:
        place.sync("berg")
        child = place.begin("serve")
        try:
            until(lambda: _answers(place))
            changed = people_of("berg")
            changed["elev"].pop()
            place.export("berg", changed)
            assert place.sync("berg").json["types"]["Person"]["deleted"] == 1
            assert status(place, "berg") == 200
        finally:
            child.send_signal(signal.SIGTERM)
            said = child.communicate(timeout=30)[1]
        assert child.returncode == 0, said
        assert "serving 1 organiser on" in said


def _answers(place: Organisers) -> bool:
    try:
        return status(place, "berg") == 200
    except httpx.TransportError:
        return False


def test_what_is_wrong_with_the_fleets_own_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "fleet.toml").write_text(
        '[fleet]\ndatabas = "x"\nbase_url = "https://x.exempel.se/v2.0"\n[night]\nfrom = "25:00"\n'
    )
    done = subprocess.run(
        [*COMMAND, "fleet", "status"], cwd=tmp_path, capture_output=True, text=True, env={**os.environ}, check=False
    )
    assert done.returncode == 2
    for words in ("fleet.toml:2", 'Did you mean "database"?', "must hold {name} once", "night.from"):
        assert words in done.stderr, done.stderr
