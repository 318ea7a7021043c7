"""What texts look like: personnummer, addresses, dates, names of persons, names of classes, codes of tests."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from importlib.resources import files

from adapter.mapping.conversions import iso_date
from adapter.ss12000 import civicno, ids

NOTHING = frozenset(
    ("null", "(null)", "-", "0000-00-00", "0000-00-00 00:00:00", "1900-01-01", "1900-01-01 00:00:00", "\\n")
)
"""Texts that old systems write where nothing was entered."""

_LATE = dt.date(2030, 1, 1)
_TEST = re.compile(r"(GRGR|SPSP|SAMSAM|[A-ZÅÄÖ]{6})[A-Z]{3}\d\d|[A-ZÅÄÖ]{6}\d\d")
_PRIVATE = re.compile(r"@(gmail|hotmail|outlook|live|icloud|me|yahoo|telia|bredband|comhem|msn)\.", re.IGNORECASE)
_ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_CLASS = re.compile(r"(\d{1,2}\s?[A-ZÅÄÖa-zåäö]{1,3}|[A-ZÅÄÖ]{2,4}\s?\d{1,2}[a-zA-Z]?)\Z")
_PROGRAMME = re.compile(
    r"(BA|BF|EE|EK|ES|FS|FT|FX|HA|HT|HU|HV|IB|IM|IN|NA|NB|RL|RX|SA|SX|TE|VE|VF|VO)([A-ZÅÄÖ]{3}[A-ZÅÄÖ0-9]{0,6})?\Z"
)  # Skolverket's codes of programmes, alone or with an orientation behind them
_PHONE = re.compile(r"(\+46|0)\d{1,3}[- ]\d{5,}")
_ID_PREFIX = re.compile(r"[A-ZÅÄÖ]{1,3}_")
_LIKE_A_DATE = re.compile(r"(\d{6}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4})\Z")
_FAMILY = re.compile(
    r"(s+on|ström|berg|gren|[qk]v[ia]st|lund|dahl|gård|holm|stedt|blad|ros|sjö|lin|ling|ell|ius|én|man|mark|dal|höjd|hult|"
    r"back|bäck|strand|vall|wall|löv|nen|åker|äng|öd|borg|fors|vik|haga?|ov|ić|ic|ski|oğlu|yan|brink|lycke|rönn|nas|näs)"
    r"(|a|e|en|s|ar)\Z",
    re.IGNORECASE,
)
_FORMS_TRIED = 40  # texts
_DATE_FORMS = ("%y%m%d", "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y/%m/%d", "%Y.%m.%d", "%y-%m-%d")
_GIVEN = frozenset((files("adapter.drafting.looking") / "given_names.txt").read_text(encoding="utf-8").split())


def tests(today: dt.date) -> Mapping[str, Callable[[str], bool]]:
    """Form -> whether a text has it."""
    return {
        "personnummer": is_person_number,
        "young": lambda text: 0 < today.year - born(text) < 20,
        "uuid": lambda text: ids.canonical_uuid(text) is not None,
        "integer": lambda text: bool(re.fullmatch(r"\d{1,15}", text, re.ASCII)),
        "unit": lambda text: bool(re.fullmatch(r"\d{7,8}", text, re.ASCII)) and not is_person_number(text),
        "zeros lost": lambda text: bool(re.fullmatch(r"\d{6,7}", text, re.ASCII)),
        "address": lambda text: bool(_ADDRESS.fullmatch(text)),
        "private address": lambda text: bool(_PRIVATE.search(text)),
        "test": lambda text: bool(_TEST.match(text)),
        "year": lambda text: bool(re.fullmatch(r"(10|0?[1-9])", text)),
        "year inside": lambda text: bool(re.search(r"[1-9]", text)),
        "year first": lambda text: bool(re.match(r"[1-9](?!\d)", text)),
        "class": lambda text: bool(_CLASS.match(text)),
        "programme": lambda text: bool(_PROGRAMME.match(text)),
        "letters": lambda text: any(map(str.isalpha, text)) and "@" not in text and ids.canonical_uuid(text) is None,
        "compact": lambda text: not re.search(r"\s", text) and not _PHONE.match(text),
        "list": lambda text: "," in text,
        "comma name": lambda text: bool(re.fullmatch(r"[^,\d]+,[^,\d]+", text)),
        "two words": lambda text: bool(re.fullmatch(r"[^\d,@]+\s[^\d,@]+", text)),
        "given name": lambda text: re.split(r"[\s-]", text)[0].casefold() in _GIVEN,
        "given name inside": lambda text: not _GIVEN.isdisjoint(re.split(r"[\s,-]+", text.casefold())),
        "family name": lambda text: bool(_FAMILY.search(text)) and " " not in text and text[0].isupper(),
    }


def is_person_number(text: str) -> bool:
    """In any form, with a real date; a check digit may be wrong."""
    found = civicno.normalise(text, _LATE)
    return found is not None and civicno.wrong_with(found) in ("", civicno.WRONG_CHECK_DIGIT)


def born(text: str) -> int:
    """The year, 0 where it is no personnummer."""
    return int((civicno.normalise(text, _LATE) or "0000")[:4]) if is_person_number(text) else 0


def begins_with_a_row(names: Sequence[str]) -> bool:
    """Whether what should be the columns' names looks like a row: names of columns are written down, rows never."""
    tried = (is_person_number, _LIKE_A_DATE.match, _ADDRESS.fullmatch, ids.canonical_uuid)
    return any(test(name) for name in names for test in tried)


# -- how one key is written in several tables -----------------------------------------------------------------


def _integer(text: str) -> str | None:
    return (text.lstrip("0") or "0") if text.isdecimal() and len(text) <= 15 else None


COMPARED: dict[str, Callable[[str], str | None]] = {
    "personnummer": lambda text: civicno.normalise(text, _LATE),
    "uuid": ids.canonical_uuid,
    "integer": _integer,
}
"""Form -> how its texts are made alike."""


def in_form(form: str, texts: Iterable[str]) -> Iterable[str]:
    """Texts as they are compared in that form; what does not have it stays as it is."""
    if form == "list":
        return (part.strip() for text in texts for part in text.split(","))
    convert = COMPARED.get(form)
    return ((convert(text) or text) for text in texts) if convert else texts


# -- dates ----------------------------------------------------------------------------------------------------


def dates(texts: Sequence[str]) -> tuple[str, float]:
    """How dates are written here ("" is ISO), and how many of the texts are such dates."""
    best, most = "", _share(texts, iso_date)
    others = most < 0.9 and sum(map(bool, map(_LIKE_A_DATE.match, texts))) * 2 > len(texts)
    for form in _DATE_FORMS if others else ():
        found = _share(texts[:_FORMS_TRIED], partial(_parsed, form))
        if found > most:
            best, most = form, found
    return best, most


def day(text: str, form: str) -> int:
    """A date's number (date.toordinal), 0 where it is none."""
    try:
        return _parsed(form, text).toordinal() if form else dt.date.fromisoformat(iso_date(text)).toordinal()
    except ValueError:
        return 0


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


def prefixes(texts: Sequence[str]) -> dict[str, int]:
    """`FG_`, `KL_`: where ids say by how they begin what they are ids of."""
    found = Counter(match[0] for text in texts if (match := _ID_PREFIX.match(text)))
    total = sum(found.values())
    return dict(found) if 1 < len(found) <= 12 and total >= 0.9 * len(texts) else {}
