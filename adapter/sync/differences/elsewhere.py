"""What leads elsewhere than in the last good run, now that a type is settled: whoever asked for it is built anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np

from adapter.mapping.scope import Target
from adapter.ss12000.types import ResourceType
from adapter.sync.differences.arrays import Array, Codes, Mask, among, in_order
from adapter.sync.differences.kept import CURRENT, DROPPED, Kept
from adapter.sync.differences.record import answer

_MISSING = object()


def keys(
    target: Target, codes: set[int], claim: Codes, hides: Mask, ids: Array, names: list[str], told: dict[int, str]
) -> Iterator[int]:
    """Of these codes of keys, those that lead elsewhere now.

    Then they led where the rows said (`claim`, `hides`, `ids`: place of the id among the names), but for those `told`.
    """
    rows = np.flatnonzero(among(claim, in_order(codes)))
    was: dict[int, str] = {}
    for code, place, hidden in zip(claim[rows].tolist(), ids[rows].tolist(), hides[rows].tolist(), strict=True):
        if hidden:
            was.setdefault(code, "hidden")
        else:
            was[code] = names[place]
    was |= told
    return (code for code in codes if was.get(code, "") != answer(target, code))


def units(kept: Kept, kind: ResourceType, names: list[str], some: Iterable[str], now: dict[str, Any]) -> Iterator[str]:
    """Of some groups or duties, those at another school unit than then, or none; None is a class's."""
    wanted = set(some)
    combined, which, state = kept.facts["units"], kept[f"{kind} units"], kept[f"{kind} state"]
    counts = (CURRENT, DROPPED) if kind is ResourceType.GROUP else (CURRENT,)
    was: dict[str, Any] = {}
    for place, name in enumerate(names):
        if name in wanted and state[place] in counts:
            is_class = kind is ResourceType.GROUP and kept["Group class"][place]
            was[name] = None if is_class else next(iter(combined[which[place]]), "")
    return (name for name in wanted if was.get(name, _MISSING) != now.get(name, _MISSING))
