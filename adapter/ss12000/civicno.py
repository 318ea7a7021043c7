"""Personnummer, samordningsnummer and TF-nummer: twelve characters, a real date, a serial, a check digit.

Source: domain sheet 10.1 (provisioning API yaml; Skatteverket). TF numbers carry no check digit.
"""

from __future__ import annotations

import datetime as dt
import re

WRONG_CHECK_DIGIT = "has a wrong check digit"
_NO_DATE = "has no real birth date"
_NO_SERIAL = "has the serial number 000, which is never given out"

_NUMBER = re.compile(r"(18|19|20)\d{10}\Z", re.ASCII)
_TF = re.compile(r"(18|19|20)\d{6}TF\d{2}\Z", re.ASCII)
_FORM = re.compile(r"(18|19|20)?(\d{6})([-+ ]?)((?!000)\d{4}|TF\d{2})\Z", re.ASCII | re.IGNORECASE)
_INSIDE = re.compile(r"(?<!\d)(18|19|20)?(\d{6})[-+ ]?(\d{4})(?!\d)", re.ASCII)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice a digit, its own digits added
_COORDINATION = 60  # a samordningsnummer adds 60 to the day

_LONGEST = 24  # characters: longer texts are not looked at closely
_FLOAT = re.compile(r"(\d{10}|\d{12})[.,]0+\Z", re.ASCII)  # what a spreadsheet makes of a number
_AROUND = re.compile(r" *([-+ ]) *")
_HYPHENS = (*range(0x2010, 0x2016), 0x2212)
_SPACES = (0xA0, *range(0x2000, 0x200B), 0x202F, 0x205F)
_SIGNS = {**dict.fromkeys(_HYPHENS, "-"), **dict.fromkeys(_SPACES, " ")}

_AS_TEXT = "format the column as text before the export"
_WANTED = "which Skolverket does not accept; it takes a personnummer, a samordningsnummer or a TF number (ÅÅÅÅMMDDTFnn)"
_REFUSALS = tuple(
    (re.compile(pattern, re.ASCII | re.IGNORECASE | re.DOTALL), why)
    for pattern, why in (
        (r"\Z", "is empty"),
        (r".*[\u00ad\u200b-\u200f\u2060\ufeff]", "contains an invisible character, such as a soft hyphen"),
        (r"\d([.,]\d*)?E\+?\d+\Z", f"is a number that a spreadsheet destroyed by rounding it; {_AS_TEXT}"),
        (r"(\d{6}|\d{8})[-+ ]?T\d{3}\Z", f"is a T number (a birth date, T and three digits), {_WANTED}"),
        (r"((\d{6}|\d{8})[-+ ]?)?R[-+ ]?\d+\Z", f"is an R-number (reservnummer), {_WANTED}"),
        (r"(\d{6}|\d{8})[-+ ]?000\d([.,]0+)?\Z", _NO_SERIAL),
        (r"\d{8}[-+ ]?(\d{4}([.,]0+)?|TF\d\d)\Z", "does not begin with the century 18, 19 or 20"),
        (r"(\d{6}|\d{8})[-+ ]?TF\d*\Z", "is a TF number without exactly two digits after TF"),
        (r"\d{9}\Z", f"has nine digits: a leading zero is lost; {_AS_TEXT}, or use as: [pad(10), personnummer]"),
        (r"\d{9}[.,]0+\Z", f"has nine digits: a leading zero is lost; {_AS_TEXT}"),
        (r"\d{11}([.,]0+)?\Z", f"has eleven digits: a leading zero or another digit is lost; {_AS_TEXT}"),
        (r"(\d{6}|\d{8}|\d{4}-\d\d-\d\d)\Z", "is as long as a birth date: the four characters after it are missing"),
        (r"\d{1,8}\Z", "has too few digits: 10 or 12 are needed"),
        (r"\d{13,}\Z", "has too many digits: 10 or 12 are needed"),
        (r"\d+[.,]\d*\Z", "is a number with decimals"),
        (r"\D*\Z", "has no digits 0-9, so it is not a personnummer, samordningsnummer or TF number"),
        (r"[-+ \d]+\Z", "is not written ÅÅMMDD-NNNN or ÅÅÅÅMMDD-NNNN, with or without the hyphen"),
        (r"", "contains other characters than those of a personnummer, samordningsnummer or TF number"),
    )
)
"""What a refused text looks like, and the words for it. The first that matches is told."""


def wrong_with(value: str) -> str:
    """Why the value is not a civic number as Skolverket wants it, or "" when it is one."""
    if _TF.match(value):
        return "" if _is_date(value[:8], 0) else _NO_DATE
    if not _NUMBER.match(value):
        return "is not twelve digits (ÅÅÅÅMMDDNNNN) or a TF number (ÅÅÅÅMMDDTFnn)"
    if not (_is_date(value[:8], 0) or _is_date(value[:8], _COORDINATION)):
        return _NO_DATE
    if value[8:11] == "000":
        return _NO_SERIAL
    if check_digit(value[2:11]) != value[11]:
        return WRONG_CHECK_DIGIT
    return ""


def stands_in(text: str) -> bool:
    """Whether a text holds a personnummer, in any form: a date and four digits, the last of which is right."""
    return any(
        not wrong_with(f"{century}{date}{rest}")
        for given, date, rest in _INSIDE.findall(text)
        for century in ([given] if given else ("19", "20"))
    )


def check_digit(nine: str) -> str:
    """The tenth digit for YYMMDDNNN: Luhn with weights 2,1,2,1…"""
    total = sum(map(int, nine[::2].translate(_DOUBLED))) + sum(map(int, nine[1::2]))
    return str(-total % 10)


def normalise(text: str, today: dt.date) -> str | None:
    """Any form that Swedish registers use, as twelve characters; None when it is none of them (see `refusal`).

    Without a century, "-" or nothing means the latest date that is not in the future, and "+" somebody who is a
    hundred or will be this year (folkbokföringslagen § 18). Says nothing about date and check digit: see `wrong_with`.
    """
    found = _FORM.match(text) or _FORM.match(_tidied(text))
    if not found:
        return None
    century, date, sign, serial = found.groups()
    if not century:
        year = today.year - (today.year - int(date[:2])) % 100
        if sign == "+" or (year == today.year and _day(date) > (today.month, today.day)):
            year -= 100
        century = str(year // 100)
    return f"{century}{date}{serial.upper()}"


def refusal(text: str) -> str:
    """Why `normalise` reads nothing in the text: words that complete "'the value' …" and never hold the value."""
    tidied = text.strip().translate(_SIGNS)
    tidied = _AROUND.sub(r"\1", tidied) if len(tidied) <= _LONGEST else tidied
    return next(why for pattern, why in _REFUSALS if pattern.match(tidied))


def _tidied(text: str) -> str:
    """The text with plain hyphens and spaces, none around a sign, and without a spreadsheet's decimals."""
    text = text.strip()
    if len(text) > _LONGEST or not text[:1].isdecimal():
        return ""
    if not text.isascii():
        text = text.translate(_SIGNS)
    return _FLOAT.sub(r"\1", _AROUND.sub(r"\1", text))


def _day(date: str) -> tuple[int, int]:
    return int(date[2:4]), int(date[4:6]) % _COORDINATION


def _is_date(text: str, day_offset: int) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]) - day_offset)
    except ValueError:
        return False
    return True
