"""Tonight's objects: by differences from the last good run where that can be, else from all rows."""

from __future__ import annotations

from adapter.errors import AdapterError
from adapter.ss12000.types import ResourceType
from adapter.store.changes import Spool
from adapter.store.engine import Store
from adapter.sync.assemble import Assembly
from adapter.sync.differences import keeping
from adapter.sync.differences.kept import Kept
from adapter.sync.differences.night import Met, Night
from adapter.sync.differences.record import Record
from adapter.sync.differences.shelf import Shelf, Unusual
from adapter.sync.gather import assemble
from adapter.sync.inputs import Inputs, Options
from adapter.sync.repeat import Seen
from adapter.sync.report import Report
from connectors.base import SourceError

_ATTEMPTS = 4


def assembled(
    store: Store, inputs: Inputs, options: Options, report: Report, spool: Spool, seen: Seen, at_once: bool
) -> tuple[Assembly, int]:
    """The objects, and when the last run began that read all rows (ms). Raises SourceFailed, ConfigError."""
    if options.plain and not options.full:
        with report.timed("look"):
            kept = keeping.last(store, inputs)
        if kept is not None and (found := _by_differences(store, inputs, report, spool, seen, kept)) is not None:
            return found, int(kept.facts["whole_at"])
    memory = None if options.dry_run else Record(keeping.coder(store, inputs))
    return assemble(store, inputs, report, spool, at_once=at_once, memory=memory), report.started


def _by_differences(
    store: Store, inputs: Inputs, report: Report, spool: Spool, seen: Seen, kept: Kept
) -> Assembly | None:
    """None where something is not followed by differences, or is wrong, which is told as on any other night."""
    same, shelves, pulled = keeping.unchanged(kept, seen), dict[str, Shelf](), set[tuple[ResourceType, str]]()
    for _ in range(_ATTEMPTS):
        night = Night(keeping.coder(store, inputs), kept=kept, same=same, shelves=shelves, pulled=pulled)
        attempt = Report(report.run, report.started)
        try:
            found = assemble(store, inputs, attempt, spool, memory=night)
        except Met:
            pulled |= night.asked_again
            continue
        except (Unusual, SourceError, AdapterError) as why:
            report.whole_because = str(why)
            return None
        if found.unusual:
            report.whole_because = found.unusual
            return None
        if not night.asked_again:
            report.take_over(attempt)
            found.turns = min(found.turns, keeping.turns(kept))
            return found
        pulled |= night.asked_again
    report.whole_because = "too much goes with what has changed"
    return None
