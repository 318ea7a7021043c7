"""What somebody probably wrote where a file is not YAML: the parser's complaint, and the lines, as advice.

The parser says where it gave up; the mistake is often earlier: a quote that was never closed, a colon without space.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import yaml

_KEY = r"""(?:- +)*(?:"[^"]*"|'[^']*'|[^\s:{}\[\],#"'][^:{}\[\],#"']*)"""
_NO_SPACE = re.compile(rf"\s*({_KEY}):([^\s:].*)")
_PAIR = re.compile(rf"\s*{_KEY}\s*:(\s|$)")
_AFTER_BRACE = re.compile(r":\s+(\{[\w. ]+\}[^\s,}\]].*|\{[\w. ]+\} +[^\s#].*)$")
_HARD_SPACES = "\u00a0\u202f\u2007"
_PLAIN_WORDS = (
    ("found character '\\t'", "a tab; indent with spaces"),
    ("unknown escape character", "a backslash in double quotes; write the text in single quotes"),
    (
        "sequence entries are not allowed",
        "a dash where no list can begin; write a list as [a, b], or on lines of its own",
    ),
    ("mapping values are not allowed", "a colon where none fits; put a text that holds a colon in quotes"),
    ("could not find expected ':'", "a key without colon; write `key: value`, with a space after the colon"),
    ("expected <block end>", "the indentation: items of one level start in the same column"),
    ("expected the node content", "a value is missing before this place"),
    ("expected alphabetic", "a sign with a meaning of its own (& or *); put the text in quotes"),
    ("scanning a block scalar", "| and > begin a text of several lines; put a text that holds them in quotes"),
    ("while parsing a flow", "a comma or a closing bracket is missing before this place"),
    ("cannot start any token", "a sign with a meaning of its own (such as % @ ` > |); put the text in quotes"),
)


class Mishap(NamedTuple):
    """Where it is (lines and columns count from 1), and what to do about it."""

    line: int
    column: int
    advice: str


def probable(text: str, error: yaml.MarkedYAMLError) -> Mishap:
    """The most probable reason why this text is not YAML."""
    lines = text.splitlines()
    mark = error.problem_mark or error.context_mark
    found = next(_guesses(lines, text, error, mark), None) if mark is not None else None
    if found is not None:
        return found
    words = f"{error.context or ''} {error.problem or ''}"
    advice = next((advice for sign, advice in _PLAIN_WORDS if sign in words), error.problem or "not YAML")
    return Mishap(mark.line + 1 if mark else 1, mark.column + 1 if mark else 1, advice)


def _guesses(lines: list[str], text: str, error: yaml.MarkedYAMLError, mark: yaml.Mark) -> Iterator[Mishap]:
    """From the surest to the vaguest."""
    context, problem, opened = error.context or "", error.problem or "", error.context_mark
    here = lines[mark.line] if mark.line < len(lines) else ""
    if "quoted scalar" in context and "end of stream" in problem and opened is not None:
        yield Mishap(opened.line + 1, opened.column + 1, "a quote that is opened here and never closed")
    if (quote := _long_quote(text, mark)) is not None:
        advice = f"a quote that is opened here is closed only on line {quote.end_mark.line + 1}"
        yield Mishap(quote.start_mark.line + 1, quote.start_mark.column + 1, advice)
    above = _above(lines, mark.line)
    for number in (mark.line, above):
        line = lines[number] if 0 <= number < len(lines) else ""
        if sign := next((sign for sign in _HARD_SPACES if sign in line.split("#")[0]), ""):
            advice = "a hard space, as word processors write it; type an ordinary one"
            yield Mishap(number + 1, line.index(sign) + 1, advice)
    if brace := _AFTER_BRACE.search(here):
        yield Mishap(mark.line + 1, brace.start(1) + 1, "a text that begins with { is put in quotes")
    if "while parsing a flow" in context and opened is not None and opened.line < mark.line:
        line = lines[opened.line]
        if (hash_ := re.compile(r"\s#").search(line, opened.column)) is not None:
            advice = "what follows # is a comment, so the bracket is not closed; put a text with # in quotes"
            yield Mishap(opened.line + 1, hash_.start() + 2, advice)
        yield Mishap(opened.line + 1, opened.column + 1, "a bracket that is opened here and not closed")
    if "mapping values are not allowed" in problem or "could not find expected ':'" in problem:
        yield from _colons(lines, mark, above)


def _colons(lines: list[str], mark: yaml.Mark, above: int) -> Iterator[Mishap]:
    """A line without a colon, or without the space after it, swallows the one below."""
    here = lines[mark.line] if mark.line < len(lines) else ""
    before = lines[above] if above >= 0 else ""
    start = len(before) - len(before.lstrip()) + 1
    if _PAIR.match(here[: mark.column + 2]) and not _PAIR.match(here[: mark.column]) and above >= 0:
        if (found := _NO_SPACE.match(before)) and not _PAIR.match(before):
            yield Mishap(above + 1, start, f"a space is missing after the colon: `{found[1].strip()}: {found[2]}`")
        if not _PAIR.match(before) and ":" not in before:
            yield Mishap(above + 1, start, "a key without colon; write `key: value`, with a space after the colon")
        if len(here) - len(here.lstrip()) + 1 > start:
            advice = "the indentation: this stands deeper than the line above, which has a value already"
            yield Mishap(mark.line + 1, len(here) - len(here.lstrip()) + 1, advice)


def _long_quote(text: str, mark: yaml.Mark) -> yaml.Token | None:
    """A quoted text over several lines that ends just before the place where the parser gave up."""
    last: yaml.ScalarToken | None = None
    with suppress(yaml.MarkedYAMLError):
        for token in yaml.scan(text, Loader=yaml.SafeLoader):
            if isinstance(token, yaml.ScalarToken) and token.start_mark.index < mark.index:
                last = token
    if last is None or last.style not in ('"', "'") or last.end_mark.line == last.start_mark.line:
        return None
    return last if mark.line - last.end_mark.line <= 1 else None


def _above(lines: list[str], number: int) -> int:
    """The nearest line above that says something; -1 where there is none."""
    return next((n for n in range(min(number, len(lines)) - 1, -1, -1) if lines[n].split("#")[0].strip()), -1)
