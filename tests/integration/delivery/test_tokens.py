"""Tokens over real mTLS: both ways to name our key, the server's pin, and a token's whole life."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.desk import NUMBER, Desk, desk

from adapter.delivery.certificates import facts, pin_of
from adapter.errors import ConfigError, TokenError
from adapter.simulator.pki import Authority

LOCATION = "https://api.skolverket.se/provtjanst/ss12000/klient/v1"


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def server_pin(found: Desk) -> str:
    import ssl

    pem = (found.folder / "tls" / "skolverket.pem").read_text(encoding="ascii")
    return pin_of(ssl.PEM_cert_to_DER_cert(pem[: pem.index("-----END CERTIFICATE-----") + 25]))


def test_the_entity_id_of_the_federation_names_our_key(at_desk: Desk) -> None:
    claims = at_desk.auth.verify(at_desk.tokens().token(LOCATION))
    assert claims["requested_access"] == [{"type": "ss12000-client", "locations": [LOCATION]}]
    assert claims["organization_id"] == f"SE{NUMBER}"


@pytest.mark.parametrize("encoding", ["base64", "base64url"])
def test_the_certificates_thumbprint_names_our_key_in_whichever_encoding_the_server_takes(
    at_desk: Desk, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_desk.sections["token"]["client_key"] = "certificate"
    wanted = facts(at_desk.tokens()._settings)
    right = wanted.thumbprint if encoding == "base64" else wanted.url_thumbprint
    monkeypatch.setattr(at_desk.auth, "_is_known", lambda key, certificate: key["cert#S256"] == right)
    at_desk.tokens().token(LOCATION)
    assert at_desk.store.setting("token_thumbprint", "base64") == encoding


def test_a_certificate_that_is_registered_for_nobody_is_explained(at_desk: Desk) -> None:
    at_desk.sections["token"]["client_key"] = "https://somebody.else.se"
    with pytest.raises(TokenError, match=r"refuses a token \(HTTP 401.*metadata for https://somebody.else.se"):
        at_desk.tokens().token(LOCATION)


def test_a_certificate_of_an_authority_that_the_server_does_not_know_is_explained(at_desk: Desk) -> None:
    other = Authority(at_desk.folder / "other", dt.datetime.now(dt.UTC)).client("client", "Annan", NUMBER)
    at_desk.sections["token"].update(certificate=other.certificate, key=other.key)
    with pytest.raises(TokenError, match=r"does not accept our client certificate|cannot be reached"):
        at_desk.tokens().token(LOCATION)


def test_a_server_that_we_do_not_trust_gets_nothing(at_desk: Desk) -> None:
    other = Authority(at_desk.folder / "other", dt.datetime.now(dt.UTC))
    at_desk.sections["token"]["ca"] = other.file
    with pytest.raises(TokenError, match=r"its certificate is not trusted: see token\.ca"):
        at_desk.tokens().token(LOCATION)
    assert at_desk.auth.granted == 0


def test_the_servers_pin_is_looked_at_before_anything_is_sent(at_desk: Desk) -> None:
    at_desk.sections["token"]["server_pins"] = ["sha256//AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="]
    with pytest.raises(TokenError, match=r"is not among token\.server_pins") as caught:
        at_desk.tokens().token(LOCATION)
    assert at_desk.auth.granted == 0
    assert server_pin(at_desk) in str(caught.value)
    at_desk.sections["token"]["server_pins"] = [server_pin(at_desk)]
    assert at_desk.tokens().token(LOCATION)


def test_a_token_is_fetched_once_and_renewed_before_its_end(at_desk: Desk) -> None:
    tokens = at_desk.tokens()
    first = tokens.token(LOCATION)
    at_desk.clock.pass_(hours=8)
    assert tokens.token(LOCATION) == first
    at_desk.clock.pass_(hours=1, minutes=30)
    assert tokens.token(LOCATION) != first
    assert at_desk.auth.granted == 2


def test_a_key_that_does_not_belong_to_the_certificate_is_told_at_once(at_desk: Desk) -> None:
    at_desk.sections["token"]["key"] = at_desk.folder / "tls" / "facade.key"
    with pytest.raises(ConfigError, match=r"is not the key of .*client\.pem"):
        at_desk.tokens()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "cannot be read: No such file"),
        ("", "holds no key in PEM form"),
        ("-----BEGIN PRIVATE KEY-----\nrubbish\n-----END PRIVATE KEY-----\n", "holds no key in PEM form"),
    ],
)
def test_a_key_that_cannot_be_used_is_told_at_once(at_desk: Desk, content: str | None, words: str) -> None:
    key = at_desk.folder / "broken.key"
    if content is not None:
        key.write_text(content, encoding="ascii")
    at_desk.sections["token"]["key"] = key
    with pytest.raises(ConfigError, match=re.escape(words)):
        at_desk.tokens()


def test_a_server_that_is_down_is_explained(at_desk: Desk) -> None:
    at_desk.auth.down = True
    with pytest.raises(TokenError, match="HTTP 503"):
        at_desk.tokens().token(LOCATION)
