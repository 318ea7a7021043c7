"""Modules import downwards only; what cannot reach a source cannot leak from it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FLOORS = {
    "__main__": 9,
    "cli": 8,
    "simulator": 6,
    "fleet": 6,
    "serving": 5,
    "admin": 5,
    "health": 4,
    "config": 4,
    "wiring": 4,
    "facade": 3,
    "delivery": 3,
    "cases": 4,
    "sync": 3,
    "reports": 3,
    "store": 2,
    "drafting": 3,
    "mapping": 2,
    "opendata": 2,
    "ss12000": 1,
    "texts": 0,
    "findings": 0,
    "errors": 0,
    "masking": 0,
    "settings": 0,
}
APART = ({"facade", "delivery", "sync", "reports"}, {"store", "mapping", "opendata"})
"""Never import one another: they meet a floor below, or above."""
FILES = sorted((ROOT / "adapter").rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            if node.module in ("adapter", "connectors"):
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(module: str) -> str:
    return module.split(".")[1] if module.startswith("adapter.") else ""


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_go_down(path: Path) -> None:
    own = path.relative_to(ROOT / "adapter").parts[0].removesuffix(".py")
    if own == "__init__":
        return
    for module in imported(path):
        if module.startswith("connectors"):
            assert own in ("config", "wiring", "sync", "cases", "cli", "simulator"), f"{own} may not know of {module}"
        other = room(module)
        if not other or other == own:
            continue
        assert FLOORS[other] <= FLOORS[own], f"{own} may not import {module}"
        assert not any({own, other} <= group for group in APART), f"{own} and {other} meet below"


@pytest.mark.parametrize("path", sorted((ROOT / "connectors").rglob("*.py")), ids=lambda path: path.name)
def test_connectors_know_nothing_of_the_adapter(path: Path) -> None:
    assert not [module for module in imported(path) if module.startswith("adapter")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_sql_is_spoken_in_the_store_alone(path: Path) -> None:
    if path.relative_to(ROOT / "adapter").parts[0] != "store":
        assert not [module for module in imported(path) if module.split(".")[0] == "sqlalchemy"]


def test_a_connection_is_taken_only_where_it_is_told_whose_it_is() -> None:
    """`engine_connect` sees to all others: store/namespace.py."""
    raw = {path.name for path in FILES if ".raw_connection(" in path.read_text(encoding="utf-8")}
    assert raw == {"reader.py"}


def test_files_can_be_read_in_one_sitting() -> None:
    long = {str(path): length for path in FILES if (length := len(path.read_text(encoding="utf-8").splitlines())) > 400}
    assert not long
