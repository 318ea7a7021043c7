"""`notify`: deliver what is pending, once."""

from __future__ import annotations

import argparse

from adapter import wiring
from adapter.cli import arguments, output

_PENDING = 6


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("notify", help="deliver the notices that are pending, once")
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 where nothing is pending any more, else 6."""
    installation = wiring.load(args.config)
    store = installation.store()
    try:
        delivered = wiring.deliver(installation, store, force=True)
    finally:
        store.close()
    if args.json:
        output.document({"sent": delivered.sent, "pending": delivered.pending, "problems": delivered.failures})
    else:
        output.line(f"{output.plural(delivered.sent, 'notice')} sent, {delivered.pending} pending")
        for failure in delivered.failures:
            output.line(f"  {failure}")
    return _PENDING if delivered.pending else 0
