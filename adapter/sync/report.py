"""What a run tells when it is over: counts, findings, outcome. As data for machines; printing is the CLI's."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from adapter.errors import AdapterError
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store.changes import ChangeSet
from adapter.sync.findings import Findings

_TOLD = 200  # kinds of findings in the JSON of a run; there are more only in a mapping that has just been begun


class Progress(Protocol):
    """Somebody who looks on while a run goes on."""

    def stage(self, name: str) -> None:
        """What is done now."""
        ...

    def expect(self, rows: int) -> None:
        """So many rows will be read, if it is as last time; 0 where nobody knows."""
        ...

    def read(self, rows: int) -> None:
        """So many more rows are read."""
        ...


class Nobody:
    """Nobody looks on."""

    def stage(self, name: str) -> None: ...
    def expect(self, rows: int) -> None: ...
    def read(self, rows: int) -> None: ...


@dataclass(slots=True)
class TypeCounts:
    """One type's line. All are objects, but `read`: rows that drove its rules."""

    read: int = 0
    created: int = 0
    updated: int = 0
    deleted: int = 0
    unchanged: int = 0
    rejected: int = 0
    kept: int = 0
    withheld: int = 0


@dataclass(slots=True)
class Report:
    """A run. `outcome`: published | unchanged | dry-run | held | failed. `error`: why it is held or failed."""

    run: str
    started: int
    outcome: str = "failed"
    version: int = 0
    types: dict[ResourceType, TypeCounts] = field(default_factory=lambda: {kind: TypeCounts() for kind in FETCH_ORDER})
    findings: Findings = field(default_factory=Findings)
    held_by: list[str] = field(default_factory=list)
    withheld_at_once: int = 0
    unprotected: int = 0  # persons who have lost their mark and are not published yet
    enrichments: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    sent: int = 0
    pending: int = 0
    plan: str = ""
    unchanged_since: int = 0  # ms: when the run began that this one repeats, for nothing has changed; 0: it read
    whole_at: int = 0  # ms: when the last run began that has read all rows
    whole_because: str = ""  # why all rows were built, where only those that differ might have been
    error: AdapterError | None = None
    progress: Progress = field(default_factory=Nobody)

    @property
    def rejected(self) -> int:
        """Rows of all types that gave no valid object."""
        return sum(counts.rejected for counts in self.types.values())

    def take_over(self, attempt: Report) -> None:
        """What an attempt at this run has found."""
        self.findings, self.enrichments, self.unprotected = attempt.findings, attempt.enrichments, attempt.unprotected
        for stage, seconds in attempt.seconds.items():
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + seconds, 3)

    def count(self, changes: ChangeSet) -> None:
        """Take over the counts of a change set."""
        for kind, change in changes:
            self.types[kind] = TypeCounts(
                change.read,
                len(change.created),
                len(change.updated),
                len(change.deleted),
                change.unchanged,
                change.rejected,
                change.kept,
                change.withheld,
            )

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Seconds of wall time a stage took."""
        begun = time.perf_counter()
        self.progress.stage(stage)
        try:
            yield
        finally:
            self.seconds[stage] = round(self.seconds.get(stage, 0.0) + time.perf_counter() - begun, 3)

    def as_json(self) -> dict[str, object]:
        """The document of `sync --json`."""
        found: dict[str, object] = {
            "run": self.run,
            "outcome": self.outcome,
            "version": self.version,
            "types": {
                str(kind): {name: getattr(counts, name) for name in TypeCounts.__slots__}
                for kind, counts in self.types.items()
            },
            "issues": self.findings.total,
            "findings": [found.as_json() for found in self.findings.grouped.in_order()[:_TOLD]],
            "held_by": self.held_by,
            **({"plan": self.plan} if self.plan else {}),
            "unprotected": self.unprotected,
            "seconds": self.seconds,
            "notifications": {"sent": self.sent, "pending": self.pending},
        }
        if self.unchanged_since:
            found["unchanged_since"] = dt.datetime.fromtimestamp(self.unchanged_since / 1000, dt.UTC).isoformat()
        if self.whole_at and self.whole_at < self.started and not self.unchanged_since:
            found["whole_at"] = dt.datetime.fromtimestamp(self.whole_at / 1000, dt.UTC).isoformat()
        if self.whole_because:
            found["whole_because"] = self.whole_because
        if self.error is not None:
            found["error"] = {
                "message": self.error.message,
                "exit_code": self.error.exit_code,
                "issues": [finding.as_json() for finding in self.error.findings],
            }
        return found
