"""A small school whose tables lie as files, and an empty state."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.nights import School

from adapter.store.engine import Store, open_store


@pytest.fixture
def school(tmp_path: Path) -> School:
    return School(tmp_path)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = open_store(f"sqlite:///{tmp_path}/state.db")
    yield opened
    opened.close()
