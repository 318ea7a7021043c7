"""`rehearse` plays the whole checklist against a configuration, and leaves no trace."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.shell import run
from support.world import World, world

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("rehearsal") / "w"
    with world(folder) as found:
        cached(found)
    return folder


def cached(found: World) -> None:
    found.load().open_data(refresh=True)


def test_every_step_holds_and_the_real_state_saw_nothing(place: Path) -> None:
    before = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    done = run("rehearse", "--json", at=place)
    assert [step for step in done.json["steps"] if not step["held"]] == []
    assert done.code == 0
    steps = done.json["steps"]
    assert len(steps) >= 10
    assert all(step["held"] and step["seen"] for step in steps)
    after = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    assert after == before


def test_what_does_not_hold_is_told(place: Path) -> None:
    config = place / "config.toml"
    text = config.read_text(encoding="utf-8")
    try:
        config.write_text(re.sub('client_key = ".*"', 'client_key = "certificate"', text), encoding="utf-8")
        assert run("rehearse", at=place).code == 0  # the other form of key does as well
        mapping = (place / "mapping.yaml").read_text(encoding="utf-8")
        (place / "mapping.yaml").write_text(mapping.partition("\nDuty:")[0] + "\n", encoding="utf-8")
        done = run("rehearse", at=place)
        assert done.code == 2
        assert "NOT" in done.out
    finally:
        config.write_text(text, encoding="utf-8")
