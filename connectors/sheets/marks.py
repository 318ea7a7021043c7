"""What a person sees in a sheet and its bare values do not tell: formats, errors, hidden rows, merged cells."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

Cell = tuple[int, int]
"""Row and column, both from 0."""

_SECTIONS = re.compile(r'\\(.)|"([^"]*)"|\[[^\]]*\]|_.|\*.')
_NUMBER = re.compile(r"[0#][0#-]*\Z")


@dataclass
class Marks:
    """Marks of one sheet. `shown`: numbers that are shown with leading zeros or hyphens, as a person sees them."""

    shown: dict[Cell, str] = field(default_factory=dict)
    errors: dict[Cell, str] = field(default_factory=dict)
    not_computed: list[Cell] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    merged: list[tuple[Cell, Cell]] = field(default_factory=list)


def pattern(code: str) -> str:
    """A number format that gives zeros or hyphens, as zeros, # and hyphens: `00000000`, `000000-0000`. "": others."""
    plain = _SECTIONS.sub(lambda found: found[1] or found[2] or "", code.partition(";")[0])
    return plain if _NUMBER.match(plain) and ("-" in plain or plain.startswith("00")) else ""


def shown(number: float, form: str) -> str:
    """A whole number in such a format: 901272385 in 000000-0000 is 090127-2385. "" where it has no whole one."""
    if number < 0 or not float(number).is_integer():
        return ""
    digits, signs = [*str(int(number))], list[str]()
    for sign in reversed(form):
        if sign == "-":
            signs.append("-" if digits or "0" in form[: len(form) - len(signs)] else "")
        elif digits:
            signs.append(digits.pop())
        else:
            signs.append("0" if sign == "0" else "")
    return "".join([*digits, *reversed(signs)]).lstrip("-")


def name(cell: Cell) -> str:
    """`C7`: as the sheet's own rulers say."""
    return f"{letters(cell[1])}{cell[0] + 1}"


def letters(column: int) -> str:
    """`C`; `column` from 0."""
    found = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        found = chr(ord("A") + rest) + found
    return found


def place(reference: str) -> Cell:
    """The row and column of `C7`."""
    column = 0
    for at, sign in enumerate(reference):
        if sign.isdigit():
            return int(reference[at:]) - 1, column - 1
        column = column * 26 + ord(sign) - ord("A") + 1
    return 0, column - 1
