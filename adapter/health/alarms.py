"""What somebody has to do something about, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from adapter.health.facts import Facts
from adapter.settings import Settings

Name = Literal[
    "damaged",
    "restored",
    "certificate_gone",
    "certificate_broken",
    "certificate_ends",
    "config_broken",
    "failed",
    "held",
    "rejected",
    "late",
    "never",
    "notice_waits",
    "not_fetched",
    "subscription_ended",
    "nobody_subscribes",
    "client_errors",
]
HOURS = 26  # a night's run every day, and two hours for a slow one
_DAYS_LEFT = 30
_RECENT = 7 * 86_400_000  # ms
_HOUR, _MINUTE = 3_600_000, 60_000  # ms
_URGENT = frozenset(
    {"damaged", "restored", "certificate_gone", "certificate_broken", "config_broken", "failed", "held", "late"}
)


@dataclass(frozen=True, slots=True)
class Alarm:
    """One thing to do. `what`: what its sentence is about; `number`: how many of it, or days."""

    name: Name
    what: str = ""
    number: int = 0

    @property
    def urgent(self) -> bool:
        """Whether users may be locked out if nothing is done."""
        return self.name in _URGENT


def alarms(facts: Facts, settings: Settings, broken: str = "") -> list[Alarm]:
    """What is to be done now; empty where all is well. `broken`: why config.toml, as it is now, cannot be used."""
    config = [Alarm("config_broken", broken)] if broken else []
    return [*_of_state(facts), *config, *_of_certificate(facts), *_of_runs(facts), *_of_client(facts, settings)]


def _of_state(facts: Facts) -> Iterator[Alarm]:
    if facts.damage:
        yield Alarm("damaged", facts.damage)
    if facts.restored:
        yield Alarm("restored")


def _of_certificate(facts: Facts) -> Iterator[Alarm]:
    if isinstance(facts.certificate, str):
        yield Alarm("certificate_broken", facts.certificate)
    elif facts.certificate is not None:
        days = (facts.certificate.not_after - facts.now) // (24 * _HOUR)
        if days < 0:
            yield Alarm("certificate_gone", number=-days)
        elif days < _DAYS_LEFT:
            yield Alarm("certificate_ends", number=days)


def _of_runs(facts: Facts) -> Iterator[Alarm]:
    last = facts.last
    if last is None or facts.ended is None:
        yield Alarm("never")
        return
    why = str((last.report.get("error") or {}).get("message", ""))
    if last.outcome == "failed":
        yield Alarm("failed", why)
    elif last.outcome == "held":
        answer = facts.answer
        rejected = answer is not None and answer.did == "rejected" and answer.at >= facts.ended
        yield Alarm("rejected", answer.who) if answer is not None and rejected else Alarm("held")
    hours = (facts.now - facts.ended) // _HOUR
    if hours >= HOURS and facts.running is None:
        yield Alarm("late", number=hours)


def _of_client(facts: Facts, settings: Settings) -> Iterator[Alarm]:
    if not facts.subscriptions and facts.version:
        yield Alarm("nobody_subscribes")
    for found in facts.subscriptions:
        if found.expires < facts.now:
            yield Alarm("subscription_ended", found.target)
    for notice in facts.notices:
        if notice.state != "sent" and notice.attempts:
            yield Alarm("notice_waits", notice.error, notice.attempts)
    patience = 2 * settings.notifications.confirm_within_minutes * _MINUTE
    if facts.unconfirmed_since is not None and facts.now - facts.unconfirmed_since > patience:
        yield Alarm("not_fetched", number=(facts.now - facts.unconfirmed_since) // _HOUR)
    if recent := sum(error.received > facts.now - _RECENT for error in facts.client_errors):
        yield Alarm("client_errors", number=recent)
