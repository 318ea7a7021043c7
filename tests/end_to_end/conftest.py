"""What tests of `init` share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from support.drafts import Commands, Drafted, drafted


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Commands:
    """The command line, in this process."""
    return Commands(capsys)


@pytest.fixture
def init(tmp_path: Path, command: Commands) -> Callable[..., Drafted]:
    """Run `init` on these sources, into a new folder."""
    return lambda *sources: drafted(command, tmp_path / "new", *sources)
