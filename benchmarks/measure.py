"""Whole commands, measured: wall time, CPU time and peak memory of a child process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figures:
    """Seconds, seconds, megabytes."""

    wall: float
    cpu: float
    peak: float


def python(*arguments: str) -> Figures:
    """Run `python -m …` to its end. Raises RuntimeError where it fails."""
    began = time.perf_counter()
    child = subprocess.Popen([sys.executable, "-m", *arguments], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - began
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"python -m {' '.join(arguments)} ended with {child.returncode}")
    return Figures(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def median(rounds: Sequence[Figures]) -> Figures:
    """The middle of each figure."""
    return Figures(
        statistics.median(one.wall for one in rounds),
        statistics.median(one.cpu for one in rounds),
        max(one.peak for one in rounds),
    )


@dataclass(frozen=True)
class Section:
    """A table to print, and of its lines what can be held against another sitting: ratios to a floor of the same one.

    `ratios`: line -> ratio; `higher_is_better` for rates, not for times. `figures`: of lines that grow with the size.
    """

    text: str
    ratios: dict[str, float]
    higher_is_better: bool
    figures: dict[str, Figures] = field(default_factory=dict)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns in line; the first to the left, the others to the right."""
    lines = [list(head), *map(list, rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = ([cell.rjust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join(
        "  ".join((line[0].ljust(widths[0]), *cells[1:])) for line, cells in zip(lines, padded, strict=True)
    )
