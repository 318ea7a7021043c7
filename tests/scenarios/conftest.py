"""A small school whose tables lie as files, an empty state, and what is built in a run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.nights import School

from adapter.store.engine import Store, open_store
from adapter.sync.stage import Stage


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The types of the rows that are built."""
    found: list[str] = []
    take = Stage.take

    def counted(self: Stage, *arguments: Any) -> Any:
        found.append(str(self.kind))
        return take(self, *arguments)

    monkeypatch.setattr(Stage, "take", counted)
    return found
