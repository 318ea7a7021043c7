"""Which rows of a table hold today, as far as dates and flags tell."""

from __future__ import annotations

import datetime as dt
import re

import numpy as np

from adapter.drafting.looking.samples import Mask
from adapter.drafting.understanding import vocabulary
from adapter.drafting.understanding.tables import Found, Table
from adapter.mapping.synonyms import plain

NOT_ACTIVE = re.compile(r"ej|inakt|inact|is_?dis|disab|is_?delet|borttag|slutat")
"""Names of flags that say that somebody has left."""


def holds(table: Table, today: dt.date) -> Mask | None:
    """Which of the first rows hold today; None where neither dates nor flags are there."""
    holding = None
    for flag in table.all("status"):
        on = _words_that_hold(flag)
        if on and len(on) < len(flag.column.words):
            these = flag.column.having(*on)
            holding = these if holding is None else holding & these
    for meaning in ("from", "to"):
        found = table.find(meaning)
        if found and (days := found.column.days) is not None:
            now = today.toordinal()
            these = (days == 0) | ((days <= now) if meaning == "from" else (days >= now))
            holding = these if holding is None else holding & these
    return holding


def are_apart_by_dates(table: Table, key: str, today: dt.date) -> bool:
    """Whether of somebody's several rows only one holds today, as far as the first rows tell."""
    holding = holds(table, today)
    if holding is None:
        return False
    keys = table.sample.by_name[key].cells[holding]
    return len(keys) > 0 and len(np.unique(keys)) == len(keys)


def _words_that_hold(flag: Found) -> list[str]:
    """Which words of a flag say that a row holds, where all of them are known."""
    column = flag.column
    known = {text: meaning for text in column.words if (meaning := vocabulary.status(column.meant(text)))}
    on = "off" if NOT_ACTIVE.match(plain(flag.name)) else "on"
    return [text for text, meaning in known.items() if meaning.word == on] if len(known) == len(column.words) else []
