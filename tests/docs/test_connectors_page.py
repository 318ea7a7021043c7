"""docs/connectors.md describes every key of every connector, and shows the plug-in of examples/ as it stands there."""

from __future__ import annotations

import re
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from connectors.files.options import Access
from connectors.registry import GROUP

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs" / "connectors.md").read_text(encoding="utf-8")
OURS = [point for point in entry_points(group=GROUP) if point.value.startswith("connectors.")]


@pytest.mark.parametrize("point", OURS, ids=lambda point: point.name)
def test_every_key_is_described(point: object) -> None:
    described = set(re.findall(r"`(\w+)`(?=[^|\n]*\|)", TEXT))
    try:
        options = point.load().Options  # type: ignore[attr-defined]
    except ModuleNotFoundError as error:
        pytest.skip(f"{error.name} is not installed")
    assert set(options.model_fields) <= described


def test_every_way_of_being_let_in_is_described() -> None:
    assert set(Access.model_fields) <= set(re.findall(r"^\| `(\w+)` \|", TEXT, flags=re.MULTILINE))


def test_every_connector_is_listed() -> None:
    assert {point.name for point in OURS} == set(re.findall(r"^\| \[`([\w-]+)`\]", TEXT, flags=re.MULTILINE))


def test_the_plug_in_is_the_one_of_the_examples() -> None:
    (code,) = re.findall(r"^```python\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    assert code == (ROOT / "examples" / "plugin" / "records.py").read_text(encoding="utf-8")
