"""Files that another machine has: fetched whole into a folder of their own, or not at all."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from connectors.base import SourceError
from connectors.files.found import Fetched
from connectors.files.options import FileOptions


def fetched(options: FileOptions, folder: Path) -> Sequence[Fetched]:
    """The source's files, whole. Raises SourceError."""
    if options.path.startswith("https://"):
        from connectors.files import https  # only who fetches pays for it

        return [https.fetch(options, folder)]
    try:
        from connectors.files import sftp
    except ModuleNotFoundError:
        message = "sftp needs asyncssh: pip install 'ss12000-adapter[sftp]'."
        raise SourceError("S115", message, options.place) from None
    return sftp.fetch(options, folder)
