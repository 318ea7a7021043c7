"""Tokens over real mTLS: both ways to name our key, the server's pin, and a token's whole life."""

from __future__ import annotations

import datetime as dt
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import pkcs12
from support.desk import NUMBER, Desk, desk

from adapter.delivery.certificates import facts, pin_of
from adapter.delivery.token import TokenClient
from adapter.errors import ConfigError, TokenError
from adapter.facade.jwks import fetch_keys
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


def test_one_token_serves_every_process_on_the_state(at_desk: Desk) -> None:
    first = at_desk.tokens().token(LOCATION)
    other = at_desk.tokens()
    assert other.token(LOCATION) == first
    assert at_desk.auth.granted == 1
    other.drop(LOCATION)
    assert at_desk.tokens().token(LOCATION) != first


def test_a_token_that_another_process_has_renewed_is_not_dropped_for_the_old_one(at_desk: Desk) -> None:
    old, new = at_desk.tokens(), at_desk.tokens()
    old.token(LOCATION)
    new.token(LOCATION)
    new.drop(LOCATION)
    renewed = new.token(LOCATION)
    old.drop(LOCATION)  # it was refused with the old one
    assert at_desk.tokens().token(LOCATION) == renewed


@pytest.mark.parametrize("password", [None, "hemligt"])
def test_pkcs12_holds_certificate_chain_and_key(at_desk: Desk, password: str | None) -> None:
    tls = at_desk.folder / "tls"
    key = serialization.load_pem_private_key((tls / "client.key").read_bytes(), None)
    certificate, *chain = x509.load_pem_x509_certificates((tls / "client.pem").read_bytes())
    how = serialization.BestAvailableEncryption(password.encode()) if password else serialization.NoEncryption()
    assert isinstance(key, EllipticCurvePrivateKey)
    (tls / "client.p12").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, certificate, chain, how))
    at_desk.sections["token"].update(certificate=tls / "client.p12", key=None, key_password=password)
    assert at_desk.tokens().token(LOCATION)
    at_desk.sections["token"]["key_password"] = "fel"
    with pytest.raises(ConfigError, match=r"is no PKCS#12, or token\.key_password is not its own"):
        at_desk.tokens()


def test_a_key_may_be_encrypted(at_desk: Desk) -> None:
    tls = at_desk.folder / "tls"
    key = serialization.load_pem_private_key((tls / "client.key").read_bytes(), None)
    how = serialization.BestAvailableEncryption(b"hemligt")
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, how)
    (tls / "locked.key").write_bytes(pem)
    at_desk.sections["token"]["key"] = tls / "locked.key"
    with pytest.raises(ConfigError, match=r"is encrypted; set token\.key_password"):
        at_desk.tokens()
    at_desk.sections["token"]["key_password"] = "hemligt"
    assert at_desk.tokens().token(LOCATION)


def test_everything_outbound_may_go_through_a_proxy(at_desk: Desk) -> None:
    with proxy() as (url, passed):
        at_desk.sections["network"] = {"proxy": url}
        settings = at_desk.settings
        assert settings.token is not None
        tokens = TokenClient(settings.token, at_desk.store, at_desk.clock, settings.proxy)
        at_desk.subscribe()
        at_desk.night(efternamn="Nygift")
        assert at_desk.deliver(tokens).sent == 1
        assert fetch_keys(settings.auth, settings.proxy)
    assert len(passed) == 3


@contextmanager
def proxy() -> Iterator[tuple[str, list[str]]]:
    """A web proxy that lets CONNECT through, and says where to."""
    passed: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            place = self.rfile.readline().split()[1].decode()
            while self.rfile.readline().strip():
                pass
            passed.append(place)
            host, _, port = place.partition(":")
            with socket.create_connection((host, int(port))) as other:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                pump = threading.Thread(target=copy, args=(other, self.connection), daemon=True)
                pump.start()
                copy(self.connection, other)

    def copy(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while content := source.recv(65_536):
                sink.sendall(content)
            sink.shutdown(socket.SHUT_WR)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}", passed
        server.shutdown()
