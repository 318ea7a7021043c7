"""`rollback`: an earlier version published again, as a new one."""

from __future__ import annotations

import argparse
import uuid
from pathlib import Path

from adapter import wiring
from adapter.cli import arguments, output, sync
from adapter.sync.inputs import Options
from adapter.sync.rollback import rollback


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("rollback", help="publish an earlier version again, as a new one")
    parser.add_argument("version", type=arguments.version, metavar="VERSION", help="`history` lists them")
    parser.add_argument("--dry-run", action="store_true", help="say what would change; changes nothing")
    parser.add_argument("--approve", type=Path, metavar="PLAN", help="let exactly these changes through the gate")
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code as that of `sync`."""
    installation = wiring.load(args.config)
    inputs = installation.inputs()
    store = installation.store()
    failures: list[str] = []
    try:
        options = Options(args.dry_run, None, args.approve)
        report = rollback(store, inputs, args.version, str(uuid.uuid4()), options)
        if report.outcome == "published":
            delivered = wiring.deliver(installation, store)
            report.sent, report.pending, failures = delivered.sent, delivered.pending, delivered.failures
    finally:
        store.close()
    if args.json:
        output.document(report.as_json())
    else:
        sync.describe(report)
        for failure in failures:
            output.line(f"  {failure}")
        if report.outcome == "published":
            output.line("The next sync publishes what the sources say: mend what was wrong before it runs.")
    return sync.exit_code(report, strict=False)
