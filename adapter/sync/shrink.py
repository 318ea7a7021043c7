"""Compares each source's rows with those of its last good run: a file that was cut after a whole row looks whole."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from adapter.findings import Finding, Span
from adapter.mapping.plan import Plan

SHARE = 0.05
"""Of a source's rows, where the mapping does not say `expect: {max_shrink: …}`."""
_OF_A_UNIT = 0.25  # units come and go with a class: a larger share
_FEW = 10  # rows that may go whatever the share
_TOLD = 3  # units
_ZONE = ZoneInfo("Europe/Stockholm")


@dataclass
class Length:
    """How many rows a source has, and how many for each school unit: column -> unit -> rows."""

    rows: int
    units: dict[str, Counter[str]]


def written(lengths: Mapping[str, Length], now: int) -> str:
    """What is kept of a good run (JSON). `now` in ms."""
    found = {source: {"rows": length.rows, "at": now, "units": length.units} for source, length in lengths.items()}
    return json.dumps(found, ensure_ascii=False)


def findings(plan: Plan, places: Mapping[str, str], lengths: Mapping[str, Length], before: str) -> list[Finding]:
    """What has shrunk too much. `before`: what `written` gave for the last good run, or ""."""
    known: dict[str, Any] = json.loads(before) if before else {}
    found = []
    for source, length in lengths.items():
        said = [view.max_shrink for view in plan.views if view.source == source and view.max_shrink is not None]
        limit = max(said, default=SHARE)
        if source in known and source not in plan.inline and limit < 1:
            messages = _of_source(length, known[source], limit)
            found += [Finding("S132", message, span=Span(places.get(source, source))) for message in messages]
    return found


def last_time(before: str) -> dict[str, str]:
    """Source -> what is known of its last good run, in words. `before`: as in `findings`."""
    known: dict[str, Any] = json.loads(before) if before else {}
    words = "it had {} rows in the last good run ({})"
    return {source: words.format(found["rows"], _day(found)) for source, found in known.items()}


def rows(before: str) -> int:
    """How many rows all sources had together in their last good run; 0 where there was none."""
    known: dict[str, Any] = json.loads(before) if before else {}
    return sum(found["rows"] for found in known.values())


def _day(before: dict[str, Any]) -> str:
    return dt.datetime.fromtimestamp(before["at"] / 1000, _ZONE).strftime("%Y-%m-%d %H:%M")


def _of_source(length: Length, before: dict[str, Any], limit: float) -> Iterator[str]:
    since = _day(before)
    if _fell(before["rows"], length.rows, limit):
        yield (
            f"has {length.rows} rows; it had {before['rows']} in the last good run ({since}): "
            f"{1 - length.rows / before['rows']:.1%} fewer, and expect.max_shrink is {limit:.0%}. {_ADVICE}"
        )
        return
    for column, units in before["units"].items():
        now = length.units.get(column)
        short = [unit for unit, rows in units.items() if now is not None and _fell(rows, now[unit], _OF_A_UNIT)]
        if short and now is not None:
            listed = ", ".join(f"{unit} {units[unit]} to {now[unit]}" for unit in short[:_TOLD])
            more = f" and {len(short) - _TOLD} more" if len(short) > _TOLD else ""
            yield f"has fewer rows of some {column} than in the last good run ({since}): {listed}{more}. {_ADVICE}"


_ADVICE = (
    "See why the export is short. If it is right, look at what would change with sync --dry-run --plan FILE and let it "
    "through with sync --approve FILE."
)


def _fell(before: int, now: int, limit: float) -> bool:
    return before - now > max(_FEW, limit * before)
