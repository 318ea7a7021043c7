"""What a column's or a table's name speaks for: as a whole, by its parts, by what a part of a long word says."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from adapter.mapping.synonyms import MEANINGS, meanings, plain

_WORDS = tomllib.loads((files("adapter.drafting.understanding") / "parts_of_names.toml").read_text(encoding="utf-8"))
_PARTS = {meaning: frozenset(words.split()) for meaning, words in _WORDS.items()}
STAMPS = _PARTS.pop("stamps")
"""Words of columns that say when a row was written, or when somebody was born."""
_SAYS_LITTLE = _PARTS.pop("nothing")
_SPLIT = re.compile(r"[^0-9A-Za-zÀ-ÿ]+|(?<=[a-zà-ÿ0-9])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_SAYS_LITTLE = frozenset(
    ["date", "datum", "dat", "dt", "id", "nr", "no", "kod", "code", "cd", "namn", "name", "nm", "s", "en", "et"]
)
_ENDINGS = ("s", "n", "en", "et", "ens", "ets", "ns", "na", "nas", "1", "2")  # of Swedish words, and numbers
_LONG = 4  # letters of a word that is known as the end of another
_OTHERS = -2.5  # the name is known, and for something else


@dataclass(frozen=True)
class Named:
    """`weight`: log-odds; `why`: as a note of the mapping says it."""

    weight: float
    why: str = ""


@cache
def tokens(name: str) -> tuple[str, ...]:
    """`custom_SchoolCode2` -> custom, school, code2; plain letters."""
    return tuple(filter(None, map(plain, _SPLIT.split(name))))


@cache
def evidence(name: str, meaning: str) -> Named:
    """What a name says for a meaning; against it where it is known to mean another."""
    known = meanings(name)
    if meaning in known:
        owner = 0.0 if plain(name) in MEANINGS else 0.5
        return Named(4.5 - 0.5 * known.index(meaning) - owner, "by its name")
    part, weight = max(_by_parts(name, meaning), key=lambda found: found[1], default=("", 0.0))
    if weight and not known:
        return Named(weight, f"by a part of its name, {part}")
    if weight:
        return Named(weight - 1.5, f"by a part of its name, {part}")
    return Named(_OTHERS if known else 0.0)


def _by_parts(name: str, meaning: str) -> Iterator[tuple[str, float]]:
    """Words in the name that mean this, and how much they weigh: the last says what it is."""
    parts = tokens(name)
    for first in range(len(parts)):
        for end in range(first + 1, len(parts) + 1):
            word = _bare("".join(parts[first:end]))
            last = 0.5 if end == len(parts) else 0.0
            if meaning in (found := MEANINGS.get(word, ())):
                yield word, 2.5 + last - 0.5 * found.index(meaning)
            elif word in _PARTS.get(meaning, ()):
                yield word, 2.0 + last
    for word in parts:
        for known in _PARTS.get(meaning, ()):
            if word.startswith(known) and word[len(known) :] in _SAYS_LITTLE:
                yield known, 2.0
            elif len(known) >= _LONG and len(word) > len(known):
                if word.endswith(known):
                    yield known, 2.0
                elif word.startswith(known):
                    yield known, 1.0
            elif _shortens(word, known):
                yield word, 1.5


@cache
def _bare(word: str) -> str:
    """`namnet` -> namn, `elevens` -> elev, `namn1` -> namn: as the word is known."""
    endings = ("", *_ENDINGS)
    known = (bare for ending in endings if word.endswith(ending) and _is_known(bare := word[: len(word) - len(ending)]))
    return next(known, word)


def _is_known(word: str) -> bool:
    return len(word) >= _LONG - 1 and (word in MEANINGS or any(word in some for some in _PARTS.values()))


def _shortens(word: str, whole: str) -> bool:
    """`frst` and `grp` are first and grupp without vowels; `bef` begins befattning."""
    if len(whole) < _LONG or len(word) >= len(whole):
        return False
    return word == _without_vowels(whole) or (len(word) >= 3 and whole.startswith(word))


@cache
def _without_vowels(word: str) -> str:
    bare = word[0] + re.sub(r"[aeiouy]", "", word[1:])
    return re.sub(r"(.)\1", r"\1", bare)


def says(name: str, meaning: str) -> bool:
    """Whether a name speaks for a meaning at all."""
    return evidence(name, meaning).weight > 0
