"""`config`: what is in force, key by key and without secrets; and an example with every key."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path

from adapter import config
from adapter.cli import arguments, output, settings_shown
from adapter.cli.secrets_masked import MASK


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("config", help="the settings that are in force; an example with every key")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    arguments.add_json(verbs.add_parser("show", help="every key with its value, defaults marked, secrets masked"))
    verbs.add_parser("example", help="a config.toml with every key explained")
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 2 where the configuration is wrong."""
    if args.verb == "example":
        output.line(example("config.example.toml"))
        return 0
    settings, connectors = config.load(args.config)
    shown = settings_shown.of(settings, connectors, config.written(args.config))
    file = args.config.absolute()
    if args.json:
        output.document({"file": str(file), "settings": settings_shown.as_json(shown)})
    else:
        output.line(f"# {file} as it is in force. {MASK} stands for what is, or may be, secret.")
        for line in settings_shown.lines(shown):
            output.line(line)
    return 0


def example(name: str) -> str:
    """An example that ships. In an installed package it lies beside the code; in a clone at the top."""
    package = files("adapter").joinpath(name)
    place = package if package.is_file() else Path(__file__).parents[2] / name
    return place.read_text(encoding="utf-8").removesuffix("\n")
