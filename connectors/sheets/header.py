"""Where a sheet's header is: seldom in its first row, often in two rows."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.base import SourceError

LOOKED_AT = 60  # rows
_SHARE = 0.6  # of the cells that the fullest row has: titles have fewer


def found(
    rows: Sequence[Sequence[str]], names: Sequence[str] | None, row: int | None, height: int, place: str
) -> tuple[list[str], int]:
    """The columns' names, "" for none, and the number of rows before the first one below. Raises SourceError.

    `names`: for a sheet without a header; `row`: where it begins, from 1, None: found out; `height`: its rows.
    """
    if names is not None:
        width = max(map(len, rows), default=0)
        if len(names) < width:
            raise SourceError("S105", f"`header` names {len(names)} columns; there are {width}.", place)
        return list(names), next((number for number, cells in enumerate(rows) if any(cells)), 0)
    first = row - 1 if row is not None else _first(rows, place)
    whole = rows[first : first + height]
    if len(whole) < height or not any(any(cells) for cells in whole):
        raise SourceError("S105", f"row {first + 1} holds no column names; see `header_row`.", place)
    columns = zip(*whole, strict=True)
    return [
        " ".join(dict.fromkeys(text.strip() for text in column if text.strip())) for column in columns
    ], first + height


def _first(rows: Sequence[Sequence[str]], place: str) -> int:
    counts = [sum(bool(cell.strip()) for cell in row) for row in rows]
    most = max(counts, default=0)
    for number, row in enumerate(rows):
        texts = [cell.strip() for cell in row if cell.strip()]
        if texts and counts[number] >= _SHARE * most and len(set(texts)) == len(texts):
            return number
    raise SourceError("S105", "no row looks like a header; say which with `header_row`.", place)
