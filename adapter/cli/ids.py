"""`ids`: ids are for life, also where a key changes: carry them over to the new keys."""

from __future__ import annotations

import argparse
import csv
import os
from pathlib import Path
from typing import NamedTuple

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.mapping.plan import Rule
from adapter.mapping.scope import Row
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.profile import Values
from adapter.ss12000.types import ResourceType
from adapter.store import aliases, pages
from adapter.store.changes import Spool
from adapter.store.engine import Store, open_store
from adapter.sync.gather import assemble
from adapter.sync.inputs import Inputs
from adapter.sync.report import Report
from adapter.sync.trace import key_of

_HEADER = ("type", "key", "id")
_TOLD = 20


class Entry(NamedTuple):
    """An object by its key (columns with / between them, in lower case) and its id."""

    kind: ResourceType
    key: str
    id: str


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("ids", help="ids for life: carry them over where keys have changed")
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    export = verbs.add_parser("export", help="the key and the id of every object, as CSV: before a key changes")
    export.add_argument("file", type=Path, metavar="FILE")
    take = verbs.add_parser("import", help="give objects the ids that a CSV names by their keys: after it has changed")
    take.add_argument("file", type=Path, metavar="FILE")
    one = verbs.add_parser("alias", help="one object: whose id would be NEW keeps OLD")
    one.add_argument("new", type=_uuid, metavar="NEW")
    one.add_argument("old", type=_uuid, metavar="OLD")
    remove = verbs.add_parser("remove", help="forget an alias")
    remove.add_argument("new", type=_uuid, metavar="NEW")
    arguments.add_json(verbs.add_parser("list", help="all aliases"))
    parser.set_defaults(run=run, json=False)


def run(args: argparse.Namespace) -> int:
    """0; 2 where a file or an id cannot be used; 5 where a source cannot; 7 for the state."""
    installation = wiring.load(args.config)
    store = installation.store()
    try:
        known = aliases.all_of(store)
        if args.verb == "export":
            _export(args.file, objects(installation.inputs()))
        elif args.verb == "import":
            _import(store, args.file, installation.inputs(), known)
        elif args.verb == "alias":
            _alias(store, known, args.new, args.old)
        elif args.verb == "remove":
            _remove(store, known, args.new)
        elif args.json:
            output.document({"aliases": [{"made": made, "kept": kept} for made, kept in sorted(known.items())]})
        else:
            output.line(f"{output.plural(len(known), 'alias', 'aliases')}: the id that the mapping makes, the id kept")
            for made, kept in sorted(known.items()):
                output.line(f"  {made}  {kept}")
    finally:
        store.close()
    return 0


def objects(inputs: Inputs) -> list[Entry]:
    """Every object that the sources give now, also such as are not to be published."""
    found: list[Entry] = []

    def seen(rule: Rule, row: Row, values: Values) -> None:
        found.append(Entry(rule.kind, "/".join(key_of(rule, row)), values["id"]))

    empty = open_store("sqlite:///:memory:")
    with Spool() as spool:
        assemble(empty, inputs, Report("ids", inputs.clock()), spool, seen)
    empty.close()
    return found


def _export(path: Path, entries: list[Entry]) -> None:
    try:
        entries = sorted(set(entries))
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            writer = csv.writer(file, delimiter=";", lineterminator="\n")
            writer.writerow(_HEADER)
            writer.writerows(entries)
    except FileExistsError:
        raise ConfigError(f"{path} exists already. Name another file.") from None
    except OSError as error:
        raise ConfigError(f"{path}: the ids cannot be written: {error.strerror}.") from None
    output.line(
        f"{path}: {output.plural(len(entries), 'id')}. It holds keys of persons: keep it where only you may read."
    )


def _import(store: Store, path: Path, inputs: Inputs, known: dict[str, str]) -> None:
    wanted = _read(path)
    made = {kept: made for made, kept in known.items()}
    new: dict[str, str] = {}
    missing: list[str] = []
    by_key: dict[tuple[ResourceType, str], set[str]] = {}
    for entry in objects(inputs):
        by_key.setdefault((entry.kind, entry.key), set()).add(entry.id)
    for number, entry in wanted:
        found = by_key.get((entry.kind, entry.key), set())
        if len(found) != 1:
            missing.append(f"{path}:{number}: {'no object has' if not found else 'several objects have'} this key")
            continue
        (now,) = found
        if now != entry.id:
            new[made.get(now, now)] = entry.id
    _must_be_distinct(new, known)
    aliases.write(store, new, wiring.clock())
    same = len(wanted) - len(new) - len(missing)
    output.line(f"{output.plural(len(new), 'id')} carried over, {same} were so already, {len(missing)} not found")
    for line in missing[:_TOLD]:
        output.line(f"  {line}")
    if len(missing) > _TOLD:
        output.line(f"  … and {len(missing) - _TOLD} more")
    output.line("The next sync uses them; see what it would do with sync --dry-run.")


def _read(path: Path) -> list[tuple[int, Entry]]:
    """(line, entry) of a file as `export` writes it. Raises ConfigError with the first line that is wrong."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not UTF-8"
        raise ConfigError(f"{path}: the ids cannot be read: {why}.") from None
    rows = list(csv.reader(text.splitlines(), delimiter=";"))
    if not rows or tuple(cell.strip().casefold() for cell in rows[0]) != _HEADER:
        raise ConfigError(f"{path}:1: the first line is {';'.join(_HEADER)}, as `ids export` writes it.")
    found, seen = [], set[tuple[ResourceType, str]]()
    for number, row in enumerate(rows[1:], 2):
        if not any(map(str.strip, row)):
            continue
        kind = ResourceType.lenient(row[0]) if len(row) == len(_HEADER) else None
        object_id = canonical_uuid(row[2].strip()) if kind is not None else None
        if kind is None or kind is ResourceType.ORGANISATION or object_id is None:
            raise ConfigError(f"{path}:{number}: not a type (Person, Duty, Group, Activity), a key and a uuid.")
        if (kind, row[1].casefold()) in seen:
            raise ConfigError(f"{path}:{number}: this key stands there twice.")
        seen.add((kind, row[1].casefold()))
        found.append((number, Entry(kind, row[1].strip().casefold(), object_id)))
    return found


def _alias(store: Store, known: dict[str, str], new: str, old: str) -> None:
    kept = known.get(old, old)
    if new == kept:
        raise ConfigError(f"{new} is that id itself: there is nothing to carry over.")
    fates = {kind: pages.fate(store, kind, kept) for kind in ResourceType}
    there = [kind for kind, fate in fates.items() if fate is not None]
    if not there:
        raise ConfigError(f"no object with the id {old} was ever published. Is NEW before OLD?")
    if ResourceType.ORGANISATION in there:
        raise ConfigError("a school unit has Skolverket's id, which nothing else can be.")
    _must_be_distinct({new: kept}, known)
    aliases.write(store, {new: kept}, wiring.clock())
    output.line(f"the {there[0]} that would be {new} is {kept} from the next sync on")


def _must_be_distinct(new: dict[str, str], known: dict[str, str]) -> None:
    """Two objects must not get one id. Raises ConfigError."""
    taken: dict[str, str] = {}
    for made, kept in {**known, **new}.items():
        if taken.setdefault(kept, made) != made:
            raise ConfigError(
                f"{kept} would be the id of two objects ({taken[kept]}, {made}). Take one away with `ids remove`."
            )


def _remove(store: Store, known: dict[str, str], new: str) -> None:
    if new not in known:
        raise ConfigError(f"there is no alias of {new}. `ids list` has all.")
    aliases.remove(store, [new])
    output.line(f"{new} is its own id again from the next sync on")


def _uuid(text: str) -> str:
    found = canonical_uuid(text)
    if found is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no uuid")
    return found
