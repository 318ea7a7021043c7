"""What a table looks like, measured on its first rows: how its columns are filled, what form their texts have.

The texts themselves are not kept, but for the few different ones of a column that may hold codes; what of them may be
written down is decided in `writing/codes.py`. Rows are kept as numbers, so that columns can be seen together.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from adapter.drafting.looking import forms
from adapter.drafting.looking.digests import Digests, digest

_LOOKED_AT = 200  # different texts whose form is looked at
_FEW = 400  # different texts of a column that may hold codes
_ROWS = 10_000  # whose cells are kept as numbers
_MOSTLY = 0.9
_MOST_ATTRIBUTES, _EACH = 40, 3  # different ones, and rows of each
_VALUE = re.compile(r"value|v(ä|ae?)rde|\bval\b|_val$|content|innehåll", re.IGNORECASE)
_NUMBERED = re.compile(r"attr|egenskap|falt|fält|field|prop", re.IGNORECASE)  # what a table of codes names
_ATTRIBUTE = re.compile(r"attr|egenskap|uppg|key|nyckel|falt|fält|field|prop|typ|kod|code|name|namn", re.IGNORECASE)
_LONGEST_KEY = 60  # characters: longer texts are no keys

Numbers: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.int64]]"
Mask: TypeAlias = "np.ndarray[tuple[int], np.dtype[np.bool_]]"


@dataclass(frozen=True, eq=False)
class Column:
    """One column, by its first rows.

    shares: form -> how many of its different texts have it, from 0 to 1. date_form: how dates are written ("" is ISO).
    words: its texts and how often each comes, where they are few. digests: by the form that they are compared in.
    cells: a number for each of the first rows, of the text in the column's form, 0 where it is empty. least, most: of
    whole numbers.
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
    cells: Numbers
    born: Numbers | None = None  # years, where the cells are personnummer
    days: Numbers | None = None  # where they are dates
    least: int = 0
    most: int = 0
    spelled: dict[str, str] = field(default_factory=dict)  # a code -> what another table says that it means
    called: str = ""  # what another column of the row calls it, where rows are attributes

    @property
    def words_of_name(self) -> str:
        """What speaks for a meaning: its name, or what the row calls it."""
        return self.called or self.name

    def __repr__(self) -> str:
        return f"<{self.name}>"

    @property
    def unique(self) -> bool:
        """Every row that was looked at has a text of its own here."""
        return self.filled == self.looked == self.distinct > 0

    def meant(self, text: str) -> str:
        """What a code means, where a table of codes tells it; else the text itself."""
        return self.spelled.get(text, text)

    @property
    def texts(self) -> list[str]:
        """Its different texts, where they are few; codes by what they mean."""
        return [self.meant(text) for text in self.words]

    @property
    def varies(self) -> bool:
        """Whether it tells anything: not the same in all of many rows."""
        return self.distinct > 1 or self.filled < 2

    @property
    def form(self) -> str:
        """The conversion that makes two spellings of one key alike; "" where there is none."""
        return next((form for form in forms.COMPARED if self.share(form) > _MOSTLY), "")

    @property
    def density(self) -> float:
        """How much of the whole numbers between its least and its most are there; 0 where it holds none."""
        return self.distinct / (self.most - self.least + 1) if self.most > self.least else 0.0

    def share(self, form: str) -> float:
        """How many of its different texts have this form."""
        return self.shares.get(form, 0.0)

    def having(self, *texts: str) -> Mask:
        """Which of the first rows have one of these texts."""
        return np.isin(self.cells, [digest(text) for text in forms.in_form(self.form, texts)])

    @property
    def may_be_key(self) -> bool:
        """Whether its texts may tell rows apart: then the whole column is worth reading."""
        return self.distinct * 3 > self.looked and self.longest <= _LONGEST_KEY


@dataclass(frozen=True)
class Declared:
    """What a database says of a table itself. `foreign`: column -> (table, column)."""

    primary: tuple[str, ...] = ()
    foreign: Mapping[str, tuple[str, str]] = field(default_factory=dict)


@dataclass
class Sample:
    """One table or file: the source's name, its keys in config.toml, and what its columns look like."""

    source: str
    options: dict[str, Any]
    rows: int
    columns: list[Column]
    table: str = ""  # its own name
    nothing: tuple[str, ...] = ()  # texts in it that mean an empty cell
    declared: Declared = field(default_factory=Declared)
    only: tuple[str, str] | None = None  # the rows in which this column has this text
    parts: list[Sample] = field(default_factory=list)  # for each attribute, where a row is an attribute of something

    @property
    def begins_with_a_row(self) -> bool:
        """Whether what should be the columns' names looks like a row: names of columns are written down, rows never."""
        names = [column.name for column in self.columns]
        numbers = sum(name.isdecimal() for name in names)
        again = sum(column.name in column.words for column in self.columns)
        return forms.begins_with_a_row(names) or numbers * 2 > len(names) or again > 0

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Its columns."""
        return {column.name: column for column in self.columns}


def measured(header: Sequence[str], rows: Sequence[Sequence[str | None]], today: dt.date) -> Sample:
    """What these rows look like; the caller names the source and counts its rows."""
    nothing: set[str] = set()
    texts = [[_text(cell, nothing) for cell in column] for column in zip(*rows, strict=True)] or [[] for _ in header]
    columns = [_column(name, column, today) for name, column in zip(header, texts, strict=True)]
    sample = Sample("", {}, len(rows), columns, nothing=tuple(sorted(nothing)))
    sample.parts = list(_attributes(columns, texts, today))
    return sample


def _attributes(columns: Sequence[Column], texts: Sequence[Sequence[str]], today: dt.date) -> Iterator[Sample]:
    """A table whose rows say "this attribute of that person has this value", as a table for each attribute."""
    value = next((place for place, column in enumerate(columns) if _VALUE.search(column.name)), None)
    named = [place for place, column in enumerate(columns) if place != value and _names_attributes(column)]
    if value is None or len(named) != 1:
        return
    key = named[0]
    for word in columns[key].words:
        here = [place for place, text in enumerate(texts[key]) if text == word]
        some = [
            _column(column.name, [texts[place][row] for row in here], today, word if place == value else "")
            for place, column in enumerate(columns)
            if place != key
        ]
        yield Sample("", {}, len(here), some, only=(columns[key].name, word))


def _names_attributes(column: Column) -> bool:
    """Whether its few texts are names of attributes, each of them in many rows."""
    if not 2 <= column.distinct <= _MOST_ATTRIBUTES or len(column.words) != column.distinct:
        return False
    if column.share("given name") > 0 or (column.share("integer") > 0 and not _NUMBERED.search(column.name)):
        return False
    return _ATTRIBUTE.search(column.name) is not None and min(column.words.values()) >= _EACH


def _text(cell: str | None, nothing: set[str]) -> str:
    text = (cell or "").strip()
    if text.casefold() in forms.NOTHING:
        nothing.add(text)
        return ""
    return text


def _column(name: str, texts: Sequence[str], today: dt.date, called: str = "") -> Column:
    counts = Counter(texts)
    counts.pop("", None)
    different = list(counts)
    some = different[:: len(different) // _LOOKED_AT + 1]
    tests = forms.tests(today).items()
    shares = {form: sum(map(test, some)) / len(some) for form, test in tests} if some else {}
    date_form, shares["date"] = forms.dates(some)
    numbers = [int(text) for text in different] if shares.get("integer", 0) == 1 and _all_numbers(different) else []
    first = texts[:_ROWS]
    form = next((form for form in forms.COMPARED if shares.get(form, 0) > _MOSTLY), "")
    return Column(
        name,
        looked=len(texts),
        filled=sum(counts.values()),
        distinct=len(counts),
        longest=max(map(len, different), default=0),
        shares=shares,
        date_form=date_form,
        words=dict(counts) if len(counts) <= _FEW else {},
        prefixes=forms.prefixes(different),
        digests=_digests(different, shares),
        cells=_numbers([digest(text) if text else 0 for text in forms.in_form(form, first)]),
        born=_numbers([forms.born(text) for text in first]) if shares.get("personnummer", 0) > 0.5 else None,
        days=_numbers([forms.day(text, date_form) if text else 0 for text in first]) if shares["date"] > 0.5 else None,
        least=min(numbers, default=0),
        most=max(numbers, default=0),
        called=called,
    )


def _all_numbers(texts: Sequence[str]) -> bool:
    return all(text.isdecimal() and len(text) <= 15 for text in texts)


def _numbers(values: Sequence[int]) -> Numbers:
    return np.array(values, dtype=np.int64)


def _digests(texts: Sequence[str], shares: Mapping[str, float]) -> dict[str, Digests]:
    found = {form: Digests() for form in ("", *(f for f in forms.COMPARED if shares.get(f, 0) > 0.5))}
    if shares.get("list", 0) > 0.02:
        found["list"] = Digests()
    for form, digests in found.items():
        some = list(forms.in_form(form, texts))
        if max(map(len, some), default=0) <= _LONGEST_KEY:
            digests.add(some)
    return found
