"""Small bar charts, as the places of rectangles: the template draws them. Each has a table that says the same."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

WIDTH, HEIGHT = 600, 60
_GAP = 2
_WIDEST = 40


class Bar(NamedTuple):
    """A rectangle, and what it stands for: when (ms), how much."""

    x: float
    y: float
    width: float
    height: float
    at: int
    value: float


class Chart(NamedTuple):
    """The highest value, and a bar for each."""

    top: float
    bars: Sequence[Bar]


def bars(values: Sequence[tuple[int, float]]) -> Chart:
    """One bar a value, the oldest to the left; the highest is as high as the chart."""
    top = max((value for _, value in values), default=0)
    step = min(WIDTH / max(len(values), 1), _WIDEST)
    found = []
    for place, (at, value) in enumerate(values):
        height = round(HEIGHT * value / top, 1) if top else 0
        found.append(Bar(round(place * step, 1), HEIGHT - height, round(step - _GAP, 1), height, at, value))
    return Chart(top, found)
