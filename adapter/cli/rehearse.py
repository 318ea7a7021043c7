"""`rehearse`: Skolverket's whole side on loopback against this configuration, as a checklist of what was seen."""

from __future__ import annotations

import argparse

from adapter import wiring
from adapter.cli import arguments, output

_WRONG = 2


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser(
        "rehearse", help="play Skolverket's whole side against this configuration, on loopback"
    )
    arguments.add_today(parser)
    arguments.add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 where every step held, else 2."""
    from adapter.simulator.rehearsal import rehearse  # the web server is loaded only where it serves

    steps = []
    for step in rehearse(wiring.load(args.config), args.today):
        steps.append(step)
        if not args.json:
            output.line(f"{'ok ' if step.held else 'NOT'} {step.what}: {step.seen}")
    wrong = sum(not step.held for step in steps)
    if args.json:
        facts = [{"what": step.what, "held": step.held, "seen": step.seen} for step in steps]
        output.document({"steps": facts, "wrong": wrong})
    else:
        output.line(
            f"{len(steps) - wrong} of {len(steps)} steps held. The real state, and Skolverket, saw nothing of it."
        )
    return _WRONG if wrong else 0
