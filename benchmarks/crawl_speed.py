"""The facade as its client meets it, beside a bare app on the same state: quiet, during a sync, with four clients."""

from __future__ import annotations

import os
import selectors
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import httpx
import orjson

from adapter.ss12000.types import FETCH_ORDER
from benchmarks.measure import Section, python, table

_PATH = "/ss12000-api/v2.0"
_ROUNDS = 6  # of each app in turn, so that both meet the same weather
_SECONDS = 1.0  # of reading in each round


def run(folder: Path, server: str = "") -> Section:
    """The state must hold a first version and a next day's. `server`: URL of a PostgreSQL state, to be filled."""
    token = (folder / "token").read_text(encoding="utf-8")
    with ExitStack() as both:
        ours = _Service(both.enter_context(_serving(folder / "day2")), _PATH, f"Authorization: Bearer {token}\r\n")
        bare = _Service(both.enter_context(_bare(folder / "state.db")), "", "")
        rows: list[Sequence[str]] = []
        if server:
            far = _Service(both.enter_context(_serving(_on_server(folder, server))), _PATH, ours.header)
        for limit in (1000, 100):
            mine = ours.addresses(f"/persons?limit={limit}")[:-1]
            if len(mine) < 2:
                continue  # too few persons for full pages of this size
            other = _bare_addresses(folder / "state.db", limit, len(mine))
            rows += _beside(f"pages of {limit}", limit, ours, mine, bare, other, 1)
            rows += _beside(f"pages of {limit}, 4 clients", limit, ours, mine, bare, other, 4)
            if server:
                there = far.addresses(f"/persons?limit={limit}")[:-1]
                rows += _beside(f"pages of {limit}, 4 clients, PostgreSQL", limit, far, there, ours, mine, 4, "SQLite")
            with _syncing(folder):
                rows += _beside(f"pages of {limit}, during a sync", limit, ours, mine, bare, other, 1)
        delta = ours.addresses("/persons?limit=100&meta.modified.after=2020-01-01T00:00:00Z")[:-1]
        rows.append(_figures("delta pages of 100", 100, _read(ours, delta, 1, _SECONDS)))
        began = time.perf_counter()
        objects = sum(ours.crawl(f"/{kind.collection}?limit=1000") for kind in FETCH_ORDER)
        spent = time.perf_counter() - began
    rows.append(("whole crawl, parsed", f"{objects / spent:,.0f}", f"{spent * 1000:.0f}", "", "", ""))
    text = table(("", "objects/s", "p50 ms", "p99 ms", "x", "p99 x"), rows)
    return Section(text, {row[0]: float(row[4]) for row in rows if row[4]}, True)


class _Service:
    """One facade, or what stands for one, on a port of this machine."""

    def __init__(self, port: int, path: str, header: str) -> None:
        self.port = port
        self.header = header
        self._path = path
        name, _, value = header.strip().partition(": ")
        headers = {name: value} if name else {}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}{path}", headers=headers, timeout=60)

    def request(self, address: str) -> bytes:
        """A request's bytes."""
        return f"GET {self._path}{address} HTTP/1.1\r\nHost: x\r\n{self.header}\r\n".encode()

    def addresses(self, first: str) -> list[str]:
        """Where the pages of a list are."""
        found = [first]
        collection = first.partition("?")[0]
        while token := self._page(found[-1]).get("pageToken"):
            found.append(f"{collection}?pageToken={token}")
        return found

    def crawl(self, first: str) -> int:
        """Follow a list to its end, parsing every page; how many objects."""
        page, count = self._page(first), 0
        collection = first.partition("?")[0]
        while True:
            count += len(page["data"])
            if "pageToken" not in page:
                return count
            page = self._page(f"{collection}?pageToken={page['pageToken']}")

    def _page(self, address: str) -> dict[str, list[object]]:
        answer = self._http.get(address)
        answer.raise_for_status()
        return orjson.loads(answer.content)


class _Client:
    """A connection that asks for one page after another: a client's own work must not hide the server's."""

    def __init__(self, service: _Service, requests: Sequence[bytes], start: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", service.port))
        self._requests = requests
        self._next = start
        self._buffer = bytearray(1 << 20)
        self._left = 0

    def ask(self) -> None:
        """Send the next request."""
        self._began = time.perf_counter()
        self._left = -1
        self.socket.sendall(self._requests[self._next % len(self._requests)])
        self._next += 1

    def take(self) -> float | None:
        """Take what has come; the seconds of the whole answer when that was its end."""
        count = self.socket.recv_into(self._buffer)
        if self._left < 0:
            head = bytes(self._buffer[: self._buffer.index(b"\r\n\r\n") + 4]).lower()
            assert head.startswith(b"http/1.1 200"), head
            self._left = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0]) + len(head)
        self._left -= count
        return time.perf_counter() - self._began if self._left == 0 else None


def _beside(
    name: str,
    limit: int,
    ours: _Service,
    mine: Sequence[str],
    bare: _Service,
    other: Sequence[str],
    clients: int,
    beside: str = "bare Starlette",
) -> Iterator[Sequence[str]]:
    """Two lines: ours and what it is held against, read in turns."""
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(_ROUNDS):
        times[0].extend(_read(ours, mine, clients, _SECONDS))
        times[1].extend(_read(bare, other, clients, _SECONDS))
    yield _figures(name, limit, times[0], clients, times[1])
    yield _figures(f"  {beside}", limit, times[1], clients)


def _read(service: _Service, addresses: Sequence[str], count: int, seconds: float) -> list[float]:
    """Seconds of each page that so many clients get in this time."""
    requests = [service.request(address) for address in addresses]
    clients = [_Client(service, requests, n * len(requests) // count) for n in range(count)]
    times = []
    with selectors.DefaultSelector() as waiting:
        for client in clients:
            waiting.register(client.socket, selectors.EVENT_READ, client)
            client.ask()
        until = time.perf_counter() + seconds
        while clients:
            for key, _ in waiting.select():
                spent = key.data.take()
                if spent is None:
                    continue
                times.append(spent)
                if time.perf_counter() < until:
                    key.data.ask()
                else:
                    waiting.unregister(key.data.socket)
                    key.data.socket.close()
                    clients.remove(key.data)
    return times


def _figures(
    name: str, limit: int, times: Sequence[float], clients: int = 1, beside: Sequence[float] = ()
) -> Sequence[str]:
    rate = limit * clients / statistics.mean(times)
    against = ("", "")
    if beside:
        faster = rate / (limit * clients / statistics.mean(beside))
        against = f"{faster:.2f}", f"{_late(times) / _late(beside):.1f}"
    return name, f"{rate:,.0f}", f"{statistics.median(times) * 1000:.2f}", f"{_late(times) * 1000:.2f}", *against


def _late(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.99)]


def _bare_addresses(state: Path, limit: int, count: int) -> list[str]:
    """The same pages, as the bare app is asked for them."""
    with closing(sqlite3.connect(state)) as database:
        wanted = "SELECT rid FROM published_person ORDER BY rid"
        keys = [0, *(rid for (rid,) in database.execute(wanted))][::limit]
    return [f"/persons?limit={limit}&cursor={key}" for key in keys[:count]]


def _on_server(folder: Path, server: str) -> Path:
    """The second day once more, with its state in an empty PostgreSQL database."""
    for day in ("day1", "day2"):
        config = (folder / day / "config.toml").read_text(encoding="utf-8")
        moved = folder / f"{day}-server"
        shutil.copytree(folder / day, moved, dirs_exist_ok=True)
        (moved / "config.toml").write_text(config.replace("sqlite:///../state.db", server), encoding="utf-8")
        python("adapter", "--config", str(moved / "config.toml"), "sync")
    return moved


@contextmanager
def _syncing(folder: Path) -> Iterator[None]:
    """A nightly run beside it, again and again."""
    command = [sys.executable, "-m", "adapter", "--config", str(folder / "day2" / "config.toml"), "sync", "--full"]
    loop = f"import subprocess\nwhile True: subprocess.run({command!r}, stdout=subprocess.DEVNULL)"
    child = subprocess.Popen([sys.executable, "-c", loop], start_new_session=True)
    try:
        yield
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()


@contextmanager
def _serving(day: Path) -> Iterator[int]:
    port = _free_port()
    config = day / "config.toml"
    here = day / "serve.toml"
    here.write_text(config.read_text(encoding="utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}"), encoding="utf-8")
    with _child(port, "adapter", "--config", str(here), "serve"):
        yield port


@contextmanager
def _bare(state: Path) -> Iterator[int]:
    port = _free_port()
    with _child(port, "benchmarks.bare", str(state), str(port)):
        yield port


@contextmanager
def _child(port: int, *arguments: str) -> Iterator[None]:
    child = subprocess.Popen([sys.executable, "-m", *arguments], stderr=subprocess.DEVNULL)
    try:
        _wait(port)
        yield
    finally:
        child.terminate()
        child.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the facade did not come up")
