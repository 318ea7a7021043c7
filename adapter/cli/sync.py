"""`sync`: the nightly run, and then the notice to whoever subscribes."""

from __future__ import annotations

import argparse
import datetime as dt
from pathlib import Path

from adapter import wiring
from adapter.cli import arguments, output, progress
from adapter.drafting.guesses import DECIDE
from adapter.ss12000.types import FETCH_ORDER
from adapter.sync.inputs import Options
from adapter.sync.report import Report
from adapter.sync.run import sync

_STRICT, _PENDING = 4, 6


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("sync", help="the nightly run: read, map, validate, compare, publish, notify")
    parser.add_argument("--dry-run", action="store_true", help="the same up to the commit; changes nothing")
    parser.add_argument("--plan", type=Path, metavar="FILE", help="write down what would change")
    parser.add_argument("--approve", type=Path, metavar="PLAN", help="let exactly these changes through the gate")
    parser.add_argument("--full", action="store_true", help="read everything, also where nothing seems to have changed")
    parser.add_argument("--strict", action="store_true", help="exit 4 where objects were rejected")
    arguments.add_today(parser)
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code as the outcome says."""
    installation = wiring.load(args.config)
    inputs = installation.inputs(args.today)
    store = installation.store()
    failures: list[str] = []
    try:
        with progress.shown() as looking_on:
            report = sync(store, inputs, Options(args.dry_run, args.plan, args.approve, args.full), looking_on)
        if not args.dry_run and (report.error is None or report.withheld_at_once):
            delivered = wiring.deliver(installation, store, force=bool(report.withheld_at_once))
            report.sent, report.pending, failures = delivered.sent, delivered.pending, delivered.failures
        if not args.dry_run:
            failures += wiring.report_to_schools(installation, store)
    finally:
        store.close()
    output.told("run", "error" if report.error is not None else "info", **_facts(report), problems=failures)
    if args.json:
        output.document(report.as_json() | ({"problems": failures} if failures else {}))
    else:
        describe(report)
        for failure in failures:
            output.line(f"  {failure}")
        if left := sum(DECIDE in line for line in inputs.mapping.splitlines()):
            output.line(f"{output.plural(left, 'line')} of {inputs.mapping_name} left to decide: see `check`")
    return exit_code(report, args.strict)


def _facts(report: Report) -> dict[str, object]:
    """A run in one line of a log: no row, no object, no value."""
    counts = {
        name: sum(getattr(found, name) for found in report.types.values())
        for name in ("created", "updated", "deleted", "unchanged", "rejected", "withheld")
    }
    error = {"error": report.error.message} if report.error is not None else {}
    seconds = round(sum(report.seconds.values()), 3)
    return {
        "run": report.run,
        "outcome": report.outcome,
        "version": report.version,
        **counts,
        "seconds": seconds,
    } | error


def exit_code(report: Report, strict: bool) -> int:
    """What the outcome means to the scheduler."""
    if report.error is not None:
        return report.error.exit_code
    if strict and report.rejected:
        return _STRICT
    return _PENDING if report.pending else 0


def describe(report: Report) -> None:
    """The run in words: what was read and changed, what was rejected and why, how it ended."""
    if report.error is None or report.held_by:
        names = ("read", "created", "updated", "deleted", "unchanged", "rejected", "kept", "withheld")
        rows = [[str(kind), *(getattr(report.types[kind], name) for name in names)] for kind in FETCH_ORDER]
        output.table(("", *names), rows)
        for words in report.enrichments:
            output.line(f"  {words}")
    if report.findings.total:
        output.line(output.plural(report.findings.total, "finding") + ":")
        output.findings(report.findings.grouped)
    output.line(_ending(report))
    for reason in report.held_by:
        output.line(f"  {reason}")


def _ending(report: Report) -> str:
    seconds = sum(report.seconds.values())
    if report.error is not None:
        at_once = f" {output.plural(report.withheld_at_once, 'newly protected person')} withheld at once."
        return f"{report.outcome}: {report.error.message}{at_once if report.withheld_at_once else ''}"
    notices = f"; {output.plural(report.sent, 'notice')} sent" if report.sent else ""
    waiting = f"; {output.plural(report.pending, 'notice')} still pending" if report.pending else ""
    stays = "unchanged"
    if report.unchanged_since:
        when = dt.datetime.fromtimestamp(report.unchanged_since / 1000, wiring.ZONE)
        stays = f"unchanged, and so are all sources since {when:%Y-%m-%d %H:%M}"
    what = {
        "published": f"published version {report.version}",
        "unchanged": f"{stays}: version {report.version} stays",
        "dry-run": f"dry run: nothing was changed, version {report.version} stays",
    }[report.outcome]
    return f"{what} ({seconds:.1f} s){notices}{waiting}"
