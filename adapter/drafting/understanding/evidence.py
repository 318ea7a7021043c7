"""What speaks for a column meaning something: its name, what stands in it, whether it tells rows apart. All is weighed.

Weights are log-odds: +2.3 makes it ten times as likely.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from adapter.drafting.guesses import Guess, percent
from adapter.drafting.looking.samples import Column
from adapter.drafting.understanding import names, vocabulary
from adapter.mapping.synonyms import meanings, plain

ENOUGH = 2.0
"""Log-odds from which a guess is written down without a question."""
_SLOPE = 0.55  # our weights are no probabilities: what was measured on strangers is not sharper
_MANY_ROWS, _SOME_ROWS = 20, 5
_MOST_WORDS = 60
_MOST_UNITS = 1000
_MOST_MARKS = 12
_CODE = 12  # characters


@dataclass(frozen=True)
class _Shape:
    """What stands in a column of this meaning. `fits`: 0 to 1; `speaks`: weight where it does; `denies`: where not."""

    fits: Callable[[Column], float]
    speaks: float
    denies: float
    called: str = ""


def _form(form: str) -> Callable[[Column], float]:
    return lambda column: column.share(form)


def _words(known: vocabulary.Known) -> Callable[[Column], float]:
    def share(column: Column) -> float:
        return vocabulary.share(known, column.texts) if 0 < len(column.words) <= _MOST_WORDS else 0.0

    return share


def _roles(column: Column) -> float:
    """Words for kinds of persons, of whom there are at least two."""
    kinds = {found.word for text in column.texts if (found := vocabulary.role(text))}
    return vocabulary.share(vocabulary.role, column.texts) if len(kinds) > 1 or len(column.words) == 1 else 0.0


def _titles(column: Column) -> float:
    """Titles differ much: some are known, and the column does not tell pupils from staff."""
    kinds = {found.word for text in column.texts if (found := vocabulary.role(text))}
    if "pupils" in kinds or "guardians" in kinds or not 0 < len(column.words) <= 200:
        return 0.0
    return 2 * vocabulary.share(vocabulary.duty_role, column.texts)


def _years(column: Column) -> float:
    """School years: 1 to 10, alone or in `ÅK 6`."""
    if column.longest > _CODE or column.share("date") > 0.5:
        return 0.0
    return max(column.share("year"), 0.6 * column.share("year inside") * (column.distinct <= 20))


def _codes_of_units(column: Column) -> float:
    return column.share("unit") * (column.share("date") < 0.5)


def _person_names(column: Column) -> float:
    """`Ek, Dag` or `Dag Ek`, where many of the words are given names."""
    known = min(1.0, 1.6 * column.share("given name inside"))
    return min(known, max(column.share("comma name"), column.share("two words")))


def _given(column: Column) -> float:
    return min(1.0, 2 * column.share("given name")) if column.share("integer") + column.share("two words") < 0.5 else 0


def _family(column: Column) -> float:
    mine, other = column.share("family name"), column.share("given name")
    return min(1.0, 2 * mine) if mine > other and column.share("integer") < 0.5 else 0.5 * (other < 0.2)


def _classes(column: Column) -> float:
    """`6B` and `NA24`, of which some begin with a year, and many rows have the same."""
    fits = column.share("class")
    return fits if column.share("year first") > 0.3 and column.distinct * 2 < column.filled else min(fits, 0.75)


def _flags(column: Column) -> float:
    return 1.0 if 0 < len(column.words) <= 30 and column.longest <= 30 else 0.0


def _marks(column: Column) -> float:
    """Few different words, of which most rows have one or none."""
    if not _flags(column) or len(column.words) > _MOST_MARKS or column.share("address") > 0:
        return 0.0
    rare = sum(column.words.values()) - max(column.words.values())
    return 1.0 if len(column.words) <= 6 and rare < 0.3 * column.looked else 0.5


def _kinds_of_groups(column: Column) -> float:
    known = vocabulary.flagged_kind if "class" in plain(column.words_of_name) else vocabulary.group_kind
    return vocabulary.share(known, column.texts) if len(column.words) <= _MOST_WORDS else 0.0


_SHAPES: Mapping[str, _Shape] = {
    "civicNo": _Shape(_form("personnummer"), 6, -8, "personnummer"),
    "test": _Shape(_form("test"), 6, -8, "names of tests"),
    "schoolUnitCode": _Shape(_codes_of_units, 3, -6, "eight digits"),
    "from": _Shape(_form("date"), 1.5, -8, "dates"),
    "to": _Shape(_form("date"), 1.5, -8, "dates"),
    "eppn": _Shape(_form("address"), 2, -1.5, "addresses"),
    "email": _Shape(_form("address"), 2, -8, "addresses"),
    "givenName": _Shape(_given, 3, -1, "given names"),
    "familyName": _Shape(_family, 2.5, -1, "family names"),
    "wholeName": _Shape(_person_names, 2.5, -3, "names of persons"),
    "schoolType": _Shape(_words(vocabulary.school_type), 3.5, -2, "forms of school"),
    "schoolYear": _Shape(_years, 1, -6, "school years"),
    "educationCode": _Shape(_form("programme"), 3, -2.5, "programmes"),
    "class": _Shape(_classes, 2, -1, "names of classes"),
    "role": _Shape(_roles, 4, -2.5, "kinds of persons"),
    "dutyRole": _Shape(_titles, 3.5, 0, "titles"),
    "groupKind": _Shape(_kinds_of_groups, 2.5, -3, "kinds of groups"),
    "name": _Shape(_form("letters"), 1, -4),
    "status": _Shape(_flags, 0, -6),
    "securityMarking": _Shape(_marks, 1, -4),
}
_ALONE = frozenset(
    ("civicNo", "test", "schoolUnitCode", "schoolType", "role", "dutyRole", "eppn", "email", "educationCode", "class")
) | {"givenName", "familyName", "wholeName"}
"""What may be known by what stands there alone, whatever the column is called."""
_ALONE_FROM = {"class": 0.95, "givenName": 0.9, "familyName": 0.9, "wholeName": 0.95}
_VARY = frozenset(("unit", "class", "classId", "group", "groupId", "schoolUnitCode"))
"""A column of these that never varies tells nothing."""
_ADDRESSES = frozenset(("eppn", "email"))
_PERIOD = frozenset(("from", "to"))
_ONE_OF = frozenset(
    ("civicNo", "eppn", "email", "givenName", "familyName", "from", "to", "securityMarking", "schoolType", "schoolYear")
) | {"educationCode", "test", "dutyRole", "id"}
_MAY_BE_IDS = frozenset(("eppn", "civicNo", "id"))
_OF_PERSONS = frozenset(("civicNo", "givenName", "middleName", "familyName", "wholeName", "eppn", "email"))
_OTHERS = frozenset(("teacher", "larare", "lararens", "mentor", "klassforestandare", "handledare", "manager", "chef"))
"""Words of columns that tell of another person than the one whose row it is."""
_NAMES = frozenset(("givenName", "middleName", "familyName", "wholeName", "name", "class", "group"))
_CODES = frozenset(("schoolType", "schoolYear", "role", "dutyRole", "groupKind", "status", "securityMarking"))
"""The same for many rows: what is different in each is none of these."""


def _says_when_written(column: Column) -> bool:
    return not names.STAMPS.isdisjoint(names.tokens(column.words_of_name))


def _is_like_an_id(column: Column) -> bool:
    """Different in most rows: codes come again. Titles of few people may be so too."""
    known = vocabulary.share(vocabulary.duty_role, column.texts)
    return column.filled >= _MANY_ROWS // 2 and column.distinct * 2 > column.filled and known < 0.5


_REMARKS: Sequence[tuple[frozenset[str], float, Callable[[Column], bool]]] = (
    (_VARY, -2.0, lambda column: not column.varies and column.looked >= _SOME_ROWS),
    (_ADDRESSES, -4.5, lambda column: column.share("private address") > 0.5),
    (_OF_PERSONS, -1.5, lambda column: not _OTHERS.isdisjoint(names.tokens(column.words_of_name))),
    (frozenset(["eppn"]), 1.0, lambda column: column.share("address") > 0.9 and "id" in names.tokens(column.name)),
    (_NAMES, -5.0, lambda column: max(map(column.share, ("address", "date", "uuid"))) > 0.5),
    (_PERIOD, -6.0, _says_when_written),
    (frozenset(["status"]), -6.0, lambda column: column.share("date") > 0.5),
    (frozenset(["schoolType", "dutyRole"]), -2.0, lambda column: not column.words and column.filled > 0),
    (_CODES, -4.0, lambda column: column.unique and column.looked >= _MANY_ROWS // 2),
    (_CODES - {"schoolYear", "status", "securityMarking"}, -2.5, _is_like_an_id),
    (frozenset(["schoolUnitCode"]), 1.0, lambda column: column.unique and 1 < column.looked < _MOST_UNITS),
    (frozenset(["id"]), -3.0, lambda column: column.share("personnummer") > 0.5),
)
"""Of these meanings, that much, where this holds of the column."""


def _remarks(column: Column, meaning: str) -> float:
    """What speaks for or against it whatever it is called."""
    return sum(weight for meanings_of, weight, holds in _REMARKS if meaning in meanings_of and holds(column))


@dataclass(frozen=True)
class Weighed:
    """What speaks for and against, together."""

    score: float
    guess: Guess


def weigh(column: Column, meaning: str) -> Weighed | None:
    """How likely it is that the column means this; None where nothing speaks for it."""
    name = names.evidence(column.words_of_name, meaning)
    shape = _SHAPES.get(meaning)
    fits = shape.fits(column) if shape and column.filled else None
    if name.weight < 0 and _is_contradicted(column):
        name = names.Named(0.0)
    if name.weight <= 0 and not (meaning in _ALONE and fits and fits >= _ALONE_FROM.get(meaning, 0.5)):
        return None
    score, why = name.weight, [name.why] if name.why else []
    if shape and fits is not None:
        score += shape.speaks * fits if fits >= 0.5 else shape.denies * (1 - fits)
        if shape.called and fits >= 0.5:
            said = f"{percent(min(fits, 1))} are {shape.called}"
            why.append(said if fits >= 0.9 or not name.why else f"though only {said}")
    elif shape:
        score -= 0.5
        why.append("it is empty")
    score += _remarks(column, meaning) - _rivals(column.words_of_name, meaning, name.weight)
    if score <= 0:
        return None
    return Weighed(score, Guess(likely(score), "; ".join(why)))


def _is_contradicted(column: Column) -> bool:
    """Whether what stands there is nothing of all that the column's name is known for."""
    shapes = [_SHAPES.get(known) for known in meanings(column.words_of_name)]
    return column.filled > 0 and all(shape is not None and shape.fits(column) < 0.5 for shape in shapes)


def may_be_period(column: Column) -> bool:
    """Whether its dates may say from when or until when something holds."""
    if column.days is None or column.born is not None or not column.varies:
        return False
    return not _says_when_written(column)


def _rivals(name: str, meaning: str, weight: float) -> float:
    """How much more the name speaks for something that cannot be meant at the same time."""
    rivals = _ONE_OF - {meaning, "dutyRole"} - ({"id"} if meaning in _MAY_BE_IDS else set())
    if meaning not in _ONE_OF:
        return 0.0
    return max(0.0, max(names.evidence(name, other).weight for other in rivals) - max(weight, 0.0))


def likely(score: float) -> int:
    """Per cent; never a certainty."""
    return min(97, round(100 / (1 + math.exp(-_SLOPE * score))))
