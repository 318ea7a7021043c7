"""Whether files are as they were: a digest of all their bytes, without reading one row."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from connectors.base import SourceError
from connectors.files.found import Stamp, matching, settled, stamp
from connectors.files.options import FileOptions


@dataclass(frozen=True)
class Imprint:
    """A source as it was looked at. `digest` is keyed, for what is known of pupils is easily tried out."""

    digest: bytes
    files: tuple[tuple[Path, Stamp], ...]

    def holds(self) -> bool:
        """Whether the files have not been touched since. A new file of the same pattern is told by its digest."""
        try:
            return all(stamp(path) == before for path, before in self.files)
        except OSError:
            return False


def taken(options: FileOptions, key: bytes, now: float) -> Imprint | None:
    """The imprint of all files that a source means, and of how they are to be read.

    None where one cannot be looked at: opening it says why. None too where another machine has them.
    """
    if options.is_remote:
        return None
    try:
        found = [(path, stamp(path)) for path in matching(options)]
        settled([path for path, _ in found], options, now)
        return Imprint(_digest([path for path, _ in found], repr(options), key), tuple(found))
    except (OSError, SourceError):
        return None


def _digest(paths: Sequence[Path], options: str, key: bytes) -> bytes:
    whole = hashlib.blake2b(options.encode(errors="surrogateescape"), key=key, digest_size=16)
    for path in paths:
        with path.open("rb") as file:
            one = hashlib.file_digest(file, lambda: hashlib.blake2b(key=key))
        whole.update(str(path).encode(errors="surrogateescape") + b"\0" + one.digest())
    return whole.digest()
