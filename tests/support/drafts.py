"""What `init` wrote, and what the other commands make of it, through the command line in this process."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from adapter.cli.main import main
from support.open_data import cache_text

NAMESPACE = "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77"
TODAY = dt.datetime.now().date()
Capture = pytest.CaptureFixture[str]


@dataclass
class Commands:
    """The command line; `out` and `err` are the last command's."""

    capture: Capture
    out: str = ""
    err: str = ""

    def __call__(self, *arguments: str | Path) -> int:
        code = main([str(argument) for argument in arguments])
        self.out, self.err = self.capture.readouterr()
        assert "This is a bug" not in self.err, self.err
        return code


@dataclass
class Drafted:
    """What `init` wrote into a folder."""

    folder: Path
    command: Commands

    @property
    def mapping(self) -> str:
        return (self.folder / "mapping.yaml").read_text(encoding="utf-8")

    @property
    def config(self) -> str:
        return (self.folder / "config.toml").read_text(encoding="utf-8")

    @property
    def asked(self) -> list[str]:
        """What is left to decide in the mapping."""
        return re.findall(r"# DECIDE: (.*)", self.mapping)

    def decide(self, *replacements: tuple[str, str]) -> None:
        """Edit the mapping; each pattern must be there."""
        text = self.mapping
        for pattern, new in replacements:
            text, count = re.subn(pattern, new, text)
            assert count, pattern
        (self.folder / "mapping.yaml").write_text(text, encoding="utf-8")

    def check(self) -> None:
        """`check` is content, and lists each line that is left to decide."""
        assert self.command("--config", self.folder / "config.toml", "check") == 0, (self.command.out, self.mapping)
        left = re.findall(r"left to decide: \S*mapping\.yaml:\d+: (.*)", self.command.out)
        assert left == self.asked

    def dry_run(self) -> dict[str, dict[str, int]]:
        """Type -> counts of a run over the sources."""
        (self.folder / "open-data.json").write_text(cache_text(), encoding="utf-8")
        code = self.command("--config", self.folder / "config.toml", "sync", "--dry-run", "--json")
        assert code == 0, (self.command.out, self.command.err)
        document = self.command.out
        self.command("--config", self.folder / "config.toml", "sync", "--dry-run")
        left = re.findall(r"^(\d+) lines? of \S*mapping\.yaml left to decide", self.command.out, flags=re.MULTILINE)
        assert left == ([str(len(self.asked))] if self.asked else [])
        types: dict[str, dict[str, int]] = json.loads(document)["types"]
        return types

    def created(self) -> dict[str, int]:
        """Type -> objects that would be published."""
        return {kind: counts["created"] for kind, counts in self.dry_run().items()}


def drafted(command: Commands, folder: Path, *sources: str | Path) -> Drafted:
    """Run `init` into a folder; the namespace is always the same, so that ids can be compared."""
    assert command("init", folder, "--from", *sources) == 0, (command.out, command.err)
    found = Drafted(folder, command)
    left = (found.config + found.mapping).count("# DECIDE:")
    assert f": {left} lines to decide" in command.out
    text = re.sub(r'id_namespace = ".*?"', f'id_namespace = "{NAMESPACE}"', found.config)
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return found
