"""Which files a source means, how old they are, and whether they are whole: never half a file."""

from __future__ import annotations

import glob
import re
import time
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.base import SourceError
from connectors.files.options import FileOptions

Stamp = tuple[int, int]
"""Size, and time in ns."""

LOCKS = ("~$", ".~lock.")
"""How files begin that Excel and LibreOffice lay beside one that somebody has open."""

_DATE = re.compile(
    r"(?<!\d)(20\d\d)-?(0[1-9]|1[0-2])-?(0[1-9]|[12]\d|3[01])(?:[-_T ]?(\d\d)[-:.]?(\d\d)[-:.]?(\d\d)?)?(?!\d)"
)


@dataclass(frozen=True)
class SourceFile:
    """One file of a source. `path`: where its bytes lie; `place`: what messages call it.

    `origin` was looked at when it had the stamp `before`: the same file, or the archive that it came out of.
    """

    path: Path
    place: str
    origin: Path
    before: Stamp

    def unchanged(self) -> None:
        """Raises SourceError where the file is not what it was when it was opened."""
        if stamp(self.origin) != self.before:
            message = "the file changed while it was read. Run again when the export has ended."
            raise SourceError("S109", message, self.place)


@dataclass(frozen=True)
class Fetched:
    """A file that was fetched. `place`: its address without what may be secret; `written`: seconds, None unknown."""

    path: Path
    place: str
    written: float | None


@dataclass
class SourceFiles:
    """The files of a source, as long as it is open. `age_hours`: of the oldest."""

    files: Sequence[SourceFile]
    age_hours: float
    to_close: ExitStack = field(default_factory=ExitStack)


def matching(options: FileOptions) -> list[Path]:
    """The source's files on this machine, in order of their names. Raises SourceError where there is none."""
    path = Path(options.path)
    if not glob.has_magic(path.name):
        return [path]
    paths = sorted(found for found in path.parent.glob(path.name) if not found.name.startswith(LOCKS))
    if not paths:
        raise SourceError("S102", "no file has such a name. Has the export run, and into this folder?", options.place)
    if options.newest is None:
        return paths
    times = {found: stamp(found)[1] for found in paths}
    return [paths[newest([found.name for found in paths], list(times.values()), options)]]


def newest(names: Sequence[str], times: Sequence[float], options: FileOptions) -> int:
    """Which of some files is the newest. Raises SourceError where two are, or a name has no date."""
    if options.newest == "name":
        ranks: list[Any] = [dated(name) for name in names]
        undated = next((name for name, rank in zip(names, ranks, strict=True) if not rank), None)
        if undated is not None:
            message = f'"{undated}" has no date in its name; `newest = "time"` goes by when files were written.'
            raise SourceError("S112", message, options.place)
    else:
        ranks = list(times)
    best = max(range(len(names)), key=lambda place: ranks[place])
    if ranks.count(ranks[best]) > 1:
        same = [name for name, rank in zip(names, ranks, strict=True) if rank == ranks[best]]
        raise SourceError("S112", f"{' and '.join(same[:3])} are equally new. Take one away.", options.place)
    return best


def dated(name: str) -> str:
    """The date in a file's name, and its time where there is one; "" where there is none. The last date counts."""
    found = [*_DATE.finditer(name)]
    return "".join(part or "" for part in found[-1].groups()) if found else ""


def undated(name: str) -> str:
    """A pattern for all files of a name but for the date in it; "" where there is none."""
    found = [*_DATE.finditer(name)]
    if not found:
        return ""
    return f"{glob.escape(name[: found[-1].start()])}*{glob.escape(name[found[-1].end() :])}"


def settled(paths: Sequence[Path], options: FileOptions, now: float) -> None:
    """See that the export has ended, and wait a little where it may not have; `now` in seconds.

    Raises SourceError, OSError.
    """
    if options.ready is not None:
        try:
            done = options.ready.stat().st_mtime_ns
        except OSError:
            message = f"{options.ready} is not there: the export has not ended, or it failed."
            raise SourceError("S113", message, options.place) from None
        late = next((path for path in paths if stamp(path)[1] > done), None)
        if late is not None:
            message = f"{options.ready} is older than {late.name}: an export has begun anew and has not ended."
            raise SourceError("S113", message, options.place)
    looks = [stamp(path) for path in paths]
    age = now - max((at for _, at in looks), default=0) / 1e9
    if 0 <= age < options.settled_seconds:
        time.sleep(options.settled_seconds - age)
        for path, before in zip(paths, looks, strict=True):
            if stamp(path) != before:
                message = (
                    f"the file is still being written (looked at twice in {options.settled_seconds} s). Run later."
                )
                raise SourceError("S113", message, str(path))


def stamp(path: Path) -> Stamp:
    """To see whether a file changes under our eyes."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def age_hours(times: Iterable[float], now: float) -> float:
    """Of the oldest; all in seconds. 0 where the clock says that it is yet to come."""
    return max(0.0, max(now - at for at in times) / 3600)


def unreadable(place: str, error: OSError) -> SourceError:
    """What to say of a file that cannot be opened."""
    if isinstance(error, FileNotFoundError):
        message = "there is no such file. Has the export run, and into this folder?"
    else:
        message = f"the file cannot be read: {error.strerror}."
    return SourceError("S102", message, place)
