"""`keep` and `when`: which rows count. Compiled to one function of the frames."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from adapter.mapping import conversions, language
from adapter.mapping.problems import RowProblem
from adapter.mapping.reader import Cell, Reader
from adapter.mapping.scope import Frames, Get, Scope
from adapter.mapping.syntax import Items, Node, Scalar, Table

_OFFSET = re.compile(r"today(?:([+-]\d{1,4})d)?\Z")
_REMEMBERED = 10_000  # texts of a column
_Test = Callable[[str], bool]


def compile_conditions(reader: Reader, node: Node, scope: Scope) -> Get | None:
    """All conditions of a `keep`; None when they cannot be read (the issues are reported)."""
    if not isinstance(node, Table):
        reader.issue("M111", "conditions are written {column: value}.", node.span)
        return None
    cells = [
        compiled
        for column, wanted in node.entries
        if (compiled := _compile_one(reader, column, wanted, scope)) is not None
    ]

    def holds(frames: Frames) -> bool:
        for cell, known, tell in cells:
            text = cell.get(frames)
            result = known.get(text)
            if result is None:
                result = known[text] = tell(text, frames)
            if not result:
                return False
        return True

    def holds_for_row(frames: Frames) -> bool:
        row = frames[0]
        for slot, known, tell in slots:
            text = row[slot]
            result = known.get(text)
            if result is None:
                result = known[text] = tell(text, frames)
            if not result:
                return False
        return True

    slots = [(cell.own_slot, known, tell) for cell, known, tell in cells]
    return holds_for_row if all(slot for slot, _, _ in slots) else holds


_Compiled = tuple[Cell, dict[str, bool], Callable[[str, Frames], bool]]
"""A column, what is known of its texts (dates and codes have few), and how to tell of a new one."""


def _compile_one(reader: Reader, column: Scalar, wanted: Node, scope: Scope) -> _Compiled | None:
    steps: tuple[conversions.Convert, ...] = ()
    if isinstance(wanted, Table):
        reader.words(wanted, language.CONDITION, "a condition")
        steps = reader.conversions(wanted.get("as"))
    cell = reader.column(column, scope)
    test = _test(reader, wanted)
    if cell is None or test is None:
        return None
    place, subject = cell.place, column.value

    known: dict[str, bool] = {}

    def tell(text: str, frames: Frames) -> bool:
        try:
            value = text
            for step in steps if text else ():
                value = step(value)
            if len(known) > _REMEMBERED:
                known.clear()
            return test(value)
        except ValueError as error:
            words = f"{error}, so the condition on it cannot be told"
            raise RowProblem("M312", words, place(frames), column.span, subject, text) from None

    return cell, known, tell


def _test(reader: Reader, wanted: Node) -> _Test | None:
    """One value's test; raises ValueError where a date is needed and is none."""
    if isinstance(wanted, Scalar):
        if wanted.value == "empty" and not wanted.quoted:
            return lambda text: not text
        value = wanted.value.strip().casefold()
        return lambda text: text.casefold() == value
    if isinstance(wanted, Items):
        values = frozenset(text.strip().casefold() for text in reader.texts(wanted))
        return lambda text: text.casefold() in values
    return _table_test(reader, wanted)


def _table_test(reader: Reader, wanted: Table) -> _Test | None:
    tests: list[_Test] = []
    or_empty = False
    for word, node in wanted.entries:
        if word.value == "or":
            or_empty = isinstance(node, Scalar) and node.value == "empty"
            if not or_empty:
                reader.issue("M113", "`or` takes only the word empty.", node.span)
        elif word.value == "not":
            if (inner := _test(reader, node)) is not None:
                tests.append(lambda text, inner=inner: not inner(text))  # type: ignore[misc]
        elif word.value == "in":
            if (inner := _test(reader, node)) is not None:
                tests.append(inner)
        elif word.value in ("on_or_before", "on_or_after") and (limit := _limit(reader, node)):
            tests.append(_until(limit) if word.value == "on_or_before" else _from(limit))
    if not tests and not or_empty:
        return None
    if or_empty:
        return lambda text: not text or all(test(text) for test in tests)
    return lambda text: all(test(text) for test in tests)


def _until(limit: str) -> _Test:
    return lambda text: bool(text) and conversions.iso_date(text) <= limit


def _from(limit: str) -> _Test:
    return lambda text: bool(text) and conversions.iso_date(text) >= limit


def _limit(reader: Reader, node: Node) -> str:
    text = reader.text(node)
    if found := _OFFSET.match(text):
        return (reader.today + dt.timedelta(days=int(found[1] or 0))).isoformat()
    try:
        return conversions.iso_date(text)
    except ValueError:
        reader.issue("M113", "a date is today, today-10d, today+10d or ÅÅÅÅ-MM-DD.", node.span)
        return ""
