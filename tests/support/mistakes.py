"""Mistakes, one by one: where each is found, and what is said. Reviewed as an administrator reads them.

They stand in mistakes_of_mappings/, a file for each kind of code, made in base.yaml. A mistake is a block: the lines
as they are (`- `), as they are wrong (`+ `), and what is said of them (`! `, without the file).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml

_FOLDER = Path(__file__).parent / "mistakes_of_mappings"

BASE = (_FOLDER / "base.yaml").read_text(encoding="utf-8")
HEADERS: dict[str, list[str]] = yaml.safe_load((_FOLDER / "headers.yaml").read_text(encoding="utf-8"))


def _read() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for path in sorted(_FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").rstrip("\n").split("\n\n"):
            lines = block.split("\n")
            right, wrong, said = ([line[2:] for line in lines if line[0] == sign] for sign in "-+!")
            yield "\n".join(right), "\n".join(wrong), tuple(said)


MISTAKES = list(_read())
"""(as it is, as it is wrong, what is said)."""
