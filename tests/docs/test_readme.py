"""The README names what is there."""

from __future__ import annotations

import re
from pathlib import Path

from adapter.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_every_link_leads_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8"))]
    assert links
    assert [link for page, link in links if not (page.parent / link).exists()] == []


def test_every_command_is_named() -> None:
    assert {name for name in COMMANDS if f"`{name}`" not in README} == set()


def test_every_folder_is_named() -> None:
    folders = {path.name for path in (ROOT / "adapter").iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert {name for name in folders if f"`adapter/{name}/`" not in README} == set()
