"""A change set written down for a person to look at, and recognised again when that person has approved it."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from adapter.errors import ConfigError
from adapter.ss12000.types import FETCH_ORDER
from adapter.store.changes import ChangeSet
from adapter.sync.gate.contents import Contents, Example

_HELD = "held-"  # what a held run leaves is named so
FINGERPRINT = re.compile(r"[0-9a-f]{64}")
_COMMAND = re.compile(r"sync|rollback \d{1,9}")
_EXAMPLES = 10
_UNITS = 50


def fingerprint(changes: ChangeSet, version: int) -> str:
    """The same for the same changes to the same version, whatever order the rows came in."""
    digest = hashlib.sha256(str(version).encode())
    for kind, change in changes:
        for name, entries in (("created", change.created), ("updated", change.updated)):
            for entry in sorted(entries):
                digest.update(f"{kind} {name} {entry.id} {entry.digest.hex()}\n".encode())
        for object_id in sorted(change.deleted):
            digest.update(f"{kind} deleted {object_id}\n".encode())
    return digest.hexdigest()


def write(
    path: Path,
    changes: ChangeSet,
    version: int,
    held_by: Sequence[str],
    unprotected: int,
    seen: Mapping[str, object] | None = None,
) -> None:
    """The plan as JSON: ids and counts, no personal data. Raises ConfigError where it cannot be written.

    `unprotected`: how many persons are published in it who were protected until now. `seen`: what is told beside it.
    """
    plan = {
        "plan": fingerprint(changes, version),
        "from_version": version,
        "held_by": list(held_by),
        "unprotected": unprotected,
        **(seen or {}),
        "types": {
            str(kind): {
                "created": sorted(entry.id for entry in change.created),
                "updated": sorted(entry.id for entry in change.updated),
                "deleted": change.deleted,
            }
            for kind, change in changes
            if change.any
        },
    }
    try:
        path.write_text(json.dumps(plan, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: the plan cannot be written: {error.strerror}") from error


def leave(
    folder: Path,
    changes: ChangeSet,
    version: int,
    held_by: Sequence[str],
    contents: Contents,
    at: dt.datetime,
    command: str = "sync",
) -> Path:
    """What a held run leaves without being asked: the plan, and beside it the same for a person to read.

    Earlier ones go: they are of other nights. `command`: what was held, and is typed to approve it.
    Raises ConfigError where they cannot be written.
    """
    path = folder / f"{_HELD}{at:%Y-%m-%d-%H%M%S}.json"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{folder}: the plan of a held run cannot be written: {error.strerror}") from error
    write(path, changes, version, held_by, 0, _seen(changes, contents, at, command))
    words = "\n".join(_words(path, changes, version, held_by, contents, at, command)) + "\n"
    try:
        path.with_suffix(".txt").write_text(words, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{path}: the plan cannot be written: {error.strerror}") from error
    clear(folder, path.stem)
    return path


def _seen(changes: ChangeSet, contents: Contents, at: dt.datetime, command: str) -> dict[str, object]:
    """What the administrators' page shows of it: counts, and examples that tell only the form of a person's values."""
    return {
        "command": command,
        "held_at": f"{at:%Y-%m-%d %H:%M}",
        "published": {str(kind): change.published for kind, change in changes},
        "attributes": {f"{kind}.{name}": count for (kind, name), count in contents.attributes.most_common(_EXAMPLES)},
        "examples": [example._asdict() for example in _telling(contents)],
        "renewed": dict(islice(contents.renewed.items(), _EXAMPLES)),
        "left": dict(contents.left.most_common(_UNITS)),
    }


@dataclass(frozen=True)
class Held:
    """The plan that a held run has left. `changes`: type -> ids created, updated, deleted; `command`: what was held;
    `left`: school unit -> persons who would not be enrolled there any more.
    """

    path: Path
    fingerprint: str
    version: int
    command: str
    at: str
    held_by: Sequence[str]
    changes: Mapping[str, Mapping[str, Sequence[str]]]
    published: Mapping[str, int]
    attributes: Mapping[str, int]
    examples: Sequence[Mapping[str, str]]
    renewed: Mapping[str, str]
    left: Mapping[str, int]


def held(folder: Path) -> Held | None:
    """What the last held run has left; None where nothing waits for an answer. Raises ConfigError."""
    newest = max(folder.glob(f"{_HELD}*.json"), default=None)
    if newest is None:
        return None
    plan = _read(newest)
    try:
        if not _COMMAND.fullmatch(plan["command"]) or not FINGERPRINT.fullmatch(plan["plan"]):
            raise ConfigError(f"{newest}: this is no plan that a held run has left. Take it away.")
        return Held(
            newest,
            plan["plan"],
            plan["from_version"],
            plan["command"],
            plan["held_at"],
            *(plan[name] for name in ("held_by", "types", "published", "attributes", "examples", "renewed", "left")),
        )
    except KeyError:
        raise ConfigError(
            f"{newest}: an earlier version of this program left it. The next held run leaves a new one."
        ) from None


def drop(path: Path) -> None:
    """Take away one plan that a held run has left."""
    for file in (path, path.with_suffix(".txt")):
        with suppress(OSError):
            file.unlink()


def clear(folder: Path, but: str = "") -> None:
    """Take away what held runs have left: a later run was good, or is held itself (`but` is its own)."""
    for path in folder.glob(f"{_HELD}*"):
        if path.suffix in (".json", ".txt") and path.stem != but:
            with suppress(OSError):
                path.unlink()


def _words(
    path: Path,
    changes: ChangeSet,
    version: int,
    held_by: Sequence[str],
    contents: Contents,
    at: dt.datetime,
    command: str,
) -> Iterator[str]:
    what = "run" if command == "sync" else command
    yield f"The change gate held the {what} of {at:%Y-%m-%d %H:%M}. What was published stays (version {version})."
    yield from ("", "Why:", *(f"  {reason}" for reason in held_by))
    yield from ("", f"{'What would change:':<20}{'published':>10}{'created':>10}{'updated':>10}{'deleted':>10}")
    for kind in FETCH_ORDER:
        one = changes.types[kind]
        counts = (one.published, len(one.created), len(one.updated), len(one.deleted))
        yield f"  {kind:<18}" + "".join(f"{count:>10}" for count in counts)
    if contents.attributes:
        yield from ("", "Attributes that would change, and in how many objects:")
        for (kind, name), count in contents.attributes.most_common(_EXAMPLES):
            yield f"  {kind}.{name}: {count} of {changes.types[kind].published}"
        yield from ("", "Examples (of a person only the form is told: A and a stand for letters, 9 for digits):")
        yield from (f"  {one.kind} {one.id} {one.attribute}: {one.before} -> {one.after}" for one in _telling(contents))
    if contents.renewed:
        yield from ("", "Persons who would come again under another id:")
        yield from (f"  {old} -> {new}" for old, new in islice(contents.renewed.items(), _EXAMPLES))
    yield from (
        "",
        "If it is wrong: mend the export. The next run within the limits publishes, and takes this plan away.",
        "If it is right, in the folder of config.toml:",
        f"  ss12000-adapter {command} --approve {path}",
        "That lets through exactly these changes; the ids of all of them are in the .json file.",
        "Where such changes are expected, as at the turn of the school year: [[calendar]] in config.toml.",
    )


def _telling(contents: Contents) -> Iterator[Example]:
    """Of the attributes that change most one example each, then a second."""
    most = [contents.examples[attribute] for attribute, _ in contents.attributes.most_common(_EXAMPLES)]
    rounds = chain.from_iterable([some[nth] for some in most if len(some) > nth] for nth in range(3))
    return islice(rounds, _EXAMPLES)


def approves(path: Path, changes: ChangeSet, version: int) -> bool:
    """Whether the plan in the file is this change set. Raises ConfigError where there is no plan in it.

    In place of a file its fingerprint may stand: then nobody can put another plan there in the meantime.
    """
    return bool(_read(path)["plan"] == fingerprint(changes, version))


def publishes_unprotected(path: Path) -> bool:
    """Whether persons are published in the plan who have just lost their protection mark. Raises ConfigError."""
    return bool(_read(path).get("unprotected"))


def _read(path: Path) -> dict[str, Any]:
    if FINGERPRINT.fullmatch(str(path)):
        return {"plan": str(path)}
    try:
        plan: Any = json.loads(path.read_text(encoding="utf-8"))
        return {"plan": plan["plan"], **plan}
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"it cannot be read: {error.strerror}" if isinstance(error, OSError) else "this is no plan"
        message = f"{path}: {why}. Write a plan with sync --dry-run --plan FILE."
        raise ConfigError(message) from error
