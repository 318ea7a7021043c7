"""The closed list behind `as:`. Each takes a text and gives a value, or says why it cannot."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from adapter.ss12000 import civicno, ids

Convert = Callable[[Any], Any]
"""Raises ValueError with words that complete "'the value' …"; the words never hold the value."""

_CALL = re.compile(r"([a-z_0-9]+)(?:\((.*)\))?\Z", re.DOTALL)
_TRUE = frozenset({"1", "true", "ja", "j", "yes", "y", "sant", "x"})
_FALSE = frozenset({"0", "false", "nej", "n", "no", "falskt", ""})

DOCS = {
    "integer": "a whole number",
    "boolean": "1/0, ja/nej, true/false, J/N, Y/N",
    "date(FORMAT)": "a date in the given form (%Y-%m-%d), as ISO",
    "personnummer": "any Swedish form, as twelve characters",
    "uuid": "with or without braces, hyphens, capitals, as canonical lower case",
    "lower": "in lower case",
    "upper": "in upper case",
    "pad(N)": "filled with zeros from the left to N characters",
    "pattern(REGEX)": "the part that the expression's group matches, or all that it matches",
    "split(SEP)": "the parts between separators, trimmed, empty ones left out",
    "join(SEP)": "the parts of a split, put together again",
    "first": "the first part of a split",
}


def parse(text: str, today: dt.date) -> Convert:
    """The conversion that a word of `as:` means. Raises ValueError with what is wrong and what is known."""
    found = _CALL.match(text)
    name, argument = (found[1], found[2]) if found else (text, None)
    if name in _WITH_ARGUMENT:
        if not argument:
            raise ValueError(f"{name} needs something in parentheses: {_signature(name)}")
        return _WITH_ARGUMENT[name](argument)
    if name in _PLAIN or name == "personnummer":
        if argument is not None:
            raise ValueError(f"{name} takes nothing in parentheses")
        return _personnummer(today) if name == "personnummer" else _PLAIN[name]
    raise ValueError(f'"{text}" is no conversion; there are {", ".join(DOCS)}')


def kind(words: Sequence[str]) -> str:
    """What a column holds after these conversions: numbers, dates, uuids, personnummer, list; "" for any text."""
    found = ""
    for word in words:
        name = word.partition("(")[0]
        found = _KINDS.get(name, "" if name in ("first", "join", "pattern", "pad") else found)
    return found


_KINDS = {"integer": "numbers", "date": "dates", "uuid": "uuids", "personnummer": "personnummer", "split": "list"}
NAMES = tuple(entry.partition("(")[0] for entry in DOCS)


def iso_date(text: str) -> str:
    """`2026-08-17`, `20260817` or either with a time after it, as `2026-08-17`."""
    head = text[:10]
    if len(head) >= 8 and head[:8].isdecimal():
        head = f"{head[:4]}-{head[4:6]}-{head[6:8]}"
    try:
        return dt.date.fromisoformat(head).isoformat()
    except ValueError:
        raise ValueError("is not a date (ÅÅÅÅ-MM-DD)") from None


def _signature(name: str) -> str:
    return next(entry for entry in DOCS if entry.startswith(f"{name}("))


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
def _personnummer(today: dt.date) -> Convert:
    @lru_cache(maxsize=64)  # a row's number is asked for again as its key and as its value
    def convert(text: str) -> str:
        if found := civicno.normalise(text, today):
            return found
        raise ValueError("is not a personnummer, samordningsnummer or TF number")

    return convert


def _date(form: str) -> Convert:
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
        raise ValueError(f"does not match pattern({expression})")

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


_PLAIN: dict[str, Convert] = {
    "integer": _integer,
    "boolean": _boolean,
    "uuid": _uuid,
    "lower": str.lower,
    "upper": str.upper,
    "first": _first,
}
_WITH_ARGUMENT: dict[str, Callable[[str], Convert]] = {
    "date": _date,
    "pattern": _pattern,
    "pad": _pad,
    "split": _split,
    "join": _join,
}
