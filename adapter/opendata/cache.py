"""Open data on disk: one JSON file, replaced whole. A damaged one counts as none and is fetched again."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Data = dict[str, dict[str, str]]
"""units (code -> id), programmes (code -> id), activities (name -> id)"""

_PARTS = ("units", "programmes", "activities")


@dataclass(frozen=True)
class Kept:
    """What was fetched, and when (ms)."""

    fetched: int
    data: Data


def read(path: Path) -> Kept | None:
    """The cache, or None where there is none that can be used."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        data = {part: {str(name): str(known) for name, known in found[part].items()} for part in _PARTS}
        return Kept(int(found["fetched"]), data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def write(path: Path, kept: Kept) -> str:
    """Replace the cache at once; returns why it could not, or ""."""
    draft = path.with_name(f"{path.name}.new")
    try:
        draft.write_text(json.dumps({"fetched": kept.fetched, **kept.data}, ensure_ascii=False, indent=1), "utf-8")
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        return f"the open data cannot be cached in {path}: {error.strerror}; nights without network will fail"
    return ""
