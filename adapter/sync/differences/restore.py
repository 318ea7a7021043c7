"""Puts what is not looked at where the last run had put it, as if its rows had been built."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import compress
from typing import TYPE_CHECKING

import numpy as np

from adapter.mapping.plan import Rule
from adapter.ss12000.types import ResourceType
from adapter.sync.differences.arrays import Mask, Places, growing
from adapter.sync.differences.kept import CURRENT, DROPPED, Kept
from adapter.sync.differences.record import HIDDEN, RuleRecord

if TYPE_CHECKING:
    from adapter.sync.assemble import Assembly
    from adapter.sync.differences.night import Before, Night


def restore(
    night: Night, kind: ResourceType, of: Sequence[tuple[Rule, Before]], ids: list[str], stays: Mask, assembly: Assembly
) -> list[str]:
    """The objects that stay, and what came of their rows; the ids of those that have no body to publish."""
    at = np.flatnonzero(stays)
    now: Places = np.full(len(ids) + 1, -1, dtype=np.int64)  # the last for -1
    now[at] = np.arange(len(at))
    texts = [ids[place] for place in at.tolist()]
    night.known[kind].update(zip(texts, range(len(texts)), strict=True))
    for rule, before in of:
        _rows(night.rule(rule), before, now)
        _keys(rule, before, ids)
        _counts(night.kept, rule, before, assembly)
    _facts(night, kind, at, texts, assembly)
    return _objects(night.kept, kind, at, texts, assembly)


def _rows(found: RuleRecord, before: Before, now: Places) -> None:
    left = ~before.again
    found.numbers = growing("q", before.shelf.numbers[before.there[left]].astype(np.int64))
    if len(before.group):
        found.group = growing("Q", before.group[left])
    found.claim, found.ids = growing("Q", before.claim[left]), growing("q", now[before.ids[left]])
    found.flags, found.outcome = growing("B", before.flags[left]), growing("I", before.outcome[left])
    many = np.diff(before.ends, prepend=np.uint32(0))
    found.deps = growing("Q", before.deps[np.repeat(left, many)])
    found.ends = growing("Q", np.cumsum(many[left], dtype=np.uint64))


def _keys(rule: Rule, before: Before, ids: list[str]) -> None:
    """What references to the objects look up."""
    named = ~before.again & (before.claim != 0)
    hides = (before.flags & HIDDEN) > 0
    given = named & ~hides
    claims = before.claim[given].tolist()
    rule.target.ids.update(zip(claims, map(ids.__getitem__, before.ids[given].tolist()), strict=True))
    rule.target.hidden.update(before.claim[named & hides].tolist())


def _counts(kept: Kept, rule: Rule, before: Before, assembly: Assembly) -> None:
    """What the rows had added to what is counted of the rule."""
    for outcome, rows in enumerate(np.bincount(before.outcome[~before.again]).tolist()):
        taken, *added = kept.facts["outcomes"][outcome]
        assembly.stages[rule.kind].read += rows * taken
        for place, count in enumerate(added if rows else ()):
            rule.tallies[place // 3].counts[place % 3] += rows * count


def _objects(kept: Kept, kind: ResourceType, at: Places, texts: list[str], assembly: Assembly) -> list[str]:
    """Those that are published, and those that were dropped when all had been built: perhaps they are needed now."""
    stage, state = assembly.stages[kind], kept[f"{kind} state"]
    units = [tuple(units) for units in kept.facts["units"]]
    digests = kept[f"{kind} dropped"].tobytes()
    nth = np.cumsum(state == DROPPED) - 1
    which, states = kept[f"{kind} units"][at].tolist(), state[at].tolist()
    current = [is_now == CURRENT for is_now in states]
    there = list(compress(texts, current))
    stage.current.update(zip(there, map(stage.published.__getitem__, there), strict=True))
    stage.units.update(zip(there, map(units.__getitem__, compress(which, current)), strict=True))
    unbuilt = []
    for nth_id in [nth_id for nth_id, is_now in enumerate(states) if is_now == DROPPED]:
        text, start = texts[nth_id], int(nth[at[nth_id]]) * 16
        stage.current[text] = digests[start : start + 16]
        stage.units[text] = units[which[nth_id]]
        unbuilt.append(text)
    return unbuilt


def _facts(night: Night, kind: ResourceType, at: Places, texts: list[str], assembly: Assembly) -> None:
    """What the rules for the whole set go by."""
    kept = night.kept
    if kind is ResourceType.PERSON:
        _persons(night, at, texts, assembly)
    elif kind is ResourceType.DUTY:
        persons = kept.ids("Duty person")
        assembly.duty_persons.update(zip(texts, [persons[place] for place in at.tolist()], strict=True))
    elif kind is ResourceType.GROUP:
        units = [next(iter(units), "") for units in kept.facts["units"]]
        which, classes = kept["Group units"][at].tolist(), kept["Group class"][at].tolist()
        for text, of, is_class in zip(texts, which, classes, strict=True):
            assembly.group_units[text] = None if is_class else units[of]
    elif kind is ResourceType.ACTIVITY:
        taught = kept.facts["taught"]
        assembly.taught.update(zip(texts, [taught[place] for place in at.tolist()], strict=True))


def _persons(night: Night, at: Places, texts: list[str], assembly: Assembly) -> None:
    numbers, names = night.kept["Person number"][at], night.kept["Person name"][at]
    night.numbers, night.names = growing("Q", numbers), growing("Q", names)
    assembly.user_names.update(zip(names.tolist(), texts, strict=True))
    silent = np.flatnonzero(night.kept["Person unreachable"][at]).tolist()
    assembly.unreachable.update(dict.fromkeys(texts[place] for place in silent))
    assembly.numbers.update(zip(numbers.tolist(), texts, strict=True))
    if len(assembly.numbers) == len(texts):
        return
    of: dict[int, list[str]] = {}  # some have one number
    for number, text in zip(numbers.tolist(), texts, strict=True):
        of.setdefault(number, []).append(text)
    assembly.numbers.update((number, tuple(some)) for number, some in of.items() if len(some) > 1)
