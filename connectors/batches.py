"""Batches of rows whose numbers have gaps: every row keeps the number that an administrator counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from connectors.base import Batch, Cell

BATCH = 2000  # rows


def runs(rows: Iterable[Sequence[Cell] | None], first: int) -> Iterator[Batch]:
    """The rows between those that are none, at most BATCH together. `first`: number of the first row."""
    run: list[Sequence[Cell]] = []
    for number, row in enumerate(rows, first):
        if row is not None:
            run.append(row)
        if run and (row is None or len(run) == BATCH):
            yield Batch(number - len(run) + (row is not None), run)
            run = []
        last = number
    if run:
        yield Batch(last - len(run) + 1, run)
