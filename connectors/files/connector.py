"""What all connectors of files are: they open files, are known again by their bytes, and let go of what they opened."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any, ClassVar, Generic, Self, TypeVar

from pydantic import BaseModel

from connectors.base import Batch, Remark
from connectors.files.found import SourceFiles
from connectors.files.imprints import Imprint, taken
from connectors.files.opening import opened
from connectors.files.options import FileOptions

Keys = TypeVar("Keys", bound=FileOptions)
Table = TypeVar("Table", bound="FileTable")


class FileConnector(ABC, Generic[Keys, Table]):
    """See `base.Connector`. `now` gives seconds."""

    Options: ClassVar[type[BaseModel]]

    def __init__(self, name: str, options: Keys, now: Callable[[], float] = time.time) -> None:
        self.name = name
        self.options = options
        self._now = now

    def imprint(self, key: bytes) -> Imprint | None:
        """How the files look now, all their bytes."""
        return taken(self.options, key, self._now())

    def open(self) -> Table:
        """Open the files. Raises SourceError where one is missing, empty, or not what it should be."""
        found = opened(self.options, self._now())
        try:
            return self.table(found)
        except BaseException:
            found.to_close.close()
            raise

    @abstractmethod
    def table(self, found: SourceFiles) -> Table:
        """The open source of some files. Raises SourceError."""


class FileTable(ABC):
    """See `base.SourceTable`."""

    columns: Sequence[str]

    def __init__(self, found: SourceFiles, options: FileOptions) -> None:
        self.age_hours: float | None = found.age_hours
        self.place = options.place
        self.remarks: list[Remark] = []
        self._to_close = found.to_close

    @abstractmethod
    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """See `base.SourceTable`."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *details: Any) -> None:
        self._to_close.close()
