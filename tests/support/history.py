"""A bridge and Skolverket's clients in one process and one virtual time, to which anything may happen.

The real sync, store, outbox, worker, confirmation, facade and token checks run; only sockets are left out. A crash is
an exception that nothing catches, raised as a database transaction begins or is about to commit.
"""

from __future__ import annotations

import contextlib
import json
import random
import shutil
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event

from adapter.delivery.confirm import confirm
from adapter.delivery.worker import deliver_due
from adapter.facade.app import create_app
from adapter.facade.jwks import KeySource
from adapter.simulator.client import Client, Received, differences, received
from adapter.store import outbox, publish, restoring, soundness
from adapter.store.engine import Store, open_store
from adapter.store.feedback import Recorder
from support import small_school
from support.asgi import AppTransport
from support.readable import BASE, Clock, Issuer
from support.small_school import UNIT, number

TARGETS = "https://api.skolverket.se/provtjanst/ss12000/klient/v1/webhooks/"
MAPPING = small_school.MAPPING.replace("min_rows: 2", "min_rows: 0")


_TRUST = ssl.create_default_context()


class Crash(BaseException):
    """The process is gone."""


class Ticking(Clock):
    """Time that passes, a millisecond whenever somebody looks."""

    def __call__(self) -> int:
        self.now += 1
        return self.now


class Tokens:
    """Tokens for the webhooks; what they hold is tested elsewhere."""

    def token(self, location: str) -> str:
        return "token"

    def drop(self, location: str) -> None:
        pass


@dataclass
class Party:
    """One of Skolverket's environments: a client, its target, and how it is doing."""

    name: str
    client: Client
    skew: int = 0  # ms that its clock is ahead
    mode: str = "up"  # up | down | slow | refusing
    lazy: bool = False  # takes notices, acts on them later
    inbox: list[Received] = field(default_factory=list)
    told: int = 0

    @property
    def target(self) -> str:
        return TARGETS + self.name

    def work(self) -> None:
        """Act on what has come."""
        while self.inbox:
            self.client.act(self.inbox.pop(0))


class History:
    """One state, its bridge, and up to two parties. Every method is something that may happen."""

    def __init__(self, folder: Path, template: Path) -> None:
        self.folder = folder
        shutil.copy(template, folder / "state.db")
        self.clock = Ticking()
        self.issuer = Issuer(folder / "jwks.json", self.clock)
        self.issuer.new_key("k1")
        self.kid = "k1"
        self.tables = small_school.tables()
        self.spare = len(self.tables["elever"])
        self.parties: list[Party] = []
        self.crash_in = 0
        self.tokens: dict[tuple[str, str, int], str] = {}
        self.store: Store
        self.sections: dict[str, Any] = {
            **small_school.OPEN_GATE,
            "facade": {"base_url": BASE, "page_size": 50},
            "auth": {"jwks_url": (folder / "jwks.json").as_uri()},
        }
        self.transport: AppTransport | None = None
        self.restart()

    # -- the bridge ---------------------------------------------------------------------------------------

    def restart(self) -> None:
        """The process ends, and another begins on the same state."""
        self.stop()
        self.crash_in = 0
        self.store = open_store(f"sqlite:///{self.folder}/state.db")
        for name in ("begin", "commit"):
            event.listen(self.store.engine, name, self._maybe_crash)
        settings = small_school.settings(**self.sections)
        app = create_app(self.store, settings, KeySource(settings.auth, self.clock), self.clock)
        self.recorder = _recorder_of(app)
        self.transport = AppTransport(app)
        for party in self.parties:
            party.client.transport = _Flushing(self.transport, self.recorder)
            party.client.connect()

    def backup(self) -> None:
        (self.folder / "copy").unlink(missing_ok=True)
        soundness.backup(self.store, self.folder / "copy")

    def restore(self) -> None:
        """The last copy takes the place of the state, whatever clients have been sent since."""
        if not (self.folder / "copy").exists():
            return
        self.recorder.flush()
        self.stop()
        kept, was_read = restoring.restore(f"sqlite:///{self.folder}/state.db", self.folder / "copy", self.clock())
        assert was_read
        for path in self.folder.glob(f"{kept.name}*"):
            path.unlink()
        self.restart()

    def stop(self) -> None:
        if self.transport is not None:
            self.transport.close()
            self.store.close()

    def _maybe_crash(self, connection: object) -> None:
        if self.crash_in:
            self.crash_in -= 1
            if not self.crash_in:
                raise Crash

    def crashing(self, work: Callable[[], Any], after: int) -> None:
        """Do something; the process may die of it, and is started again."""
        self.crash_in = after
        try:
            work()
        except Crash:
            self.restart()
        finally:
            self.crash_in = 0

    def sync(self) -> None:
        small_school.night(self.store, self.tables, mapping=MAPPING, now=self.clock(), **self.sections)

    def deliver(self) -> None:
        settings = small_school.settings(**self.sections)
        confirm(self.store, settings, self.clock())
        deliver_due(self.store, settings, Tokens(), self.clock, transport=httpx.MockTransport(self._webhook))

    def _webhook(self, request: httpx.Request) -> httpx.Response:
        party = next(found for found in self.parties if found.target == str(request.url))
        if party.mode == "down":
            raise httpx.ConnectError("down")
        if party.mode == "refusing":
            return httpx.Response(500)
        body = json.loads(request.content)
        types = body.get("modifiedEntities") or body.get("modifiedEntites") or []
        at = self.clock() + party.skew
        party.inbox.append(received(types, bool(body.get("deletedEntities")), at))
        party.told += 1
        if party.mode == "slow":  # it took the notice, but we do not hear of it
            raise httpx.ReadTimeout("slow")
        return httpx.Response(200, headers={"Date": formatdate(at / 1000, usegmt=True)})

    # -- Skolverket ---------------------------------------------------------------------------------------

    def subscribe(self, window: str, limit: int | None) -> None:
        if len(self.parties) == 2:
            return
        name = f"{len(self.parties) + 1}"
        entity = f"https://api.skolverket.se/client/{name}"
        client = Client(
            BASE,
            lambda: self._token(entity),
            _TRUST,
            self.clock,
            window=window,  # type: ignore[arg-type]
            limit=limit,
        )
        party = Party(name, client)
        self.parties.append(party)
        assert self.transport is not None
        client.transport = _Flushing(self.transport, self.recorder)
        client.connect()
        with contextlib.suppress(httpx.HTTPError):
            client.register(party.target)
        if not client.subscription:  # nothing is published yet
            self.parties.remove(party)

    def _token(self, entity: str) -> str:
        """One for each hour, as a client keeps it."""
        key = (self.kid, entity, self.clock.now // 3_600_000)
        if key not in self.tokens:
            self.tokens[key] = self.issuer.token(self.kid, entity_id=entity)
        return self.tokens[key]

    def rotate(self) -> None:
        self.kid = f"k{uuid.uuid4().hex[:6]}"
        self.issuer.new_key(self.kid, keep=False)
        self.clock.pass_(minutes=2)  # keys are asked for again once a minute at most

    # -- the school ---------------------------------------------------------------------------------------

    def change(self, what: str, number_: int) -> None:
        rows = self.tables["elever"]
        row = rows[number_ % len(rows)]
        if what == "name":
            row["efternamn"] = f"{str(row['efternamn'])[:4]}{random.Random(number_).choice('abcdefgh')}"
        elif what == "class":
            row["klass"] = "6A" if row["klass"] == "6B" else "6B"
        elif what == "leave":
            row["status"] = "S" if row["status"] == "A" else "A"
        elif what == "protect":
            row["skydd"] = "" if row["skydd"] else "S"
        elif what == "break":
            row["arskurs"] = "6" if row["arskurs"] == "sex" else "sex"
        elif what == "come":
            self._newcomer()
        elif what == "test":
            group = self.tables["grupper"][number_ % 2]
            group["prov"] = "" if group["prov"] else "GRGRMAT01_6"
        elif what == "duty":
            self.tables["tjanst"] = (
                [{"anst": "71", "kod": UNIT, "roll": "Lärare"}]
                if number_ % 3
                else [{"anst": "72", "kod": UNIT, "roll": "Rektor"}]
            )

    def _newcomer(self) -> None:
        self.spare += 1
        n = self.spare
        pnr = number("20140202", n)
        first = self.tables["elever"][0]
        guid = f"{{{n:08X}-0000-4000-8000-000000000000}}"
        self.tables["elever"].append({**first, "guid": guid, "pnr": pnr, "status": "A", "skydd": "", "arskurs": "6"})
        self.tables["ad"].append({"pnr": pnr, "eppn": f"n{n:03d}@edu.exempel.se"})
        self.tables["medlemmar"].append({"grupp": "g1", "elev": guid})

    # -- the end ------------------------------------------------------------------------------------------

    def settle(self) -> int:
        """Everything is up again; how many rounds until nothing waits any more."""
        for party in self.parties:
            party.mode, party.lazy, party.skew = "up", False, 0
            party.client.failing = party.client.ignoring = 0
        for rounds in range(1, 30):
            self.deliver()
            for party in self.parties:
                party.work()
            self.recorder.flush()
            self.deliver()
            if not outbox.open_notices(self.store):
                return rounds
            self.clock.pass_(minutes=70)
        raise AssertionError(f"still waiting: {outbox.open_notices(self.store)}")

    def problems(self) -> list[str]:
        """What a client holds otherwise than it is published, or should never have been sent."""
        published = publish.documents(self.store)
        found = [f"{p.name}: {words}" for p in self.parties for words in differences(p.client.held, published)]
        return found + self.leaks()

    def leaks(self) -> list[str]:
        """What no client should ever have been sent."""
        found = [f"{party.name}: {words}" for party in self.parties for words in party.client.violations]
        return found + [f"{p.name}: a guardian" for p in self.parties if p.client.ever_received("Vårdnadshavaren")]


class _Flushing(httpx.BaseTransport):
    """The access record is written after each request, as the facade's own task does within half a second."""

    def __init__(self, inner: AppTransport, recorder: Recorder) -> None:
        self._inner = inner
        self._recorder = recorder

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._inner.handle_request(request)
        self._recorder.flush()
        return answer


def _recorder_of(app: Any) -> Recorder:
    recorder: Recorder = app.addresses.contexts[0].recorder
    return recorder
