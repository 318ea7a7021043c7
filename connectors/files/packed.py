"""Files that are packed: .gz, and .zip with one file or several."""

from __future__ import annotations

import fnmatch
import gzip
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from connectors.base import SourceError

PACKED = (".gz", ".zip")
_DAMAGED = "is damaged or cut off. Export it anew."


def unpacked(path: Path, place: str, member: str | None, folder: Path) -> Iterator[tuple[Path, str]]:
    """(where it lies now, what it is called) of what is packed in a file, in order of the names.

    `member`: a name or pattern, for a .zip. Raises SourceError; OSError where there is no room.
    """
    if path.suffix.lower() == ".gz":
        if member is not None:
            raise SourceError("S114", "`member` names a file in a .zip; this is none.", place)
        with gzip.open(path) as packed:
            yield _laid_down(packed, folder / path.stem, place), place
        return
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise SourceError("S114", f"the archive {_DAMAGED}", place) from None
    with archive:
        members = _members(archive, member, place)
        room, needed = shutil.disk_usage(folder).free, sum(found.file_size for found in members)
        if needed > room:
            message = (
                f"unpacked it would take {needed >> 20} MB, and {folder.parent} has room for {room >> 20} (TMPDIR)."
            )
            raise SourceError("S114", message, place)
        for number, found in enumerate(members):
            called = f"{place}/{found.filename}"
            try:
                with archive.open(found) as packed:
                    yield _laid_down(packed, folder / f"{number}{Path(found.filename).suffix}", called), called
            except RuntimeError:  # so zipfile says that a password is needed
                raise SourceError("S114", "the file is encrypted. Have it packed without a password.", called) from None
            except NotImplementedError:
                raise SourceError("S114", "it is packed in an unusual way. Pack it as Windows does.", called) from None
            except zipfile.BadZipFile:
                raise SourceError("S114", f"the file {_DAMAGED}", called) from None


def _members(archive: zipfile.ZipFile, wanted: str | None, place: str) -> list[zipfile.ZipInfo]:
    files = [found for found in archive.infolist() if not found.is_dir() and not found.filename.startswith("__MACOSX/")]
    fitting = [found for found in files if wanted is None or fnmatch.fnmatchcase(found.filename, wanted)]
    names = ", ".join(sorted(found.filename for found in files)[:6]) or "nothing"
    if not fitting:
        raise SourceError("S114", f"no file in it is called {wanted or 'anything'}; there is {names}.", place)
    if wanted is None and len(fitting) > 1:
        raise SourceError("S114", f"several files are in it ({names}). Say which with `member`.", place)
    return sorted(fitting, key=lambda found: found.filename)


def _laid_down(packed: IO[bytes] | gzip.GzipFile, path: Path, place: str) -> Path:
    """Raises SourceError where what is packed is damaged, OSError where there is no room for it."""
    with path.open("wb") as file:
        try:
            shutil.copyfileobj(packed, file, 1 << 20)
        except (EOFError, zlib.error, gzip.BadGzipFile):
            raise SourceError("S114", f"the file {_DAMAGED}", place) from None
    return path
