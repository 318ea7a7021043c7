"""What the sync hands to the store and what it gets back. The gate and the report read the same one."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, NamedTuple

from adapter.ss12000.canonical import Document
from adapter.ss12000.types import ResourceType


class Spooled(NamedTuple):
    """A changed document whose body waits on disk."""

    id: str
    digest: bytes
    offset: int
    length: int


class Spool:
    """Bodies of changed documents, on disk until the commit: memory does not grow with the changes.

    The file has no name (where the system allows), so nothing is left behind when the process is killed.
    """

    def __init__(self) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115 - closed by __exit__
            prefix="ss12000-", buffering=1 << 20
        )
        self._end = 0
        self._at_end = True

    def add(self, document: Document) -> Spooled:
        """Keep a document's body; returns where it is."""
        if not self._at_end:
            self._file.seek(self._end)
            self._at_end = True
        length = self._file.write(document.body)
        entry = Spooled(document.id, document.digest, self._end, length)
        self._end += length
        return entry

    def body(self, entry: Spooled) -> bytes:
        """The body of one entry. Entries read in the order of adding are read sequentially."""
        self._file.seek(entry.offset)
        self._at_end = False
        return self._file.read(entry.length)

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


@dataclass(slots=True)
class TypeChanges:
    """One type's difference between what is published and what the sources say now."""

    read: int = 0
    unchanged: int = 0
    rejected: int = 0
    kept: int = 0  # invalid now, but their last good version stays published
    withheld: int = 0
    published: int = 0  # objects before this run
    missing: int = 0  # of which no row gives one tonight, and that stay for some nights
    created: list[Spooled] = field(default_factory=list)
    updated: list[Spooled] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)

    @property
    def any(self) -> bool:
        """Whether there is anything to publish."""
        return bool(self.created or self.updated or self.deleted)


@dataclass(slots=True)
class ChangeSet:
    """All types' changes and the spool that holds their bodies."""

    spool: Spool
    types: dict[ResourceType, TypeChanges] = field(
        default_factory=lambda: {kind: TypeChanges() for kind in ResourceType}
    )

    @property
    def any(self) -> bool:
        """Whether there is anything to publish."""
        return any(changes.any for changes in self.types.values())

    @property
    def modified_types(self) -> list[ResourceType]:
        """Types with new or changed objects, in fetch order."""
        return [kind for kind, changes in self.types.items() if changes.created or changes.updated]

    @property
    def deletions(self) -> bool:
        """Whether any object goes."""
        return any(changes.deleted for changes in self.types.values())

    def __iter__(self) -> Iterator[tuple[ResourceType, TypeChanges]]:
        return iter(self.types.items())


@dataclass(frozen=True, slots=True)
class Publication:
    """A version and its moment (ms)."""

    version: int
    at: int
