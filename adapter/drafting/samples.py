"""What a table looks like, measured on its first rows: how its columns are filled, what form their texts have.

For `init`. The texts themselves are not kept, but for the few different ones of a column that may hold codes, and some
first rows to count on; what of them may be written down is decided in `drafting/codes.py`.
"""

from __future__ import annotations

import datetime as dt
import re
import zlib
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from heapq import nsmallest

from adapter.mapping.conversions import iso_date
from adapter.ss12000 import civicno, ids

_SKETCH = 4096  # digests of a column that are kept, and up to as many more
_LOOKED_AT = 200  # different texts whose form is looked at
_FEW = 400  # different texts of a column that may hold codes
_FIRST = 100  # rows to count on
_LONGEST_KEY = 60  # characters: longer texts are no keys
_ALL = 1 << 32
NOTHING = frozenset(
    ("null", "(null)", "-", "0000-00-00", "0000-00-00 00:00:00", "1900-01-01", "1900-01-01 00:00:00", "\\n")
)
"""Texts that old systems write where nothing was entered."""


class Digests:
    """The different texts of a column as numbers: all of them, or of very many the smallest.

    So two columns can be compared that are never in memory: the small ones of one stand in the other or not.
    """

    def __init__(self) -> None:
        self._kept = array("I")
        self._below = _ALL

    def add(self, texts: Iterable[str]) -> None:
        """More texts of the column."""
        found = {(zlib.crc32(text.encode("utf-8", "replace")) * 2654435761) % _ALL for text in texts}
        known = self._known()
        new = [digest for digest in found if digest < self._below and digest not in known]
        self._kept.extend(new)
        known.update(new)
        if len(self._kept) > 2 * _SKETCH:
            smallest = nsmallest(_SKETCH, self._kept)
            self._kept, self._below = array("I", smallest), smallest[-1] + 1
            known.intersection_update(smallest)

    def share_in(self, other: Digests) -> float:
        """How many of these texts stand in the other column too, from 0 to 1."""
        below, known = min(self._below, other._below), other._known()
        some = [digest for digest in self._kept if digest < below]
        return sum(digest in known for digest in some) / len(some) if some else 0.0

    def __bool__(self) -> bool:
        return bool(self._kept)

    @lru_cache(maxsize=64)  # noqa: B019 - a set takes twenty times the room of the array; of few columns it is wanted
    def _known(self) -> set[int]:
        return set(self._kept)


@dataclass(frozen=True)
class Column:
    """One column, by its first rows.

    shares: form -> how many of its different texts have it, from 0 to 1. date_form: how dates are written ("" is ISO).
    words: its texts and how often each comes, where they are few. digests: by the form that they are compared in.
    """

    name: str
    looked: int  # rows
    filled: int  # of them
    distinct: int
    longest: int  # characters
    shares: Mapping[str, float]
    date_form: str
    words: Mapping[str, int]
    prefixes: Mapping[str, int]
    digests: Mapping[str, Digests]

    @property
    def unique(self) -> bool:
        """Every row that was looked at has a text of its own here."""
        return self.filled == self.looked == self.distinct > 0

    @property
    def form(self) -> str:
        """The conversion that makes two spellings of one key alike; "" where there is none."""
        return next((form for form in ("personnummer", "uuid", "integer") if self.share(form) > 0.9), "")

    def share(self, form: str) -> float:
        """How many of its different texts have this form."""
        return self.shares.get(form, 0.0)

    @property
    def may_be_key(self) -> bool:
        """Whether its texts may tell rows apart: then the whole column is worth reading."""
        return self.distinct * 3 > self.looked and self.longest <= _LONGEST_KEY


@dataclass
class Sample:
    """One table or file: the source's name, its keys in config.toml, and what its columns look like."""

    source: str
    options: dict[str, str]
    rows: int
    columns: list[Column]
    table: str = ""  # its own name
    nothing: tuple[str, ...] = ()  # texts in it that mean an empty cell
    first: list[tuple[str, ...]] = field(default_factory=list)

    @property
    def begins_with_a_row(self) -> bool:
        """Whether what should be the columns' names looks like a row: names of columns are written down, rows never."""
        names = [column.name for column in self.columns]
        forms = (_is_person_number, _LIKE_A_DATE.match, _ADDRESS.fullmatch, ids.canonical_uuid)
        if any(form(name) for name in names for form in forms):
            return True
        numbers = sum(name.isdecimal() for name in names)
        again = sum(column.name in column.words for column in self.columns)
        return numbers * 2 > len(names) or again > 0


def measured(header: Sequence[str], rows: Sequence[Sequence[str | None]], today: dt.date) -> Sample:
    """What these rows look like; the caller names the source and counts its rows."""
    nothing: set[str] = set()
    texts = [[_text(cell, nothing) for cell in column] for column in zip(*rows, strict=True)] or [[] for _ in header]
    columns = [_column(name, column, today) for name, column in zip(header, texts, strict=True)]
    first = list(zip(*(column[:_FIRST] for column in texts), strict=True)) if len(header) <= 60 else []
    return Sample("", {}, len(rows), columns, nothing=tuple(sorted(nothing)), first=first)


def _text(cell: str | None, nothing: set[str]) -> str:
    text = (cell or "").strip()
    if text.casefold() in NOTHING:
        nothing.add(text)
        return ""
    return text


def _column(name: str, texts: Sequence[str], today: dt.date) -> Column:
    counts = Counter(texts)
    counts.pop("", None)
    different = list(counts)
    some = different[:: len(different) // _LOOKED_AT + 1]
    shares = {form: sum(map(test, some)) / len(some) for form, test in _forms(today).items()} if some else {}
    date_form, shares["date"] = _dates(some)
    words = dict(counts) if len(counts) <= _FEW else {}
    return Column(
        name,
        looked=len(texts),
        filled=sum(counts.values()),
        distinct=len(counts),
        longest=max(map(len, different), default=0),
        shares=shares,
        date_form=date_form,
        words=words,
        prefixes=_prefixes(different),
        digests=_digests(different, shares),
    )


def _digests(texts: Sequence[str], shares: Mapping[str, float]) -> dict[str, Digests]:
    found = {form: Digests() for form in ("", *(f for f in COMPARED if shares.get(f, 0) > 0.5))}
    if shares.get("list", 0) > 0.02:
        found["list"] = Digests()
    for form, digests in found.items():
        some = list(in_form(form, texts))
        if max(map(len, some), default=0) <= _LONGEST_KEY:
            digests.add(some)
    return found


def in_form(form: str, texts: Iterable[str]) -> Iterable[str]:
    """Texts as they are compared in that form; what does not have it stays as it is."""
    if form == "list":
        return (part.strip() for text in texts for part in text.split(","))
    convert = COMPARED.get(form)
    return ((convert(text) or text) for text in texts) if convert else texts


def _integer(text: str) -> str | None:
    return (text.lstrip("0") or "0") if text.isdecimal() and len(text) <= 15 else None


COMPARED: dict[str, Callable[[str], str | None]] = {
    "personnummer": lambda text: civicno.normalise(text, dt.date(2030, 1, 1)),
    "uuid": ids.canonical_uuid,
    "integer": _integer,
}
"""Form -> how its texts are made alike."""

_TEST = re.compile(r"(GRGR|SPSP|SAMSAM|[A-ZÅÄÖ]{6})[A-Z]{3}\d\d|[A-ZÅÄÖ]{6}\d\d")
_PRIVATE = re.compile(r"@(gmail|hotmail|outlook|live|icloud|me|yahoo|telia|bredband|comhem|msn)\.", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_ID_PREFIX = re.compile(r"[A-ZÅÄÖ]{1,3}_")


def _forms(today: dt.date) -> dict[str, Callable[[str], bool]]:
    return {
        "personnummer": _is_person_number,
        "young": lambda text: _is_person_number(text) and _born(text) > today.year - 20,
        "uuid": lambda text: ids.canonical_uuid(text) is not None,
        "integer": lambda text: bool(re.fullmatch(r"\d{1,15}", text, re.ASCII)),
        "unit": lambda text: bool(re.fullmatch(r"\d{7,8}", text, re.ASCII)),
        "zeros lost": lambda text: bool(re.fullmatch(r"\d{6,7}", text, re.ASCII)),
        "address": lambda text: bool(_ADDRESS.fullmatch(text)),
        "private address": lambda text: bool(_PRIVATE.search(text)),
        "test": lambda text: bool(_TEST.match(text)),
        "year": lambda text: bool(re.fullmatch(r"(10|0?[1-9])", text)),
        "year inside": lambda text: bool(re.search(r"[1-9]", text)),
        "year first": lambda text: bool(re.match(r"[1-9](?!\d)", text)),
        "list": lambda text: "," in text,
        "comma name": lambda text: bool(re.fullmatch(r"[^,\d]+,[^,\d]+", text)),
        "two words": lambda text: bool(re.fullmatch(r"[^\d,@]+\s[^\d,@]+", text)),
    }


def _is_person_number(text: str) -> bool:
    """In any form, with a real date; a check digit may be wrong."""
    found = civicno.normalise(text, dt.date(2030, 1, 1))
    return found is not None and civicno.problem(found) in ("", civicno.WRONG_CHECK_DIGIT)


def _born(text: str) -> int:
    return int((civicno.normalise(text, dt.date(2030, 1, 1)) or "0000")[:4])


_LIKE_A_DATE = re.compile(r"(\d{6}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})\Z")
_FORMS_TRIED = 40  # texts
_DATE_FORMS = ("%y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%y-%m-%d")


def _dates(texts: Sequence[str]) -> tuple[str, float]:
    """How dates are written here, and how many of the texts are such dates."""
    best, most = "", _share(texts, iso_date)
    others = most < 0.9 and sum(map(bool, map(_LIKE_A_DATE.match, texts))) * 2 > len(texts)
    for form in _DATE_FORMS if others else ():
        found = _share(texts[:_FORMS_TRIED], partial(_parsed, form))
        if found > most:
            best, most = form, found
    return best, most


def _parsed(form: str, text: str) -> dt.datetime:
    return dt.datetime.strptime(text, form)  # noqa: DTZ007 - a date has no zone


def _share(texts: Sequence[str], convert: Callable[[str], object]) -> float:
    fitting = 0
    for text in texts:
        try:
            convert(text)
        except ValueError:
            continue
        fitting += 1
    return fitting / len(texts) if texts else 0.0


def _prefixes(texts: Sequence[str]) -> dict[str, int]:
    """`FG_`, `KL_`: where ids say by how they begin what they are ids of."""
    found = Counter(match[0] for text in texts if (match := _ID_PREFIX.match(text)))
    total = sum(found.values())
    return dict(found) if 1 < len(found) <= 12 and total >= 0.9 * len(texts) else {}
