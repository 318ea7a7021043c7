"""`state`: whether it is sound, a copy of it, its size."""

from __future__ import annotations

import argparse
from pathlib import Path

from adapter import wiring
from adapter.cli import arguments, output
from adapter.store import soundness
from adapter.store.engine import Store
from adapter.store.lock import run_lock
from adapter.store.stored import ADVICE

_DAMAGED = 7


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("state", help="whether the state is sound; a copy of it; room given back")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    verify = verbs.add_parser("verify", help="every stored document against its digest, and the database's own check")
    arguments.add_json(verify)
    backup = verbs.add_parser("backup", help="a copy of the state, also while it is served")
    backup.add_argument("file", type=Path, metavar="FILE")
    verbs.add_parser("vacuum", help="give room back that deleted objects have left")
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 7 where the state is damaged, or the copy cannot be made."""
    store = wiring.load(args.config).store()
    try:
        if args.verb == "verify":
            return _verify(store, args.json)
        if args.verb == "backup":
            soundness.backup(store, args.file)
            output.line(f"{args.file}: a copy of the state. It holds pupils: keep it where only you may read.")
        else:
            before = soundness.size(store)
            with run_lock(store):
                soundness.vacuum(store)
            output.line(f"the state takes {_megabytes(soundness.size(store))}; before, {_megabytes(before)}")
    finally:
        store.close()
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
