"""Tonight's objects: by differences from the last good run where that can be, else from all rows."""

from __future__ import annotations

import tempfile
from collections import Counter
from typing import IO

from adapter.errors import AdapterError
from adapter.findings import Finding, Severity
from adapter.ss12000.types import ResourceType
from adapter.store import soundness
from adapter.store.changes import Spool
from adapter.store.engine import Store
from adapter.sync.assemble import Assembly
from adapter.sync.differences import keeping
from adapter.sync.differences.kept import Kept, same_rows
from adapter.sync.differences.night import Met, Night
from adapter.sync.differences.record import Record
from adapter.sync.differences.shelf import Shelf, Unusual
from adapter.sync.gather import assemble
from adapter.sync.inputs import Inputs, Options
from adapter.sync.repeat import Seen
from adapter.sync.report import Report
from connectors.base import SourceError

_ATTEMPTS = 4
CONTRADICTED = (
    "this run has read all rows, and came to something else than one that goes by what has changed since the last. The "
    "nights since the last whole run may have missed changes. Please report it; until it is mended, run sync --full."
)


def assembled(
    store: Store, inputs: Inputs, options: Options, report: Report, spool: Spool, seen: Seen, at_once: bool
) -> Assembly:
    """The objects; `report.whole_at` is when the last run began that read all rows. Raises SourceFailed, ConfigError.

    Once a week both ways are gone, and must come to the same.
    """
    believed: tuple[Kept | None, _Outcome] | None = None
    grace = any(inputs.settings.gate_on(inputs.date()).nights_missing.values())
    if options.plain and not options.full and grace:
        report.whole_because = "gate.nights_missing is set: who is missing is seen where all rows are read"
    elif options.plain and not options.full:
        with report.timed("look"):
            kept = keeping.last(store, inputs)
        if kept is not None:
            attempt = Report(report.run, report.started, progress=report.progress)
            found = _by_differences(store, inputs, attempt, spool, seen, kept)
            if found is not None and keeping.may_be_gone_by(kept, inputs):
                report.take_over(attempt)
                report.whole_at = int(kept.facts["whole_at"])
                return found
            report.whole_because = attempt.whole_because
            believed = (found.kept, _outcome(found, attempt)) if found is not None else None
            found = None
    if options.plain:
        with report.timed("verify"):
            soundness.must_be_sound(store)
    memory = None if options.dry_run else Record(keeping.coder(store, inputs))
    whole = assemble(store, inputs, report, spool, at_once=at_once, memory=memory)
    report.whole_at = report.started
    if believed is not None and _comparable(believed[0], whole.kept) and believed[1] != _outcome(whole, report):
        report.findings.add(Finding("M348", CONTRADICTED, Severity.WARNING))
    return whole


def _comparable(believed: Kept | None, read: Kept | None) -> bool:
    """Whether both ways must come to the same: not where a database has changed between the two readings."""
    return believed is None or read is None or same_rows(believed, read)


_Outcome = tuple[dict[ResourceType, dict[str, bytes]], Counter[str], list[str]]
"""What a run comes to: the digests of its objects, how many findings of each code, and their words."""


def _outcome(found: Assembly, report: Report) -> _Outcome:
    digests = {kind: dict(stage.current) for kind, stage in found.stages.items()}
    return digests, report.findings.counts, sorted(map(repr, report.findings.kept))


def _by_differences(
    store: Store, inputs: Inputs, report: Report, spool: Spool, seen: Seen, kept: Kept
) -> Assembly | None:
    """None where something is not followed by differences, or is wrong, which is told as on any other night."""
    with tempfile.TemporaryFile(prefix="ss12000-", buffering=0) as file:  # what has no room is known at once
        return _in_attempts(store, inputs, report, spool, seen, kept, file)


def _in_attempts(
    store: Store, inputs: Inputs, report: Report, spool: Spool, seen: Seen, kept: Kept, file: IO[bytes]
) -> Assembly | None:
    same, pulled = keeping.unchanged(kept, seen), set[tuple[ResourceType, str]]()
    shelves: dict[str, Shelf] = {}
    for _ in range(_ATTEMPTS):
        night = Night(keeping.coder(store, inputs), file=file, kept=kept, same=same, shelves=shelves, pulled=pulled)
        attempt = Report(report.run, report.started, progress=report.progress)
        try:
            found = assemble(store, inputs, attempt, spool, memory=night)
        except Met:
            pulled |= night.asked_again
            continue
        except (Unusual, SourceError, AdapterError) as why:
            report.whole_because = str(why)
            return None
        touched = [name for name in same if (one := seen[name]) is None or not one.holds()]
        if found.unusual or touched:
            report.whole_because = found.unusual or f"the files of {touched[0]} came while they were read"
            return None
        if not night.asked_again:
            report.take_over(attempt)
            found.turns = min(found.turns, keeping.turns(kept))
            return found
        pulled |= night.asked_again
    report.whole_because = "too much goes with what has changed"
    return None
