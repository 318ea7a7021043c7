"""`keep` and `when`: which rows count. Compiled to one function of the frames."""

from __future__ import annotations

import re
from collections.abc import Callable
from operator import itemgetter

from adapter.mapping import conversions, language
from adapter.mapping.cells import Cell, Steps
from adapter.mapping.reader import Reader, entries_of
from adapter.mapping.row_findings import UNDECIDED, RowFinding
from adapter.mapping.scope import Frames, Get, Index, Scope
from adapter.mapping.syntax import Items, Node, Scalar, Table

_OFFSET = re.compile(r"today(?:([+-]\d{1,4})d)?\Z")
_REMEMBERED = 10_000  # texts of a column
_Test = Callable[[str], bool]
Find = Callable[[Node], Index | None]


def compile_conditions(reader: Reader, node: Node, scope: Scope, find: Find | None = None) -> Get | None:
    """All conditions of a `keep`; None when they cannot be read (the findings are reported).

    `find` gives the index behind `found_in: {source: column}`; without it, that word has no place here.
    """
    if not isinstance(node, Table):
        reader.report("M111", "conditions are written {column: value}.", node.span)
        node = entries_of(node, node.span)
    cells = [
        compiled
        for column, wanted in node.entries
        if (compiled := _compile_one(reader, column, wanted, scope, find)) is not None
    ]

    def holds(frames: Frames) -> bool:
        for cell, known, tell in cells:
            text = cell.get(frames)
            result = None if known is None else known.get(text)
            if result is None:
                result = tell(text, frames)
                if known is not None:
                    known[text] = result
            if not result:
                return False
        return True

    slots = [cell.own_slot for cell, _, _ in cells]
    if not slots or not all(slots) or any(known is None for _, known, _ in cells):
        return holds
    texts_of = itemgetter(*slots)
    together: dict[object, bool] = {}  # by all the texts at once: dates and codes come in few combinations

    def holds_for_row(frames: Frames) -> bool:
        texts = texts_of(frames[0])
        result = together.get(texts)
        if result is None:
            result = holds(frames)
            if len(together) > _REMEMBERED:
                together.clear()
            together[texts] = result
        return result

    return holds_for_row


_Compiled = tuple[Cell, dict[str, bool] | None, Callable[[str, Frames], bool]]
"""A column, what is known of its texts (dates and codes have few), and how to tell of a new one.

None: nothing is remembered, for other rows are asked, and a run may write down who asked.
"""


def _compile_one(reader: Reader, column: Scalar, wanted: Node, scope: Scope, find: Find | None) -> _Compiled | None:
    steps = Steps()
    if isinstance(wanted, Table):
        wanted = reader.words(wanted, language.CONDITION, "a condition")
        steps = reader.conversions(wanted.get("as"))
        reader.gives(steps, conversions.ONE, "a condition compares one text")
    if isinstance(wanted, Scalar) and not wanted.raw and scope.find(column.value) is None:
        message = f'"{column.value}" is no column, and nothing is asked of it; several values stand in [ ].'
        reader.report("M210", message, column.span)
        return None
    cell = reader.column(column, scope)
    test = _test(reader, wanted, find)
    if cell is None or test is None:
        return None
    place, subject = cell.place, column.value

    known: dict[str, bool] | None = None if _asks_other_rows(wanted) else {}

    def tell(text: str, frames: Frames) -> bool:
        if text == UNDECIDED:
            words = "is said differently by rows that are one object, so the condition on it cannot be told"
            raise RowFinding("M341", words, place(frames), column.span, subject)
        try:
            try:
                value = str(steps.apply(text)) if text else text
            except conversions.NoMatch:
                value = ""
            if known is not None and len(known) > _REMEMBERED:
                known.clear()
            return test(value)
        except ValueError as error:
            words = f"{error}, so the condition on it cannot be told"
            raise RowFinding("M312", words, place(frames), column.span, subject, text) from None

    return cell, known, tell


def _asks_other_rows(wanted: Node) -> bool:
    """Whether `found_in` stands anywhere in a condition."""
    if isinstance(wanted, Items):
        return any(map(_asks_other_rows, wanted.items))
    return isinstance(wanted, Table) and any(
        word.value == "found_in" or _asks_other_rows(node) for word, node in wanted.entries
    )


def _test(reader: Reader, wanted: Node, find: Find | None) -> _Test | None:
    """One value's test; raises ValueError where a date is needed and is none."""
    if isinstance(wanted, Scalar):
        if _is_empty(wanted):
            return lambda text: not text
        value = wanted.value.strip().casefold()
        return lambda text: text.casefold() == value
    if isinstance(wanted, Items):
        values = frozenset("" if _is_empty(item) else reader.text(item).strip().casefold() for item in wanted.items)
        return lambda text: text.casefold() in values
    return _table_test(reader, wanted, find)


def _is_empty(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value == "empty" and not node.quoted


def _table_test(reader: Reader, wanted: Table, find: Find | None) -> _Test | None:
    tests: list[_Test] = []
    or_empty, told = False, len(reader.findings)
    wanted = reader.words(wanted, language.CONDITION, "a condition")
    for word, node in wanted.entries:
        if word.value == "or":
            or_empty = isinstance(node, Scalar) and node.value == "empty"
            if not or_empty:
                reader.report("M113", "`or` takes only the word empty.", node.span)
        elif word.value == "not":
            if (inner := _test(reader, node, find)) is not None:
                tests.append(_negated(inner))
        elif word.value == "in":
            if (inner := _test(reader, node, find)) is not None:
                tests.append(inner)
        elif word.value == "found_in":
            if find is not None and (index := find(node)) is not None:
                tests.append(index.rows.__contains__)
        elif word.value in ("on_or_before", "on_or_after") and (dated := _dated(reader, word.value, node)):
            tests.append(dated)
    if not tests and len(reader.findings) == told:
        reader.report("M112", "this condition asks nothing; write a value, a list, or one of the words.", wanted.span)
        return None
    if not tests:
        return None
    if or_empty:
        return lambda text: not text or all(test(text) for test in tests)
    return lambda text: all(test(text) for test in tests)


def _negated(test: _Test) -> _Test:
    return lambda text: not test(text)


def _dated(reader: Reader, word: str, node: Node) -> _Test | None:
    text = reader.text(node)
    if found := _OFFSET.match(text):
        test = reader.almanac.on_or_before if word == "on_or_before" else reader.almanac.on_or_after
        return test(int(found[1] or 0), conversions.iso_date)
    try:
        limit = conversions.iso_date(text)
    except ValueError:
        reader.report("M113", "a date is today, today-10d, today+10d or ÅÅÅÅ-MM-DD.", node.span)
        return None
    if word == "on_or_before":
        return lambda text: bool(text) and conversions.iso_date(text) <= limit
    return lambda text: bool(text) and conversions.iso_date(text) >= limit
