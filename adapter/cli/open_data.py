"""`open-data`: Skolverket's school units, programmes and test activities, as cached on disk."""

from __future__ import annotations

import argparse

from adapter import wiring
from adapter.cli import arguments, output


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("open-data", help="Skolverket's units, programmes and test activities")
    verbs = parser.add_subparsers(required=True, metavar="refresh|search")
    refresh = verbs.add_parser("refresh", help="fetch again")
    refresh.set_defaults(run=run_refresh)
    search = verbs.add_parser("search", help="test activities and programmes whose name holds a text")
    search.add_argument("text", metavar="TEXT")
    search.set_defaults(run=run_search)


def run_refresh(args: argparse.Namespace) -> int:
    """0; or an error where the network does not answer and there is no cache."""
    found = wiring.load(args.config).open_data(refresh=True)
    for warning in found.warnings:
        output.line(f"warning: {warning}")
    output.line(f"{output.plural(len(found.names()), 'name')} of test activities in the cache")
    return 0


def run_search(args: argparse.Namespace) -> int:
    """0, also where nothing is found."""
    wanted = args.text.casefold()
    hits = [name for name in wiring.load(args.config).open_data().names() if wanted in name.casefold()]
    for name in hits:
        output.line(name)
    output.line(output.plural(len(hits), "test activity", "test activities"))
    return 0
