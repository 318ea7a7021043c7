"""What a cell of text may hold: composed letters, and no sign that nobody sees.

An export that passed through a Mac writes `å` as two signs; one that was encoded twice writes `Ã¥`; texts pasted from a
web page bring zero-width spaces. They all look alike to people and are different keys to a program.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

_HIGH = "".join(bytes([byte]).decode("cp1252", "replace").replace("\ufffd", chr(byte)) for byte in range(0x80, 0xC0))
_BYTES = f"[\x80-\x9f{re.escape(_HIGH)}]"
_ENCODED_TWICE = re.compile(f"Ã{_BYTES}|Â[\u00a0-\u00bf]|â€{_BYTES}|ï»¿")
_ALSO_THEN = re.compile(f"[ÂÃÄÅ]{_BYTES}|â{_BYTES}{{2}}|ï»¿")  # in a cell that surely was: Å¡ is š, Å‚ is ł
_TIMES = 3
_UNSEEN = frozenset("\u034f\u115f\u1160\u3164\uffa0" + "".join(map(chr, range(0xFE00, 0xFE10))))
_BREAKS = {**{sign: sign for sign in "\t\n\v\f\r"}, **dict.fromkeys("\x85\u2028\u2029", "\n")}


class Cleaned(NamedTuple):
    """A text as it should have come. `signs`: what was taken away, by number and name; `twice`: encoded twice."""

    text: str
    signs: tuple[str, ...] = ()
    twice: bool = False


def cleaned(text: str) -> Cleaned:
    """A text in Unicode's composed form (NFC), trimmed, with plain spaces and without signs that nobody sees.

    Ends of lines and tabs stay: a mapping may split at them.
    """
    once = _decoded(text)
    kept, signs = [], []
    for sign in once:
        if sign.isprintable() and sign not in _UNSEEN:
            kept.append(sign)
        elif sign in _BREAKS:
            kept.append(_BREAKS[sign])
        elif unicodedata.category(sign) == "Zs":
            kept.append(" ")
        elif unicodedata.category(sign) in ("Cc", "Cf", "Cs") or sign in _UNSEEN:
            signs.append(named(sign))
        else:  # private or unassigned: somebody sees something
            kept.append(sign)
    found = Cleaned(unicodedata.normalize("NFC", "".join(kept)).strip(), tuple(dict.fromkeys(signs)), once != text)
    if signs and looks_encoded_twice(found.text):  # a sign stood in between
        rest = cleaned(found.text)
        return Cleaned(rest.text, tuple(dict.fromkeys((*signs, *rest.signs))), True)
    return found


def named(sign: str) -> str:
    """`U+200B zero width space`"""
    name = unicodedata.name(sign, "control character" if unicodedata.category(sign) == "Cc" else "no character")
    return f"U+{ord(sign):04X} {name.lower()}"


def looks_encoded_twice(text: str) -> bool:
    """Whether UTF-8 was read as cp1252 and written as UTF-8 again: `FÃ¶rnamn`. No word of any language looks so."""
    if "Ã" not in text and "Â" not in text and "â" not in text and "ï" not in text:  # forty times as fast
        return False
    return _ENCODED_TWICE.search(text) is not None


def _decoded(text: str) -> str:
    """The text before it was encoded too often; what cannot be decoded stays."""
    for _ in range(_TIMES):
        if not looks_encoded_twice(text):
            break
        better = _ALSO_THEN.sub(lambda found: _one(found[0]), text)
        if better == text:
            break
        text = better
    return text


@cache
def _one(signs: str) -> str:
    try:
        return b"".join(_byte(sign) for sign in signs).decode("utf-8")
    except UnicodeDecodeError:
        return signs


def _byte(sign: str) -> bytes:
    return bytes([0x80 + _HIGH.index(sign)]) if sign in _HIGH else sign.encode("latin-1")
