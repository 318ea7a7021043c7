"""A file behind https: only the configured host is asked, and nothing is followed elsewhere."""

from __future__ import annotations

import ssl
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import httpx

from connectors.base import SourceError
from connectors.files.found import Fetched
from connectors.files.options import FileOptions

_WHY = {
    401: "the server does not know us: see `access.token`",
    403: "the server does not let us in: see `access.token`, and what its account may read",
    404: "the server has no such file. Has the export run?",
}


def fetch(options: FileOptions, folder: Path) -> Fetched:
    """The file, whole. Raises SourceError."""
    address = urlsplit(options.path)
    place = options.place
    path = folder / (PurePosixPath(unquote(address.path)).name or "file")
    headers = {"Accept-Encoding": "identity"}  # so that the length that is told is the length that comes
    if options.access.token is not None:
        headers["Authorization"] = f"Bearer {options.access.token.get_secret_value()}"
    try:
        context = ssl.create_default_context(cafile=str(options.access.ca) if options.access.ca else None)
    except OSError as error:
        raise SourceError("S115", f"`access.ca` cannot be used: {error.strerror or error}.", place) from None
    timeout = float(options.access.timeout_seconds)
    try:
        with (
            httpx.Client(verify=context, timeout=timeout, follow_redirects=False) as client,
            client.stream("GET", options.path, headers=headers) as answer,
        ):
            if answer.is_redirect:
                raise SourceError("S115", "the server sends us elsewhere, which is refused. Name that address.", place)
            if answer.status_code != 200:
                why = _WHY.get(answer.status_code, "the server has no answer for us")
                raise SourceError("S115", f"{why} ({answer.status_code}).", place)
            with path.open("wb") as file:
                for piece in answer.iter_raw(1 << 20):
                    file.write(piece)
            written = answer.headers.get("last-modified")
    except httpx.InvalidURL:
        raise SourceError("S115", "this is no address; write it like https://host/path.", place) from None
    except httpx.TimeoutException:
        raise SourceError("S115", f"the server has not answered for {timeout:.0f} s.", place) from None
    except httpx.HTTPError as error:
        raise SourceError("S115", f"the file cannot be fetched: {error}. See network and certificate.", place) from None
    except OSError as error:
        raise SourceError("S115", f"the file cannot be laid down: {error.strerror} (TMPDIR).", place) from None
    return Fetched(path, place, _seconds(written))


def _seconds(written: str | None) -> float | None:
    """When a server says that the file was written; None where it does not say."""
    try:
        return parsedate_to_datetime(written).timestamp() if written else None
    except ValueError:
        return None
