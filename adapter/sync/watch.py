"""Watches over those who were protected on an earlier night: a mark that is lost publishes nobody at once.

Three things can lose marks: the column is emptied or no longer read, single marks go, or the rows of a second source
that carries them are no longer found. A person who stops being protected is worth a night's patience; one who was
published by mistake cannot be taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapter.mapping.plan import Rule
from adapter.settings import Gate
from adapter.store.protected import Remembered
from adapter.sync.stage import Stage

_FALLEN = 0.05  # of the rows: so many fewer found in the second source tell that something is wrong with it

Marks = dict[str, Any]
"""What is kept of a good run: {"rows": {rule: marked rows}, "found": {second source: share of the rows}, "matched":
{second source: [rows found, rows not found]}}. The first two are of sources that carry protection marks."""


@dataclass
class Watch:
    """Who was protected, and what that means tonight. `at_once`: a person has decided that nobody waits.

    marked: who is protected tonight; assumed: those of them of whom no cell says so, which is no memory of anybody;
    twins: who is the same person as somebody marked, under another key.
    lost: remembered persons who are neither any more; waiting: those of them who are not published yet.
    """

    known: Mapping[str, Remembered] = field(default_factory=dict)
    today: str = ""
    nights: int = 1
    at_once: bool = False
    lost: set[str] = field(default_factory=set)
    waiting: set[str] = field(default_factory=set)
    marked: set[str] = field(default_factory=set)
    assumed: set[str] = field(default_factory=set)
    twins: set[str] = field(default_factory=set)

    def meet(self, present: set[str], stage: Stage) -> set[str]:
        """Who of those present must wait."""
        self.marked, self.assumed, self.twins = stage.marked, stage.assumed, stage.twins
        self.lost = (self.known.keys() & present) - self.marked - self.twins
        self.waiting = set() if self.at_once else {i for i in self.lost if self._waits(self.known[i])}
        return self.waiting

    def to_remember(self, unbelieved: set[str]) -> dict[str, bool]:
        """Who is protected tonight, and whether by a mark of their own; but for marks that are not believed."""
        marked = (self.marked - self.assumed | self.marked & self.known.keys()) - unbelieved
        return {**dict.fromkeys(self.twins - unbelieved, False), **dict.fromkeys(marked, True)}

    def _with_mark(self, ids: set[str]) -> int:
        """How many of them had a mark of their own: twins are no persons more."""
        return sum(self.known[object_id].marked for object_id in ids)

    def _waits(self, found: Remembered) -> bool:
        return found.nights(self.today) < self.nights

    def sentence(self) -> str:
        """What is told of those who wait, or ""; never who."""
        if not self.waiting:
            return ""
        count = self._with_mark(self.waiting) or len(self.waiting)
        persons = "1 person" if count == 1 else f"{count} persons"
        return (
            f"{persons} would stop being protected: the mark is gone. They are published when that has been so for "
            f"{self.nights} nights (gate.unprotected_nights), or at once where a plan of it is approved."
        )

    def reasons(self, gate: Gate, before: Marks, now: Marks) -> list[str]:
        """Why so many lost marks are not believed: what the gate holds the run with."""
        found = []
        lost, known = self._with_mark(self.lost), self._with_mark(self.known.keys() & (self.lost | self.marked))
        if lost > max(gate.few_unprotected, gate.max_unprotected * known):
            found.append(
                f"Person: {lost} of {known} protected persons would stop being protected ({lost / known:.1%}); "
                f"gate.max_unprotected is {gate.max_unprotected:.0%}. Has the marking column been lost?"
            )
        for rule, rows in before.get("rows", {}).items():
            left = sum(now["rows"].values()) if rule == ALL else now["rows"].get(rule, 0)
            if rows and not left and (lost or rule == ALL or rows > gate.few_unprotected):
                found.append(
                    f"{'Person' if rule == ALL else rule}: no row has a protection mark any more, where {rows} had one "
                    "in the last good run. Has the marking column been lost?"
                )
        for source, share in before.get("found", {}).items():
            new = now["found"].get(source, share)
            if share - new > _FALLEN:
                found.append(
                    f"{source}: only {new:.1%} of the rows are found in the source that carries the protection mark; "
                    f"{share:.1%} were in the last good run. Who is not found there would stop being protected."
                )
        return found


ALL = "*"
"""In place of a rule, for what a run of an earlier version of this program left: all marks together."""


def shares(rules: list[Rule]) -> dict[str, float]:
    """Second sources that carry protection marks -> share of the rows that were found in them."""
    found = {}
    for rule in rules:
        for item in rule.enrich:
            if item.tally.index.view.made.guarded:
                found[item.tally.what] = (item.tally.matched, item.tally.missing)
        for join in rule.view.made.joins:
            if any(column.startswith(f"{join.name}.") for column in rule.view.made.guarded):
                found[f"{rule.name} with {join.name}"] = (join.found[True], join.found[False])
    return {what: round(hit / (hit + miss), 4) for what, (hit, miss) in found.items() if hit + miss}
