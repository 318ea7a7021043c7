"""The plug-in of examples/ is installed as a stranger's would be, passes the suite, and its name works."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from support.open_data import cache_text

ROOT = Path(__file__).parents[2]
PLUGIN = ROOT / "examples" / "plugin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment in which it is installed, in a folder of its own."""
    folder = tmp_path_factory.mktemp("site")
    pip = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--target", str(folder))
    subprocess.run(
        [*pip, str(PLUGIN)], check=True, timeout=120, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    )
    return {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)])}


def test_it_passes_the_suite(installed: dict[str, str], tmp_path: Path) -> None:
    test = PLUGIN / "tests" / "test_records.py"
    options = ("-q", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(tmp_path))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(test)],
        env=installed, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout
    assert "9 passed" in ran.stdout


def test_its_name_works_in_a_configuration(installed: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "elever.txt").write_text("ID: 1\nKLASS: 6A\n\nID: 2\nKLASS: 6A\nSKOSTORLEK: 38\n", encoding="utf-8")
    rule = "Organisation: {from: elever, id: {school_unit: ID}, fields: {displayName: KLASS, schoolUnitCode: ID}}"
    (tmp_path / "mapping.yaml").write_text(f"mapping: 1\n{rule}\n", encoding="utf-8")
    (tmp_path / "open-data.json").write_text(cache_text(), encoding="utf-8")
    (tmp_path / "config.toml").write_text(
        '[organiser]\nname = "K"\norganisation_number = "2120000001"\n'
        'id_namespace = "6f1c2a34-0b5d-4e6f-8a9b-0c1d2e3f4a5b"\n[mapping]\nfile = "mapping.yaml"\n'
        '[sources.elever]\nconnector = "records"\npath = "elever.txt"\nnames = ["ID", "KLASS"]\n',
        encoding="utf-8",
    )
    ran = subprocess.run(
        [sys.executable, "-m", "adapter", "sync", "--dry-run"],
        env=installed, cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 5
    assert "elever.txt:2: S105 SKOSTORLEK is not in `names`" in ran.stdout + ran.stderr
