"""What all connectors that read files share: which files a pattern means, how old they are, whether they change."""

from __future__ import annotations

import glob
from collections.abc import Iterable
from pathlib import Path

from connectors.base import SourceError

Stamp = tuple[int, int]
"""Size, and time in ns."""


def matching(pattern: str) -> list[Path]:
    """The file, or all of such a name in order. Raises SourceError where there is none."""
    path = Path(pattern)
    if not glob.has_magic(path.name):
        return [path]
    paths = sorted(path.parent.glob(path.name))
    if not paths:
        raise SourceError("S102", "no file has such a name. Has the export run, and into this folder?", pattern)
    return paths


def stamp(path: Path) -> Stamp:
    """To see whether a file changes under our eyes."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def unchanged(path: Path, before: Stamp) -> None:
    """Raises SourceError where a file is not what it was when it was opened."""
    if stamp(path) != before:
        message = "the file changed while it was read. Run again when the export has ended."
        raise SourceError("S109", message, str(path))


def age_hours(stamps: Iterable[Stamp], now: float) -> float:
    """Of the oldest; `now` in seconds. 0 where the clock says that it is yet to come."""
    return max(0.0, max(now - at / 1e9 for _, at in stamps) / 3600)


def unreadable(path: Path, error: OSError) -> SourceError:
    """What to say of a file that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        message = "there is no such file. Has the export run, and into this folder?"
    else:
        message = f"the file cannot be read: {error.strerror}."
    return SourceError("S102", message, str(path))
