"""The demo's story: told line by line, each line checked against what happened."""

from __future__ import annotations

import datetime as dt
import random
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapter import wiring
from adapter.cli import output, signals
from adapter.serving import service
from adapter.simulator import example, municipality
from adapter.simulator.client import differences
from adapter.simulator.school_day import NEWCOMER, Happening, school_day
from adapter.simulator.skolverket import Skolverket
from adapter.ss12000.ids import own_id
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import pages, publish, subscriptions
from adapter.store.engine import Store
from adapter.sync.report import Report
from adapter.sync.run import sync

_PATIENCE = 60  # seconds for a notice to arrive
_Objects = dict[ResourceType, dict[str, dict[str, Any]]]


def tell(folder: Path, pupils: int, seed: int, keep_serving: bool) -> bool:
    """Make everything, tell the story; whether all of it held."""
    today = dt.datetime.now(wiring.ZONE).date()
    made = municipality.make(folder, pupils, seed, today)
    listen = f"127.0.0.1:{_free_port()}"
    base_url = f"https://{listen}/ss12000-api/v2.0"
    namespace = uuid.UUID(int=random.Random(seed).getrandbits(128), version=4)
    parts = folder / "tls", municipality.ORGANISATION_NUMBER, made.units, base_url, wiring.clock
    with Skolverket(*parts) as skolverket:
        example.write(folder, skolverket.config(str(namespace), listen))
        story = _Story(folder, seed, today, namespace.bytes, skolverket)
        story.told(made)
        if keep_serving:
            _keep_serving(folder, skolverket)
    return story.held


@dataclass
class _Story:
    """Tells, and checks what it tells."""

    folder: Path
    seed: int
    today: dt.date
    namespace: bytes
    skolverket: Skolverket
    held: bool = True
    said: list[str] = field(default_factory=list)

    def told(self, made: municipality.Municipality) -> None:
        """The whole story."""
        counts = made.counts
        self._line(
            f"1. A legacy SIS in {self.folder}/: {counts['ELEV']} pupil rows, {counts['PERSONAL']} staff, "
            f"{counts['GRUPPMEDLEM']} memberships, {counts['VARDNADSHAVARE']} guardians in sis.db; "
            f"{counts['ad-export']} accounts in ad-export.csv"
        )
        installation = wiring.load(self.folder / "config.toml")
        store = installation.store()
        try:
            self._first_sync(installation, store)
            running = service.start(installation, None, self._line)
            try:
                self._registration(store)
                self._second_night(installation, store)
                self._never_seen(made)
                self.skolverket.client.unsubscribe()
            finally:
                running.stop()
            self._at_rest(installation, store)
        finally:
            store.close()
        self._ending()

    # -- the acts -----------------------------------------------------------------------------------------

    def _first_sync(self, installation: wiring.Installation, store: Store) -> None:
        report = self._synced(installation, store)
        self._line("2. The mapping fits the sources, and the first sync publishes version 1:")
        self._objects(report)
        self._check("what could not be mapped is left out and said", report.rejected > 0)
        output.findings(report.findings.grouped, 4)
        withheld = report.types[ResourceType.PERSON].withheld
        self._check(f"{withheld} protected identities are withheld", withheld == len(municipality.PROTECTED_NAMES))

    def _registration(self, store: Store) -> None:
        client = self.skolverket.client
        status = client.register(self.skolverket.webhook.target)
        self._line(f"3. Skolverket registers {self.skolverket.base_url} over TLS: HTTP {status}, subscribed")
        self._check(
            f"the full load, {sum(map(len, client.held.values()))} objects in {client.pages} pages, is identical "
            "with what is published",
            status == 201 and self._identical(store),
        )

    def _second_night(self, installation: wiring.Installation, store: Store) -> None:
        before = {kind: dict(objects) for kind, objects in self.skolverket.client.held.items()}
        day = school_day(self.folder, self.seed, self.today)
        self._line("4. A school day passes:")
        for happening in day:
            self._line(f"     {happening.what}")
        report = self._synced(installation, store)
        self._line(f"5. The second sync publishes version {report.version}:")
        self._objects(report)
        pages = self.skolverket.client.pages
        arrived = self._wait(lambda: bool(self.skolverket.webhook.notices))
        self.skolverket.client.wait_idle()
        notices = self.skolverket.webhook.notices
        told = (
            f"{', '.join(notices[0].types)}, deletions: {'yes' if notices[0].deletions else 'no'}" if notices else "-"
        )
        self._check(
            f"one notice reached Skolverket, with a token fetched over mTLS ({told})", arrived and len(notices) == 1
        )
        self._check(
            f"the delta, {self.skolverket.client.pages - pages} pages, makes it identical again", self._identical(store)
        )
        for happening, name in zip(day, _DAY, strict=True):
            person = own_id(self.namespace, "Person", (happening.pupil,))
            self._check(name, _happened(happening, person, before, self.skolverket.client.held))
        self._check("the client has confirmed what it holds", self._wait(lambda: self._confirmed(store)))

    def _never_seen(self, made: municipality.Municipality) -> None:
        client = self.skolverket.client
        self._line("6. What Skolverket never saw:")
        never = (*municipality.SECRETS, *municipality.PROTECTED_NAMES)
        seen = [text for text in never if client.ever_received(text)]
        guardians = len(made.rows["VARDNADSHAVARE"])
        self._check(f"no name of {guardians} guardians, no column outside the profile, nobody protected", not seen)
        self._check("every object that came follows the profile", not client.violations)
        self._check("no request of the client failed", not client.failures)

    def _at_rest(self, installation: wiring.Installation, store: Store) -> None:
        kept = b"".join(path.read_bytes() for path in sorted(self.folder.glob("state.db*")))
        never = (*municipality.SECRETS, *municipality.PROTECTED_NAMES)
        leaked = [text for text in never if text.encode() in kept or any(text in line for line in self.said)]
        self._check("nor are they in the state file, or in any line of this output", not leaked)
        again = self._synced(installation, store)
        self._check("a third sync finds nothing to publish", again.outcome == "unchanged")

    def _ending(self) -> None:
        self._line(
            f"All of it held. {self.folder}/ is a working example: config.toml, mapping.yaml, and the data."
            if self.held
            else "NOT all of it held; see the lines marked NOT."
        )
        self._line(f"Go on:  ss12000-adapter --config {self.folder / 'config.toml'} check   (or preview, sync, status)")

    # -- telling and checking -----------------------------------------------------------------------------

    def _line(self, text: str) -> None:
        self.said.append(text)
        output.line(text)

    def _check(self, claim: str, held: bool) -> None:
        self.held = self.held and held
        self._line(f"   {'ok ' if held else 'NOT'} {claim}")

    def _objects(self, report: Report) -> None:
        names = ("read", "created", "updated", "deleted", "unchanged", "rejected", "kept")
        output.table(("", *names), [[str(k), *(getattr(report.types[k], n) for n in names)] for k in FETCH_ORDER])

    def _synced(self, installation: wiring.Installation, store: Store) -> Report:
        report = sync(store, installation.inputs(self.today))
        if report.error is not None:
            raise report.error
        return report

    def _identical(self, store: Store) -> bool:
        found = differences(self.skolverket.client.held, publish.documents(store))
        for words in found[:3]:
            self._line(f"       {words}")
        return not found

    def _confirmed(self, store: Store) -> bool:
        version = pages.current_version(store)
        return all(found.confirmed == version for found in subscriptions.all_of(store))

    def _wait(self, done: Callable[[], bool]) -> bool:
        until = time.monotonic() + _PATIENCE
        while not done() and time.monotonic() < until:
            time.sleep(0.05)
        return done()


_DAY = (
    "the pupil who moved is in another class",
    "the newcomer is there",
    "the pupil who left is gone",
    "the new name is there",
    "the newly protected pupil is gone",
    "the pupil whose row broke stands as before",
)


def _happened(happening: Happening, person: str, before: _Objects, after: _Objects) -> bool:
    """Whether the client holds what the day made of a pupil."""
    old, new = before[ResourceType.PERSON].get(person), after[ResourceType.PERSON].get(person)
    if "moved" in happening.what:
        return new is not None and _classes(person, before) != _classes(person, after) != set()
    if "new pupil" in happening.what:
        return old is None and new is not None and new["givenName"] == NEWCOMER
    if "name" in happening.what:
        return old is not None and new is not None and old["familyName"] != new["familyName"]
    if "broke" in happening.what:
        return old is not None and old == new
    return old is not None and new is None and person not in str(after[ResourceType.GROUP])


def _classes(person: str, objects: _Objects) -> set[str]:
    return {
        group["id"]
        for group in objects[ResourceType.GROUP].values()
        if group["groupType"] == "Klass" and {"person": {"id": person}} in group["groupMemberships"]
    }


def _keep_serving(folder: Path, skolverket: Skolverket) -> None:
    installation = wiring.load(folder / "config.toml")
    running = service.start(installation, None, output.note)
    output.line(f"serving {skolverket.base_url} until Ctrl-C; read it with Skolverket's eyes:")
    output.line(f"  TOKEN={skolverket.token()}")
    output.line(
        f'  curl --cacert {folder}/tls/ca.pem -H "Authorization: Bearer $TOKEN" "{skolverket.base_url}/persons?limit=2"'
    )
    signals.until_told(running)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
