"""Refuses whatever is not one SELECT. The database's own read-only mode stands behind it; this is the first gate."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"""
      (?P<space>\s+ | --[^\n]* | \#[^\n]* | /\*.*?\*/)
    | (?P<text>'(?:[^']|'')*' | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    | (?P<name>"(?:[^"]|"")*" | \[[^\]]*\] | `[^`]*`)
    | (?P<word>[^\W\d][\w$]*)
    | (?P<end>;)
    | (?P<sign>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = """
insert update delete merge replace upsert create alter drop truncate grant revoke call exec execute do copy load attach
detach pragma vacuum reindex analyze set begin commit rollback savepoint lock into declare use kill shutdown backup
restore outfile dumpfile
"""
_FORBIDDEN = frozenset(_WORDS.split())
_HARMLESS_CALLS = frozenset({"replace", "insert", "left", "right"})  # functions of the same name, when called


def problem(query: str) -> str:
    """Why a query is refused, or ""."""
    words: list[str] = []
    found = list(_TOKEN.finditer(query))
    tokens = [match for match in found if match.lastgroup != "space" and match.group().strip()]
    ended = False
    for position, match in enumerate(tokens):
        if ended:
            return "holds more than one statement"
        if match.lastgroup == "end":
            ended = True
        elif match.lastgroup == "sign" and match.group() in "'\"`":
            return "has a quote that is never closed"
        elif match.lastgroup == "word":
            word = match.group().casefold()
            words.append(word)
            called = position + 1 < len(tokens) and tokens[position + 1].group() == "("
            if word in _FORBIDDEN and not (called and word in _HARMLESS_CALLS):
                if position and tokens[position - 1].group() in (".", "as", "AS", "As"):
                    continue  # a column of that name
                return f"holds the word {word.upper()}; put a column of that name in quotes"
    if not words:
        return "is empty"
    if words[0] not in ("select", "with"):
        return f"begins with {words[0].upper()}; a source is one SELECT"
    if re.search(r"\bfor\s+(update|share|no\s+key)", " ".join(words)):
        return "locks rows (FOR UPDATE)"
    return ""
