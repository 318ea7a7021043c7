"""`completion`: a script with which a shell completes commands, options, files and packs (shtab writes it)."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import shtab

from adapter.cli import arguments, main, output
from adapter.cli.packs import packs

SHELLS = ("bash", "zsh")


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("completion", help="what a shell needs to complete commands and options")
    parser.add_argument("shell", choices=SHELLS, metavar="SHELL", help=" or ".join(SHELLS))
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0."""
    parser = main.parser_of(())
    for action in _arguments(parser):
        if action.type is Path or "PATH" in str(action.metavar):
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif action.metavar == "PACK":
            action.choices = sorted(packs())
    output.line(shtab.complete(parser, args.shell))
    return 0


def _arguments(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    """Of all commands and their verbs."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from _arguments(inner)
        else:
            yield action
