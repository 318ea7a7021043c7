"""Every shipped mapping fits the columns that its README names, and keeps its own tests."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from support import small_school
from support.mapping import compiled
from support.small_school import Rows

from adapter.cases.examples import run_tests
from connectors.registry import create

ROOT = Path(__file__).parents[2] / "mappings"
PACKS = sorted(path.parent for path in ROOT.rglob("mapping.yaml"))


def headers(pack: Path) -> dict[str, list[str]]:
    """Source -> columns, from the first and the last cell of the README's table."""
    found: dict[str, list[str]] = {}
    for names, *_, columns in re.findall(
        r"^\| (`.*?`) (\|.*)?\| (.*) \|$", (pack / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    ):
        for name in re.findall(r"`(\w+)`", names):
            found[name] = re.split(r", |; | or ", columns)
    return found


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_fits_the_columns_that_its_readme_names(pack: Path) -> None:
    text = (pack / "mapping.yaml").read_text(encoding="utf-8")
    assert compiled(text, headers(pack)).findings == []


@pytest.mark.parametrize("pack", [p for p in PACKS if (p / "sources.toml").exists()], ids=lambda pack: pack.name)
def test_a_pack_s_own_sources_give_the_columns_that_its_readme_names(pack: Path) -> None:
    sources = tomllib.loads((pack / "sources.toml").read_text(encoding="utf-8"))["sources"]
    named = headers(pack)
    assert sources.keys() == named.keys()
    for name, options in sources.items():
        create(name, options)
        assert list(options.get("columns", named[name])) == named[name]


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_keeps_its_own_tests(pack: Path) -> None:
    text = (pack / "mapping.yaml").read_text(encoding="utf-8")
    tables = {name: Rows([dict.fromkeys(columns, "")]) for name, columns in headers(pack).items()}
    outcome = run_tests(small_school.inputs(tables, mapping=text), headers(pack))
    assert outcome.count >= 1
    assert outcome.findings == []


@pytest.mark.parametrize("pack", PACKS, ids=lambda pack: pack.name)
def test_a_pack_s_readme_begins_with_what_it_is_and_what_it_is_for(pack: Path) -> None:
    """`packs list` shows the title and the first sentence."""
    readme = (pack / "README.md").read_text(encoding="utf-8")
    assert re.match(r"# [^\n]+\n\nFor [^|]+?\.\s", readme)
    assert f"| [{pack.name}]({pack.name}/README.md) |" in (ROOT / "README.md").read_text(encoding="utf-8")
