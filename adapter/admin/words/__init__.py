"""What the pages say, in Swedish and in English, and how a language writes what comes from elsewhere."""

from __future__ import annotations

import re
from collections.abc import Mapping

from adapter.admin.words import english, swedish

LANGUAGES: Mapping[str, Mapping[str, str]] = {"sv": swedish.WORDS, "en": english.WORDS}
_ORIGIN = (
    (re.compile(r"\balways "), "alltid "),
    (re.compile(r", codes "), ", kodlista "),
    (re.compile(r" by "), " genom "),
    (re.compile(r"^(\w+) from "), r"\1 ur "),
    (re.compile(r" with "), " med "),
)


def value(text: str, t: Mapping[str, str]) -> str:
    """A value as the language writes it: yes and no, and the comma of a number."""
    if t["code"] != "sv":
        return text
    text = {"True": "ja", "False": "nej"}.get(text, text)
    return text.replace(".", ",") if re.fullmatch(r"\d+\.\d+", text) else text


def origin(text: str, t: Mapping[str, str]) -> str:
    """Where an attribute comes from, as `check` says it, in the page's language."""
    for pattern, words in _ORIGIN if t["code"] == "sv" else ():
        text = pattern.sub(words, text)
    return text
