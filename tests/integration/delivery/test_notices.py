"""No change is missed: what is told when, again, and never twice at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import httpx
import pytest
from support.databases import postgres_url
from support.desk import Desk, desk

from adapter.delivery.confirm import confirm
from adapter.delivery.worker import deliver_due
from adapter.simulator.pki import Pair, server_context
from adapter.simulator.server import Answer, JsonServer, Request
from adapter.ss12000.types import ResourceType
from adapter.store import outbox, pages, subscriptions
from adapter.store.engine import open_store

FIVE_MINUTES = 300_000


@pytest.fixture
def at_desk(tmp_path: Path) -> Iterator[Desk]:
    with desk(tmp_path) as found:
        yield found


def target(found: Desk, answer: Callable[[Request], Answer]) -> JsonServer:
    """A target of another temper than the webhook's."""
    tls = found.folder / "tls"
    server = JsonServer(answer, server_context(Pair(tls / "skolverket.pem", tls / "skolverket.key")))
    found.sections["notifications"]["allowed_targets"] = [f"{server.url}/webhooks/"]
    return server


def test_one_notice_tells_of_everything_that_was_published_since_the_last(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.night(klass="6A")
    report = at_desk.deliver()
    assert (report.sent, report.pending) == (1, 0)
    (notice,) = at_desk.skolverket.webhook.notices
    assert set(notice.types) == {"Person", "Group"}


def test_nobody_is_told_of_a_night_without_changes(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night()
    assert at_desk.deliver().sent == 0
    assert at_desk.waiting() == []


def test_a_subscription_to_other_types_is_not_told_but_of_deletions(at_desk: Desk) -> None:
    webhook = at_desk.skolverket.webhook
    subscriptions.register(
        at_desk.store, "Skolverket", webhook.target, [ResourceType.DUTY], "Skolverket", at_desk.clock()
    )
    at_desk.night(efternamn="Nygift")
    at_desk.fetched("duties")
    assert at_desk.deliver().sent == 0
    at_desk.night(status="S")
    assert at_desk.deliver().sent == 1
    assert (webhook.notices[0].types, webhook.notices[0].deletions) == ((), True)


def test_a_notice_waits_while_the_target_is_down_and_its_changes_are_stamped_anew(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.skolverket.webhook.status = 503
    report = at_desk.deliver()
    assert (report.sent, report.pending) == (0, 1)
    assert "answered 503" in report.failures[0]
    assert at_desk.deliver().failures == []  # not before its time
    at_desk.clock.pass_(hours=3)
    at_desk.skolverket.webhook.status = 200
    assert at_desk.deliver().sent == 1
    (notice,) = at_desk.skolverket.webhook.notices
    assert all(stamp >= notice.at - FIVE_MINUTES for stamp in at_desk.stamps())


def test_deletions_are_stamped_anew_too(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(status="S")
    at_desk.clock.pass_(days=2)
    at_desk.deliver()
    (notice,) = at_desk.skolverket.webhook.notices
    found = pages.read_tombstones(at_desk.store, list(ResourceType), notice.at - FIVE_MINUTES, 10)
    assert len(found.ids) == 1


def test_the_waits_grow_and_end_at_about_an_hour(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.skolverket.webhook.status = 500
    waits = []
    tokens = at_desk.tokens()
    for _ in range(6):
        at_desk.deliver(tokens, force=True)
        with at_desk.store.reading() as connection:
            due = connection.exec_driver_sql("SELECT next_attempt FROM notice").scalar()
        waits.append((due - at_desk.clock()) / 60_000)
    assert waits == sorted(waits) or waits[-1] == pytest.approx(60, rel=0.1)
    assert waits[0] < 6
    assert waits[-1] == pytest.approx(60, rel=0.1)


def test_a_token_that_is_refused_is_dropped_once(at_desk: Desk) -> None:
    at_desk.subscribe()
    tokens = at_desk.tokens()
    at_desk.night(efternamn="Nygift")
    at_desk.deliver(tokens)
    at_desk.auth.rotate_keys()  # the token that we hold is worth nothing now
    at_desk.night(efternamn="Omgift")
    assert at_desk.deliver(tokens).sent == 1
    assert at_desk.auth.granted == 2


def test_a_target_that_refuses_every_token_is_not_asked_for_ever(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.skolverket.webhook.status = 401
    report = at_desk.deliver()
    assert (report.sent, report.pending) == (0, 1)
    assert at_desk.skolverket.webhook.attempts == 2


@pytest.mark.parametrize("spelling", ["modifiedEntities", "modifiedEntites"])
def test_the_key_that_a_target_understands_is_found_and_remembered(at_desk: Desk, spelling: str) -> None:
    bodies: list[dict[str, Any]] = []

    def strict(request: Request) -> Answer:
        bodies.append(request.json())
        return Answer(200 if set(request.json()) == {spelling} else 400)

    with target(at_desk, strict) as server:
        at_desk.subscribe(f"{server.url}/webhooks/1")
        for name in ("Nygift", "Omgift"):
            at_desk.night(efternamn=name)
            assert at_desk.deliver().sent == 1
    assert set(bodies[-1]) == {spelling}
    assert len(bodies) == (3 if spelling == "modifiedEntities" else 4)  # the second time at once


@pytest.mark.parametrize(
    "answer",
    [
        Answer(302, headers={"Location": "https://127.0.0.1:1/elsewhere"}),
        Answer(404),
        Answer(500, {"detail": "x" * 1_000_000}),
        Answer(200 + 99, {"odd": "status"}),
    ],
    ids=["redirect", "unknown", "huge", "odd"],
)
def test_whatever_a_target_answers_the_notice_is_sent_or_waits(at_desk: Desk, answer: Answer) -> None:
    with target(at_desk, lambda request: answer) as server:
        at_desk.subscribe(f"{server.url}/webhooks/1")
        at_desk.night(efternamn="Nygift")
        report = at_desk.deliver()
    assert report.sent + report.pending == 1


def test_a_target_that_is_not_allowed_any_more_gets_nothing(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.sections["notifications"]["allowed_targets"] = ["https://api.skolverket.se/"]
    report = at_desk.deliver()
    assert (report.pending, at_desk.skolverket.webhook.attempts, at_desk.auth.granted) == (1, 0, 0)
    assert "allowed_targets" in report.failures[0]


def test_without_a_token_section_the_notice_waits_and_says_why(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    report = deliver_due(at_desk.store, at_desk.settings, None, at_desk.clock)
    assert "config.toml has no [token]" in report.failures[0]


def test_two_workers_at_once_send_one_notice(tmp_path: Path) -> None:
    with desk(tmp_path) as found, postgres_url() as url:
        found.store = open_store(url)
        found.tables["elever"][0]["efternamn"] = "Berg"
        found.night()
        found.subscribe()
        found.night(efternamn="Nygift")
        found.skolverket.webhook.delay = 0.2
        both = threading.Barrier(2)
        sent: list[int] = []

        def work() -> None:
            store, tokens = open_store(url), found.tokens()
            both.wait()
            sent.append(deliver_due(store, found.settings, tokens, found.clock).sent)
            store.close()

        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found.store.close()
        assert sorted(sent) == [0, 1]
        assert len(found.skolverket.webhook.notices) == 1


def test_a_worker_that_died_while_sending_is_relieved_when_its_lease_ends(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    assert outbox.claim(at_desk.store, at_desk.clock()) is not None  # and then the process is gone
    assert at_desk.deliver().sent == 0
    at_desk.clock.pass_(minutes=3)
    assert at_desk.deliver().sent == 1


def test_what_the_client_has_fetched_to_the_end_is_confirmed(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift", klass="6A")
    at_desk.deliver()
    at_desk.clock.pass_(seconds=5)
    at_desk.fetched("persons")
    at_desk.deliver()
    assert at_desk.confirmed() == [1]  # groups are not fetched yet
    at_desk.fetched("groups")
    at_desk.deliver()
    assert at_desk.confirmed() == [2]
    assert at_desk.waiting() == []


def test_what_was_fetched_before_the_notice_confirms_nothing(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.fetched("persons")
    at_desk.clock.pass_(seconds=1)
    at_desk.deliver()
    at_desk.deliver()
    assert at_desk.confirmed() == [1]


def test_a_client_that_took_the_notice_and_did_not_fetch_is_told_again(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.deliver()
    at_desk.clock.pass_(minutes=31)
    at_desk.deliver()
    at_desk.clock.pass_(minutes=6)
    assert at_desk.deliver().sent == 1
    first, second = at_desk.skolverket.webhook.notices
    assert second.types == first.types
    assert all(stamp >= second.at - FIVE_MINUTES for stamp in at_desk.stamps())


def test_a_full_load_to_its_end_confirms_the_version_that_stood_at_the_registration(at_desk: Desk) -> None:
    at_desk.subscribe(confirmed=False)
    lists = [kind.collection for kind in ResourceType]
    at_desk.fetched(*lists[:2])
    at_desk.deliver()
    assert at_desk.confirmed() == [0]
    at_desk.fetched(*lists[2:])
    at_desk.deliver()
    assert (at_desk.confirmed(), at_desk.waiting()) == ([1], [])


def test_a_client_whose_full_load_failed_is_told_of_everything(at_desk: Desk) -> None:
    at_desk.subscribe(confirmed=False)
    at_desk.fetched("organisations")
    at_desk.clock.pass_(minutes=31)
    at_desk.deliver()
    at_desk.clock.pass_(minutes=2)
    assert at_desk.deliver().sent == 1
    (notice,) = at_desk.skolverket.webhook.notices
    assert set(notice.types) == set(ResourceType)
    assert all(stamp >= notice.at - FIVE_MINUTES for kind in ResourceType for stamp in at_desk.stamps(kind, 0))


def test_a_notice_tells_again_of_what_was_sent_before_and_is_not_confirmed(at_desk: Desk) -> None:
    at_desk.subscribe(confirmed=False)
    at_desk.night(efternamn="Nygift")  # while the client loads everything
    assert at_desk.deliver().sent == 1
    (notice,) = at_desk.skolverket.webhook.notices
    assert set(notice.types) == set(ResourceType)
    assert at_desk.waiting() == ["sent"]
    at_desk.clock.pass_(seconds=5)
    at_desk.fetched(*(ResourceType(kind).collection for kind in notice.types))
    at_desk.deliver()
    assert (at_desk.confirmed(), at_desk.waiting()) == ([2], [])


def test_what_the_client_read_is_confirmed_also_while_its_next_notice_cannot_be_sent(at_desk: Desk) -> None:
    at_desk.subscribe(confirmed=False)
    at_desk.night(efternamn="Nygift")
    at_desk.skolverket.webhook.status = 503
    at_desk.deliver()
    at_desk.fetched(*(kind.collection for kind in ResourceType))
    at_desk.deliver()
    assert (at_desk.confirmed(), at_desk.waiting()) == ([1], ["pending"])
    at_desk.clock.pass_(hours=1)
    at_desk.skolverket.webhook.status = 200
    at_desk.deliver()
    assert [notice.types for notice in at_desk.skolverket.webhook.notices] == [("Person",)]


def test_a_client_that_never_fetches_raises_the_alarm_also_when_every_night_has_its_own_notice(at_desk: Desk) -> None:
    at_desk.subscribe()
    for name in ("Ek", "Gran", "Al", "Asp"):
        at_desk.night(efternamn=name)
        assert at_desk.deliver().sent == 1
        at_desk.clock.pass_(minutes=10)
    at_desk.clock.pass_(minutes=31)
    (alarm,) = confirm(at_desk.store, at_desk.settings, at_desk.clock())
    assert "was told 4 times" in alarm


def test_a_list_that_began_before_the_notice_or_too_late_in_time_or_was_anothers_confirms_nothing(
    at_desk: Desk,
) -> None:
    at_desk.subscribe()
    before = at_desk.clock()
    at_desk.night(efternamn="Nygift")
    at_desk.clock.pass_(seconds=1)
    at_desk.deliver()
    at_desk.fetched("persons", began=before)
    at_desk.fetched("persons", after=at_desk.clock())  # a client whose clock is ahead asks for too little
    at_desk.fetched("persons", caller="somebody else")
    at_desk.deliver()
    assert at_desk.confirmed() == [1]
    at_desk.fetched("persons", after=before - 1)
    at_desk.deliver()
    assert at_desk.confirmed() == [2]


@pytest.mark.parametrize("ahead", [-3600, 0, 600, 1800])
def test_changes_lie_inside_the_window_of_a_client_whose_clock_is_wrong(at_desk: Desk, ahead: int) -> None:
    times: list[int] = []

    def elsewhere(request: httpx.Request) -> httpx.Response:
        times.append(at_desk.clock() + ahead * 1000)
        return httpx.Response(200, headers={"Date": formatdate(times[-1] / 1000, usegmt=True)})

    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    report = at_desk.deliver(transport=httpx.MockTransport(elsewhere))
    assert (len(report.failures) == 1 and "NTP" in report.failures[0]) == bool(ahead)
    at_desk.clock.pass_(minutes=31)
    at_desk.deliver(transport=httpx.MockTransport(elsewhere))
    at_desk.clock.pass_(minutes=6)
    assert at_desk.deliver(transport=httpx.MockTransport(elsewhere)).sent == 1
    assert all(stamp > times[-1] - FIVE_MINUTES for stamp in at_desk.stamps())


def test_an_ended_subscription_is_notified_all_the_same_unless_configured_otherwise(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.clock.pass_(days=91)
    at_desk.night(efternamn="Nygift")
    report = at_desk.deliver()
    assert (report.sent, "has ended" in report.failures[0]) == (1, True)
    at_desk.sections["notifications"]["stop_when_expired"] = True
    at_desk.night(efternamn="Omgift")
    assert at_desk.deliver().pending == 1


def test_who_is_told_in_vain_again_and_again_raises_the_alarm(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    said: list[str] = []
    for _ in range(8):
        said += at_desk.deliver(force=True).failures
        at_desk.clock.pass_(minutes=90)
        said += confirm(at_desk.store, at_desk.settings, at_desk.clock())
    assert any("has not fetched; it holds version 1" in words for words in said)


def test_a_clock_that_was_set_back_holds_up_no_notice(at_desk: Desk) -> None:
    at_desk.subscribe()
    at_desk.night(efternamn="Nygift")
    at_desk.skolverket.webhook.status = 503
    at_desk.deliver()
    at_desk.clock.pass_(days=-1)
    at_desk.skolverket.webhook.status = 200
    assert at_desk.deliver().sent == 1
    at_desk.clock.pass_(days=-1)
    at_desk.deliver()
    assert at_desk.waiting() == ["pending"]  # nobody can tell whether it was fetched: it is told again
