"""What must not be told of protected persons: held in memory while a run lasts, and never written anywhere."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_NUMBER = re.compile(r"(?<!\d)(?:18|19|20)?(\d{6})[-+ ]?(\d{4}|TF\d\d)(?!\d)", re.ASCII | re.IGNORECASE)
_USER_NAME = re.compile(r"[^\s\"'<>,;:()\[\]]+@[^\s\"'<>,;:()\[\]]+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Known:
    """One protected person, as the sources tell of them; what cannot be read is ""."""

    number: str = ""
    given_name: str = ""
    family_name: str = ""
    user_name: str = ""


@dataclass
class Secrets:
    """Those of one run."""

    persons: set[Known] = field(default_factory=set)
    _numbers: set[str] = field(default_factory=set)
    _user_names: set[str] = field(default_factory=set)
    _names: dict[str, list[tuple[frozenset[str], frozenset[str]]]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.persons)

    def add(self, known: Known) -> None:
        """One more."""
        if known in self.persons:
            return
        self.persons.add(known)
        if len(known.number) >= 10:
            self._numbers.add(known.number[-10:].upper())
        if known.user_name:
            self._user_names.add(known.user_name.casefold())
        given, family = _words(known.given_name), _words(known.family_name)
        if given and family:  # one name alone is borne by many
            self._names.setdefault(min(family), []).append((frozenset(given), frozenset(family)))

    def tells(self, text: str) -> str:
        """What a text tells of any of them: "the personnummer", "the user name", "the name", or "" for nothing."""
        if any("".join(found).upper() in self._numbers for found in _NUMBER.findall(text)):
            return "the personnummer"
        if "@" in text and any(name.casefold() in self._user_names for name in _USER_NAME.findall(text)):
            return "the user name"
        words = _words(text)
        for word in words & self._names.keys():
            if any(family <= words and given & words for given, family in self._names[word]):
                return "the name"
        return ""


def _words(text: str) -> set[str]:
    return set(_WORD.findall(text.casefold()))
