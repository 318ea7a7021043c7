"""A table with what its columns probably mean: all that speaks for each is weighed, and the runners-up are kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product

from adapter.drafting.guesses import Guess
from adapter.drafting.layout import quoted
from adapter.drafting.looking.samples import Column, Sample
from adapter.drafting.understanding import evidence
from adapter.mapping.synonyms import GUARDIAN, plain

_PERIOD = ("from", "to")
_BY_ORDER = Guess(78, "of two dates the earlier is from, the later to")
_IN_ORDER, _OUT_OF_ORDER = 1.0, -6.0  # log-odds
_MOSTLY = 0.95
_CONTACT_IDS = ("contactid", "kontaktid")  # of a register of contacts of all kinds, where there is one
_SHOWN = 3  # runners-up
_CHOSEN = 99.0
_VERY_CLOSE = 1.0  # log-odds: between these people are asked
_CLOSE = 2.0  # log-odds: nearer runners-up are shown


@dataclass(frozen=True)
class Found:
    """A column that probably means what was asked for. `others`: those that were nearly taken, the likeliest first."""

    column: Column
    guess: Guess
    score: float = 0.0
    others: tuple[Found, ...] = ()

    @property
    def name(self) -> str:
        """The column's."""
        return self.column.name


class Table:
    """A sample, and what can be found in it. `chosen`: meaning -> column, where somebody was asked."""

    def __init__(self, sample: Sample, chosen: Mapping[str, str] | None = None) -> None:
        self.sample = sample
        self.name = plain(sample.table or sample.source)
        self.columns = [column for column in sample.columns if not self._is_of_guardians(plain(column.name))]
        self.chosen = chosen or {}
        self._found: dict[str, Found | None] = {}

    def _is_of_guardians(self, name: str) -> bool:
        """Whether a column is about them, and not only called after a table of contacts of all kinds."""
        own = self.name.removesuffix("s")
        if name in _CONTACT_IDS or (own and name.startswith(own)):
            return False
        return GUARDIAN.match(name) is not None

    @property
    def source(self) -> str:
        """What config.toml calls it."""
        return self.sample.source

    def find(self, *wanted: str) -> Found | None:
        """The likeliest column for the first of these meanings that there is one for."""
        for meaning in wanted:
            if meaning not in self._found:
                self._found[meaning] = self._likeliest(meaning)
            if (known := self._found[meaning]) is not None:
                return known
        return None

    def _likeliest(self, meaning: str) -> Found | None:
        if chosen := self.chosen.get(meaning):
            return Found(self.sample.by_name[chosen], Guess(99, "chosen by you"), _CHOSEN)
        if meaning in _PERIOD:
            return self._period(meaning)
        found = sorted(self._weighed(meaning), key=lambda one: -one.score)
        if not found or found[0].score < evidence.ENOUGH:
            return None
        best = found[0]
        others = tuple(one for one in found[1:] if one.score > best.score - _CLOSE)[:_SHOWN]
        shown = tuple(_shown(one.column) for one in others)
        return Found(best.column, replace(best.guess, others=shown), best.score, others)

    def _period(self, meaning: str) -> Found | None:
        """From or to: the two columns of dates that together most look like it, of which one is never later."""
        dates = [column for column in self.columns if evidence.may_be_period(column)]
        unnamed = [_ordered(column) for column in dates] if len(dates) == len(_PERIOD) else []
        likely = [[found for found in self._weighed(one) if found.score >= evidence.ENOUGH] for one in _PERIOD]
        pairs: list[tuple[float, tuple[Found | None, Found | None]]] = []
        for first, last in product(*([None, *found, *unnamed] for found in likely)):
            score = sum(found.score for found in (first, last) if found)
            if first and last:
                if first.column is last.column:
                    continue
                score += _order(first.column, last.column)
            pairs.append((score, (first, last)))
        return max(pairs, key=lambda pair: pair[0])[1][_PERIOD.index(meaning)]

    def _weighed(self, meaning: str) -> list[Found]:
        weighed = ((column, evidence.weigh(column, meaning)) for column in self.columns)
        return [Found(column, found.guess, found.score) for column, found in weighed if found]

    def doubtful(self) -> Iterator[tuple[str, Found]]:
        """What was asked for and could as well be another column."""
        for meaning, found in self._found.items():
            if found and found.others and found.others[0].score > found.score - _VERY_CLOSE:
                yield meaning, found

    def all(self, meaning: str) -> list[Found]:
        """Every column that may mean this."""
        return [found for found in self._weighed(meaning) if found.score >= evidence.ENOUGH]

    def has(self, *wanted: str) -> bool:
        """Whether there is a column for each of these."""
        return all(self.find(meaning) for meaning in wanted)

    def called(self, words: str) -> bool:
        """Whether its name holds one of these (a regular expression of plain letters)."""
        return re.search(words, self.name) is not None

    def tells_apart(self, *names: str) -> bool:
        """Whether these columns together are different in each of the first rows."""
        keys = list(zip(*(self.sample.by_name[name].cells.tolist() for name in names), strict=True))
        return bool(keys) and len(set(keys)) == len(keys)

    def __repr__(self) -> str:
        return f"<{self.source}>"


def _ordered(column: Column) -> Found:
    return Found(column, _BY_ORDER, evidence.ENOUGH)


def _order(first: Column, last: Column) -> float:
    """Whether one is earlier than the other, where both are filled."""
    if first.days is None or last.days is None:
        return 0.0
    both = (first.days > 0) & (last.days > 0)
    if not both.any():
        return 0.0
    return _IN_ORDER if float((first.days[both] <= last.days[both]).mean()) > _MOSTLY else _OUT_OF_ORDER


def _shown(column: Column) -> str:
    return f"{quoted(column.name)} ({column.distinct} {'value' if column.distinct == 1 else 'values'})"
