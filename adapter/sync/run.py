"""The nightly run: over at once where nothing has changed."""

from __future__ import annotations

import errno
import gc
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from adapter.errors import AdapterError, GateHeld, StateDamaged, StateError
from adapter.store import history, pages, past, retention, soundness
from adapter.store.engine import Store
from adapter.store.lock import run_lock
from adapter.sync import repeat
from adapter.sync.inputs import Inputs, Options
from adapter.sync.report import Nobody, Progress, Report

_NO_ROOM = {number for name, number in vars(errno).items() if name in ("ENOSPC", "EDQUOT", "EFBIG")}


def sync(store: Store, inputs: Inputs, options: Options | None = None, progress: Progress | None = None) -> Report:
    """One run, and who looks on. The report's `error` says what held or failed it; published data are then as before.

    Raises StateError where the state cannot be used, also because another run is going on.
    """
    options = options or Options()
    report = Report(str(uuid.uuid4()), inputs.clock(), progress=progress or Nobody())
    with run_lock(store), _collector_off():
        history.start_run(store, report.run, report.started)
        try:
            _run(store, inputs, options, report)
        except AdapterError as error:
            report.error = error
            report.outcome = "held" if isinstance(error, GateHeld) else "failed"
            if isinstance(error, StateDamaged):
                soundness.mark(store, error.message)
            for finding in error.findings:
                report.findings.add(finding)
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            report.error, report.outcome = _no_room(error), "failed"
        finally:
            findings = report.findings.in_order()
            if not options.dry_run:
                past.expire(store, inputs.clock(), inputs.retention())
                retention.expire(store, inputs.clock(), inputs.kept())
            history.end_run(store, report.run, inputs.clock(), report.outcome, report.as_json(), findings)
    return report


def _no_room(error: OSError) -> StateError:
    return StateError(
        f"{error.strerror}: a run keeps what has changed in temporary files in {tempfile.gettempdir()}. Make room "
        "there, or name another place with TMPDIR, and run again; what was published stays."
    )


def _run(store: Store, inputs: Inputs, options: Options, report: Report) -> None:
    report.version = pages.current_version(store)
    with report.timed("look"):
        seen = repeat.imprints(inputs, store)
        believed = repeat.last_time(store, inputs, seen)
    if believed is not None and options.plain and not options.full and repeat.may_rest(believed, inputs):
        repeat.repeat(store, believed, report)
        return
    from adapter.sync import steps  # what reads and maps is loaded only where something is read and mapped

    steps.run(store, inputs, options, report, seen, believed)


@contextmanager
def _collector_off() -> Iterator[None]:
    """Millions of short-lived objects and no cycles: the collector would only walk over what stays."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
