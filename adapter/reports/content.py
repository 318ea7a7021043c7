"""What stands in a report: a row for each finding of the last run, and for each that is mended since the one before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from adapter.findings import Finding
from adapter.reports import complaints
from adapter.reports.words import Words
from adapter.store import history
from adapter.store.engine import Store
from adapter.store.history import RunRecord

_ONCE = frozenset({"R130", "R126"})
"""Warnings of objects that are new or have changed: not to be found again does not mean to be mended."""


class Status(StrEnum):
    """How a finding stands beside the run before."""

    NEW = "new"
    STILL = "still"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Unit:
    """A school unit; `code` and `name` are "" where no run has met it."""

    id: str
    code: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing to mend. `since`: the run (ms) that met it first. `unit` is None where nobody knows the school."""

    status: Status
    finding: Finding
    since: int
    unit: Unit | None


@dataclass(frozen=True)
class Report:
    """The last run's findings. `started` (ms), `outcome` and `error` are the run's; `beyond`: not kept in words."""

    organiser: str
    started: int
    outcome: str
    error: str
    beyond: int
    rows: tuple[Row, ...]

    def units(self) -> list[Unit]:
        """The school units that have something to mend, by name."""
        found = {row.unit for row in self.rows if row.unit is not None and row.unit.code}
        return sorted(found, key=lambda unit: (unit.name.casefold(), unit.code))

    def of(self, unit: Unit) -> Report:
        """What concerns one school unit, and nothing else."""
        return Report(
            self.organiser,
            self.started,
            self.outcome,
            "",
            0,
            tuple(row for row in self.rows if row.unit == unit),
        )

    def count(self, status: Status) -> int:
        """How many rows have a status; one that concerns two school units counts once."""
        return len({row.finding for row in self.rows if row.status is status})


def read(store: Store, organiser: str) -> Report | None:
    """The last run that has ended, held against the last complete one before it; None where there is none.

    Raises StateError where the state cannot be read.
    """
    runs = [run for run in history.last_runs(store, history.KEPT_RUNS) if run.outcome in (*history.COMPLETE, "failed")]
    if not runs:
        return None
    last, complete = runs[0], [run for run in runs if run.outcome in history.COMPLETE]
    looked = last.outcome in history.COMPLETE
    before = next((run for run in complete if run.id != last.id), None)
    now, then = _found(store, last), _found(store, before)
    known = {finding.known_by for finding, _ in then}
    rows = [(Status.STILL if finding.known_by in known else Status.NEW, finding, since) for finding, since in now]
    left, beyond = {finding.known_by for finding, _ in now}, _beyond(last, len(now))
    for finding, since in then:
        if finding.known_by not in left and not (looked and finding.code in _ONCE):
            if not looked:  # a run that failed has not seen whether it is still there
                rows.append((Status.STILL, finding, since))
            elif not beyond:
                rows.append((Status.FIXED, finding, since))
    of_client = complaints.read(store, last.started, before.started if before is not None else 0)
    rows += [(Status.NEW if is_new else Status.STILL, finding, since) for finding, since, is_new in of_client]
    units = {i: Unit(i, code, name) for i, (code, name) in history.units(store).items()}
    error = (last.report.get("error") or {}).get("message", "")
    return Report(organiser, last.started, last.outcome, error, beyond, tuple(_placed(rows, units)))


def _found(store: Store, run: RunRecord | None) -> list[tuple[Finding, int]]:
    if run is None:
        return []
    kept = history.findings_of(store, run.id)
    return list({Finding.of(facts): facts.get("since", run.started) for facts in kept}.items())


def _beyond(run: RunRecord, kept: int) -> int:
    return max(0, int(run.report.get("issues", 0)) - kept)


def _placed(rows: Sequence[tuple[Status, Finding, int]], units: Mapping[str, Unit]) -> Iterator[Row]:
    """By school unit, after what has none; of each the new before the old, and what rejects objects first."""
    placed = [
        Row(status, finding, since, units.get(i, Unit(i)) if i else None)
        for status, finding, since in rows
        for i in (finding.units or ("",))
    ]
    order = list(Status)
    return iter(
        sorted(
            placed,
            key=lambda row: (
                row.unit is not None,
                row.unit.name.casefold() if row.unit else "",
                row.unit.id if row.unit else "",
                order.index(row.status),
                row.finding.severity != "error",
                row.finding.sort_key,
            ),
        )
    )


Cells = dict[str, Any]
"""Column's heading -> str, int, date or None."""


def cells(row: Row, words: Words, day: Callable[[int], dt.date]) -> Cells:
    """A row as it is written, in one language. Times are days where the organiser is."""
    finding, told = row.finding, words.told(row.finding)
    values = (
        words.status[row.status],
        words.effect(finding),
        row.unit.name if row.unit else "",
        row.unit.code if row.unit else "",
        told.what,
        told.attribute,
        told.wrong,
        told.advice,
        finding.row.source if finding.row else (finding.span.file if finding.span else ""),
        finding.row.row if finding.row else (finding.span.line or None if finding.span else None),
        finding.about,
        day(row.since),
        finding.code,
    )
    return dict(zip(words.columns, values, strict=True))
