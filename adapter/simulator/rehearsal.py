"""Skolverket's whole side on loopback against one's own configuration: real sources, real mapping, real certificate.

The state is a temporary one that is gone afterwards; nobody outside hears of anything.
"""

from __future__ import annotations

import datetime as dt
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.hazmat.primitives import serialization
from pydantic import SecretStr

from adapter import wiring
from adapter.delivery import certificates
from adapter.serving import service
from adapter.settings import Settings, State, Tls, Token
from adapter.simulator.authserver import SKOLVERKET
from adapter.simulator.client import differences
from adapter.simulator.skolverket import ENTITY, Skolverket
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import pages, publish, subscriptions
from adapter.store.changes import ChangeSet, Spool
from adapter.store.engine import Store
from adapter.sync.run import sync
from adapter.wiring import Installation, clock

_PATIENCE = 60  # seconds


@dataclass(frozen=True)
class Step:
    """One line of the checklist: what was to happen, what was seen, whether it held."""

    what: str
    held: bool
    seen: str


def rehearse(installation: Installation, today: dt.date | None = None) -> Iterator[Step]:
    """Play it, step by step. Raises what a sync raises where the sources or the mapping fail."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        settings = installation.settings
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            listen = f"127.0.0.1:{probe.getsockname()[1]}"
        here = f"https://{listen}{urlsplit(settings.facade.base_url).path}"
        number = settings.organiser.organisation_number
        parts: Any = folder / "tls", number, {}, here, clock, settings.facade.base_url, _known(settings, folder)
        with Skolverket(*parts) as skolverket:
            staged = replace(installation, settings=_pointed_here(settings, folder, listen, skolverket))
            store = staged.store()
            try:
                yield from _Play(staged, store, skolverket, here, today).steps()
            finally:
                store.close()


def _known(settings: Settings, folder: Path) -> tuple[Path, str] | None:
    """Our certificate as the authorisation server knows it: trusted by itself, whoever issued it."""
    if settings.token is None:
        return None
    file = folder / "known.pem"
    file.write_bytes(certificates.load(settings.token).certificate.public_bytes(serialization.Encoding.PEM))
    return file, settings.token.client_key


def _pointed_here(settings: Settings, folder: Path, listen: str, skolverket: Skolverket) -> Settings:
    """The same settings with everything outside replaced by what runs on this machine."""
    tls = folder / "tls"
    ca = tls / "ca.pem"
    token = settings.token or Token(certificate=tls / "client.pem", key=tls / "client.key", client_key=ENTITY)
    outside = {"url": skolverket.auth.transaction_url, "ca": ca, "server_pins": (), "location": None}
    return settings.model_copy(
        update={
            "state": State(url=SecretStr(f"sqlite:///{folder}/state.db"), plans=settings.state.plans),
            "facade": settings.facade.model_copy(
                update={"listen": listen, "tls": Tls(certificate=tls / "facade.pem", key=tls / "facade.key")}
            ),
            "auth": settings.auth.model_copy(
                update={
                    "issuer": skolverket.auth.issuer,
                    "jwks_url": skolverket.auth.jwks_url,
                    "jwks_ca": ca,
                    "audience": ("nutid",),
                    "organization_id": SKOLVERKET,
                }
            ),
            "token": token.model_copy(update=outside),
            "network": settings.network.model_copy(update={"proxy": None}),
            "notifications": settings.notifications.model_copy(
                update={"allowed_targets": (skolverket.webhook.allowed,), "ca": ca}
            ),
        }
    )


@dataclass
class _Play:
    installation: Installation
    store: Store
    skolverket: Skolverket
    here: str
    today: dt.date | None

    def steps(self) -> Iterator[Step]:
        yield self._first_sync()
        running = service.start(self.installation, None, lambda text: None)
        try:
            yield self._ready()
            yield self._strangers()
            yield self._full_load()
            yield self._page_sizes()
            yield self._at_once()
            yield from self._changes()
            yield self._down()
            yield self._told_us()
            yield self._profile()
            self.skolverket.client.unsubscribe()
        finally:
            running.stop()

    # -- the steps ----------------------------------------------------------------------------------------

    def _first_sync(self) -> Step:
        report = sync(self.store, self.installation.inputs(self.today))
        if report.error is not None:
            raise report.error
        counts = ", ".join(f"{kind} {found.created}" for kind, found in report.types.items())
        seen = f"{counts}; {report.rejected} rejected, {report.types[ResourceType.PERSON].withheld} withheld"
        return Step("the sources are read, mapped, checked and published", report.version > 0, seen)

    def _ready(self) -> Step:
        answer = self._get(self.here.removesuffix(urlsplit(self.here).path) + "/health/ready", None)
        return Step("the facade answers over TLS", answer.status_code == 200, f"/health/ready {answer.status_code}")

    def _strangers(self) -> Step:
        issue = self.skolverket.auth.issue
        registered = [self.installation.settings.facade.base_url]
        elsewhere = ["https://api.skolverket.se.evil.example/ss12000-api/v2.0"]
        tokens = {
            "no token": None,
            "another organisation": issue("SE5560000001", "ss12000-api", registered),
            "another address": issue(SKOLVERKET, "ss12000-api", elsewhere),
            "another purpose": issue(SKOLVERKET, "ss12000-client", registered),
            "an ended token": issue(SKOLVERKET, "ss12000-api", registered, exp=clock() // 1000 - 120),
            "a forged token": self.skolverket.token()[:-8] + "AAAAAAAA",
        }
        seen = {name: self._get(f"{self.here}/persons?limit=1", token).status_code for name, token in tokens.items()}
        held = all(status in (401, 403) for status in seen.values())
        return Step("nobody but Skolverket may read", held, ", ".join(f"{name} {code}" for name, code in seen.items()))

    def _full_load(self) -> Step:
        client = self.skolverket.client
        status = client.register(self.skolverket.webhook.target)
        held = status == 201 and self._identical()
        count = sum(map(len, client.held.values()))
        return Step(
            "the client subscribes, and its full load is identical with what is published",
            held,
            f"HTTP {status}, {count} objects in {client.pages} pages",
        )

    def _page_sizes(self) -> Step:
        known = len(self.skolverket.client.held[ResourceType.PERSON])
        seen = [(limit, *self._crawled("persons", limit)) for limit in (max(1, known // 20), 10_000)]
        held = all(len(ids) == known and len(set(ids)) == known for _, ids, _ in seen)
        words = ", ".join(f"limit={limit}: {len(set(ids))} persons in {count} pages" for limit, ids, count in seen)
        return Step("small and large pages give each person once", held, words)

    def _at_once(self) -> Step:
        names = [kind.collection for kind in FETCH_ORDER for _ in range(2)]
        with ThreadPoolExecutor(len(names)) as pool:
            counts = list(pool.map(lambda name: len(set(self._crawled(name, 200)[0])), names))
        wanted = [len(self.skolverket.client.held[kind]) for kind in FETCH_ORDER for _ in range(2)]
        return Step("ten crawls at once get the same", counts == wanted, f"{sum(counts)} objects")

    def _changes(self) -> Iterator[Step]:
        """One person goes and comes back: by a notice each time, once in either reading of the window."""
        client = self.skolverket.client
        for window in ("five_minutes", "last_modified"):
            client.window = window
            somebody = next(iter(sorted(client.held[ResourceType.DUTY])), None)
            if somebody is None:
                yield Step(f"changes arrive ({window})", False, "no duty is published that could go and come back")
                return
            gone = self._noticed(partial(self._take_away, somebody))
            back = self._noticed(self._sync_again)
            held = gone and back and self._identical()
            granted = self.skolverket.auth.granted
            yield Step(
                f"a deletion and a change arrive after one notice each ({window})",
                held,
                f"tokens fetched over mTLS: {granted}; identical: {'yes' if held else 'no'}",
            )

    def _down(self) -> Step:
        webhook = self.skolverket.webhook
        webhook.status, before = 503, webhook.attempts
        somebody = min(self.skolverket.client.held[ResourceType.DUTY], default=None)
        if somebody is None:
            return Step("a target that was down is told when it is back", False, "nothing to change")
        self._take_away(somebody)
        refused = self._wait(lambda: webhook.attempts > before)
        webhook.status = 200
        self._sync_again()
        wiring.deliver(self.installation, self.store, force=True)
        held = refused and self._wait(self._identical)
        return Step("a target that was down is told when it is back", held, f"{webhook.attempts - before} attempts")

    def _told_us(self) -> Step:
        with self.store.reading() as connection:
            count = connection.exec_driver_sql("SELECT count(*) FROM client_statistics").scalar()
        confirmed = self._wait(
            lambda: all(f.confirmed == pages.current_version(self.store) for f in subscriptions.all_of(self.store))
        )
        return Step(
            "statistics are taken, and what the client holds is confirmed",
            bool(count) and confirmed,
            f"{count} entries",
        )

    def _profile(self) -> Step:
        client = self.skolverket.client
        wrong = [*client.violations, *client.failures]
        seen = wrong[0] if wrong else f"{len(client.violations)} violations, {len(client.failures)} failed requests"
        return Step("every object follows the profile, and no request failed", not wrong, seen)

    # -- means --------------------------------------------------------------------------------------------

    def _get(self, url: str, token: str | None) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.get(url, headers=headers, verify=self.skolverket.client.trust, timeout=30, trust_env=False)

    def _crawled(self, name: str, limit: int) -> tuple[list[str], int]:
        """The ids of a list in pages of this size, and how many pages."""
        ids: list[str] = []
        query, count = f"limit={limit}", 0
        while True:
            answer = self._get(f"{self.here}/{name}?{query}", self.skolverket.token())
            if answer.status_code != 200:  # nothing is published, which has been told
                return ids, count
            page: dict[str, Any] = answer.json()
            count += 1
            ids.extend(found["id"] for found in page["data"])
            if "pageToken" not in page:
                return ids, count
            query = f"pageToken={page['pageToken']}"

    def _noticed(self, change: Callable[[], None]) -> bool:
        """Whether a change reaches the client."""
        before = len(self.skolverket.webhook.notices)
        change()
        arrived = self._wait(lambda: len(self.skolverket.webhook.notices) > before)
        return arrived and self._wait(self._identical)

    def _take_away(self, duty: str) -> None:
        """A duty goes, with what refers to it left as it is: only for a moment, and only here."""
        with Spool() as spool:
            changes = ChangeSet(spool)
            changes.types[ResourceType.DUTY].deleted = [duty]
            publish.commit(self.store, changes, "rehearsal", clock())

    def _sync_again(self) -> None:
        gate = dict.fromkeys(("max_deleted", "max_updated", "max_created", "max_members_removed"), 1.0)
        settings = self.installation.settings
        opened = settings.model_copy(update={"gate": settings.gate.model_copy(update=gate)})
        report = sync(self.store, replace(self.installation, settings=opened).inputs(self.today))
        if report.error is not None:
            raise report.error

    def _identical(self) -> bool:
        self.skolverket.client.wait_idle()
        return not differences(self.skolverket.client.held, publish.documents(self.store))

    def _wait(self, done: Callable[[], bool]) -> bool:
        until = time.monotonic() + _PATIENCE
        while not (held := done()) and time.monotonic() < until:
            time.sleep(0.1)
        return held
