"""docs/tutorial.md can be followed: after every step `check` is content, and at the end the objects are there."""

from __future__ import annotations

import json
import re
import uuid
from pathlib import Path

import pytest
from support.open_data import cache_text

from adapter.cli.main import main

TEXT = (Path(__file__).parents[2] / "docs" / "tutorial.md").read_text(encoding="utf-8")
STEPS = re.split(r"^## \d+\. ", TEXT, flags=re.MULTILINE)[1:]
CONFIG = f"""
[organiser]
name = "Exempelkommun"
organisation_number = "2120000001"
id_namespace = "{uuid.UUID(int=5)}"
[state]
url = "sqlite:///state.db"
[mapping]
file = "mapping.yaml"
[facade]
base_url = "https://ss12000.exempel.se/ss12000-api/v2.0"
[open_data]
cache = "open-data.json"
url = "http://127.0.0.1:9/open-data"
max_age_hours = 8760
"""


def blocks(step: str, kind: str) -> list[tuple[str, str]]:
    return re.findall(rf"^```{kind} ?(\S*)\n(.*?)^```", step, flags=re.MULTILINE | re.DOTALL)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if part.strip()}


def follow(folder: Path, steps: list[str]) -> None:
    config, mapping = CONFIG, {}
    for step in steps:
        for name, content in blocks(step, "csv"):
            (folder / name).write_bytes(content.encode("cp1252"))
        config += "".join(content for _, content in blocks(step, "toml"))
        for _, content in blocks(step, "yaml"):
            mapping.update(sections(content))
    (folder / "config.toml").write_text(config, encoding="utf-8")
    (folder / "mapping.yaml").write_text("".join(mapping.values()), encoding="utf-8")
    (folder / "open-data.json").write_text(cache_text(), encoding="utf-8")


def test_there_are_ten_steps() -> None:
    assert len(STEPS) == 10


@pytest.mark.parametrize("number", range(2, 11))
def test_check_is_content_after_every_step(number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(tmp_path, STEPS[:number])
    code = main(["--config", str(tmp_path / "config.toml"), "check"])
    assert code == 0, capsys.readouterr()


def test_at_the_end_everything_that_should_be_is_published(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(tmp_path, STEPS)
    code = main(["--config", str(tmp_path / "config.toml"), "sync", "--json", "--today", "2026-10-01"])
    report = json.loads(capsys.readouterr().out)
    created = {kind: counts["created"] for kind, counts in report["types"].items()}
    assert code == 0
    assert created == {"Organisation": 2, "Person": 3, "Group": 3, "Duty": 1, "Activity": 1}
    assert report["types"]["Person"]["withheld"] == 1
