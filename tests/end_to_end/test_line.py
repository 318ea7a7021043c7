"""From an old SIS to Skolverket's client over real sockets: what the client holds is what the SIS says."""

from __future__ import annotations

import ssl
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from support.databases import postgres_url
from support.world import TODAY, World, world

from adapter import wiring
from adapter.errors import ConfigError
from adapter.facade import context
from adapter.serving import service
from adapter.simulator import municipality
from adapter.simulator.client import differences
from adapter.simulator.school_day import school_day
from adapter.ss12000.types import ResourceType
from adapter.store import outbox, pages, publish, restoring, schema, subscriptions
from adapter.sync.inputs import Options
from adapter.sync.rollback import rollback
from adapter.sync.run import sync


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    if request.param == "sqlite":
        with world(tmp_path / "w") as found:
            yield found
        return
    with postgres_url() as url, world(tmp_path / "w", url) as found:
        yield found


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path / "w") as found:
        yield found


def wait(done: Callable[[], object], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while not done() and time.monotonic() < until:
        time.sleep(0.02)
    return bool(done())


def night(place: World) -> None:
    report = sync(place.store, place.load().inputs())
    assert report.error is None, report.error


def test_what_the_client_holds_is_what_is_published_after_a_full_load_and_after_a_notice(place: World) -> None:
    client = place.skolverket.client
    night(place)
    running = service.start(place.load(), None, lambda text: None)
    try:
        assert client.register(place.skolverket.webhook.target) == 201
        assert differences(client.held, publish.documents(place.store)) == []
        school_day(place.folder, 7, TODAY)
        night(place)
        assert wait(lambda: place.skolverket.webhook.notices)
        client.wait_idle()
        assert differences(client.held, publish.documents(place.store)) == []
        assert len(place.skolverket.webhook.notices) == 1
        version = pages.current_version(place.store)
        assert wait(lambda: subscriptions.all_of(place.store)[0].confirmed == version)
        assert wait(lambda: not outbox.open_notices(place.store))
        assert client.violations == client.failures == []
        for secret in (*municipality.SECRETS, *municipality.PROTECTED_NAMES):
            assert not client.ever_received(secret)
    finally:
        client.unsubscribe()
        running.stop()


def test_a_version_that_is_published_again_reaches_the_client(place: World) -> None:
    client = place.skolverket.client
    night(place)
    before = publish.documents(place.store)
    running = service.start(place.load(), None, lambda text: None)
    try:
        client.register(place.skolverket.webhook.target)
        school_day(place.folder, 7, TODAY)
        night(place)
        assert wait(lambda: len(place.skolverket.webhook.notices) == 1)
        client.wait_idle()
        installation = place.load()
        # who has become protected on that day was withheld in a version of its own: 1 is the first night
        report = rollback(place.store, installation.inputs(), 1, str(uuid.uuid4()), Options())
        assert (report.outcome, report.error) == ("published", None)
        wiring.deliver(installation, place.store)  # unless the service has been quicker
        assert wait(lambda: len(place.skolverket.webhook.notices) == 2)
        client.wait_idle()
        published = publish.documents(place.store)
        assert differences(client.held, published) == []
        persons = ResourceType.PERSON
        assert published[persons] != before[persons]
        assert len(before[persons].keys() - published[persons].keys()) == 1  # the newly protected pupil stays away
        assert client.violations == client.failures == []
    finally:
        client.unsubscribe()
        running.stop()


def test_a_target_that_is_down_is_told_when_it_is_back(quick: World) -> None:
    client, webhook = quick.skolverket.client, quick.skolverket.webhook
    night(quick)
    running = service.start(quick.load(), None, lambda text: None)
    try:
        client.register(webhook.target)
        webhook.status = 503
        school_day(quick.folder, 7, TODAY)
        night(quick)
        # until the worker has written down that it failed, the notice is its own, and nobody else's to send
        assert wait(lambda: [notice for notice in outbox.open_notices(quick.store) if notice.error])
        assert wiring.deliver(quick.load(), quick.store, force=True).pending == 1
        webhook.status = 200
        delivered = wiring.deliver(quick.load(), quick.store, force=True)
        assert (delivered.sent, delivered.pending) == (1, 0)
        client.wait_idle()
        assert differences(client.held, publish.documents(quick.store)) == []
    finally:
        client.unsubscribe()
        running.stop()


def test_keys_rotate_while_the_facade_runs(quick: World) -> None:
    client = quick.skolverket.client
    night(quick)
    running = service.start(quick.load(), None, lambda text: None)
    try:
        quick.skolverket.auth.rotate_keys()
        assert client.register(quick.skolverket.webhook.target) == 201
        assert differences(client.held, publish.documents(quick.store)) == []
    finally:
        client.unsubscribe()
        running.stop()


def test_without_tls_trust_or_certificate_nothing_is_let_in(quick: World) -> None:
    night(quick)
    running = service.start(quick.load(), None, lambda text: None)
    try:
        with pytest.raises(httpx.ConnectError):
            httpx.get(f"{quick.skolverket.base_url}/persons")
        with pytest.raises(httpx.HTTPError):
            httpx.get(quick.skolverket.base_url.replace("https", "http") + "/persons")
    finally:
        running.stop()


def test_what_was_seen_to_be_damaged_is_not_served_until_it_is_mended(
    place: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "_LOOK", 0.0)
    night(place)
    table = schema.published[ResourceType.PERSON]
    with place.store.reading() as connection:
        number, whole = connection.execute(sa.select(table.c.rid, table.c.body).limit(1)).one()
    trust = ssl.create_default_context(cafile=place.folder / "tls" / "ca.pem")
    bearer = {"Authorization": f"Bearer {place.skolverket.token()}"}
    running = service.start(place.load(), None, lambda text: None)

    def write(body: bytes) -> None:
        with place.store.writing() as connection:
            connection.execute(sa.update(table).where(table.c.rid == number).values(body=body))

    def status(name: str) -> int:
        return httpx.get(f"{place.skolverket.base_url}/{name}", headers=bearer, verify=trust).status_code

    try:
        assert status("persons") == 200
        write(whole.replace(b"familyName", b"familyNamn"))
        report = sync(place.store, place.load().inputs(), Options(full=True))
        assert report.error is not None
        assert report.error.exit_code == 7
        assert {status(name) for name in ("persons", "organisations", "deletedEntities")} == {503}
        write(whole)
        assert sync(place.store, place.load().inputs(), Options(full=True)).outcome == "unchanged"
        assert status("persons") == 200
        restoring.resend(place.store, wiring.clock())  # a copy: who is protected since then stands in it as before
        assert {status(name) for name in ("persons", "organisations", "deletedEntities")} == {503}
        assert sync(place.store, place.load().inputs()).outcome == "unchanged"
        assert status("persons") == 200
    finally:
        running.stop()


def test_a_port_that_is_taken_is_told(quick: World) -> None:
    night(quick)
    running = service.start(quick.load(), None, lambda text: None)
    try:
        with pytest.raises(ConfigError, match="Is another process using the port"):
            service.start(quick.load(), None, lambda text: None)
    finally:
        running.stop()
