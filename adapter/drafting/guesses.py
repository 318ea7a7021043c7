"""A guess: how sure it is, and why. Above a line it is written down; below it the administrator decides."""

from __future__ import annotations

from dataclasses import dataclass

DECIDE = "# DECIDE:"
SURE_ENOUGH = 75  # per cent; a wrong guess costs more than a question

BY_NAME, BY_NAME_AND_CONTENT, BY_CONTENT = 90, 95, 80  # per cent


@dataclass(frozen=True)
class Guess:
    """`percent`: 0 to 99, measured where it can be. `why`: what speaks for it. `others`: what was nearly taken."""

    percent: int
    why: str
    others: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """As a comment of the mapping."""
        marker = "# guess" if self.percent >= SURE_ENOUGH else f"{DECIDE} guess"
        others = f"; or: {', '.join(self.others)}" if self.others else ""
        return f"{marker} {self.percent} %: {self.why}{others}"

    def __and__(self, other: Guess) -> Guess:
        """Both must be right."""
        return self if self.percent <= other.percent else other


def measured(share: float, why: str) -> Guess:
    """A share that was counted; never a certainty."""
    return Guess(min(round(share * 100), 99), why)


def decide(question: str) -> str:
    """A comment that asks."""
    return f"{DECIDE} {question}"


def percent(share: float) -> str:
    """`97 %`; all is 100, all but a few is not."""
    return f"{100 if share == 1 else min(round(share * 100), 99)} %"
