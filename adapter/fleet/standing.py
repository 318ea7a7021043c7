"""How everybody stands: from each organiser's own state, and from the queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Literal

from adapter.errors import AdapterError
from adapter.fleet.organisers import Everybody, Organiser
from adapter.health import alarms, facts
from adapter.health.facts import Facts
from adapter.health.words import told
from adapter.settings.fleet import Fleet
from adapter.ss12000.types import ResourceType
from adapter.store.engine import Servers
from adapter.store.fleet_runs import AGAIN, MISSED, RUNNING, FleetRun
from adapter.wiring import here

Standing = Literal["wrong", "damaged", "failed", "missed", "held", "late", "never", "again", "running", "look", "well"]
"""The worst first. wrong: cannot be worked with; missed: the night ended before a run; look: somebody should look."""
ORDER: Sequence[Standing] = (
    "wrong", "damaged", "failed", "missed", "held", "late", "never", "again", "running", "look", "well",
)  # fmt: skip
_BY_ALARM: Mapping[str, Standing] = {
    "damaged": "damaged", "restored": "damaged", "failed": "failed", "held": "held", "rejected": "held",
    "late": "late", "never": "never",
}  # fmt: skip
_THREADS = 4


@dataclass(frozen=True)
class Stands:
    """One organiser. `ended`: when a run ended last (ms). `to_do`: what is so, and what to do about it."""

    name: str
    standing: Standing
    to_do: str = ""
    version: int = 0
    persons: int = 0
    ended: int | None = None
    waiting_notices: int = 0
    run: FleetRun | None = None


def of_all(fleet: Fleet, runs: Mapping[str, FleetRun], now: int) -> list[Stands]:
    """The worst first. `runs`: everybody's last in the queue's record."""
    servers = Servers(_THREADS)
    try:
        with ThreadPoolExecutor(_THREADS) as threads:
            everybody = Everybody(fleet).all_of()
            found = threads.map(lambda each: _of_one(each, runs.get(each.name), now, servers), everybody)
            return sorted(found, key=lambda stands: (ORDER.index(stands.standing), stands.name))
    finally:
        servers.close()


def _of_one(each: Organiser, run: FleetRun | None, now: int, servers: Servers) -> Stands:
    installation = each.installation
    if each.wrong or installation is None:
        return Stands(each.name, "wrong", each.wrong, run=run)
    try:
        store = installation.store(servers=servers)
        try:
            found = facts.read(store, installation.certificate_or_why(), now)
        finally:
            store.close()
    except AdapterError as error:
        return Stands(each.name, "wrong", error.message, run=run)
    standing, to_do = _standing(found, each, run)
    waiting = sum(notice.state != "sent" for notice in found.notices)
    persons = found.published.get(ResourceType.PERSON, 0)
    return Stands(each.name, standing, to_do, found.version, persons, found.ended, waiting, run)


def _standing(found: Facts, each: Organiser, run: FleetRun | None) -> tuple[Standing, str]:
    assert each.installation is not None
    settings = each.installation.settings
    if run is not None and (found.ended is None or run.started > found.ended or run.outcome in (RUNNING, AGAIN)):
        if run.outcome == RUNNING:
            return "running", f"since {here(run.started)} on {run.worker}"
        if run.outcome == AGAIN:
            return "again", f"attempt {run.attempts}: {run.why}"
        if run.outcome == MISSED:
            return "missed", run.why
        if run.outcome == "failed":
            return "failed", run.why
    command = f"ss12000-adapter --config {each.config}"
    for alarm in alarms.alarms(found, settings):
        what, advice = told(alarm, settings.facade.base_url, "en")
        if alarm.name == "failed" and run is not None and run.outcome == "failed":
            what = f"The last run failed: {run.why}"
        if alarm.name == "held" and found.last is not None:
            plan = found.last.report.get("plan", "PLAN")
            advice = f"Look: {command} sync --dry-run. If it is right: {command} sync --approve {plan}"
        if alarm.name == "never":
            advice = f"Run it: fleet run {each.name}"
        return _BY_ALARM.get(alarm.name, "look"), f"{what.rstrip('.')}. {advice}"
    if not found.version:
        return "look", f"Nothing is published, for nothing of it may be. See: {command} sync --dry-run"
    return "well", ""
