"""`serve`: the facade, the outbox worker and, when asked, the nightly run, in one process."""

from __future__ import annotations

import argparse
import re

from adapter import wiring
from adapter.cli import arguments, output, signals


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("serve", help="the facade and the outbox worker, until stopped")
    parser.add_argument("--sync-at", type=_time_of_day, metavar="HH:MM", help="also run sync every day at this time")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Until SIGTERM or Ctrl-C, which is a good end."""
    from adapter.serving import start  # the web server is loaded only where it serves

    installation = wiring.load(args.config)
    running = start(installation, sync_at=args.sync_at, say=output.note)
    output.note(f"serving {installation.settings.facade.base_url} on {installation.settings.facade.listen}")
    try:
        running.wait()
    except (KeyboardInterrupt, signals.Terminated):
        output.note("stopping: requests in hand are answered first")
    finally:
        running.stop()
    return 0


def _time_of_day(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text):
        raise argparse.ArgumentTypeError(f"{text!r} is no time of day; write it as 03:30")
    return text
