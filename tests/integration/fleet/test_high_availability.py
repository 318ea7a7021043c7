"""Facades, workers, a PostgreSQL and its copy on hosts of their own: whichever dies, no change is missed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from support import exports
from support.exports import Tables, files
from support.fleets import people_of, told, until
from support.hosts import Host, Postgres, hosts, kill, primary_and_copy
from support.ports import free_port

from adapter import wiring
from adapter.fleet import joining, organisers
from adapter.simulator.client import differences
from adapter.simulator.skolverket import Skolverket
from adapter.store import publish, schemas

pytestmark = pytest.mark.long
HISTORIES = int(os.environ.get("SS12000_FAILOVERS", "1"))
EVENTS = 10
NAMES = ("berg", "dal")


@dataclass
class Machines:
    """The installation of two organisers on four hosts, and Skolverket's side of each on this machine."""

    root: Path
    hosts: dict[str, Host]
    primary: Postgres
    copy: Postgres
    skolverket: dict[str, Skolverket] = field(default_factory=dict)
    rows: dict[str, Tables] = field(default_factory=dict)
    running: dict[tuple[str, str], subprocess.Popen[bytes]] = field(default_factory=dict)
    failed_over: bool = False
    came: int = 1000

    def begin(self, host: str, what: str) -> None:
        words = (sys.executable, "-m", "adapter", "fleet", what)
        log = self.root / f"{host}-{what}.log"
        # each host has its own fleet.toml, for it has its own address
        config = self.root / f"{host}.toml"
        command = (*words[:3], "--config", str(config), *words[3:])
        self.running[host, what] = self.hosts[host].begin(*command, at=self.root, log=log)

    def die(self, host: str, what: str) -> None:
        kill(self.running.pop((host, what)))

    def fail_over(self) -> None:
        """The primary's host vanishes; the copy takes its place, as docs/fleet.md says."""
        self.primary.host.vanish()
        self.copy.ask("SELECT pg_promote(true, 60)")
        self.failed_over = True

    def change(self, draw: random.Random) -> None:
        """The next export of one of them: a few come, go, or have another name."""
        name = draw.choice(NAMES)
        rows = self.rows[name]["elev"]
        for _ in range(draw.randrange(1, 4)):
            did = draw.choice(("renamed", "gone", "new"))
            if did == "renamed":
                draw.choice(rows)["tilltalsnamn"] = f"Nya{draw.randrange(10_000)}"
            elif did == "gone" and len(rows) > 20:
                rows.pop(draw.randrange(len(rows)))
            else:
                self.came += 1
                account = f"n{self.came}@{name}.example"
                rows.append(
                    exports.pupil(self.came, efternamn=f"{name}son", konto=account, personnr=_number(self.came))
                )
        for source, content in files(self.rows[name]).items():
            (self.root / "organisers" / name / f"{source}.csv").write_bytes(content)

    def run(self) -> bool:
        """Everybody's run is asked for; False where the queue could not be reached."""
        words = [sys.executable, "-m", "adapter", "--config", str(self.root / "fleet.toml"), "fleet", "run", "--all"]
        return subprocess.run(words, cwd=self.root, capture_output=True, timeout=120, check=False).returncode == 0

    def missing(self) -> list[str]:
        """Where what clients hold is not what is published, or what is published not the last export."""
        found = []
        for name in NAMES:
            store = wiring.load(self.root / "organisers" / name / "config.toml").store(10)
            try:
                published = publish.documents(store)
            finally:
                store.close()
            client = self.skolverket[name].client
            client.wait_idle()
            found += [f"{name}: {line}" for line in differences(client.held, published)]
            names = {
                person["givenName"]
                for kind in published
                for person in published[kind].values()
                if "givenName" in person
            }
            wanted = {row["tilltalsnamn"] for row in (*self.rows[name]["elev"], *self.rows[name]["larare"])}
            found += [f"{name}: not yet published" for _ in wanted ^ names]
        return found


def _number(n: int) -> str:
    return exports.number(n % 336, 239 if n % 2 else 238)


@contextmanager
def machines(root: Path) -> Iterator[Machines]:
    with ExitStack() as stack:
        found = stack.enter_context(hosts("app1", "app2", "db1", "db2"))
        primary, copy = stack.enter_context(primary_and_copy(found["db1"], found["db2"]))
        place = Machines(root, found, primary, copy)
        both = "&".join(f"host={found[name].address}:5432" for name in ("db1", "db2"))
        url = f"postgresql+psycopg://postgres@/postgres?{both}&target_session_attrs=read-write"
        balancer, here = free_port(), found[""].address
        for name, listen in (("fleet", ""), *((name, f"{found[name].address}:8443") for name in ("app1", "app2"))):
            (root / f"{name}.toml").write_text(
                f'[fleet]\ndatabase = "{url}"\nbase_url = "http://127.0.0.1:{balancer}/{{name}}/v2.0"\n'
                '[night]\nfrom = "00:00"\nuntil = "00:01"\n' + (f'[facade]\nlisten = "{listen}"\n' if listen else "")
            )
        fleet = organisers.load(root / "fleet.toml")
        for name in NAMES:
            folder = root / "organisers" / name
            base = fleet.fleet.base_url.format(name=name)
            side = stack.enter_context(Skolverket(folder / "tls", "2120000001", {}, base, wiring.clock))
            place.skolverket[name], place.rows[name] = side, people_of(name)
            schemas.make(url, organisers.namespace_of(fleet, name))
            (folder / "mapping.yaml").write_text(exports.MAPPING)
            own = joining.state_section(url, folder, root, organisers.namespace_of(fleet, name))
            sources = "".join(exports.SOURCE.format(name=source) for source in ("skola", "elev", "larare"))
            (folder / "config.toml").write_text(f"{told(side, name)}{own}{sources}")
            for port in _ports(side):  # what a host asks of Skolverket goes over the bridge
                _relay_here(stack, f"{here}:{port}", f"127.0.0.1:{port}")
                for host in ("app1", "app2"):
                    found[host].relay(f"127.0.0.1:{port}", f"{here}:{port}")
        _relay_here(stack, f"127.0.0.1:{balancer}", *(f"{found[name].address}:8443" for name in ("app1", "app2")))
        place.change(random.Random(0))
        place.change(random.Random(1))
        for name in NAMES:
            for source, content in files(place.rows[name]).items():
                (root / "organisers" / name / f"{source}.csv").write_bytes(content)
        yield place


def _ports(side: Skolverket) -> set[int]:
    urls = (side.auth.jwks_url, side.auth.transaction_url, side.open_data.url, side.webhook.target)
    return {int(url.split("/")[2].rpartition(":")[2]) for url in urls}


def _relay_here(stack: ExitStack, listen: str, *targets: str) -> None:
    words = [sys.executable, "-m", "support.relay", listen, *targets]
    env = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    child = subprocess.Popen(words, env=env, start_new_session=True)
    stack.callback(kill, child)


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_whichever_machine_dies_clients_end_up_with_what_is_published(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)
    with machines(tmp_path) as place:
        everything = [(host, what) for host in ("app1", "app2") for what in ("serve", "worker")]
        for host, what in everything:
            place.begin(host, what)
        assert place.run()
        for name in NAMES:
            side = place.skolverket[name]
            until(lambda side=side: _registers(side), 60)
        events = ["change"] * (EVENTS // 2) + ["die"] * (EVENTS // 2)
        draw.shuffle(events)
        events.insert(draw.randrange(len(events)), "fail over")
        for event in events:
            if event == "change":
                place.change(draw)
                place.run()
            elif event == "fail over":
                place.fail_over()
            else:
                for gone in [each for each in everything if each not in place.running]:
                    place.begin(*gone)
                place.die(*draw.choice(everything))
            time.sleep(draw.random() * 2)
        for gone in [each for each in everything if each not in place.running]:
            place.begin(*gone)
        assert place.failed_over
        until(place.run, 90)
        until(lambda: not place.missing(), 240)
        for name in NAMES:
            assert not place.skolverket[name].client.violations


def _registers(side: Skolverket) -> bool:
    try:
        return side.client.register(side.webhook.target) == 201
    except Exception:
        return False
