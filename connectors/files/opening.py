"""A source's files, ready to be read: fetched where another machine has them, unpacked where they are packed."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from connectors.base import SourceError
from connectors.files.found import SourceFile, SourceFiles, age_hours, matching, settled, stamp, unreadable
from connectors.files.options import FileOptions
from connectors.files.packed import PACKED, unpacked
from connectors.files.remote import fetched


def opened(options: FileOptions, now: float) -> SourceFiles:
    """The files, none of them empty. `now` in seconds.

    What is copied or unpacked goes when the source is closed. Raises SourceError.
    """
    with ExitStack() as stack:
        if options.is_remote:
            found = [(one.path, one.place, one.written) for one in fetched(options, _folder(stack))]
        else:
            found = [(path, str(path), None) for path in matching(options)]
        files: list[SourceFile] = []
        for path, place, _ in found:
            try:
                if not options.is_remote:
                    settled([path], options, now)
                files.extend(_files(path, place, options, stack))
            except OSError as error:
                raise unreadable(place, error) from None
        times = [stamp(path)[1] / 1e9 if written is None else written for path, _, written in found]
        return SourceFiles(files, age_hours(times, now), stack.pop_all())


def _folder(stack: ExitStack) -> Path:
    """One that nobody else may look into, and that goes when the source is closed."""
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ss12000-", ignore_cleanup_errors=True)))


def _files(path: Path, place: str, options: FileOptions, stack: ExitStack) -> Iterator[SourceFile]:
    """What a file holds: itself, or what is packed in it."""
    before = stamp(path)
    with path.open("rb") as file:
        if not file.read(1):
            raise SourceError("S103", "the file is empty. See why the export wrote nothing.", place)
    if path.suffix.lower() not in PACKED:
        if options.member is not None:
            raise SourceError("S114", "`member` names a file in a .zip; this is none.", place)
        yield SourceFile(path, place, path, before)
        return
    for inner, called in unpacked(path, place, options.member, _folder(stack)):
        if not inner.stat().st_size:
            raise SourceError("S103", "the file is empty. See why the export wrote nothing.", called)
        yield SourceFile(inner, called, path, before)
