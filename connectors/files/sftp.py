"""Files on an SFTP server, whose own key is known beforehand: no other server can stand in for it."""

from __future__ import annotations

import asyncio
import fnmatch
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

import asyncssh

from connectors.base import SourceError
from connectors.files.found import Fetched, newest
from connectors.files.options import FileOptions

_PATTERN = frozenset("*?[")


def fetch(options: FileOptions, folder: Path) -> Sequence[Fetched]:
    """The files, whole, in order of their names. Raises SourceError."""
    address = urlsplit(options.path)
    place = f"sftp://{address.hostname}{f':{address.port}' if address.port else ''}"
    try:
        return asyncio.run(asyncio.wait_for(_fetch(options, folder, place), None))
    except asyncssh.HostKeyNotVerifiable:
        message = "the server's key is not `access.host_key`. Ask its administrator before you change that."
        raise SourceError("S115", message, place) from None
    except asyncssh.PermissionDenied:
        raise SourceError(
            "S115", "the server does not let us in: see user, `access.key`, `access.password`.", place
        ) from None
    except asyncssh.SFTPNoSuchFile:
        raise SourceError(
            "S102", "there is no such file. Has the export run, and into this folder?", options.place
        ) from None
    except (asyncssh.Error, TimeoutError) as error:
        words = str(getattr(error, "reason", "") or error) or "no answer"
        raise SourceError("S115", f"the file cannot be fetched: {words.rstrip('.')}.", place) from None
    except (asyncssh.KeyImportError, ValueError) as error:
        raise SourceError("S115", f"`access.key` or `access.host_key` cannot be used: {error}.", place) from None
    except OSError as error:
        raise SourceError("S115", f"the server cannot be reached: {error.strerror or error}.", place) from None


async def _fetch(options: FileOptions, folder: Path, place: str) -> Sequence[Fetched]:
    address, access = urlsplit(options.path), options.access
    password = access.password.get_secret_value() if access.password else None
    known = asyncssh.import_known_hosts(f"* {access.host_key}\n")
    login: dict[str, Any] = {"client_keys": None, "password": password}
    if access.key is not None:
        login = {"client_keys": [asyncssh.read_private_key(access.key, password)], "password": None}
    async with (
        asyncssh.connect(
            address.hostname or "",
            address.port or 22,
            username=unquote(address.username or ""),
            known_hosts=known,
            agent_path=None,
            config=None,
            connect_timeout=access.timeout_seconds,
            login_timeout=access.timeout_seconds,
            keepalive_interval=access.timeout_seconds,
            **login,
        ) as connection,
        connection.start_sftp_client() as client,
    ):
        found: list[Fetched] = []
        for name, before in await _chosen(client, options, unquote(address.path)):
            path = folder / f"{len(found)}-{PurePosixPath(name).name}"
            await client.get(name, path)
            after = await client.stat(name)
            if (after.size, after.mtime) != (before.size, before.mtime) or path.stat().st_size != before.size:
                message = "the file changed while it was fetched. Run again when the export has ended."
                raise SourceError("S109", message, place + name)
            found.append(Fetched(path, place + name, float(before.mtime or 0) if before.mtime else None))
        return found


async def _chosen(client: asyncssh.SFTPClient, options: FileOptions, path: str) -> list[tuple[str, asyncssh.SFTPAttrs]]:
    """The file, or all of such a name, with how each looks before it is fetched."""
    whole = PurePosixPath(path)
    if not _PATTERN & set(whole.name):
        return [(path, await client.stat(path))]
    listed = [entry for entry in await client.readdir(str(whole.parent)) if isinstance(entry.filename, str)]
    fitting = sorted(
        (e for e in listed if fnmatch.fnmatchcase(str(e.filename), whole.name)), key=lambda e: str(e.filename)
    )
    if not fitting:
        raise SourceError("S102", "no file has such a name. Has the export run, and into this folder?", options.place)
    if options.newest is not None:
        names = [str(entry.filename) for entry in fitting]
        fitting = [fitting[newest(names, [float(entry.attrs.mtime or 0) for entry in fitting], options)]]
    return [(str(whole.parent / str(entry.filename)), entry.attrs) for entry in fitting]
