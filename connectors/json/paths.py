"""What stands at a path in a JSON value: `namn.fornamn`; of a list, what stands in each of its values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from connectors.base import Cell
from connectors.text import as_text

_ABOVE = ".."


def within(rows: Iterable[Any], path: str) -> Iterator[Any]:
    """The rows of lists within rows, each with the row around it under the name `..`."""
    for row in rows:
        found = [row]
        for name in path.split("."):
            found = [one[name] for one in found if isinstance(one, dict) and name in one]
        for inner in _each(found):
            yield {**inner, _ABOVE: row} if isinstance(inner, dict) else inner


def steps(path: str) -> tuple[str, ...]:
    """`namn.fornamn` -> its names; `../id` -> what is around the row, and a name there; "." is the row itself."""
    *above, own = path.split("../")
    return (*[_ABOVE] * len(above), *([] if own in (".", "") else own.split(".")))


def cell(row: Any, path: Iterable[str]) -> Cell:
    """The text at a path, several with commas between them. Raises TypeError for an object, which has no text."""
    found: list[Any] = [row]
    for name in path:
        found = [one[name] for one in _each(found) if isinstance(one, dict) and name in one]
    values = list(_each(found))
    if len(values) == 1:
        return _text(values[0])
    return ",".join(text for value in values if (text := _text(value))) or None


def paths(row: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The steps to everything in a row that has a text, or is null."""
    if isinstance(row, dict):
        for name, value in row.items():
            if name == _ABOVE:
                around = value if isinstance(value, dict) else {}
                yield from ((_ABOVE, key) for key, own in around.items() if not isinstance(own, (dict, list)))
            else:
                yield from paths(value, (*above, name))
    elif isinstance(row, list):
        for value in row:
            yield from paths(value, above)
    else:
        yield above


def written(path: tuple[str, ...]) -> str:
    """The steps as a source's `columns` say them."""
    return f"../{path[1]}" if path[:1] == (_ABOVE,) else ".".join(path)


def _each(values: Iterable[Any]) -> Iterator[Any]:
    """The values, and those in lists."""
    for value in values:
        if isinstance(value, list):
            yield from _each(value)
        else:
            yield value


def _text(value: Any) -> Cell:
    if isinstance(value, dict):
        raise TypeError("an object")
    return as_text(value)
