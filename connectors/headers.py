"""Names of columns that stand in several rows: a title above its columns, the names below."""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = re.compile(r"(?<!\d)(?:\d\d)?\d{6}[-+ ]?[\dA-Z]{2}\d{2}(?!\d)")
NO_NAMES = (
    "the first line looks like a row: a personnummer stands where names should. Export it with names, or set `header`."
)


def joined(rows: Sequence[Sequence[str]], spread: bool = False) -> list[str]:
    """One name a column, from the top down: `Elev` above `namn` is `Elev namn`.

    `spread`: a title also holds for the columns without one to its right, as where cells were merged.
    """
    if not rows:
        return []
    width = max(map(len, rows))
    padded = [[*row, *[""] * (width - len(row))] for row in rows]
    if spread:
        padded = [*map(_spread, padded[:-1]), padded[-1]]
    columns = zip(*padded, strict=True)
    return [" ".join(dict.fromkeys(text.strip() for text in column if text.strip())) for column in columns]


def _spread(row: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in row:
        found.append(text if text.strip() or not found else found[-1])
    return found


def looks_like_a_row(names: Sequence[str]) -> bool:
    """Whether a personnummer stands among what should be names: then messages must not show them."""
    return any(_NUMBER.search(name) for name in names)
