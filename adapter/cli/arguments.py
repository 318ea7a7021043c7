"""Options that several commands share."""

from __future__ import annotations

import argparse
import datetime as dt
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`: one document on stdout, and nothing else there."""
    parser.add_argument("--json", action="store_true", help="one JSON document on stdout")


def add_today(parser: argparse.ArgumentParser) -> None:
    """`--today`: for tests and rehearsals."""
    parser.add_argument("--today", type=_date, metavar="ÅÅÅÅ-MM-DD", help="the date to reckon with; default: today's")


def count(text: str) -> int:
    """A number of things to show."""
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of objects; write 1 or more")


def version(text: str) -> int:
    """The number of a version that was published."""
    if text.isdecimal() and int(text):
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no version; `history` lists them")


def hours(text: str) -> float:
    """A time such as 26h or 2d, in hours."""
    if found := re.fullmatch(r"(\d{1,4})\s*([hd])", text.strip()):
        return float(found[1]) * (24 if found[2] == "d" else 1)
    raise argparse.ArgumentTypeError(f"{text!r} is no time; write hours or days: 26h, 2d")


def _date(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date; write it as 2026-08-17") from None
