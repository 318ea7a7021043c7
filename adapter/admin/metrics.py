"""`/metrics`: how everything stands, in numbers for Prometheus. No personal data, no ids."""

from __future__ import annotations

import hmac
from collections import Counter
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapter.admin.desk import AtDesk, Desk
from adapter.delivery.certificates import CertificateFacts
from adapter.errors import RequestRefused
from adapter.facade import measured
from adapter.health.facts import Facts
from adapter.settings import Settings
from adapter.store.history import RunRecord

router = APIRouter()
_DAY, _SECOND = 86_400_000, 1_000  # ms
_LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]"})
_COUNTS = ("read", "created", "updated", "deleted", "unchanged", "rejected", "kept", "withheld")
_OUTCOMES = ("published", "unchanged", "held", "failed")


@router.get("/metrics")
def show(desk: AtDesk, request: Request) -> Response:
    """All of them. Asked from this machine, or with `admin.metrics_token`."""
    _must_be_allowed(desk.settings, request)
    registry = CollectorRegistry()
    registry.register(_OfState(desk))
    body = generate_latest(registry) + generate_latest(measured.registry(desk.several))
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _must_be_allowed(settings: Settings, request: Request) -> None:
    """Raises RequestRefused. Through a proxy in front everybody seems to be on this machine, but names another host."""
    if (token := settings.admin.metrics_token) is not None:
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        right = hmac.compare_digest(given.strip().encode(errors="replace"), token.get_secret_value().encode())
        if scheme.casefold() != "bearer" or not right:
            raise RequestRefused(401, "unknown", {"WWW-Authenticate": "Bearer"})
        return
    host = request.headers.get("host", "").removesuffix(f":{request.url.port}")
    if request.client is None or not ip_address(request.client.host).is_loopback or host not in _LOCAL:
        raise RequestRefused(403, "unknown")


class _OfState(Collector):
    """Reads the state when it is asked."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        """Every number."""
        facts = self._desk.facts()
        yield _one("ss12000_version", "Version that is published", facts.version)
        yield _each("ss12000_published_objects", "Objects that are published", "type", facts.published)
        yield from _of_run(facts)
        yield from _of_client(facts)
        found = Counter((alarm.name, str(alarm.urgent).lower()) for alarm in self._desk.alarms(facts))
        to_do = GaugeMetricFamily("ss12000_to_do", "Things that somebody has to do", labels=["what", "urgent"])
        for labels, count in found.items():
            to_do.add_metric(labels, count)
        yield to_do


def _of_run(facts: Facts) -> Iterator[Metric]:
    running = int(facts.running is not None)
    yield _one("ss12000_run_going_on", "Whether a run is going on", running)
    if facts.ended is not None:
        yield _one("ss12000_last_run_age_seconds", "Since a run ended", (facts.now - facts.ended) / _SECOND)
    if (last := facts.last) is None:
        return
    outcomes = {outcome: int(last.outcome == outcome) for outcome in _OUTCOMES}
    yield _each("ss12000_last_run_outcome", "1 for how the last run ended", "outcome", outcomes)
    yield _each("ss12000_last_run_seconds", "Where its time went", "stage", last.report.get("seconds", {}))
    yield _objects(last)
    found: Counter[tuple[str, str]] = Counter()
    for one in last.report.get("findings", ()):
        found[one["code"], one["severity"]] += one["count"]
    findings = GaugeMetricFamily("ss12000_findings", "What the last run found", labels=["code", "severity"])
    for labels, count in found.items():
        findings.add_metric(labels, count)
    yield findings


def _objects(last: RunRecord) -> Metric:
    objects = GaugeMetricFamily("ss12000_last_run_objects", "What the last run did", labels=["type", "did"])
    for kind, counts in last.report.get("types", {}).items():
        for did in _COUNTS:
            objects.add_metric([kind, did], counts.get(did, 0))
    return objects


def _of_client(facts: Facts) -> Iterator[Metric]:
    yield _one("ss12000_subscriptions", "Who subscribes", len(facts.subscriptions))
    none = dict.fromkeys(("pending", "sending", "sent"), 0)
    waiting = {**none, **Counter(notice.state for notice in facts.notices)}
    yield _each("ss12000_notices", "Notices that are not confirmed", "state", waiting)
    since = facts.unconfirmed_since
    age = (facts.now - since) / _SECOND if since is not None else 0
    yield _one("ss12000_unconfirmed_age_seconds", "Since the client was told of what it has not fetched", age)
    if isinstance(facts.certificate, CertificateFacts):
        days = (facts.certificate.not_after - facts.now) / _DAY
        yield _one("ss12000_certificate_days", "Days that the client certificate is good for", days)


def _one(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value=value)


def _each(name: str, words: str, label: str, values: Mapping[Any, float]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=[label])
    for key, value in values.items():
        family.add_metric([str(key)], value)
    return family
