"""Questions on a terminal, where `init` cannot tell which of several columns is meant."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence

from adapter.cli import output
from adapter.drafting.draft import Doubt, Draft
from adapter.drafting.understanding.picture import Choices

_ROUNDS = 5  # an answer may raise another question, not for ever
_WHAT = {
    "civicNo": "the personnummer",
    "givenName": "the given name",
    "familyName": "the family name",
    "eppn": "the user name (local-part@domain)",
    "email": "the school's e-mail address",
    "securityMarking": "who is protected",
    "schoolUnitCode": "the skolenhetskod",
    "unit": "the school",
    "schoolType": "the form of school (GR, GY …)",
    "schoolYear": "the årskurs",
    "educationCode": "the programme",
    "class": "the class",
    "group": "the teaching group",
    "dutyRole": "what staff do",
    "role": "who is a pupil and who is staff",
    "from": "from when it holds",
    "to": "until when it holds",
    "name": "the name",
    "test": "the national test",
}


def is_possible() -> bool:
    """Whether somebody sits there."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def settled(draft: Callable[[Choices], Draft]) -> Draft:
    """The draft after all questions are answered; draws it anew after each round."""
    chosen: dict[str, dict[str, str]] = {}
    drafted = draft(chosen)
    for _ in range(_ROUNDS):
        new = [doubt for doubt in drafted.doubts if doubt.meaning not in chosen.get(doubt.source, {})]
        if not new:
            break
        for doubt in new:
            answer = _asked(doubt)
            if answer is None:  # nobody answers any more: the likeliest stand
                return drafted
            chosen.setdefault(doubt.source, {})[doubt.meaning] = answer
        drafted = draft(chosen)
    return drafted


def _asked(doubt: Doubt) -> str | None:
    """The name of the column that somebody chose; None at the end of the input."""
    what = _WHAT.get(doubt.meaning, doubt.meaning)
    output.line(f"{doubt.source}: which column tells {what}?")
    for number, column in enumerate(doubt.columns, 1):
        values = output.plural(column.distinct, "value")
        output.line(f"  {number}  {column.name}  ({values}, filled in {column.filled} of {column.looked} rows)")
    return _chosen([column.name for column in doubt.columns])


def _chosen(names: Sequence[str]) -> str | None:
    while True:
        try:
            answer = input(f"number, or Enter for 1 ({names[0]}): ").strip()
        except EOFError:
            output.line("")
            return None
        if answer == "":
            return names[0]
        if answer.isdecimal() and 1 <= int(answer) <= len(names):
            return names[int(answer) - 1]
        output.line(f"that is no number from 1 to {len(names)}")
