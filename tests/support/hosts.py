"""Hosts of one's own: network namespaces on a bridge, with a PostgreSQL and its copy on two of them."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

_TESTS = Path(__file__).parents[1]


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@dataclass
class Host:
    """A machine: what runs on it is ended with it."""

    namespace: str
    address: str
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def begin(self, *command: str, at: Path | None = None, log: Path | None = None) -> subprocess.Popen[bytes]:
        whole = ["ip", "netns", "exec", self.namespace, *command]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_TESTS.parent), str(_TESTS)])}
        with (log or Path(os.devnull)).open("ab") as out:
            child = subprocess.Popen(whole, cwd=at, stdout=out, stderr=out, start_new_session=True, env=env)
        self.running.append(child)
        return child

    def relay(self, listen: str, *targets: str) -> None:
        self.begin(sys.executable, "-m", "support.relay", listen, *targets)

    def vanish(self) -> None:
        """No cable any more: who speaks to it is not even told."""
        ip("-n", self.namespace, "link", "set", "eth0", "down")


def kill(child: subprocess.Popen[bytes]) -> None:
    """At once, with all that it has begun."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextmanager
def hosts(*names: str) -> Iterator[dict[str, Host]]:
    """The hosts by name, and under "" the address of this machine on their bridge."""
    if os.geteuid() or not shutil.which("ip"):
        reason = "network namespaces need root and iproute2"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    tag, net = f"ss{random.randrange(16**4):04x}", f"10.{random.randrange(64, 127)}.{random.randrange(256)}"
    made: dict[str, Host] = {"": Host("", f"{net}.1")}
    try:
        ip("link", "add", f"{tag}br", "type", "bridge")
        ip("addr", "add", f"{net}.1/24", "dev", f"{tag}br")
        ip("link", "set", f"{tag}br", "up")
        for number, name in enumerate(names, 11):
            host = made[name] = Host(f"{tag}{name}", f"{net}.{number}")
            ip("netns", "add", host.namespace)
            ip("link", "add", f"{tag}v{number}", "type", "veth", "peer", "name", "eth0", "netns", host.namespace)
            ip("link", "set", f"{tag}v{number}", "master", f"{tag}br", "up")
            for words in (("addr", "add", f"{host.address}/24", "dev", "eth0"), ("link", "set", "eth0", "up")):
                ip("-n", host.namespace, *words)
            ip("-n", host.namespace, "link", "set", "lo", "up")
        yield made
    finally:
        for host in made.values():
            for child in host.running:
                kill(child)
            if host.namespace:
                subprocess.run(["ip", "netns", "del", host.namespace], check=False)
        subprocess.run(["ip", "link", "del", f"{tag}br"], check=False)


@dataclass
class Postgres:
    """A server on a host. Nothing is synced to the disk: hosts vanish here, disks do not."""

    host: Host
    folder: Path
    child: subprocess.Popen[bytes] | None = None

    def begin(self, *settings: str) -> None:
        words = [f"{_binaries()}/postgres", "-D", str(self.folder), "-c", f"listen_addresses={self.host.address}"]
        for setting in ("unix_socket_directories=", "fsync=off", "max_connections=60", *settings):
            words += ["-c", setting]
        self.child = self.host.begin(*_AS_POSTGRES, *words, log=self.folder.with_suffix(".log"))
        for _ in range(300):
            with suppress(psycopg.OperationalError):
                self.ask("SELECT 1")
                return
            time.sleep(0.1)
        raise AssertionError(self.folder.with_suffix(".log").read_text())

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        url = f"host={self.host.address} user=postgres dbname=postgres connect_timeout=3"
        with psycopg.connect(url, autocommit=True) as connection:
            found = connection.execute(statement)  # type: ignore[call-overload]
            return list(found.fetchall()) if found.description else []


@contextmanager
def primary_and_copy(first: Host, second: Host) -> Iterator[tuple[Postgres, Postgres]]:
    """The copy follows at every commit: what was told to be committed is on both."""
    folder = Path(tempfile.mkdtemp(prefix="ss12000-pg-"))
    shutil.chown(folder, "postgres")
    one, two = Postgres(first, folder / "one"), Postgres(second, folder / "two")
    try:
        _as_postgres(f"{_binaries()}/initdb", "-D", str(one.folder), "-A", "trust", "-N", "-E", "UTF8", "--locale=C")
        with (one.folder / "pg_hba.conf").open("a") as file:
            file.write("host all all 10.0.0.0/8 trust\nhost replication all 10.0.0.0/8 trust\n")
        one.begin()
        copy = ["pg_basebackup", "-h", first.address, "-U", "postgres", "-D", str(two.folder), "-R", "-X", "stream"]
        subprocess.run([*_AS_POSTGRES, f"{_binaries()}/{copy[0]}", *copy[1:]], check=True, capture_output=True, cwd="/")
        two.begin()
        one.ask("ALTER SYSTEM SET synchronous_standby_names = '*'")  # after the copy was made: it would wait for itself
        one.ask("SELECT pg_reload_conf()")
        yield one, two
    finally:
        for server in (one, two):
            if server.child is not None:
                kill(server.child)
        shutil.rmtree(folder, ignore_errors=True)


_AS_POSTGRES = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")


def _as_postgres(*words: str) -> None:
    subprocess.run([*_AS_POSTGRES, *words], check=True, capture_output=True, cwd="/")


def _binaries() -> str:
    return str(max(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name)))
