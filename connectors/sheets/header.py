"""Where a sheet's header is: seldom in its first row, often in two rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connectors.base import SourceError
from connectors.headers import joined
from connectors.sheets.values import plain

LOOKED_AT = 60  # rows
_SHARE = 0.6  # of the cells that the fullest row has: titles have fewer


def found(
    rows: Sequence[Sequence[Any]], names: Sequence[str] | None, row: int | None, height: int, place: str
) -> tuple[list[str], int]:
    """The columns' names, "" for none, and the number of rows before the first one below. Raises SourceError.

    `names`: for a sheet without a header; `row`: where it begins, from 1, None: found out; `height`: its rows.
    """
    if names is not None:
        width = max(map(len, rows), default=0)
        if len(names) < width:
            raise SourceError("S105", f"`header` names {len(names)} columns; there are {width}.", place)
        return list(names), next((number for number, cells in enumerate(rows) if any(map(_filled, cells))), 0)
    first = row - 1 if row is not None else _first(rows, height, place)
    whole = [list(map(plain, cells)) for cells in rows[first : first + height]]
    if len(whole) < height or not any(any(cells) for cells in whole):
        raise SourceError("S105", f"row {first + 1} holds no column names; see `header_row`.", place)
    return joined(whole), first + height


def _first(rows: Sequence[Sequence[Any]], height: int, place: str) -> int:
    """The first row of texts that is nearly as full as any."""
    most = max((sum(map(_filled, row)) for row in rows), default=0)
    texts = [[cell if isinstance(cell, str) else "" for cell in row] for row in rows]
    for number in range(len(rows)):
        names = [name for name in joined(texts[number : number + height]) if name]
        if names and len(names) >= _SHARE * most:
            return number
    raise SourceError("S105", "no row looks like a header; say which with `header_row`.", place)


def _filled(cell: Any) -> bool:
    return cell.strip() != "" if isinstance(cell, str) else cell is not None
