"""Real rows in invented values: of the same form, and equal where the real ones are equal, so that they map alike.

What is not known to be harmless is replaced. Harmless are the mapping's and the standard's own words, numbers below a
hundred, single letters, dates of late, and what the caller says. An invented value keeps the form of the real one and,
where it may tell of a birth, the year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import count
from typing import get_args

from adapter.mapping.syntax import Items, Node, Scalar, Table
from adapter.ss12000 import civicno, codes
from adapter.ss12000.ids import canonical_uuid

_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_SEPARATORS = re.compile(r"([,;|]\s*)")
_DATE = re.compile(r"(\d{4})(-?)(\d{2})\2(\d{2})(?P<rest>([T ][\d:.]+(Z|[+-][\d:]+)?)?)\Z", re.ASCII)
_SIGN = re.compile(r"[0-9A-Za-z]")  # of a civic number
_HEX = re.compile(r"[0-9a-f]", re.IGNORECASE)
_SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprstv" for vowel in "aeiouyåäö"]
_ASCII = [syllable for syllable in _SYLLABLES if syllable.isascii()]
_DOMAIN = "exempel.se"
_OF_LATE = dt.timedelta(days=5 * 365)  # nobody in a school was born since
_LONG_AGO = 1901  # nor before: 1900-01-01 is what a program writes for no date
_ENOUGH = 1000  # texts tried
_STANDARD = (codes.SchoolType, codes.GroupType, codes.ActivityType, codes.EmailType, codes.SecurityMarking)


def words_of(mapping: Table) -> set[str]:
    """The texts of a mapping but for its tests, and of the standard's lists: what a case may go on saying."""
    found = {str(word) for kind in (*_STANDARD, codes.DutyRole) for word in get_args(kind)}
    for name, node in mapping.entries:
        if name.value != "tests":
            found.update(_texts(node))
    return found


def _texts(node: Node) -> Iterable[str]:
    if isinstance(node, Scalar):
        yield node.value
    elif isinstance(node, Items):
        for item in node.items:
            yield from _texts(item)
    else:
        for key, value in node.entries:
            yield key.value
            yield from _texts(value)


class Disguise:
    """Gives each real text its invented one, always the same.

    words: texts that may stay. harmless: says of other cells whether they may. personal: columns in which nothing may.
    """

    def __init__(
        self, words: Collection[str], harmless: Callable[[str], bool], personal: Collection[str], today: dt.date
    ) -> None:
        self._cells = {word.casefold() for word in words}
        self._tokens = {_plain(token) for word in words for token in _TOKEN.findall(word)}
        self._harmless = harmless
        self._personal = {column.casefold() for column in personal}
        self._today = today
        self._given: dict[tuple[str, str], str] = {}
        self._taken: set[str] = set()

    def tables(self, tables: Mapping[str, list[dict[str, str]]]) -> dict[str, list[dict[str, str]]]:
        """Source -> rows, every cell disguised."""
        return {
            source: [{column: self.cell(column, text) for column, text in row.items()} for row in rows]
            for source, rows in tables.items()
        }

    def cell(self, column: str, text: str) -> str:
        """One cell of a column; in a list each of its parts is what it would be by itself."""
        return "".join(self._part(column, part) for part in _SEPARATORS.split(text))

    def _part(self, column: str, text: str) -> str:
        if canonical := canonical_uuid(text):
            return self._uuid(text, canonical)
        if real := civicno.normalise(text, self._today):
            return self._civic_number(text, real)
        personal = column.casefold() in self._personal
        if not personal and (text.casefold() in self._cells or self._harmless(text)):
            return text
        if found := _DATE.match(text):
            return self._date(text, found)
        local, at, domain = text.partition("@")
        if at and "." in domain:
            return f"{self._worded(local, personal)}@{_DOMAIN}"
        return self._worded(text, personal)

    def _worded(self, text: str, personal: bool) -> str:
        return _TOKEN.sub(lambda found: self._token(found[0], personal), text)

    def _token(self, token: str, personal: bool) -> str:
        if token.isdecimal():
            return self._digits(token)
        if not personal and (len(token) == 1 or _plain(token) in self._tokens):
            return token
        word = self._invented(
            "word", token.casefold(), lambda n: _word(n, len(token), _ASCII if token.isascii() else _SYLLABLES)
        )
        return word.upper() if token.isupper() else word.capitalize() if token[:1].isupper() else word

    def _digits(self, token: str) -> str:
        value = token.lstrip("0")
        if len(value) <= 2 or value in self._tokens:
            return token
        zeros = token[: len(token) - len(value)]
        return zeros + self._invented("number", value, lambda n: str(10 ** (len(value) - 1) + n))

    def _uuid(self, text: str, canonical: str) -> str:
        digits = iter(self._invented("uuid", canonical, lambda n: f"{n:08x}00004000800000000000{n:04x}"))
        mine = _HEX.sub(lambda found: next(digits), text)
        return mine.upper() if text.isupper() else mine

    def _date(self, text: str, found: re.Match[str]) -> str:
        """A date that may be somebody's birth becomes another day of that year."""
        year, dash, month, day = found.group(1, 2, 3, 4)
        try:
            real = dt.date(int(year), int(month), int(day))
        except ValueError:
            return text if dash else self._worded(text, False)
        if real > self._today - _OF_LATE or real.year < _LONG_AGO:
            return text
        mine = self._invented("date", real.isoformat(), lambda n: f"{year}-{n // 28 % 12 + 1:02d}-{n % 28 + 1:02d}")
        return mine.replace("-", dash) + found["rest"]

    def _civic_number(self, text: str, real: str) -> str:
        """Of the same birth year and form; with a right check digit where the real one has."""
        why = civicno.wrong_with(real)
        good = not why
        offset = 60 if int(real[6:8]) > 60 else 0

        def number(n: int) -> str:
            month = n % 12 + 1 if why in ("", civicno.WRONG_CHECK_DIGIT) else 13
            date = f"{real[:4]}{month:02d}{n // 12 % 28 + 1 + offset:02d}"
            if "TF" in real:
                return date + real[8:]
            nine = f"{date[2:]}{238 + n // 336 % 2}"
            digit = civicno.check_digit(nine)
            return f"{date}{nine[6:]}{digit if good else (int(digit) + 1) % 10}"

        mine = self._invented("civic", real, number)
        whole, point, zeros = text.partition(".")  # zeros: of a number that a spreadsheet wrote
        signs = iter(mine[-len(_SIGN.findall(whole)) :])
        return _SIGN.sub(lambda found: next(signs), whole) + point + zeros

    def _invented(self, kind: str, real: str, make: Callable[[int], str]) -> str:
        """The text that stands for a real one: the first that stands for no other and may not be taken for a word.

        Of some forms there are not enough (the days of a year); then two real ones may share one.
        """
        if (known := self._given.get((kind, real))) is not None:
            return known
        first = len(self._given) + 1
        tried = ((n, make(n)) for n in count(first))
        others = ((n, text) for n, text in tried if text not in self._tokens and text != real)
        mine = next(text for n, text in others if text not in self._taken or n > first + _ENOUGH)
        self._taken.add(mine)
        self._given[kind, real] = mine
        return mine


def _plain(token: str) -> str:
    return token.lstrip("0") if token.isdecimal() else token.casefold()


def _word(n: int, length: int, of: list[str]) -> str:
    """The n-th word that can be spoken; longer than asked where there are no more of that length."""
    syllables = max(1, (length + 1) // 2) + n // len(of)
    word = "".join(of[(31 * n + 53 * place) % len(of)] for place in range(syllables))
    return word[:-1] if len(word) - length == 1 and length > 1 else word
