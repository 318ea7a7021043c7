"""The ten steps of docs/mapping.md: `check` is content after each of them, and the commands print what they say."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
from support.open_data import cache_text

from adapter.cli.main import main

TEXT = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
STEPS = re.split(r"^### \d+\. ", TEXT.partition("\n## Reference\n")[0], flags=re.MULTILINE)[1:]
HERE = """
[open_data]
cache = "open-data.json"
url = "http://127.0.0.1:9/open-data"
max_age_hours = 8760
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SS12000_ID_NAMESPACE", "5f0c8b1e-52c5-4b8a-9d39-0c5b4b1f3a77")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "open-data.json").write_text(cache_text(), encoding="utf-8")
    return tmp_path


def blocks(step: str, kind: str) -> list[tuple[str, str]]:
    return re.findall(rf"^```{kind} ?(\S*)\n(.*?)^```", step, flags=re.MULTILINE | re.DOTALL)


def sections(text: str) -> dict[str, str]:
    parts = re.split(r"^(?=\w+:)", text, flags=re.MULTILINE)
    return {part.partition(":")[0]: part for part in parts if part.strip()}


def follow(folder: Path, steps: list[str]) -> None:
    config, mapping = "", {}
    for step in steps:
        for name, content in blocks(step, "csv"):
            (folder / name).write_bytes(content.encode("cp1252"))
        config += "".join(f"{content}\n" for _, content in blocks(step, "toml"))
        for _, content in blocks(step, "yaml"):
            mapping.update(sections(content))
    (folder / "config.toml").write_text(config + HERE, encoding="utf-8")
    (folder / "mapping.yaml").write_text("".join(mapping.values()), encoding="utf-8")


def plain(line: str) -> str:
    """A line whatever the width of its columns."""
    return " ".join(line.split())


def test_there_are_ten_steps() -> None:
    assert len(STEPS) == 10


@pytest.mark.parametrize("number", range(2, 11))
def test_check_is_content_after_every_step(number: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(folder, STEPS[:number])
    assert main(["check"]) == 0, capsys.readouterr()


@pytest.mark.parametrize("number", range(2, 11))
def test_every_command_prints_what_the_step_says(number: int, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(folder, STEPS[:number])
    shown = "".join(content for _, content in blocks(STEPS[number - 1], "console"))
    for said in re.split(r"^\$ ss12000-adapter ", shown, flags=re.MULTILINE)[1:]:
        command, *lines = said.splitlines()
        main(shlex.split(command, comments=True))
        printed = iter([plain(line) for line in capsys.readouterr().out.splitlines()])
        missing = [line for line in lines if line.strip() not in ("", "…") and plain(line) not in printed]
        assert missing == []


def test_the_manual_s_test_fits_the_ten_steps(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(folder, STEPS)
    (example,) = re.findall(r"^```yaml\n(tests:\n.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
    with (folder / "mapping.yaml").open("a", encoding="utf-8") as file:
        file.write(example)
    code = main(["check", "--quiet"])
    printed = capsys.readouterr().out
    assert (code, "1 test of the mapping passed" in printed) == (0, True), printed


def test_at_the_end_everything_that_should_be_is_published(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    follow(folder, STEPS)
    assert main(["sync", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    created = {kind: counts["created"] for kind, counts in report["types"].items()}
    assert created == {"Organisation": 1, "Person": 3, "Group": 2, "Duty": 1, "Activity": 1}
    assert report["types"]["Person"]["withheld"] == 1
