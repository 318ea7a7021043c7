"""docs/fleet.md names the commands, the standings and the settings that there are."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from adapter import config
from adapter.cli import main
from adapter.fleet.standing import ORDER
from adapter.settings.fleet import Fleet
from adapter.store import engine

PAGE = (Path(__file__).parents[2] / "docs/fleet.md").read_text(encoding="utf-8")
LINES = [
    *re.findall(r"^(ss12000-adapter .*?)(?:\s{2,}#.*|\s>.*)?$", PAGE, re.MULTILINE),
    *re.findall(r"`(?:[^`]*&& )?(ss12000-adapter --config [^`]+)`", PAGE),
    *(f"ss12000-adapter fleet {words}" for words in re.findall(r"`fleet ((?:run|worker|status|serve) ?[^`]*)`", PAGE)),
]


@pytest.mark.parametrize("line", sorted({line.strip() for line in LINES}))
def test_every_command_line_is_understood(line: str) -> None:
    words = [word for word in shlex.split(line)[1:] if word != "/"]
    if words in (["fleet", "run"], ["fleet", "status / run / worker"]):
        return
    main.parser_of(words).parse_args(words)


def test_the_command_lines_are_found() -> None:
    assert len(LINES) >= 12
    for verb in ("example", "add", "worker", "serve", "status", "run"):
        assert any(f"fleet {verb}" in line for line in LINES), verb


def test_standings_are_told_in_their_order() -> None:
    assert f"`{' · '.join(ORDER)}`" in PAGE


def test_every_setting_that_is_named_is_there() -> None:
    sections = {name: field.annotation for name, field in Fleet.model_fields.items()}
    named = re.findall(r"`(fleet|facade|pages|night)\.(\w+)`", PAGE)
    assert named
    for section, key in [found for found in named if found != ("fleet", "toml")]:
        known = {field.alias or name for name, field in sections[section].model_fields.items()}  # type: ignore[union-attr]
        assert key in known or (section, key) == ("facade", "base_url"), f"{section}.{key}"


def test_the_url_of_two_hosts_is_one_that_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLEET_PASSWORD", "x")
    (block,) = re.findall(r"```toml\n(\[fleet\]\n.*?)```", PAGE, re.DOTALL)
    (tmp_path / "fleet.toml").write_text(block + 'base_url = "https://x.se/{name}/v2.0"\n', encoding="utf-8")
    url = config.read(tmp_path / "fleet.toml", Fleet).fleet.database.get_secret_value()
    found = engine.of_network(engine.sa.make_url(url))
    assert found.query["host"] == ("db1:5432", "db2:5432")
    assert found.query["connect_timeout"] == "3"  # the next of them is asked soon
