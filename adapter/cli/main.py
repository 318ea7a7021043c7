"""The command line: which command, and the exit code that its outcome means."""

from __future__ import annotations

import argparse
import os
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from adapter.cli import output, signals
from adapter.errors import AdapterError

COMMANDS = (
    "init",
    "check",
    "preview",
    "explain",
    "capture",
    "sync",
    "serve",
    "notify",
    "status",
    "history",
    "rollback",
    "ids",
    "report",
    "state",
    "open-data",
    "auth",
    "admin",
    "rehearse",
    "demo",
    "fleet",
    "packs",
    "config",
    "completion",
)
_EXIT_CODES = """\
exit codes: 0 all well · 1 a bug, please report it · 2 configuration or mapping is wrong · 3 the change gate held the
run · 4 objects were rejected (only with --strict) · 5 a source failed · 6 published, but a notice is still pending ·
7 the state store cannot be used · 8 no run within the time that monitoring expects (status --expect-run-within)"""


def run() -> None:
    """Entry point of the `ss12000-adapter` command."""
    sys.exit(main(sys.argv[1:]))


def main(arguments: Sequence[str]) -> int:
    """Run one command; returns its exit code."""
    parser = parser_of(arguments)
    args = parser.parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a Windows console or a C locale must not break on å ä ö
            stream.reconfigure(errors="replace")
    signals.install()
    output.log_as(args.log_format)
    try:
        return int(args.run(args))
    except AdapterError as error:
        output.failure(error, getattr(args, "json", False))
        return error.exit_code
    except KeyboardInterrupt:
        output.note("stopped; published data are whole: the last version, or the new one")
        return 130
    except signals.Terminated:
        output.note("stopped by the system; published data are whole: the last version, or the new one")
        return 143
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except MemoryError:
        output.note(
            "there is not enough memory for this. Published data are unchanged. Allow more, and try again.", "error"
        )
        return 1
    except Exception as error:
        _report_bug(error)
        return 1


def parser_of(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """Knows the commands that are named; all of them where none is. A command loads much that others do not need."""
    parser = argparse.ArgumentParser(
        prog="ss12000-adapter",
        description="Connects an old school information system to SS12000, for Skolverket's digital national tests.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=version("ss12000-adapter"))
    parser.add_argument("--config", type=Path, default=Path("config.toml"), metavar="FILE", help="default: config.toml")
    parser.add_argument(
        "--log-format",
        choices=output.FORMATS,
        default="text",
        help="what goes to stderr: text, or a JSON object a line",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name in [name for name in COMMANDS if name in arguments] or COMMANDS:
        import_module(f"adapter.cli.{name.replace('-', '_')}").add_to(commands)
    return parser


def _report_bug(error: Exception) -> None:
    """Where it happened, without values: rows of pupils stand in the locals and often in the message."""
    places = traceback.extract_tb(error.__traceback__)[-4:]
    where = [f"{Path(place.filename).name}:{place.lineno} {place.name}" for place in places]
    output.note(f"An unexpected failure ({type(error).__name__}). Published data are unchanged.", "error", where=where)
    output.note("This is a bug in ss12000-adapter; please report it with these lines:", "error")
    for line in where:
        output.note(f"  {line}", "error")
