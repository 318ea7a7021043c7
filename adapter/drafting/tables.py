"""A table with what its columns probably mean: by their names, and by whether what stands in them fits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from adapter.drafting import vocabulary
from adapter.drafting.guesses import BY_CONTENT, BY_NAME, BY_NAME_AND_CONTENT, Guess, percent
from adapter.drafting.samples import Column, Sample
from adapter.mapping.synonyms import GUARDIAN, MEANINGS, meanings, plain

_FITS: Mapping[str, Callable[[Column], float]] = {
    "civicNo": lambda column: column.share("personnummer"),
    "schoolUnitCode": lambda column: column.share("unit") * (column.share("personnummer") < 0.5),
    "from": lambda column: column.share("date"),
    "to": lambda column: column.share("date"),
    "eppn": lambda column: column.share("address"),
    "email": lambda column: column.share("address"),
    "test": lambda column: column.share("test"),
    "givenName": lambda column: 1 - column.share("integer"),
    "familyName": lambda column: 1 - column.share("integer"),
    "wholeName": lambda column: max(column.share("comma name"), column.share("two words")),
    "schoolType": lambda column: float(any(map(vocabulary.school_type, column.words))),
    "schoolYear": lambda column: column.share("year inside") if column.longest <= 12 else 0,
    "role": lambda column: vocabulary.share(vocabulary.role, column.words),
    "dutyRole": lambda column: _duty_roles(column),
    "groupKind": lambda column: vocabulary.share(_kind_of(column), column.words),
    "status": lambda column: 1.0 if 0 < len(column.words) <= 30 and column.longest <= 30 else 0,
    "securityMarking": lambda column: 1.0,  # whatever stands in it: an unknown mark protects
}
_ENOUGH = 0.5
_MOST_WORDS = 60  # of a column of codes whose name says nothing
_ALMOST_ALL = 0.9
_BY_CONTENT = {"civicNo": ("personnummer", 0.8), "test": ("test", 0.8), "schoolUnitCode": ("unit", 0.95)}
_WORDS: Mapping[str, vocabulary.Known] = {"dutyRole": vocabulary.duty_role, "schoolType": vocabulary.school_type}
_MEASURED = {
    **dict.fromkeys(("from", "to"), "dates"),
    "civicNo": "personnummer",
    "schoolUnitCode": "eight digits",
    "eppn": "addresses",
    "email": "addresses",
    "test": "names of tests",
}


@dataclass(frozen=True)
class Found:
    """A column that probably means what was asked for."""

    column: Column
    guess: Guess

    @property
    def name(self) -> str:
        """The column's."""
        return self.column.name


class Table:
    """A sample, and what can be found in it."""

    def __init__(self, sample: Sample) -> None:
        self.sample = sample
        self.columns = [column for column in sample.columns if not GUARDIAN.match(plain(column.name))]
        self.name = plain(sample.table or sample.source)
        self._found: dict[str, Found | None] = {}

    @property
    def source(self) -> str:
        """What config.toml calls it."""
        return self.sample.source

    def find(self, *wanted: str) -> Found | None:
        """The likeliest column for the first of these meanings that there is one for."""
        for meaning in wanted:
            if meaning not in self._found:
                found = [(column, guess) for column in self.columns if (guess := _guess(column, meaning))]
                best = max(found, key=lambda pair: pair[1].percent, default=None)
                self._found[meaning] = Found(*best) if best else None
            if (known := self._found[meaning]) is not None:
                return known
        return None

    def all(self, meaning: str) -> list[Found]:
        """Every column that may mean this."""
        return [Found(column, guess) for column in self.columns if (guess := _guess(column, meaning))]

    def has(self, *wanted: str) -> bool:
        """Whether there is a column for each of these."""
        return all(self.find(meaning) for meaning in wanted)

    def called(self, words: str) -> bool:
        """Whether its name holds one of these (a regular expression of plain letters)."""
        return re.search(words, self.name) is not None

    def tells_apart(self, *names: str) -> bool:
        """Whether these columns together are different in each of the first rows."""
        places = [number for number, column in enumerate(self.sample.columns) if column.name in names]
        keys = [tuple(row[place] for place in places) for row in self.sample.first]
        return bool(keys) and len(set(keys)) == len(keys)

    def __repr__(self) -> str:
        return f"<{self.source}>"


def _guess(column: Column, meaning: str) -> Guess | None:
    """How sure it is that the column means this; None where nothing speaks for it."""
    known = meanings(column.name)
    if meaning not in known:
        return None if known else _by_content(column, meaning)
    fits = _FITS.get(meaning)
    share = fits(column) if fits and column.filled else None
    if share is not None and share < _ENOUGH:
        return None
    less = 4 * known.index(meaning) + 5 * (plain(column.name) not in MEANINGS)
    if share is None:
        words = "by its name; it is empty" if not column.filled and fits else "by its name"
        return Guess(BY_NAME - less, words)
    if share < _ALMOST_ALL:
        return Guess(BY_NAME - 5 - less, f"by its name, though only {percent(share)} of it fit")
    words = f"by its name; {percent(share)} are {_MEASURED[meaning]}" if meaning in _MEASURED else "by its name"
    return Guess(BY_NAME_AND_CONTENT - less, words)


def _by_content(column: Column, meaning: str) -> Guess | None:
    """What stands in a column whose name says nothing."""
    if meaning in _WORDS and len(column.words) <= _MOST_WORDS:
        share, what, least = vocabulary.share(_WORDS[meaning], column.words), "known words", 0.7
    else:
        form, least = _BY_CONTENT.get(meaning, ("", 2.0))
        share, what = column.share(form), _MEASURED.get(meaning, "")
    if share < least or column.share("date") > _ENOUGH:
        return None
    return Guess(min(BY_CONTENT, round(share * 100)), f"{percent(share)} are {what}")


def _duty_roles(column: Column) -> float:
    """Titles differ much: enough that some are known, and that the column does not tell pupils from staff."""
    roles = [found.word for text in column.words if (found := vocabulary.role(text))]
    if "pupils" in roles or "guardians" in roles:
        return 0.0
    known = vocabulary.share(vocabulary.duty_role, column.words)
    return 1.0 if known or meanings(column.name)[0] == "dutyRole" else 0.0


def _kind_of(column: Column) -> vocabulary.Known:
    return vocabulary.flagged_kind if "class" in plain(column.name) else vocabulary.group_kind
