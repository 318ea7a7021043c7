"""Nobody else reads: every kind of bad token gets 401 or 403 with a body, and never 500."""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from support import small_school
from support.readable import BASE, PATH, Readable, readable

from adapter.errors import ConfigError
from adapter.facade.auth import place_of
from adapter.facade.jwks import KeySource


@pytest.fixture(scope="module")
def facade(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Readable]:
    with readable(tmp_path_factory.mktemp("facade")) as found:
        yield found


def access(*locations: Any, kind: str = "ss12000-api") -> list[Any]:
    return [{"type": kind, "locations": list(locations)}]


FORBIDDEN: dict[str, dict[str, Any]] = {
    "another organisation": {"organization_id": "SE5567044268"},
    "no organisation": {"organization_id": None},
    "no access": {"requested_access": None},
    "access as texts": {"requested_access": ["ss12000-api"]},
    "access that is no list": {"requested_access": "ss12000-api"},
    "access without locations": {"requested_access": [{"type": "ss12000-api"}]},
    "locations of another form": {"requested_access": [{"type": "ss12000-api", "locations": BASE}]},
    "locations that are no texts": {"requested_access": access(1, None, {})},
    "another kind of access": {"requested_access": access(BASE, kind="provisioning-api")},
    "another host": {"requested_access": access("https://ss12000.exempel.se.evil.example/ss12000-api/v2.0")},
    "ours inside a query": {"requested_access": access(f"https://evil.example/?u={BASE}")},
    "ours with a user": {"requested_access": access(BASE.replace("https://", "https://evil@"))},
    "another path": {"requested_access": access(BASE + "/persons")},
    "another port": {"requested_access": access(BASE.replace(".se/", ".se:8443/"))},
    "not https": {"requested_access": access(BASE.replace("https", "http"))},
    "with a fragment": {"requested_access": access(BASE + "#x")},
}
UNAUTHORISED: dict[str, dict[str, Any]] = {
    "expired": {"exp": 1},
    "not yet": {"nbf": 1 << 33},
    "issued in the future": {"iat": 1 << 33},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "nutid test"},
    "no expiry": {"exp": None},
    "no start": {"nbf": None},
    "no finding time": {"iat": None},
    "expiry that is no number": {"exp": "soon"},
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_good_token_that_is_not_for_this_is_403(facade: Readable, what: str) -> None:
    answer = facade.ask("/persons", token=facade.issuer.token(**FORBIDDEN[what]))
    assert answer.status_code == 403
    assert answer.json()["code"] == "403"


@pytest.mark.parametrize("what", UNAUTHORISED)
def test_a_token_that_is_not_valid_now_is_401(facade: Readable, what: str) -> None:
    answer = facade.ask("/persons", token=facade.issuer.token(**UNAUTHORISED[what]))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def malformed(issuer: Any) -> list[str]:
    good = issuer.token()
    head, claims, signature = good.split(".")
    stranger = ec.generate_private_key(ec.SECP256R1())
    made = [
        ".",
        "..",
        "a.b.c",
        head,
        f"{head}.{claims}",
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-6]}AAAAAA",
        f"{part({'alg': 'none', 'kid': 'k1'})}.{claims}.",
        f"{part({'alg': 'HS256', 'kid': 'k1'})}.{claims}.{signature}",
        f"{part({'alg': 'ES256'})}.{claims}.{signature}",
        f"{part({'alg': 'ES256', 'kid': 1})}.{claims}.{signature}",
        f"{part([])}.{claims}.{signature}",
        f"{head}.{part('text')}.{signature}",
        issuer.token(key=stranger),
        issuer.token(key=stranger, kid="unknown"),
        issuer.token(key="secret" * 8, algorithm="HS256"),
        "x" * 20_000,
        "å.ä.ö".encode().decode("latin-1"),
    ]
    draw = random.Random(1)
    for _ in range(300):
        characters = list(good)
        for _ in range(draw.randrange(1, 4)):
            characters[draw.randrange(len(characters))] = draw.choice("abcXYZ019-_.=")
        changed = "".join(characters)
        if changed.split(".")[:2] != good.split(".")[:2]:
            made.append(changed)
    return made


def test_no_malformed_token_is_let_in_or_breaks_anything(facade: Readable) -> None:
    for token in malformed(facade.issuer):
        answer = facade.http.get(f"{PATH}/persons", headers={"Authorization": b"Bearer " + token.encode("latin-1")})
        assert answer.status_code == 401, token[:80]


@pytest.mark.parametrize("header", ["", "Basic abc", "Bearer", "Token x"])
def test_other_headers_are_401(facade: Readable, header: str) -> None:
    assert facade.http.get(f"{PATH}/persons", headers={"Authorization": header}).status_code == 401


def test_our_address_may_be_spelled_in_its_equal_forms(facade: Readable) -> None:
    for spelling in (BASE + "/", BASE.replace(".se/", ".se:443/"), BASE.replace("exempel.se", "EXEMPEL.SE")):
        token = facade.issuer.token(requested_access=["odd", *access("https://other.example"), *access(spelling)])
        assert facade.ask("/persons", token=token).status_code == 200


def test_places_are_compared_whole() -> None:
    assert place_of("https://a.se/x") == ("https", "a.se", 443, "/x")
    for text in ("a.se", "ftp://a.se", "https://", "https://a.se/?x", "https://a.se:x/", None, 5):
        assert place_of(text) is None


def test_keys_rotate_while_it_runs_and_a_withdrawn_one_is_refused(tmp_path: Path) -> None:
    with readable(tmp_path) as facade:
        old = facade.issuer.token("k1")
        assert facade.ask("/persons", token=old).status_code == 200
        facade.issuer.new_key("k2")
        facade.clock.pass_(minutes=2)
        assert facade.ask("/persons", token=facade.issuer.token("k2")).status_code == 200
        assert facade.ask("/persons", token=old).status_code == 200
        facade.issuer.new_key("k3", keep=False)
        facade.clock.pass_(minutes=2)
        assert facade.ask("/persons", token=facade.issuer.token("k3")).status_code == 200
        assert facade.ask("/persons", token=old).status_code == 401


def test_the_last_good_keys_serve_while_there_are_no_new_ones_but_not_for_ever(tmp_path: Path) -> None:
    with readable(tmp_path) as facade:
        assert facade.ask("/persons").status_code == 200
        facade.issuer.file.unlink()
        facade.clock.pass_(days=1)
        assert facade.ask("/persons").status_code == 200
        facade.clock.pass_(days=3)
        assert facade.ask("/persons").status_code == 503


def test_keys_over_plain_http_are_for_loopback_alone(tmp_path: Path) -> None:
    for url, allowed in (
        ("http://127.0.0.1:1/jwks", True),
        ("http://localhost:1/jwks", True),
        ("http://exempel.se/jwks", False),
        ("ftp://exempel.se/jwks", False),
    ):
        settings = small_school.settings(auth={"jwks_url": url}).auth
        if allowed:
            KeySource(settings, lambda: 0)
        else:
            with pytest.raises(ConfigError, match="jwks_url"):
                KeySource(settings, lambda: 0)


def test_a_flood_of_unknown_tokens_is_let_down_and_those_that_are_known_are_served(facade: Readable) -> None:
    known = facade.issuer.token()
    assert facade.ask("/persons", token=known).status_code == 200
    statuses = {facade.ask("/persons", token=f"x{n}.y.z").status_code for n in range(700)}
    assert statuses == {401, 429}
    assert facade.ask("/persons", token=known).status_code == 200
    facade.clock.pass_(seconds=2)
    assert facade.ask("/persons", token="x.y.z").status_code == 401
