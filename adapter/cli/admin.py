"""`admin`: the line of config.toml that lets somebody log in to the page."""

from __future__ import annotations

import argparse
import getpass
import sys

from adapter.cli import arguments, output
from adapter.errors import ConfigError


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("admin", help="who may log in to the page of `serve --admin`")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    password = verbs.add_parser("password", help="asks for a password, and prints its line for [admin.users]")
    password.add_argument("name", metavar="NAME", help="who logs in with it")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; 2 where the password is too short, or not the same twice."""
    from adapter.admin.passwords import LONGEST, SHORTEST, hashed

    password = _asked("Password: ")
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} characters. Nothing was printed.")
    if sys.stdin.isatty() and _asked("The same again: ") != password:
        raise ConfigError("the two are different. Nothing was printed.")
    output.note("In config.toml:")
    output.line("[admin.users]")
    output.line(f'"{args.name}" = "{hashed(password)}"')
    return 0


def _asked(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\r\n")
