"""The nightly run: first, unchanged, next day; each beside the floors of the same sitting, and beside other ways."""

from __future__ import annotations

from pathlib import Path

from benchmarks import data, nights
from benchmarks.measure import Figures, Section, median, python, table

_SYNC = ("adapter", "--config")
_BY_HAND = {
    "sync, first": "by hand, first",
    "sync by views, first": "by hand, first",
    "by pandas, first": "by hand, first",
    "sync, nothing changed": "by hand, nothing changed",
    "sync --full, nothing changed": "by hand, nothing changed",
    "sync --full by views, nothing changed": "by hand, nothing changed",
    "sync, next day": "by hand, next day",
    "sync by views, next day": "by hand, next day",
    "by pandas, next day": "by hand, next day",
    "sync, one row changed": "by hand, one row changed",
    "sync by views, one row changed": "by hand, one row changed",
}
"""Our line -> the hand-written loop on the same night."""


def run(folder: Path, rounds: int) -> Section:
    """Medians and ratios to the floors. Raises RuntimeError where the loop by hand makes other bytes than ours."""
    found: dict[str, list[Figures]] = {}
    state, views, hand, pandas = (folder / name for name in ("state.db", "views.db", "hand.db", "pandas.db"))

    def take(name: str, *arguments: str | Path) -> None:
        found.setdefault(name, []).append(python(*map(str, arguments)))

    def others(night: str) -> None:
        take(f"by hand, {night}", "benchmarks.by_hand", folder / "now", hand)
        if night in ("first", "next day"):
            take(f"by pandas, {night}", "benchmarks.by_pandas", folder / "now", pandas)

    for _ in range(rounds):
        for old in (file for one in (state, views, hand, pandas) for file in folder.glob(f"{one.name}*")):
            old.unlink()
        take("csv.reader over the files", "benchmarks.floors", "csv", folder / "day1")
        take("fetchall of the tables", "benchmarks.floors", "fetchall", folder / "day1")
        config = nights.bring(folder, "day1")
        by_views = config.with_name(data.VIEWS)
        others("first")
        take("sync, first", *_SYNC, config, "sync")
        take("sync by views, first", *_SYNC, by_views, "sync")
        others("nothing changed")
        take("sync, nothing changed", *_SYNC, config, "sync")
        take("sync --full, nothing changed", *_SYNC, config, "sync", "--full")
        nights.bring(folder, "day2")
        others("next day")
        take("sync, next day", *_SYNC, config, "sync")
        take("sync by views, next day", *_SYNC, by_views, "sync")
        nights.bring(folder, "day2", changed=1)
        others("one row changed")
        take("sync, one row changed", *_SYNC, config, "sync")
        take("sync by views, one row changed", *_SYNC, by_views, "sync")
        take("sync --full by views, nothing changed", *_SYNC, by_views, "sync", "--full")
        take("status", *_SYNC, config, "status")
        take("check", *_SYNC, config, "check")
        for ours in (state, views):
            python("benchmarks.by_hand", "same", str(ours), str(hand))  # or the ratios would not be honest
    middle = {name: median(figures) for name, figures in found.items()}
    reader, fetchall = list(middle.values())[:2]
    text = table(
        ("", "wall s", "CPU s", "peak MB", "x csv.reader", "x fetchall", "x by hand"),
        [
            (
                name,
                f"{one.wall:.2f}",
                f"{one.cpu:.2f}",
                f"{one.peak:.0f}",
                f"{one.wall / reader.wall:.1f}",
                f"{one.wall / fetchall.wall:.1f}",
                f"{one.cpu / middle[_BY_HAND[name]].cpu:.2f}" if name in _BY_HAND else "",
            )
            for name, one in middle.items()
        ],
    )
    return Section(text, {name: one.wall / reader.wall for name, one in middle.items()}, False, middle)
