"""The different texts of a column as numbers, so that two columns can be compared that are never in memory."""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable
from functools import lru_cache
from heapq import nsmallest

_SKETCH = 4096  # digests of a column that are kept, and up to as many more
_ALL = 1 << 32


def digest(text: str) -> int:
    """32 bits of a text, well mixed; never 0."""
    return (zlib.crc32(text.encode("utf-8", "replace")) * 2654435761) % _ALL or 1


class Digests:
    """All different texts of a column as numbers, or of very many the smallest: those stand in another one or not."""

    def __init__(self) -> None:
        self._kept = array("I")
        self._below = _ALL

    def add(self, texts: Iterable[str]) -> None:
        """More texts of the column."""
        known = self._known()
        new = [number for number in set(map(digest, texts)) if number < self._below and number not in known]
        self._kept.extend(new)
        known.update(new)
        if len(self._kept) > 2 * _SKETCH:
            smallest = nsmallest(_SKETCH, self._kept)
            self._kept, self._below = array("I", smallest), smallest[-1] + 1
            known.intersection_update(smallest)

    def share_in(self, other: Digests) -> float:
        """How many of these texts stand in the other column too, from 0 to 1."""
        below, known = min(self._below, other._below), other._known()
        some = [number for number in self._kept if number < below]
        return sum(number in known for number in some) / len(some) if some else 0.0

    def __contains__(self, number: int) -> bool:
        """Whether a text with this digest is among them, as far as they are kept."""
        return number in self._known()

    def __bool__(self) -> bool:
        return bool(self._kept)

    @lru_cache(maxsize=64)  # noqa: B019 - a set takes twenty times the room of the array; of few columns it is wanted
    def _known(self) -> set[int]:
        return set(self._kept)
