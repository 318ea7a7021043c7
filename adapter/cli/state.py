"""`state`: whether it is sound, a copy of it, its size."""

from __future__ import annotations

import argparse
import socket
from pathlib import Path

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError, StateError
from adapter.store import copying, restoring, soundness
from adapter.store.engine import Store
from adapter.store.lock import run_lock
from adapter.store.stored import ADVICE

_DAMAGED = 7
_THEN = (
    "Nothing is served until a run has been good. Run sync now, then start serve: every client is told everything anew."
)


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("state", help="whether the state is sound; a copy of it; room given back")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="every stored document against its digest, and the database's own check")
    arguments.add_json(verify)
    backup = verbs.add_parser("backup", help="a copy of the state, also while it is served")
    backup.add_argument("file", type=Path, metavar="FILE")
    restore = verbs.add_parser("restore", help="put a copy in the state's place; stop `serve` before")
    restore.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("resend", help="after a server has put its own copy back: tell every client everything anew")
    copy = verbs.add_parser("copy", help="all of it into the empty state that another config.toml names")
    copy.add_argument("other", type=Path, metavar="CONFIG")
    verbs.add_parser("vacuum", help="give room back that deleted objects have left")
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 7 where the state is damaged, or the copy cannot be made or put back."""
    installation = wiring.load(args.config)
    if args.verb == "restore":
        return _restore(installation, args.file)
    store = installation.store()
    try:
        if args.verb == "verify":
            return _verify(store, args.json)
        if args.verb == "backup":
            soundness.backup(store, args.file)
            output.line(f"{args.file}: a copy of the state. It holds pupils: keep it where only you may read.")
        elif args.verb == "copy":
            return _copy(installation, store, args.other)
        elif args.verb == "resend":
            with run_lock(store):
                restoring.resend(store, wiring.clock())
            output.line(_THEN)
        else:
            before = soundness.size(store)
            with run_lock(store):
                soundness.vacuum(store)
            output.line(f"the state takes {_megabytes(soundness.size(store))}; before, {_megabytes(before)}")
    finally:
        store.close()
    return 0


def _restore(installation: wiring.Installation, file: Path) -> int:
    settings = installation.settings
    if _answers(settings.facade.listen):
        raise StateError(
            f"something answers on {settings.facade.listen}. Stop `serve`: it would go on with the state that is there."
        )
    kept, was_read = restoring.restore(settings.state.url.get_secret_value(), file, wiring.clock())
    output.line(f"{file} is in the state's place. What was there lies in {kept}: delete it when all is well.")
    if not was_read:
        output.line(
            "It could not be read. Let Skolverket's service register again: it may hold what is gone since the copy."
        )
    output.line(_THEN)
    return 0


def _answers(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=2):  # of 0.0.0.0 Linux takes this machine
            return True
    except OSError:
        return False


def _copy(installation: wiring.Installation, store: Store, other: Path) -> int:
    target = wiring.load(other)
    if target.settings.state.url == installation.settings.state.url:
        raise ConfigError(f"{other} names the same state. Write another state.url there.")
    into = target.store()
    try:
        with run_lock(store), run_lock(into):
            counts = copying.copy(store, into)
        if found := soundness.check(into):
            raise StateError(f"the copy is not what was published: {found[0]}")
    finally:
        into.close()
    output.table(("table", "rows"), [(name, count) for name, count in counts.items() if count])
    output.line(f"copied and verified. Go on with {other} alone: from now on the two states would differ.")
    return 0


def _verify(store: Store, as_json: bool) -> int:
    found, size = soundness.examine(store), soundness.size(store)
    if as_json:
        output.document({"sound": not found, "damage": found, "bytes": size})
    elif found:
        output.line("the state is damaged:")
        for line in found:
            output.line(f"  {line}")
        output.line(ADVICE)
    else:
        output.line(f"the state is sound ({_megabytes(size)})")
    return _DAMAGED if found else 0


def _megabytes(size: int) -> str:
    return f"{size / 1e6:.1f} MB"
