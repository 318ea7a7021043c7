"""A huvudman's outgoing side on loopback: state, authorisation server over mTLS, webhook, and time that can pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from adapter.delivery.confirm import confirm
from adapter.delivery.outcome import DeliveryReport
from adapter.delivery.token import TokenClient
from adapter.delivery.worker import deliver_due
from adapter.settings import Settings
from adapter.simulator.authserver import AuthServer
from adapter.simulator.skolverket import ENTITY, Skolverket
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import feedback, outbox, subscriptions
from adapter.store.engine import Store, open_store
from adapter.store.feedback import Access
from adapter.sync.report import Report
from support import small_school
from support.readable import Clock
from support.small_school import Tables

NUMBER = "2120000001"


@dataclass
class Desk:
    folder: Path
    skolverket: Skolverket
    store: Store
    clock: Clock
    sections: dict[str, Any]
    tables: Tables = field(default_factory=small_school.tables)

    @property
    def auth(self) -> AuthServer:
        return self.skolverket.auth

    @property
    def settings(self) -> Settings:
        return small_school.settings(**self.sections)

    def tokens(self) -> TokenClient:
        token = self.settings.token
        assert token is not None
        return TokenClient(token, self.store, self.clock)

    def subscribe(self, target: str = "", confirmed: bool = True) -> str:
        """Skolverket's subscription; `confirmed`: its full load is done."""
        found = subscriptions.register(
            self.store, "Skolverket", target or self.skolverket.webhook.target, FETCH_ORDER, "Skolverket", self.clock()
        )
        if confirmed:
            for notice in outbox.open_notices(self.store):
                outbox.mark_confirmed(self.store, notice)
        return found.id

    def night(self, **changes: str) -> Report:
        """A sync in which the first pupil's cells are changed."""
        self.tables["elever"][0].update(changes)
        return small_school.night(self.store, self.tables, now=self.clock(), **small_school.OPEN_GATE)

    def deliver(self, tokens: TokenClient | None = None, force: bool = False, **more: Any) -> DeliveryReport:
        confirm(self.store, self.settings, self.clock())
        return deliver_due(self.store, self.settings, tokens or self.tokens(), self.clock, force, **more)

    def fetched(self, *resources: str, after: int = 0, began: int = 0, caller: str = "Skolverket") -> None:
        """The client reads these lists to their end, now."""
        recorder = feedback.Recorder(self.store)
        for resource in resources:
            self.clock.pass_(seconds=0.001)
            now = self.clock()
            kind = "delta" if after else "full"
            recorder.record(Access(now, caller, resource, kind, 1, True, began or now, after))
        recorder.flush()

    def waiting(self) -> list[str]:
        return [notice.state for notice in outbox.open_notices(self.store)]

    def confirmed(self) -> list[int]:
        return [found.confirmed for found in subscriptions.all_of(self.store)]

    def stamps(self, kind: ResourceType = ResourceType.PERSON, version: int = 1) -> list[int]:
        """meta.modified of what changed after a version."""
        import sqlalchemy as sa

        from adapter.store import schema

        table = schema.published[kind]
        with self.store.reading() as connection:
            return list(connection.execute(sa.select(table.c.modified).where(table.c.version > version)).scalars())


@contextmanager
def desk(folder: Path) -> Iterator[Desk]:
    clock = Clock()
    with Skolverket(folder / "tls", NUMBER, {}, "https://127.0.0.1:1/x", clock) as skolverket:
        tls = folder / "tls"
        sections: dict[str, Any] = {
            "token": {
                "url": skolverket.auth.transaction_url,
                "certificate": tls / "client.pem",
                "key": tls / "client.key",
                "client_key": ENTITY,
                "ca": tls / "ca.pem",
            },
            "auth": {"issuer": skolverket.auth.issuer, "jwks_url": skolverket.auth.jwks_url, "jwks_ca": tls / "ca.pem"},
            "notifications": {"allowed_targets": [skolverket.webhook.allowed], "ca": tls / "ca.pem"},
        }
        store = open_store(f"sqlite:///{folder}/state.db")
        skolverket.client.ignoring = 1 << 30  # these tests say themselves what is fetched
        found = Desk(folder, skolverket, store, clock, sections)
        found.night()
        clock.pass_(hours=1)
        yield found
        store.close()
