"""A change set written down for a person to look at, and recognised again when that person has approved it."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from adapter.errors import ConfigError
from adapter.store.changes import ChangeSet


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


def write(path: Path, changes: ChangeSet, version: int, held_by: list[str], unprotected: int) -> None:
    """The plan as JSON: ids and counts, no personal data. Raises ConfigError where it cannot be written.

    `unprotected`: how many persons are published in it who were protected until now.
    """
    plan = {
        "plan": fingerprint(changes, version),
        "from_version": version,
        "held_by": held_by,
        "unprotected": unprotected,
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


def approves(path: Path, changes: ChangeSet, version: int) -> bool:
    """Whether the plan in the file is this change set. Raises ConfigError where there is no plan in it."""
    return bool(_read(path)["plan"] == fingerprint(changes, version))


def publishes_unprotected(path: Path) -> bool:
    """Whether persons are published in the plan who have just lost their protection mark. Raises ConfigError."""
    return bool(_read(path).get("unprotected"))


def _read(path: Path) -> dict[str, Any]:
    try:
        plan: Any = json.loads(path.read_text(encoding="utf-8"))
        return {"plan": plan["plan"], **plan}
    except (OSError, ValueError, KeyError, TypeError) as error:
        why = f"it cannot be read: {error.strerror}" if isinstance(error, OSError) else "this is no plan"
        message = f"{path}: {why}. Write a plan with sync --dry-run --plan FILE."
        raise ConfigError(message) from error
