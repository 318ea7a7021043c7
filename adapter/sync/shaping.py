"""A source's rows as its views see them: laid out in slots, split, joined with other views' rows, merged by key."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from sys import intern

from adapter.findings import RowRef
from adapter.mapping.cells import filled
from adapter.mapping.row_findings import UNDECIDED, RowFinding
from adapter.mapping.scope import Get, Index, Join, Merge, Row, View, row_key


def laid_out(numbers: Sequence[int], cells: Mapping[str, Sequence[str]], view: View, stay: bool) -> list[Row]:
    """Rows as views with these slots see them: number first, then cells; those of joined views still empty.

    `stay`: whether the rows are kept in memory; their keys repeat, so each text is then kept once.
    """
    count = len(numbers)
    wanted = [cells[column] if column in cells else [""] * count for column in view.slots]
    if view.empties:
        wanted = [["" if cell in view.empties else cell for cell in column] for column in wanted]
    if stay:
        wanted = [_once(column) for column in wanted]
    rows: list[Row] = list(zip(numbers, *wanted, strict=True))
    for column, on in view.made.split.items():
        rows = list(_parts(rows, view.slots[column], on))
    return rows


def _once(column: Sequence[str]) -> list[str]:
    """The column with one copy of each text."""
    try:
        return list(map(intern, column))
    except TypeError:  # an impure cell
        return [intern(text) if text.__class__ is str else text for text in column]


def fill(index: Index, rows: Sequence[Row], takes: Callable[[Row, Hashable], None] | None = None) -> None:
    """Add rows to an index: those that its view keeps, or the finding of those for which that cannot be told.

    `takes` is told each of them, with its key.
    """
    key, found = row_key(index.key, index.view.written), index.rows
    keep, late = index.view.keep, index.view.made.asked_late
    for row in rows:
        entry: Row | RowFinding = row
        if keep is not None and not late:
            try:
                if not keep((row,)):
                    continue
            except RowFinding as finding:
                entry = finding
        value = key(row)
        if value is not None:
            found.setdefault(value, []).append(entry)
            if takes is not None:
                takes(row, value)
        elif len(index.key) > 1 and late:
            index.unasked.append(row)
        elif len(index.key) > 1:
            _note_partly(index, row)


def ask(index: Index) -> None:
    """Note of the rows that nobody can find those that count."""
    rows, index.unasked = index.unasked, []
    if (keep := index.view.keep) is not None:
        for row in rows:
            if kept(row, keep) is not None:
                _note_partly(index, row)


def kept(row: Row, keep: Get) -> Row | RowFinding | None:
    """The row if the condition holds, its finding where that cannot be told, or None."""
    try:
        return row if keep((row,)) else None
    except RowFinding as finding:
        return finding


def _note_partly(index: Index, row: Row) -> None:
    """Count a row that has one column of the key and lacks another; constants have no say in it."""
    columns = [(name, part) for name, part in zip(index.columns, index.key, strict=True) if not name.startswith('"')]
    empty = {name for name, part in columns if not filled(part, (row,))}
    if len(empty) < len(columns):
        index.partly.add(row[0])
        index.first_partly = index.first_partly or RowRef(index.view.name, row[0])
        index.lacking |= empty


def finished(view: View, rows: list[Row]) -> list[Row]:
    """The rows of a view that is joined or merged, all others being read."""
    for join in view.made.joins:
        rows = list(_joined(rows, join, view))
    return _merged(rows, view.made.merge, view) if view.made.merge else rows


def _parts(rows: list[Row], slot: int, on: str) -> Iterator[Row]:
    """Each row once for every part of one of its cells; a row whose cell is empty stays as it is."""
    for row in rows:
        parts = [intern(text) for part in row[slot].split(on) if (text := part.strip())]
        for part in parts or [""]:
            yield (*row[:slot], part, *row[slot + 1 :])


def _joined(rows: Iterable[Row], join: Join, view: View) -> Iterator[Row]:
    """Each row once for every row that matches it; one that nothing matches stays, with empty cells."""
    other = join.index.view
    moves = [
        (slot, other.slots[origin[1]])
        for column, slot in view.slots.items()
        if (origin := view.origins.get(column)) is not None and column.startswith(f"{join.name}.")
    ]
    for row in rows:
        matches = join.index.rows.get(join.key((row,)))
        join.found[matches is not None] += 1
        for match in matches or ((),):
            if isinstance(match, RowFinding):
                view.made.untold[row[0]] = match
            if isinstance(match, RowFinding) or not match:
                yield row
                continue
            cells = list(row)
            for slot, origin_slot in moves:
                cells[slot] = match[origin_slot]
            yield tuple(cells)


def _merged(rows: Iterable[Row], merge: Merge, view: View) -> list[Row]:
    """One row for each key, numbered like the first of those that it is made of."""
    made, untold = view.made, view.made.untold
    guarded = {slot - 1 for column, slot in view.slots.items() if column in made.guarded}
    groups: dict[Hashable, list[Row]] = {}
    key = row_key(merge.key)
    for row in rows:
        try:
            if row[0] not in untold and merge.keep is not None and not merge.keep((row,)):
                continue
        except RowFinding as finding:
            untold[row[0]] = finding
        groups.setdefault(key(row), []).append(row)
    groups.pop(None, None)
    merged = []
    for group in groups.values():
        number = min(row[0] for row in group)
        if made.groups is not None:
            made.groups[number] = group
        if unclear := [untold[row[0]] for row in group if row[0] in untold]:
            untold[number] = unclear[0]
        if len(group) == 1:
            merged += group
            continue
        columns = list(zip(*group, strict=True))[1:]
        together = [_together(cells, merge.most, n in guarded) for n, cells in enumerate(columns)]
        merged.append((number, *together))
    return sorted(merged)


def _together(cells: Sequence[str], most: bool, guarded: bool) -> str:
    """What the filled cells agree on, else nothing; or what most of them say, of equally many the first in order.

    Of protection nothing is told by most: rows that disagree protect.
    """
    first = cells[0]
    if cells.count(first) == len(cells):
        return first
    counts = Counter(cell for cell in cells if cell)
    if len(counts) > 1 and guarded:
        return UNDECIDED
    if len(counts) > 1 and not most:
        return ""
    return min(counts, key=lambda text: (-counts[text], text), default="")
