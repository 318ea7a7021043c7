"""Several small organisers in one installation, on a PostgreSQL of their own."""

from __future__ import annotations

import json
import os
import subprocess
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from adapter.fleet import joining, organisers
from adapter.fleet.serving import FleetRunning, start
from adapter.settings.fleet import Fleet
from adapter.simulator.skolverket import Skolverket
from adapter.store import schemas
from adapter.wiring import clock
from support import exports
from support.databases import postgres_url
from support.exports import Tables, files, tables
from support.ports import free_port
from support.readable import Issuer
from support.shell import COMMAND, Outcome, command


@dataclass
class Organisers:
    """`root` holds fleet.toml. Tokens are signed by `issuer`, for whichever address is named."""

    root: Path
    url: str
    port: int
    issuer: Issuer
    said: list[str] = field(default_factory=list)

    @property
    def fleet(self) -> Fleet:
        return organisers.load(self.root / "fleet.toml")

    def base(self, name: str) -> str:
        return f"http://127.0.0.1:{self.port}/{name}/v2.0"

    def add(
        self, name: str, rows: Tables | None = None, base: str = "", more: str = "", config: str | None = None
    ) -> Path:
        """An organiser's folder, its room in the database, and last night's export. Who is in it bears its name."""
        folder = self.root / "organisers" / name
        folder.mkdir(parents=True, exist_ok=True)
        own = organisers.namespace_of(self.fleet, name)
        schemas.make(self.url, own)
        if config is None:
            config = exports.CONFIG.replace("0a9c6f0e-5f5b-4a53-9d0a-6f4a7b0c2d11", str(uuid.uuid4()))
            config += f'[facade]\nbase_url = "{base or self.base(name)}"\n'
            config += f'[auth]\njwks_url = "{self.issuer.file.as_uri()}"\n'
        config += joining.state_section(self.url, folder, self.root, own)
        config += more + "".join(exports.SOURCE.format(name=source) for source in ("skola", "elev", "larare"))
        (folder / "mapping.yaml").write_text(exports.MAPPING, encoding="utf-8")
        self.export(name, rows or people_of(name))
        (folder / "config.toml").write_text(config, encoding="utf-8")
        return folder

    @contextmanager
    def with_skolverket(self, name: str) -> Iterator[Skolverket]:
        """An organiser, and Skolverket's whole side of it alone: authority, certificates, client."""
        folder = self.root / "organisers" / name
        with Skolverket(folder / "tls", "2120000001", {}, self.base(name), clock) as side:
            self.add(name, config=told(side, name))
            yield side

    def export(self, name: str, rows: Tables) -> None:
        """What the old system writes at night."""
        folder = self.root / "organisers" / name
        for source, content in files(rows).items():
            (folder / f"{source}.csv").write_bytes(content)
        known = {"fetched": int(time.time() * 1000), "units": {}, "programmes": {}, "activities": {}}
        (folder / "open-data.json").write_text(json.dumps(known), encoding="utf-8")

    def export_to(self, folder: Path, rows: Tables) -> None:
        """The same, where nobody has been wired yet."""
        folder.mkdir()
        for source, content in files(rows).items():
            (folder / f"{source}.csv").write_bytes(content)

    def sync(self, name: str) -> Outcome:
        return command("--config", f"organisers/{name}/config.toml", "sync", "--json", at=self.root)

    def command(self, *words: str) -> Outcome:
        """`fleet …`, in this process."""
        return command("fleet", *words, at=self.root)

    def begin(self, *words: str, **more: Any) -> subprocess.Popen[str]:
        """`fleet …`, in a process of its own."""
        pipe = subprocess.PIPE
        return subprocess.Popen([*COMMAND, "fleet", *words], cwd=self.root, stdout=pipe, stderr=pipe, text=True, **more)

    def token(self, *names: str, **claims: Any) -> str:
        """Skolverket's, for the addresses of these organisers."""
        locations = [name if "://" in name else self.base(name) for name in names]
        return self.issuer.token(requested_access=[{"type": "ss12000-api", "locations": locations}], **claims)

    def ask(self, url: str, token: str, method: str = "GET", **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}", **more.pop("headers", {})}
        return httpx.request(method, url, headers=headers, timeout=30, **more)

    @contextmanager
    def served(self) -> Iterator[FleetRunning]:
        running = start(self.fleet, self.said.append)
        try:
            yield running
        finally:
            running.stop()

    def standing(self) -> dict[str, Any]:
        """`fleet status --json`, by name."""
        return {found["name"]: found for found in self.command("status", "--json").json["organisers"]}

    def sql(self, statement: str) -> list[Any]:
        engine = sa.create_engine(self.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            if "ss12000_queue" in statement:
                connection.exec_driver_sql("SET search_path TO ss12000_queue")  # where its triggers look
            result = connection.exec_driver_sql(statement)
            found = list(result.all()) if result.returns_rows else []
        engine.dispose()
        return found


def told(side: Skolverket, name: str) -> str:
    """What config.toml says of Skolverket's side, beside the folder with its certificates."""
    values = side.config(str(uuid.uuid4()), "127.0.0.1:0")
    return (
        f'[organiser]\nname = "{name}"\norganisation_number = "2120000001"\nid_namespace = "{values["id_namespace"]}"\n'
        f'[mapping]\nfile = "mapping.yaml"\n[facade]\nbase_url = "{values["base_url"]}"\n'
        f'[auth]\nissuer = "{values["issuer"]}"\njwks_url = "{values["jwks_url"]}"\njwks_ca = "tls/ca.pem"\n'
        f'[token]\nurl = "{values["token_url"]}"\ncertificate = "tls/client.pem"\nkey = "tls/client.key"\n'
        f'client_key = "{values["entity"]}"\nca = "tls/ca.pem"\n'
        f'[notifications]\nallowed_targets = ["{values["allowed_target"]}"]\nca = "tls/ca.pem"\n'
        "confirm_within_minutes = 1\n"
        f'[open_data]\nurl = "{values["open_data_url"]}"\nmax_age_hours = 100000\n'
    )


def people_of(name: str, pupils: int = 24) -> Tables:
    """Pupils and staff in whose names the organiser's stands."""
    found = tables(pupils)
    for row in (*found["elev"], *found["larare"]):
        row["efternamn"] = f"{name}son"
        row["konto"] = row["konto"].replace("ekkoping", name)
    return found


@contextmanager
def organisers_of(root: Path, *names: str, night: str = "", pages: int = 0) -> Iterator[Organisers]:
    issuer = Issuer(root / "jwks.json", clock)  # type: ignore[arg-type]
    issuer.new_key("k1")
    with postgres_url() as url:
        place = Organisers(root, url, free_port(), issuer)
        (root / "fleet.toml").write_text(
            f'[fleet]\ndatabase = "{url}"\nbase_url = "http://127.0.0.1:{place.port}/{{name}}/v2.0"\n'
            f'[facade]\nlisten = "127.0.0.1:{place.port}"\n'
            + (f'[pages]\nlisten = "127.0.0.1:{pages}"\n' if pages else "")
            + night,
            encoding="utf-8",
        )
        for name in names:
            place.add(name)
        try:
            yield place
        finally:
            roles = place.sql(f"SELECT rolname FROM pg_roles WHERE rolname LIKE '{url.rpartition('/')[2]}\\_%%'")
            for (role,) in roles:
                place.sql(f'DROP OWNED BY "{role}" CASCADE')
                place.sql(f'DROP ROLE "{role}"')


@contextmanager
def working(place: Organisers, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A worker beside the test."""
    worker = place.begin("worker", *words, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    lines: list[str] = []
    reading = threading.Thread(target=lambda: lines.extend(worker.stderr or ()), daemon=True)
    reading.start()
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait(60)
        reading.join()
        place.said.extend(lines)
        assert not any("Traceback" in line for line in lines), lines
        for pipe in (worker.stdout, worker.stderr):
            if pipe is not None:
                pipe.close()


def until(true: Any, seconds: float = 60.0) -> None:
    """Wait for something that comes by itself."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, "it did not come"
        time.sleep(0.1)
