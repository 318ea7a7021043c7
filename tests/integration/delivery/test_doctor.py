"""`auth doctor` tells what is wrong in an administrator's words, and what to register where."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from support.desk import NUMBER, Desk, desk

from adapter.delivery import doctor
from adapter.delivery.doctor import Examined
from adapter.facade.jwks import fetch_keys
from adapter.simulator.pki import Authority


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        found.clock.now = int(dt.datetime.now().timestamp() * 1000)
        yield found


def examined(found: Desk) -> dict[str, Examined]:
    settings = found.settings
    findings = doctor.examine(settings, found.store, found.clock, partial(fetch_keys, settings.auth))
    return {finding.name: finding for finding in findings}


def wrong(found: Desk) -> dict[str, str]:
    return {finding.name: finding.words for finding in examined(found).values() if finding.good is False}


def test_all_is_well_on_a_desk_that_is_in_order(at_desk: Desk) -> None:
    findings = examined(at_desk)
    assert [finding for finding in findings.values() if finding.good is False] == []
    assert {"dates", "organisation", "letters", "key", "keys (JWKS)", "token", "token's key", "clock"} <= set(findings)
    assert len(findings["register: metadata pin"].words.split('"digest": "')[1].split('"')[0]) == 44


def other_certificate(number: str, days: int = 365) -> Callable[[Desk], None]:
    def change(found: Desk) -> None:
        pair = Authority(found.folder / "other", dt.datetime.now(dt.UTC)).client("client", "Åmåls kommun", number, days)
        found.sections["token"].update(certificate=pair.certificate, key=pair.key, client_key="certificate")

    return change


def without_token(found: Desk) -> None:
    del found.sections["token"]


def server_down(found: Desk) -> None:
    found.auth.down = True


def other_organiser(found: Desk) -> None:
    found.sections["organiser"] = {
        "name": "Annan kommun",
        "organisation_number": "2120000002",
        "id_namespace": "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77",
    }


def clock_ahead(found: Desk) -> None:
    found.clock.pass_(minutes=10)


def keys_elsewhere(found: Desk) -> None:
    found.sections["auth"]["jwks_url"] = "https://127.0.0.1:9/keys"


def key_of_another(found: Desk) -> None:
    found.sections["token"]["key"] = found.folder / "tls" / "facade.key"


@pytest.mark.parametrize(
    ("change", "name", "words"),
    [
        (other_certificate(NUMBER, -3), "dates", "ended 3 days ago; order a new one"),
        (other_certificate(NUMBER, 10), "dates", "order a new one now"),
        (other_certificate("5560000001"), "organisation", "not that of organisation 2120000001"),
        (other_certificate(NUMBER), "token", "does not accept our client certificate"),
        (without_token, "configuration", "config.toml has no [token]"),
        (key_of_another, "certificate", "is not the key of"),
        (server_down, "token", "HTTP 503"),
        (keys_elsewhere, "keys (JWKS)", "Check the address, the proxy, the CA"),
        (other_organiser, "token's organisation", "takes us for SE2120000001, not SE2120000002"),
        (clock_ahead, "clock", "ahead of the server's: keep time by NTP"),
    ],
    ids=lambda part: getattr(part, "__name__", str(part)),
)
def test_what_is_wrong_is_told(at_desk: Desk, change: Callable[[Desk], None], name: str, words: str) -> None:
    change(at_desk)
    found = wrong(at_desk)
    assert name in found
    if name != "token" or "certificate" not in words:  # TLS libraries word a refused certificate differently
        assert words in found[name]
