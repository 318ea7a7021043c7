"""Personnummer, samordningsnummer and TF-nummer: twelve characters, a real date, a check digit.

Source: domain sheet 10.1 (provisioning API yaml; Skatteverket). TF numbers carry no check digit.
"""

from __future__ import annotations

import datetime as dt
import re

_NUMBER = re.compile(r"(18|19|20)\d{10}\Z", re.ASCII)
_TF = re.compile(r"(18|19|20)\d{6}TF\d{2}\Z", re.ASCII)
_LOOSE = re.compile(r"(\d{2})?(\d{6})([-+ ]?)(\d{4}|TF\d{2})\Z", re.ASCII | re.IGNORECASE)
_DOUBLED = str.maketrans("0123456789", "0246813579")  # twice a digit, its own digits added
_COORDINATION = 60  # a samordningsnummer adds 60 to the day


def problem(value: str) -> str:
    """Why the value is not a civic number as Skolverket wants it, or "" when it is one."""
    if _TF.match(value):
        return "" if _is_date(value[:8], 0) else "has no real birth date"
    if not _NUMBER.match(value):
        return "is not twelve digits (ÅÅÅÅMMDDNNNN) or a TF number (ÅÅÅÅMMDDTFnn)"
    if not (_is_date(value[:8], 0) or _is_date(value[:8], _COORDINATION)):
        return "has no real birth date"
    if check_digit(value[2:11]) != value[11]:
        return "has a wrong check digit"
    return ""


def check_digit(nine: str) -> str:
    """The tenth digit for YYMMDDNNN: Luhn with weights 2,1,2,1…"""
    total = sum(map(int, nine[::2].translate(_DOUBLED))) + sum(map(int, nine[1::2]))
    return str(-total % 10)


def normalise(text: str, today: dt.date) -> str | None:
    """Any form that Swedish registers use, as twelve characters; None when it is none of them.

    Without a century, "-" or nothing means the latest date that is not in the future and "+" a century
    earlier. Says nothing about the check digit: see `problem`.
    """
    found = _LOOSE.match(text.strip())
    if not found:
        return None
    century, date, sign, serial = found.groups()
    if not century:
        year = today.year // 100 * 100 + int(date[:2])
        month_day = date[2:4] + f"{int(date[4:6]) % _COORDINATION:02d}"
        if f"{year}{month_day}" > today.strftime("%Y%m%d"):
            year -= 100
        if sign == "+":
            year -= 100
        century = str(year // 100)
    return f"{century}{date}{serial.upper()}"


def _is_date(text: str, day_offset: int) -> bool:
    try:
        dt.date(int(text[:4]), int(text[4:6]), int(text[6:8]) - day_offset)
    except ValueError:
        return False
    return True
