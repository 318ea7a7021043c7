"""`demo`: a complete municipality and Skolverket's whole side, on this machine. Every line tells what happened."""

from __future__ import annotations

import argparse
import shutil
from pathlib import Path

from adapter.cli import arguments
from adapter.errors import ConfigError

_MADE_HERE = "A working example, written by `ss12000-adapter demo`"


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("demo", help="a complete municipality out of the box, and Skolverket's side of it")
    parser.add_argument("dir", nargs="?", type=Path, default=Path("demo"), metavar="DIR", help="default: demo")
    parser.add_argument("--pupils", type=_pupils, default=500, metavar="N", help="default: 500")
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="the same seed gives the same people")
    parser.add_argument("--keep-serving", action="store_true", help="leave the facade up until stopped")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 only if all of the story held."""
    from adapter.cli.story import tell  # the web server is loaded only where it serves

    _make_room(args.dir)
    return 0 if tell(args.dir, args.pupils, args.seed, args.keep_serving) else 1


def _make_room(folder: Path) -> None:
    """A new folder, or one that an earlier demo made; never somebody's own."""
    if not folder.exists():
        return
    config = folder / "config.toml"
    try:
        if folder.is_dir() and (not any(folder.iterdir()) or _MADE_HERE in config.read_text(encoding="utf-8")):
            shutil.rmtree(folder)
            return
    except (OSError, UnicodeDecodeError):
        pass
    raise ConfigError(f"{folder} exists and was not made by the demo. Name a new folder: ss12000-adapter demo DIR.")


def _pupils(text: str) -> int:
    if not text.isdecimal() or not 100 <= int(text) <= 1_000_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of pupils between 100 and 1000000")
    return int(text)
