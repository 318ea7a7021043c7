"""The facade on its socket: slow and loud clients, a new certificate while it runs, several processes on one port."""

from __future__ import annotations

import datetime as dt
import os
import signal
import socket
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from support.databases import postgres_url
from support.shell import COMMAND
from support.world import World, world

from adapter.facade import protocol
from adapter.serving import service
from adapter.simulator.client import Client, differences
from adapter.simulator.pki import Authority
from adapter.store import publish
from adapter.sync.run import sync


@pytest.fixture
def place(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "w") as found:
        report = sync(found.store, found.load().inputs())
        assert report.error is None
        yield found


@contextmanager
def served(place: World, say: Callable[[str], None] = lambda text: None) -> Iterator[tuple[str, int]]:
    running = service.start(place.load(), None, say)
    host, _, port = place.load().settings.facade.listen.rpartition(":")
    try:
        yield host, int(port)
    finally:
        running.stop()


def connected(place: World, address: tuple[str, int]) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(place.folder / "tls" / "ca.pem"))
    return context.wrap_socket(socket.create_connection(address, timeout=20), server_hostname="localhost")


def head(place: World, method: str, path: str, *more: str) -> bytes:
    """A request's head, with a token that is good."""
    base = httpx.URL(place.skolverket.base_url).path
    token = place.skolverket.client.token()
    lines = [f"{method} {base}/{path} HTTP/1.1", "Host: x", f"Authorization: Bearer {token}", *more]
    return "\r\n".join([*lines, "", ""]).encode()


def live(connection: ssl.SSLSocket) -> bool:
    """Whether a request on this connection is answered."""
    connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
    got = b""
    while b'"live"}' not in got and (more := connection.recv(1000)):
        got += more
    return b"200 OK" in got


def certificate_of(place: World, address: tuple[str, int]) -> bytes:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(socket.create_connection(address, timeout=20)) as connection:
        return connection.getpeercert(binary_form=True) or b""


@pytest.mark.parametrize("path", ["subscriptions", "log", "statistics", "persons/lookup"])
def test_a_client_that_goes_away_in_the_middle_of_its_body_is_no_fault_of_ours(
    place: World, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    place.edit(r"\[facade\]", "[facade]\nlookup = true")
    said: list[str] = []
    with served(place, said.append) as address:
        with connected(place, address) as leaving:
            leaving.sendall(head(place, "POST", path, "Content-Length: 100") + b'{"message": "half of')
            time.sleep(0.3)  # so that the facade waits for the rest
        with connected(place, address) as other:
            assert live(other)
        time.sleep(0.3)
    assert said == []
    assert [record for record in caplog.records if record.exc_info] == []


def test_a_client_that_goes_away_while_pages_are_sent_is_no_fault_of_ours(
    place: World, caplog: pytest.LogCaptureFixture
) -> None:
    said: list[str] = []
    with served(place, said.append) as address:
        leaving = connected(place, address)
        leaving.sendall(head(place, "GET", "persons") * 100)  # several MB, of which it reads next to nothing
        assert leaving.recv(1000).startswith(b"HTTP/1.1 200")
        leaving.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # a reset, not a goodbye
        leaving.close()
        with connected(place, address) as other:
            assert live(other)
        time.sleep(0.3)
    assert said == []
    assert [record for record in caplog.records if record.exc_info] == []


def test_who_sends_slowly_is_let_go_and_others_are_served(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 1.0)
    with served(place) as address:
        silent, slow = connected(place, address), connected(place, address)
        slow.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        with connected(place, address) as other:
            assert live(other)
        began = time.monotonic()
        assert silent.recv(1000) == b""
        assert slow.recv(1000) == b""
        assert time.monotonic() - began < 10
        silent.close()
        slow.close()


def test_a_head_without_end_is_refused(place: World) -> None:
    with served(place) as address, connected(place, address) as loud:
        got = b""
        try:
            loud.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n")
            for _ in range(40):
                loud.sendall(b"X-Filler: " + b"x" * 4000 + b"\r\n")
            got = loud.recv(1000)
        except OSError:
            pass  # it hung up before we were done
        assert got == b"" or b" 431 " in got


def test_a_long_pause_between_requests_is_nobodys_fault(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "PATIENCE", 0.5)
    with served(place) as address, connected(place, address) as patient:
        for _ in range(2):
            assert live(patient)
            time.sleep(1)


def test_a_new_certificate_is_taken_without_dropping_anybody(place: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_LOOK_EVERY", 0.1)
    tls = place.folder / "tls"
    with served(place) as address, connected(place, address) as standing:
        before = certificate_of(place, address)
        (tls / "facade.pem").write_text("half a certificate", encoding="ascii")
        time.sleep(0.5)
        assert certificate_of(place, address) == before  # a bad file changes nothing
        pair = Authority(place.folder / "new", dt.datetime.now(dt.UTC)).server("facade")
        (tls / "facade.key").write_bytes(pair.key.read_bytes())
        (tls / "facade.pem").write_bytes(pair.certificate.read_bytes())
        until = time.monotonic() + 10
        while certificate_of(place, address) == before and time.monotonic() < until:
            time.sleep(0.1)
        assert certificate_of(place, address) != before
        assert live(standing)


@contextmanager
def command(place: World, *more: str) -> Iterator[subprocess.Popen[bytes]]:
    child = subprocess.Popen([*COMMAND, "--config", str(place.config), "serve", *more], stderr=subprocess.PIPE)
    try:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                httpx.get(f"{origin(place)}/health/ready", verify=False)
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield child
    finally:
        child.terminate()
        child.communicate()


def origin(place: World) -> str:
    return place.skolverket.base_url.partition("/ss12000")[0]


@pytest.mark.long
@pytest.mark.parametrize("state", ["sqlite", "postgres"])
def test_serve_that_is_killed_again_and_again_serves_the_same_after_each_start(state: str, tmp_path: Path) -> None:
    with postgres_url() as url, world(tmp_path / "w", url if state == "postgres" else "") as place:
        report = sync(place.store, place.load().inputs())
        assert report.error is None
        client = place.skolverket.client
        for _ in range(3):
            with command(place) as child:
                assert client.register(place.skolverket.webhook.target) == 201
                reader = threading.Thread(target=crawl, args=(client,))
                reader.start()
                os.kill(child.pid, signal.SIGKILL)
                reader.join()
        with command(place):
            assert client.register(place.skolverket.webhook.target) == 201
            assert differences(client.held, publish.documents(place.store)) == []


def crawl(client: Client) -> None:
    with suppress(httpx.HTTPError):
        client.load()


def children_of(pid: int) -> list[int]:
    return [int(found) for found in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]


@pytest.mark.long
def test_several_processes_serve_one_port_and_one_that_dies_is_replaced(place: World) -> None:
    with command(place, "--workers", "3") as parent:
        until = time.monotonic() + 20  # the first process answers before the others are begun
        while len(first := children_of(parent.pid)) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        assert len(first) == 2
        assert place.skolverket.client.register(place.skolverket.webhook.target) == 201
        os.kill(first[0], signal.SIGKILL)
        until = time.monotonic() + 20
        while (
            set(children_of(parent.pid)) == set(first) or len(children_of(parent.pid)) < 2
        ) and time.monotonic() < until:
            time.sleep(0.1)
        assert len(set(children_of(parent.pid)) - {first[0]}) == 2
        for _ in range(10):
            assert httpx.get(f"{origin(place)}/health/ready", verify=False).status_code == 200
        place.skolverket.client.unsubscribe()
    assert parent.returncode == 0


class Interrupted(BaseException):
    """A signal has come."""


def test_a_signal_while_it_is_looked_whether_it_serves_lets_the_server_end_first(place: World) -> None:
    def interrupt(number: int, frame: object) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGUSR1, interrupt)
    running = service.start(place.load(), None, lambda text: None)
    try:
        timer = threading.Timer(0.1, signal.pthread_kill, (threading.get_ident(), signal.SIGUSR1))
        timer.start()
        with pytest.raises(Interrupted):
            running.alive()  # waits for half a second
        assert running.threads[0].is_alive()  # or `stop` would not wait for it, and the process would end under it
    finally:
        running.stop()
        signal.signal(signal.SIGUSR1, before)
    assert not running.threads[0].is_alive()


def test_sighup_takes_a_new_certificate_and_sigterm_lets_requests_end(place: World) -> None:
    with command(place) as child:
        stop = threading.Event()
        failures: list[str] = []

        def reading() -> None:
            with httpx.Client(verify=False) as http:
                while not stop.is_set():
                    status = http.get(f"{origin(place)}/health/ready").status_code
                    if status != 200:
                        failures.append(str(status))

        reader = threading.Thread(target=reading)
        reader.start()
        pair = Authority(place.folder / "new", dt.datetime.now(dt.UTC)).server("facade")
        (place.folder / "tls" / "facade.key").write_bytes(pair.key.read_bytes())
        (place.folder / "tls" / "facade.pem").write_bytes(pair.certificate.read_bytes())
        child.send_signal(signal.SIGHUP)
        time.sleep(0.5)
        stop.set()
        reader.join()
        assert failures == []
    assert child.returncode == 0
