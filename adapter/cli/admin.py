"""`admin`: the line of config.toml that lets somebody log in to the page; and what has been done there."""

from __future__ import annotations

import argparse
import datetime as dt
import getpass
import sys

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError

_SHOWN = 100


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("admin", help="who may log in to the page of `serve --admin`, and what was done there")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    password = verbs.add_parser("password", help="asks for a password, and prints its line for [admin.users]")
    password.add_argument("name", metavar="NAME", help="who logs in with it")
    deeds = verbs.add_parser("deeds", help="who logged in, whom they looked at, what they answered")
    deeds.add_argument("--about", metavar="ID", default="", help="only what is about this person or other object")
    arguments.add_json(deeds)
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 2 where a password is too short, or not the same twice; 7 for the state."""
    return _deeds(args) if args.verb == "deeds" else _password(args.name)


def _password(name: str) -> int:
    from adapter.admin.passwords import LONGEST, SHORTEST, hashed

    password = _asked("Password: ")
    if not SHORTEST <= len(password) <= LONGEST:
        raise ConfigError(f"a password has {SHORTEST} to {LONGEST} characters. Nothing was printed.")
    if sys.stdin.isatty() and _asked("The same again: ") != password:
        raise ConfigError("the two are different. Nothing was printed.")
    output.note("In config.toml:")
    output.line("[admin.users]")
    output.line(f'"{name}" = "{hashed(password)}"')
    return 0


def _asked(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    return sys.stdin.readline().rstrip("\r\n")


def _deeds(args: argparse.Namespace) -> int:
    from adapter.store import deeds

    store = wiring.load(args.config).store()
    try:
        found = deeds.latest(store, 100_000 if args.json or args.about else _SHOWN, about=args.about)
    finally:
        store.close()
    rows = [(_time(deed.at), deed.who, deed.did, deed.about, deed.reason) for deed in found]
    names = ("at", "who", "did", "about", "reason")
    if args.json:
        output.document({"deeds": [dict(zip(names, row, strict=True)) for row in rows]})
    elif rows:
        output.table(names, rows)
    else:
        output.line("nobody has done anything on the page" + (" about it" if args.about else ""))
    return 0


def _time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, wiring.ZONE).strftime("%Y-%m-%d %H:%M:%S")
