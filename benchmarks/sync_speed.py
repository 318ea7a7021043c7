"""The nightly run: first, unchanged, next day; each beside the floors of the same sitting."""

from __future__ import annotations

from pathlib import Path

from benchmarks import data, nights
from benchmarks.measure import Figures, Section, median, python, table

_SYNC = ("adapter", "--config")


def run(folder: Path, rounds: int) -> Section:
    """Medians and ratios to the floors."""
    found: dict[str, list[Figures]] = {}

    def take(name: str, *arguments: str) -> None:
        found.setdefault(name, []).append(python(*arguments))

    for _ in range(rounds):
        for old in (*folder.glob("state.db*"), *folder.glob("views.db*")):
            old.unlink()
        take("csv.reader over the files", "benchmarks.floors", "csv", str(folder / "day1"))
        take("fetchall of the tables", "benchmarks.floors", "fetchall", str(folder / "day1"))
        config = str(nights.bring(folder, "day1"))
        views = str(folder / "now" / data.VIEWS)
        take("sync, first", *_SYNC, config, "sync")
        take("sync by views of a database, first", *_SYNC, views, "sync")
        take("sync, nothing changed", *_SYNC, config, "sync")
        take("sync --full, nothing changed", *_SYNC, config, "sync", "--full")
        nights.bring(folder, "day2")
        take("sync, next day", *_SYNC, config, "sync")
        take("sync by views, next day", *_SYNC, views, "sync")
        nights.bring(folder, "day2", changed=1)
        take("sync, one row changed", *_SYNC, config, "sync")
        take("sync by views, one row changed", *_SYNC, views, "sync")
        take("sync --full by views, nothing changed", *_SYNC, views, "sync", "--full")
        take("status", *_SYNC, config, "status")
        take("check", *_SYNC, config, "check")
    middle = {name: median(figures) for name, figures in found.items()}
    floors = list(middle.values())[:2]
    text = table(
        ("", "wall s", "CPU s", "peak MB", "x csv.reader", "x fetchall"),
        [
            (
                name,
                f"{one.wall:.2f}",
                f"{one.cpu:.2f}",
                f"{one.peak:.0f}",
                *(f"{one.wall / floor.wall:.1f}" for floor in floors),
            )
            for name, one in middle.items()
        ],
    )
    return Section(text, {name: one.wall / floors[0].wall for name, one in middle.items()}, False)
