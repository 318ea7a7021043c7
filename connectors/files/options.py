"""Keys that every source of files has, whatever stands in the files."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_REMOTE = re.compile(r"(https|sftp)://")


class Access(BaseModel):
    """How another machine lets us in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    token: SecretStr | None = Field(default=None, description="https: sent as `Authorization: Bearer …`")
    ca: Path | None = Field(
        default=None, description="https: certificates (PEM) that are trusted; default: the system's"
    )
    host_key: str | None = Field(default=None, description='sftp: the server\'s own key, as "ssh-ed25519 AAAA…"')
    key: Path | None = Field(default=None, description="sftp: our private key")
    password: SecretStr | None = Field(default=None, description="sftp: or a password; of the key, where there is one")
    timeout_seconds: int = Field(default=60, ge=1, description="for connecting, and without a byte")


class FileOptions(BaseModel):
    """Keys of a source of files in config.toml."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: str = Field(
        min_length=1, description="a file, or a pattern such as export/elever*.csv; https:// and sftp:// too"
    )
    member: str | None = Field(default=None, min_length=1, description="in a .zip: which file, or a pattern")
    newest: Literal["name", "time"] | None = Field(
        default=None, description="only the newest file: by the date in its name, or by when it was written"
    )
    ready: Path | None = Field(default=None, description="a file that the export writes last")
    settled_seconds: int = Field(default=0, ge=0, description="how long files must have been left alone")
    access: Access = Access()

    @property
    def is_remote(self) -> bool:
        """Whether another machine has the files."""
        return _REMOTE.match(self.path) is not None

    @property
    def place(self) -> str:
        """The path as messages show it: of another machine's without user and query, which may be secret."""
        if not self.is_remote:
            return self.path
        address = urlsplit(self.path)
        return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"

    @model_validator(mode="after")
    def _fit(self) -> FileOptions:
        if re.match(r"(http|ftp)://", self.path):
            raise ValueError("a path that anybody could read or change on its way is refused; use https:// or sftp://")
        if "://" in self.path and not self.is_remote:
            raise ValueError(f'"{self.path.partition("://")[0]}://" is not known; there are https:// and sftp://')
        address = urlsplit(self.path)
        if self.is_remote and not (address.hostname and address.port != 0):  # asking for the port checks it
            raise ValueError("the address has no host; write it like https://host/path")
        if self.is_remote and address.password is not None:
            raise ValueError("a password stands in the address; write it as `access.password`, from the environment")
        if self.path.startswith("sftp://") and self.access.host_key is None:
            raise ValueError("sftp needs `access.host_key`, so that no other server can stand in for this one")
        if not self.is_remote and self.access != Access():
            raise ValueError("`access` is for https:// and sftp://; this file is on this machine")
        if self.is_remote and self.ready is not None:
            raise ValueError("`ready` is for files of this machine")
        return self
