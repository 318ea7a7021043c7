"""`python -m benchmarks.fleet --postgres URL`: a night of 300 organisers, and one process that serves them all.

Sizes are like those of Sweden's municipalities: about 1.44 million pupils together. The database is to be empty.
"""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import jwt
import psycopg
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from adapter import wiring
from adapter.fleet import joining, organisers
from adapter.simulator import example, municipality
from adapter.simulator.municipality import TABLES
from adapter.ss12000.types import FETCH_ORDER
from adapter.store import schemas
from benchmarks.measure import table

SIZES = (
    (1, 115_000), (1, 65_000), (1, 45_000), (2, 28_000), (5, 20_000), (10, 14_000), (20, 9_500), (30, 6_500),
    (50, 4_300), (60, 2_700), (60, 1_700), (40, 1_100), (20, 600),
)  # fmt: skip
"""(how many organisers, pupils of each): 300 and 1,441,000."""
_PORT = 29_443
_SHARE_CHANGED = 0.01
_ENTITY = "https://api.skolverket.se/provtjanst/ss12000/klient/v1"


def main() -> None:
    """Make the organisers, run three nights, serve them, print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fleet", description=__doc__)
    parser.add_argument("--postgres", required=True, metavar="URL", help="postgresql+psycopg://… of an empty database")
    parser.add_argument("--organisers", type=int, default=300, help="the smallest are left out of fewer")
    parser.add_argument("--in", dest="folder", type=Path, help="make the data here and keep it")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        root = args.folder or Path(temporary)
        pupils = [size for count, size in SIZES for _ in range(count)][: args.organisers]
        if not (root / "fleet.toml").is_file():
            _make(root, args.postgres, pupils)
        print(f"{len(pupils)} organisers, {sum(pupils):,} pupils\n", flush=True)
        rows = [_night(root, args.postgres, "first night")]
        _change(root)
        rows.append(_night(root, args.postgres, "1 % changed"))
        rows.append(_night(root, args.postgres, "nothing changed"))
        print(
            table(("night", "wall s", "CPU s here", "CPU s machine", "peak MB a run", "published", "database MB"), rows)
        )
        print(_status(root))
        for line in _served(root):
            print(line, flush=True)


def _make(root: Path, url: str, pupils: Sequence[int]) -> None:
    root.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    entry = {**ECAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": "k1"}
    (root / "jwks.json").write_text(json.dumps({"keys": [entry]}), encoding="utf-8")
    base = f"http://127.0.0.1:{_PORT}/{{name}}/v2.0"
    (root / "fleet.toml").write_text(
        f'[fleet]\ndatabase = "{url}"\nbase_url = "{base}"\n[facade]\nlisten = "127.0.0.1:{_PORT}"\n'
        '[night]\nfrom = "00:00"\nuntil = "00:01"\n',  # nights are asked for
        encoding="utf-8",
    )
    fleet = organisers.load(root / "fleet.toml")
    names = [f"ort-{number:03d}" for number in range(len(pupils))]
    with ProcessPoolExecutor(2) as makers:
        list(makers.map(_one, [root] * len(names), names, pupils, range(len(names)), [url] * len(names)))
    for name in names:
        schemas.make(url, organisers.namespace_of(fleet, name))
    locations = [base.format(name=name) for name in names]
    now = int(time.time())
    claims = {"aud": "nutid", "entity_id": _ENTITY, "iss": "https://nutid-auth.sunet.se", "exp": now + 86_400 * 30}
    claims |= {"organization_id": "SE2021004185", "iat": now, "nbf": now}
    tokens = {
        name: jwt.encode(
            {**claims, "requested_access": [{"type": "ss12000-api", "locations": [place]}]}, key, "ES256", {"kid": "k1"}
        )
        for name, place in zip(names, locations, strict=True)
    }
    (root / "tokens.json").write_text(json.dumps(tokens), encoding="utf-8")


def _one(root: Path, name: str, pupils: int, seed: int, url: str) -> None:
    folder = root / "organisers" / name
    made = municipality.make(folder, pupils, seed, dt.datetime.now(wiring.ZONE).date())
    (folder / "sis.db").unlink()
    (folder / "csv").mkdir()
    for source in example.TABLES:
        municipality.write_csv(folder / "csv" / f"{source}.csv", TABLES[source], made.rows[source])
    unset = dict.fromkeys(
        ("organisation_number", "id_namespace", "base_url", "listen", "issuer", "jwks_url", "token_url", "entity",
         "allowed_target", "open_data_url"), ""
    )  # fmt: skip
    example.write(folder, unset, tables_from_csv=True)
    sources = (folder / "config.toml").read_text(encoding="utf-8").partition("[sources")[2].partition("[facade]")[0]
    fleet = organisers.load(root / "fleet.toml")
    config = (
        f'[organiser]\nname = "{name}"\norganisation_number = "2120000001"\nid_namespace = "{uuid.uuid4()}"\n'
        f"{joining.state_section(url, folder, root, organisers.namespace_of(fleet, name))}"
        f'[mapping]\nfile = "mapping.yaml"\n[sources{sources}[facade]\n'
        f'base_url = "{fleet.fleet.base_url.format(name=name)}"\n'
        f'[auth]\njwks_url = "{(root / "jwks.json").resolve().as_uri()}"\n[open_data]\nmax_age_hours = 100000\n'
    )
    (folder / "config.toml").write_text(config, encoding="utf-8")
    known = {"fetched": int(time.time() * 1000), "units": {}, "programmes": {}, "activities": {}}
    (folder / "open-data.json").write_text(json.dumps(known), encoding="utf-8")


def _change(root: Path) -> None:
    """The next day's exports: one pupil in a hundred has another name."""
    draw = random.Random(1)
    for file in sorted(root.glob("organisers/*/csv/ELEV.csv")):
        with file.open(encoding="cp1252", newline="") as before:
            head, *rows = csv.reader(before, delimiter=";")
        changed = {row[0] for row in rows if draw.random() < _SHARE_CHANGED}
        place = head.index("EFTERNAMN")
        for row in rows:
            if row[0] in changed:
                row[place] = "Omgift" if row[place] == "Nygift" else "Nygift"
        municipality.write_csv(file, head, rows)


def _night(root: Path, url: str, name: str) -> tuple[str, ...]:
    """Everybody's run, two at once."""
    before, began = _machine(), time.time()
    _fleet(root, "run", "--all")
    at = time.perf_counter()
    child = subprocess.Popen(_words(root, "worker", "--until-empty"), stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - at
    if status:
        raise RuntimeError("the worker failed")
    with psycopg.connect(url.replace("+psycopg", "")) as database:
        outcomes = database.execute(
            "SELECT outcome, count(*), max(megabytes) FROM ss12000_fleet.fleet_run WHERE started > %s GROUP BY outcome",
            [int(began * 1000) - 1],
        ).fetchall()
        size = database.execute("SELECT pg_database_size(current_database())").fetchone()
    said = ", ".join(f"{count} {outcome}" for outcome, count, _ in outcomes)
    peak, room = max(row[2] for row in outcomes), (size or (0,))[0] / 1e6
    return (
        name, f"{wall:.0f}", f"{used.ru_utime + used.ru_stime:.0f}", f"{_machine() - before:.0f}", f"{peak}", said,
        f"{room:,.0f}",
    )  # fmt: skip


def _status(root: Path) -> str:
    began = time.perf_counter()
    found = json.loads(_fleet(root, "status", "--json"))
    persons = sum(each["persons"] for each in found["organisers"])
    return f"\nfleet status: {time.perf_counter() - began:.1f} s; {persons:,} persons, {found['counts']}"


def _served(root: Path) -> Iterator[str]:
    """One process for all: how long it takes to begin, its memory, and how fast it answers many crawls."""
    tokens = json.loads((root / "tokens.json").read_text(encoding="utf-8"))
    tokens = {name: tokens[name] for name in organisers.names(organisers.load(root / "fleet.toml"))}
    began = time.perf_counter()
    with _serving(root) as pid:
        yield f"fleet serve: ready after {time.perf_counter() - began:.1f} s, {_memory(pid)} MB"
        for name, token in tokens.items():
            _crawl(name, token, 10, 1)
        yield f"after a page of each list of everybody: {_memory(pid)} MB; {_backends(root)}"
        times: list[float] = []
        objects = [0]
        names = list(tokens)
        random.Random(2).shuffle(names)
        ends = time.monotonic() + 30

        def client(own: Sequence[str]) -> None:
            while time.monotonic() < ends:
                for name in own:
                    for count, seconds in _crawl(name, tokens[name], 1000, 20):
                        objects[0] += count
                        times.append(seconds)
                    if time.monotonic() > ends:
                        return

        threads = [threading.Thread(target=client, args=(names[n::4],)) for n in range(4)]
        cpu = _cpu_of(pid)
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        late = statistics.quantiles(times, n=100)
        yield (
            f"4 clients crawl organiser after organiser for 30 s: {objects[0] / 30:,.0f} objects/s, a page of 1,000 in "
            f"{late[49] * 1000:.0f} ms, p99 {late[98] * 1000:.0f} ms; the process {(_cpu_of(pid) - cpu) / 30:.0%} of a "
            f"core, {_memory(pid)} MB; {_backends(root)}"
        )
        time.sleep(10)
        cpu = _cpu_of(pid)
        time.sleep(20)
        yield f"nobody asks: {(_cpu_of(pid) - cpu) / 20:.1%} of a core"


def _crawl(name: str, token: str, limit: int, pages: int) -> list[tuple[int, float]]:
    """(objects, seconds) of each page of all lists, at most so many pages of each."""
    connection = http.client.HTTPConnection("127.0.0.1", _PORT)
    found = []
    for kind in FETCH_ORDER:
        query = f"limit={limit}"
        for _ in range(pages):
            began = time.perf_counter()
            connection.request(
                "GET", f"/{name}/v2.0/{kind.collection}?{query}", headers={"Authorization": f"Bearer {token}"}
            )
            answer = connection.getresponse()
            content = answer.read()
            found.append((content.count(b'"meta":'), time.perf_counter() - began))
            if answer.status != 200:
                raise RuntimeError(f"{name}: {answer.status}")
            _, _, rest = content.rpartition(b'"pageToken":"')
            if not rest or b'"pageToken"' not in content[-400:]:
                break
            query = "pageToken=" + rest.split(b'"')[0].decode()
    connection.close()
    return found


@contextmanager
def _serving(root: Path) -> Iterator[int]:
    child = subprocess.Popen(_words(root, "serve"), stderr=subprocess.DEVNULL)
    try:
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", _PORT)
                connection.request("GET", "/health/ready")
                if connection.getresponse().status == 200:
                    break
            except OSError:
                time.sleep(0.1)
        yield child.pid
    finally:
        child.terminate()
        child.wait()


def _words(root: Path, *words: str) -> list[str]:
    return [sys.executable, "-m", "adapter", "--config", str(root / "fleet.toml"), "fleet", *words]


def _fleet(root: Path, *words: str) -> str:
    return subprocess.run(_words(root, *words), check=True, capture_output=True, text=True).stdout


def _machine() -> float:
    """CPU seconds that the whole machine has used: the database's are among them."""
    fields = [int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return (sum(fields) - fields[3] - fields[4]) / os.sysconf("SC_CLK_TCK")


def _cpu_of(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS"))


def _backends(root: Path) -> str:
    """What the database's own processes hold for themselves: they remember every schema that they have seen."""
    url = organisers.load(root / "fleet.toml").fleet.database.get_secret_value().replace("+psycopg", "")
    with psycopg.connect(url) as database:
        asked = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        pids = [row[0] for row in database.execute(asked).fetchall()]
    own = []
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        own.append(sum(int(line.split()[1]) for line in lines if line.startswith(("Private_Clean", "Private_Dirty"))))
    return f"{len(own)} connections, {sum(own) // 1024} MB of their own" if own else "connections: not to be seen here"


if __name__ == "__main__":
    main()
