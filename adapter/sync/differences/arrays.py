"""Arrays of codes and places, and what is asked of them."""

from __future__ import annotations

from array import array
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Codes = npt.NDArray[np.uint64]
Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.int64]

NO_CODES: Codes = np.zeros(0, dtype=np.uint64)
NO_PLACES: Places = np.zeros(0, dtype=np.int64)


def among(codes: Codes, some: Codes) -> Mask:
    """Which of the codes are among some, which are sorted."""
    if not len(some):
        return np.zeros(len(codes), dtype=np.bool_)
    place = np.searchsorted(some, codes)
    place[place == len(some)] = 0
    return np.equal(some[place], codes)


def places_among(codes: Codes, before: Codes) -> Places:
    """The place of each code among those before, -1 where it was not there. Both in order: ten times as fast."""
    found: Places = np.full(len(codes), -1, dtype=np.int64)
    if len(before):
        order, old = np.argsort(codes), np.argsort(before)
        ordered = before[old]
        place = np.searchsorted(ordered, codes[order])
        place[place == len(before)] = 0
        known = ordered[place] == codes[order]
        found[order[known]] = old[place[known]]
    return found


def in_order(codes: set[int]) -> Codes:
    """A set of codes, sorted."""
    return np.sort(np.fromiter(codes, dtype=np.uint64, count=len(codes)))


def growing(kind: str, values: Array) -> array[Any]:
    """Values in an array that grows; `kind` is what the module `array` calls them."""
    found: array[Any] = array(kind)
    found.frombytes(values.tobytes())
    return found
