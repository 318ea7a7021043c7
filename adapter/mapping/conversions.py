"""The closed list behind `as:`. Each takes a text and gives a value, or says why it cannot."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from adapter.mapping.almanac import Almanac
from adapter.ss12000 import civicno, ids

Convert = Callable[[Any], Any]
"""Raises ValueError with words that complete "'the value' …"; the words never hold the value."""

_CALL = re.compile(r"([a-z_0-9]+)(?:\((.*)\))?\Z", re.DOTALL)
_TRUE = frozenset({"1", "true", "ja", "j", "yes", "y", "sant", "x"})
_FALSE = frozenset({"0", "false", "nej", "n", "no", "falskt", ""})


class NoMatch(ValueError):
    """A pattern found nothing; a condition then does not hold, a value cannot be made."""


TEXT, NUMBER, FLAG, LIST = "a text", "a whole number", "yes or no", "a list"
"""What a conversion takes and gives; TEXT is what a cell holds."""
ONE = (TEXT, NUMBER, FLAG)


class Conversion(NamedTuple):
    """One step of `as:`, ready to run. `holds`: what a column holds after it, "" where that may be any text."""

    name: str
    takes: str
    gives: str
    holds: str
    apply: Convert


def parse(text: str, almanac: Almanac) -> Conversion:
    """The conversion that a word of `as:` means. Raises ValueError with what is wrong and what is known."""
    found = _CALL.match(text)
    name, argument = (found[1], found[2]) if found else (text, None)
    word = _WORDS.get(name)
    if word is None:
        hint = "; a comma in it asks for quotes" if found is None and text.endswith("(") else ""
        raise ValueError(f'"{text}" is no conversion{hint}; there are {", ".join(DOCS)}')
    if word.argument and not argument:
        raise ValueError(f"{name} needs something in parentheses: {name}({word.argument})")
    if argument is not None and not word.argument:
        raise ValueError(f"{name} takes nothing in parentheses")
    return Conversion(name, word.takes, word.gives, word.holds, word.make(argument or "", almanac))


def iso_date(text: str) -> str:
    """`2026-08-17`, `20260817` or either with a time after it, as `2026-08-17`."""
    head = text[:10]
    if len(head) >= 8 and head[:8].isdecimal():
        head = f"{head[:4]}-{head[4:6]}-{head[6:8]}"
    try:
        return dt.date.fromisoformat(head).isoformat()
    except ValueError:
        raise ValueError("is not a date (ÅÅÅÅ-MM-DD)") from None


def _integer(text: str) -> int:
    if re.fullmatch(r"[+-]?\d{1,15}(\.0+)?", text, re.ASCII):
        return int(text.partition(".")[0])
    raise ValueError("is not a whole number")


def _boolean(text: str) -> bool:
    folded = text.casefold()
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise ValueError("is neither yes (1, ja, true, J, Y) nor no (0, nej, false, N)")


def _uuid(text: str) -> str:
    if found := ids.canonical_uuid(text):
        return found
    raise ValueError("is not a uuid")


@lru_cache(maxsize=8)
def _personnummer(almanac: Almanac) -> Convert:
    @lru_cache(maxsize=64)  # a row's number is asked for again as its key and as its value
    def convert(text: str) -> str:
        if found := civicno.normalise(text, almanac.today):
            if text[:8] != found[:8]:
                almanac.guessed_century(found)
            return found
        raise ValueError(civicno.refusal(text))

    return convert


def _date(form: str) -> Convert:
    sample = dt.datetime(2033, 11, 22)  # noqa: DTZ001 - a date has no zone
    try:
        usable = dt.datetime.strptime(sample.strftime(form), form).date() == sample.date()  # noqa: DTZ007
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(f"date({form}): year, month and day are written %Y (or %y), %m and %d: date(%Y-%m-%d)")

    def convert(text: str) -> str:
        try:
            return dt.datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            raise ValueError(f"is not a date of the form {form}") from None

    return convert


def _pattern(expression: str) -> Convert:
    try:
        compiled = re.compile(expression)
    except re.error as error:
        raise ValueError(f"pattern({expression}): {error}") from None

    def convert(text: str) -> str:
        if found := compiled.search(text):
            return (found[1] or "") if compiled.groups else found[0]
        raise NoMatch(f"does not match pattern({expression})")

    return convert


def _pad(width: str) -> Convert:
    if not re.fullmatch(r"\d{1,2}", width):
        raise ValueError(f"pad({width}): the width is a whole number")
    return lambda text: text.zfill(int(width))


def _split(separator: str) -> Convert:
    return lambda text: [part for piece in text.split(separator) if (part := piece.strip())]


def _join(separator: str) -> Convert:
    return lambda parts: separator.join(parts)


def _first(parts: list[str]) -> str:
    return parts[0] if parts else ""


class _Word(NamedTuple):
    """A word of `as:`: what it means, what it takes and gives, how it is made of its argument and the almanac."""

    meaning: str
    gives: str
    make: Callable[[str, Almanac], Convert]
    takes: str = TEXT
    argument: str = ""
    holds: str = ""


def _plain(convert: Convert) -> Callable[[str, Almanac], Convert]:
    return lambda argument, almanac: convert


def _made(make: Callable[[str], Convert]) -> Callable[[str, Almanac], Convert]:
    return lambda argument, almanac: make(argument)


_WORDS = {
    "integer": _Word("a whole number", NUMBER, _plain(_integer), holds="numbers"),
    "boolean": _Word("1/0, ja/nej, true/false, J/N, Y/N", FLAG, _plain(_boolean)),
    "date": _Word("a date in the given form (%Y-%m-%d), as ISO", TEXT, _made(_date), TEXT, "FORMAT", "dates"),
    "personnummer": _Word(
        "any Swedish form, also what a spreadsheet makes of it (201301012389.0), as twelve characters",
        TEXT,
        lambda _, almanac: _personnummer(almanac),
        holds="personnummer",
    ),
    "uuid": _Word(
        "with or without braces, hyphens, capitals, as canonical lower case", TEXT, _plain(_uuid), holds="uuids"
    ),
    "lower": _Word("in lower case", TEXT, _plain(str.lower)),
    "upper": _Word("in upper case", TEXT, _plain(str.upper)),
    "pad": _Word("filled with zeros from the left to N characters", TEXT, _made(_pad), TEXT, "N"),
    "pattern": _Word(
        "the part that the expression's group matches, or all that it matches", TEXT, _made(_pattern), TEXT, "REGEX"
    ),
    "split": _Word("the parts between separators, trimmed, empty ones left out", LIST, _made(_split), TEXT, "SEP"),
    "join": _Word("the parts of a split, put together again", TEXT, _made(_join), LIST, "SEP"),
    "first": _Word("the first part of a split", TEXT, _plain(_first), LIST),
}
DOCS = {f"{name}({word.argument})" if word.argument else name: word.meaning for name, word in _WORDS.items()}
NAMES = tuple(_WORDS)
