"""What is shown of a long command while it goes on: on a terminal, on stderr, and gone when it is over."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from adapter.sync.report import Nobody, Progress

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

_STAGES = {
    "look": "looking for what has changed",
    "verify": "verifying what is published",
    "open": "opening the sources",
    "read and map": "reading and mapping",
    "write down": "writing down for the next run",
    "compare": "comparing with what is published",
    "self-test": "looking for protected values",
    "gate": "weighing the changes",
    "withhold": "withholding who is newly protected",
    "publish": "publishing",
}


@contextmanager
def shown() -> Iterator[Progress]:
    """Somebody who looks on, where there is a terminal to show it on; else nobody."""
    if not sys.stderr.isatty():
        yield Nobody()
        return
    from rich.console import Console  # takes a tenth of a second: only where it shows something
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=30),
        TextColumn("{task.fields[rows]}"),
        TimeRemainingColumn(compact=True),
    )
    with Bar(*columns, console=console, transient=True, refresh_per_second=5) as bar:
        yield _Shown(bar)


class _Shown:
    """One line: the stage; while rows are read, how many, how fast, and how long it still takes."""

    def __init__(self, bar: Bar) -> None:
        self._bar = bar
        self._expected = self._read = 0
        self._task = bar.add_task("", total=None, rows="")

    def stage(self, name: str) -> None:
        self._bar.update(self._task, description=_STAGES.get(name, name))
        if name not in ("open", "read and map"):  # nobody knows how much there is to do
            self._bar.update(self._task, total=None, rows="")

    def expect(self, rows: int) -> None:
        self._expected, self._read = rows, 0
        self._bar.reset(self._task, total=rows or None, rows="")

    def read(self, rows: int) -> None:
        self._read += rows
        speed = self._bar.tasks[0].speed
        rate = f", {speed:,.0f} a second".replace(",", " ") if speed else ""
        words = f"{self._read:,} rows".replace(",", " ") + rate
        total = max(self._expected, self._read) if self._expected else None
        self._bar.update(self._task, completed=self._read, total=total, rows=words)
