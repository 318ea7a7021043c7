"""`python -m benchmarks` runs to its end and prints a figure for everything; how fast is not tested here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.long


def test_the_benchmarks_run(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks", "400", "--rounds", "1", "--in", str(tmp_path)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    for row in (
        "csv.reader",
        "fetchall",
        "sync, first",
        "nothing changed",
        "next day",
        "one row changed",
        "by hand, next day",
        "sync by views, next day",
        "pages of 100",
        "whole crawl",
    ):
        assert row in done.stdout
