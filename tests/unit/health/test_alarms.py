"""What somebody is told to do, and when."""

from __future__ import annotations

from typing import Any

import pytest
from support.small_school import NOW, settings

from adapter.delivery.certificates import CertificateFacts
from adapter.health.alarms import HOURS, Alarm, alarms
from adapter.health.facts import Facts
from adapter.ss12000.types import ResourceType
from adapter.store.deeds import Deed
from adapter.store.feedback import ClientError
from adapter.store.history import RunRecord
from adapter.store.outbox import Notice
from adapter.store.subscriptions import Subscription

HOUR, DAY = 3_600_000, 86_400_000


def a_run(outcome: str = "published", hours_ago: float = 5, **report: Any) -> RunRecord:
    at = int(NOW - hours_ago * HOUR)
    return RunRecord(outcome + str(hours_ago), at, None if outcome == "running" else at, outcome, report)


def certificate(days: float) -> CertificateFacts:
    return CertificateFacts(0, int(NOW + days * DAY), "Ekköping", "1", "", "", True)


def subscription(days: int = 60) -> Subscription:
    return Subscription("s", "", "https://mottagare", (), NOW - DAY, NOW + days * DAY, 1, "both", "", 0)


def notice(state: str, attempts: int = 1, sent: int | None = None) -> Notice:
    return Notice(
        (1,), "s", "https://mottagare", "both", 1, "", 0, 0, 2, (), False, state, 0, attempts, sent, 0, "svarar inte"
    )


def facts(**other: Any) -> Facts:
    """All is well, but for what is named."""
    well = {
        "now": NOW,
        "version": 2,
        "published": dict.fromkeys(ResourceType, 1),
        "runs": [a_run()],
        "subscriptions": [subscription()],
        "notices": [],
        "client_errors": [],
        "certificate": certificate(200),
        "damage": "",
        "restored": False,
    }
    return Facts(**{**well, **other})


def told(**other: Any) -> list[Alarm]:
    return alarms(facts(**other), settings())


def test_nothing_is_to_be_done_where_all_is_well() -> None:
    assert told() == []
    assert told(certificate=None) == []
    assert told(notices=[notice("sent", sent=NOW - HOUR // 2)]) == []


@pytest.mark.parametrize(
    ("other", "alarm", "urgent"),
    [
        ({"damage": "en sida"}, Alarm("damaged", "en sida"), True),
        ({"restored": True}, Alarm("restored"), True),
        ({"certificate": certificate(-1)}, Alarm("certificate_gone", number=1), True),
        ({"certificate": certificate(29.5)}, Alarm("certificate_ends", number=29), False),
        ({"certificate": "ingen fil"}, Alarm("certificate_broken", "ingen fil"), True),
        ({"runs": [a_run("failed", error={"message": "x"}), a_run()]}, Alarm("failed", "x"), True),
        ({"runs": [a_run("held"), a_run()]}, Alarm("held"), True),
        ({"runs": [a_run("held")], "answer": Deed(NOW, "anna", "rejected")}, Alarm("rejected", "anna"), False),
        ({"runs": [a_run("held", 1)], "answer": Deed(NOW - 2 * HOUR, "anna", "rejected")}, Alarm("held"), True),
        ({"runs": [a_run("held")], "answer": Deed(NOW, "anna", "approved")}, Alarm("held"), True),
        ({"runs": [a_run(hours_ago=HOURS)]}, Alarm("late", number=HOURS), True),
        ({"runs": []}, Alarm("never"), False),
        ({"runs": [a_run("dry-run")]}, Alarm("never"), False),
        ({"notices": [notice("pending", 3)]}, Alarm("notice_waits", "svarar inte", 3), False),
        ({"notices": [notice("sent", sent=NOW - 3 * HOUR)]}, Alarm("not_fetched", number=3), False),
        ({"subscriptions": [subscription(-1)]}, Alarm("subscription_ended", "https://mottagare"), False),
        ({"subscriptions": []}, Alarm("nobody_subscribes"), False),
        ({"client_errors": [ClientError(NOW - DAY, "Error")] * 2}, Alarm("client_errors", number=2), False),
    ],
    ids=lambda value: value.name if isinstance(value, Alarm) else "",
)
def test_what_is_to_be_done_is_told(other: dict[str, Any], alarm: Alarm, urgent: bool) -> None:
    assert told(**other) == [alarm]
    assert alarm.urgent is urgent


def test_a_config_that_cannot_be_used_is_told_before_the_night() -> None:
    assert alarms(facts(), settings(), "C100") == [Alarm("config_broken", "C100")]


def test_old_complaints_first_attempts_and_the_day_before_say_nothing() -> None:
    assert told(client_errors=[ClientError(NOW - 8 * DAY, "Error")]) == []
    assert told(notices=[notice("pending", 0)]) == []
    assert told(runs=[a_run(hours_ago=HOURS - 1)]) == []
    assert told(subscriptions=[], version=0) == []  # nothing to subscribe to yet


def test_a_run_that_goes_on_is_not_late_and_a_rollback_is_no_run() -> None:
    assert told(runs=[a_run("running", 0.1), a_run(hours_ago=HOURS)]) == []
    assert told(runs=[a_run("rollback", 1), a_run("held")]) == [Alarm("held")]


def test_the_most_urgent_comes_first() -> None:
    found = told(damage="x", runs=[a_run("failed")], subscriptions=[])
    assert [alarm.name for alarm in found] == ["damaged", "failed", "nobody_subscribes"]
