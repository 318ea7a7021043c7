"""`history`: the versions that were published, what is different between two, what each did to one object."""

from __future__ import annotations

import argparse
import datetime as dt
from collections import Counter
from typing import Any

import orjson

from adapter import wiring
from adapter.cli import arguments, output
from adapter.errors import ConfigError
from adapter.ss12000.ids import canonical_uuid
from adapter.ss12000.types import FETCH_ORDER, ResourceType
from adapter.store import pages, past, protected, publish, soundness
from adapter.store.engine import Store

_SHOWN = 30


def add_to(commands: arguments.Commands) -> None:
    """The command's words."""
    parser = commands.add_parser("history", help="earlier versions: list them, compare two, follow one object")
    arguments.add_json(parser)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    diff = verbs.add_parser("diff", help="what is different between two versions")
    diff.add_argument("first", type=arguments.version, metavar="A")
    diff.add_argument("second", type=arguments.version, metavar="B", nargs="?", help="default: what is published now")
    show = verbs.add_parser("show", help="what each version did to one object")
    show.add_argument("id", metavar="ID")
    for verb in (diff, show):
        verb.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="one JSON document on stdout")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0; 2 where a version or object is not known; 7 for the state."""
    store = wiring.load(args.config).store()
    try:
        if args.verb == "diff":
            _diff(store, args)
        elif args.verb == "show":
            _show(store, args)
        else:
            _list(store, args.json)
    finally:
        store.close()
    return 0


def _list(store: Store, as_json: bool) -> None:
    found, oldest, size = past.versions(store), past.oldest(store), soundness.size(store)
    if as_json:
        rows = [
            {
                "version": one.number,
                "at": _time(one.at),
                "run": one.run,
                "restorable": oldest <= one.number < found[0].number,
                "created": one.created,
                "updated": one.updated,
                "deleted": one.deleted,
            }
            for one in found
        ]
        output.document({"versions": rows, "bytes": size})
        return
    if not found:
        output.line("nothing is published yet")
        return
    kept = [one for one in found if one.number >= oldest][:_SHOWN]
    lines = [(one.number, _time(one.at), *("" if n is None else n for n in _counts(one))) for one in kept]
    output.table(("version", "published", *past.DID), lines)
    if more := len([one for one in found if one.number >= oldest]) - len(kept):
        output.line(f"  … and {more} more")
    output.line(f"Versions from {oldest} on can be compared and restored. The state takes {size / 1e6:.1f} MB.")


def _counts(one: past.Version) -> tuple[int | None, int | None, int | None]:
    return one.created, one.updated, one.deleted


def _diff(store: Store, args: argparse.Namespace) -> None:
    now, oldest = pages.current_version(store), past.oldest(store)
    second = args.second if args.second is not None else now
    first, last = sorted((args.first, second))
    if not oldest <= first <= last <= now:
        raise ConfigError(f"versions {oldest} to {now} can be compared. `history` lists them.")
    changed = {kind: _between(store, kind, first, last, now) for kind in FETCH_ORDER}
    rows = [
        {"type": str(kind), "id": object_id, **_difference(old, new)}
        for kind, found in changed.items()
        for object_id, (old, new) in sorted(found.items())
        if old != new
    ]
    if args.json:
        output.document({"from": first, "to": last, "changes": rows})
        return
    output.line(f"from version {first} to {last}:")
    counts = Counter((row["type"], row["did"]) for row in rows)
    output.table(("", *past.DID), [(kind, *(counts[str(kind), did] for did in past.DID)) for kind in FETCH_ORDER])
    attributes = Counter(f"{row['type']}.{name}" for row in rows for name in row["attributes"])
    for name, count in attributes.most_common(10):
        output.line(f"  {name}: {count}")
    for row in rows[:_SHOWN]:
        names = f": {', '.join(row['attributes'])}" if row["attributes"] else ""
        output.line(f"  {row['did']:<8} {row['type']} {row['id']}{names}")
    if len(rows) > _SHOWN:
        output.line(f"  … and {len(rows) - _SHOWN} more: --json has all")


def _between(
    store: Store, kind: ResourceType, first: int, last: int, now: int
) -> dict[str, tuple[bytes | None, bytes | None]]:
    """Objects that may differ between two versions -> their documents in both."""
    older = dict(past.before(store, kind, first))
    newer = dict(past.before(store, kind, last)) if last < now else {}
    missing = sorted(older.keys() - newer.keys())
    published = publish.bodies(store, kind, missing)
    return {object_id: (old, newer.get(object_id, published.get(object_id))) for object_id, old in older.items()}


def _difference(old: bytes | None, new: bytes | None) -> dict[str, Any]:
    """What was done, and to which attributes; never what they hold."""
    if old is None or new is None:
        return {"did": "created" if old is None else "deleted", "attributes": []}
    before, after = orjson.loads(old), orjson.loads(new)
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return {"did": "updated", "attributes": names}


def _show(store: Store, args: argparse.Namespace) -> None:
    object_id = canonical_uuid(args.id)
    if object_id is None:
        raise ConfigError(f"{args.id} is no id: history knows objects by their id alone. `explain KEY` tells it.")
    hidden = object_id in protected.remembered(store)
    found = [
        {
            "type": str(kind),
            "version": change.version,
            "at": _time(change.at),
            **_difference(change.before, change.after),
            "before": None if hidden or change.before is None else orjson.loads(change.before),
            "after": None if hidden or change.after is None else orjson.loads(change.after),
        }
        for kind in ResourceType
        for change in ([] if hidden else past.of_object(store, kind, object_id))
    ]
    if args.json:
        output.document({"id": object_id, "protected": hidden, "changes": found})
        return
    if hidden:
        output.line("this person is protected: nothing of them is kept")
    elif not found:
        output.line("no version that is kept has changed it")
    for change in found:
        output.line(f"version {change['version']}, {change['at']}: {change['type']} {change['did']}")
        for name in change["attributes"]:
            output.line(f"  {name}: {_text(change['before'].get(name))} -> {_text(change['after'].get(name))}")


def _text(value: Any) -> str:
    text = orjson.dumps(value).decode() if value is not None else "nothing"
    return text if len(text) <= 200 else f"{text[:200]}…"


def _time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, wiring.ZONE).strftime("%Y-%m-%d %H:%M")
