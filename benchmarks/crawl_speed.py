"""The facade as its client meets it: pages over a kept connection, whole crawls, deltas; and one bare fetchall."""

from __future__ import annotations

import re
import socket
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import orjson

from adapter.ss12000.types import FETCH_ORDER
from benchmarks.measure import table

_PATH = "/ss12000-api/v2.0"
_PAGES_READ = 400


def run(folder: Path) -> str:
    """A table; the state must hold a first version and a next day's."""
    with _serving(folder / "day2") as port:
        client = _Client(port, (folder / "token").read_text(encoding="utf-8"))
        rows = []
        for limit in (1000, 100):
            addresses = client.addresses(f"/persons?limit={limit}")
            if len(addresses) < 3:
                continue  # too few persons for full pages of this size
            floor = _fetchall(folder / "state.db", limit)
            rows.append(_pages(f"pages of {limit} persons", client, _cycle(addresses[:-1], _PAGES_READ), limit, floor))
            if limit == 1000:
                for name, address in (("first page", addresses[0]), ("last full page", addresses[-2])):
                    rows.append(_pages(name, client, [address] * 100, limit, floor))
        delta = client.addresses("/persons?limit=100&meta.modified.after=2020-01-01T00:00:00Z")
        floor = _fetchall(folder / "state.db", 100)
        rows.append(_pages("delta pages of 100", client, _cycle(delta[:-1], 100), 100, floor))
        began = time.perf_counter()
        objects = sum(client.crawl(f"/{kind.collection}?limit=1000") for kind in FETCH_ORDER)
        spent = time.perf_counter() - began
    rows.append(("whole crawl, parsed", f"{objects / spent:,.0f}", f"{spent * 1000:.0f}", "", ""))
    return table(("", "objects/s", "p50 ms", "p99 ms", "x fetchall"), rows)


class _Client:
    def __init__(self, port: int, token: str) -> None:
        self._port = port
        self._headers = {"Authorization": f"Bearer {token}"}
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}{_PATH}", headers=self._headers, timeout=60)
        self._authorization = f"Authorization: {self._headers['Authorization']}"
        self._raw = socket.create_connection(("127.0.0.1", port))
        self._buffer = memoryview(bytearray(1 << 20))

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

    def seconds(self, address: str) -> float:
        """One page, its bytes only, over a bare socket: a client's own work must not hide the server's."""
        began = time.perf_counter()
        self._raw.sendall(f"GET {_PATH}{address} HTTP/1.1\r\nHost: x\r\n{self._authorization}\r\n\r\n".encode())
        count = self._raw.recv_into(self._buffer)
        head, _, body = bytes(self._buffer[:count]).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        left = int(re.findall(rb"content-length: (\d+)", head)[0]) - len(body)
        while left > 0:
            left -= self._raw.recv_into(self._buffer)
        return time.perf_counter() - began

    def _page(self, address: str) -> dict[str, list[object]]:
        answer = self._http.get(address)
        answer.raise_for_status()
        return orjson.loads(answer.content)


def _pages(name: str, client: _Client, addresses: Sequence[str], limit: int, floor: float) -> Sequence[str]:
    times = sorted(client.seconds(address) for address in addresses)
    middle, late = statistics.median(times), times[int(len(times) * 0.99)]
    rate = limit * len(times) / sum(times)
    return name, f"{rate:,.0f}", f"{middle * 1000:.2f}", f"{late * 1000:.2f}", f"{middle / floor:.1f}"


def _cycle(addresses: Sequence[str], count: int) -> list[str]:
    return [addresses[n % len(addresses)] for n in range(count)]


def _fetchall(state: Path, limit: int) -> float:
    """Seconds for one page's rows, in this process."""
    with closing(sqlite3.connect(state)) as database:
        wanted = "SELECT rid, created, modified, body FROM published_person WHERE rid > ? ORDER BY rid LIMIT ?"
        return _middle(lambda: database.execute(wanted, (1000, limit)).fetchall())


def _middle(work: Callable[[], object]) -> float:
    times = []
    for _ in range(50):
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


@contextmanager
def _serving(day: Path) -> Iterator[int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = day / "config.toml"
    here = day / "serve.toml"
    here.write_text(config.read_text(encoding="utf-8").replace("127.0.0.1:0", f"127.0.0.1:{port}"), encoding="utf-8")
    child = subprocess.Popen(
        [sys.executable, "-m", "adapter", "--config", str(here), "serve"], stderr=subprocess.DEVNULL
    )
    try:
        _wait(port)
        yield port
    finally:
        child.terminate()
        child.wait()


def _wait(port: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("the facade did not come up")
