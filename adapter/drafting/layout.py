"""Lines of a mapping: tables on one line where they fit, else broken; a note behind its line or above it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

WIDTH = 100  # characters of a line without its note
WHOLE = 118  # and with it

Flow: TypeAlias = "str | Sequence[Flow] | Mapping[str, Flow]"
"""A text, a list or a table that may stand on one line."""


@dataclass(frozen=True)
class Entry:
    """`key: value  # note`; without a key (None) the note alone."""

    key: str | None
    value: Flow | Block = ""
    note: str = ""


@dataclass(frozen=True)
class Block:
    """Entries that stand on lines of their own; or several such tables in a list."""

    entries: Sequence[Entry] = ()
    items: Sequence[Sequence[Entry]] = ()

    @property
    def says_nothing(self) -> bool:
        """Whether there are only remarks in it."""
        return not self.items and all(entry.key is None for entry in self.entries)


def remark(note: str) -> Entry:
    """A line that says something and does nothing."""
    return Entry(None, "", note)


def lines(entries: Sequence[Entry], indent: int = 0) -> Iterator[str]:
    """The text, line by line."""
    pad = " " * indent
    for entry in entries:
        if entry.key is None:
            yield f"{pad}{entry.note}"
        elif isinstance(entry.value, Block) and entry.value.says_nothing:
            yield from lines(entry.value.entries, indent)
        elif isinstance(entry.value, Block):
            yield from _noted(f"{pad}{_key(entry.key)}:", entry.note, pad)
            yield from _block(entry.value, indent + 2)
        else:
            yield from _entry(entry.key, entry.value, entry.note, indent)


def _block(block: Block, indent: int) -> Iterator[str]:
    yield from lines(block.entries, indent)
    for item in block.items:
        first, *rest = lines(item, indent + 2)
        while first.lstrip().startswith("#"):
            yield first[2:]
            first, *rest = rest
        yield f"{' ' * indent}- {first[indent + 2 :]}"
        yield from rest


def _entry(key: str, value: Flow, note: str, indent: int) -> Iterator[str]:
    pad = " " * indent
    line = f"{pad}{_key(key)}: {flow(value)}"
    if len(line) <= WIDTH or isinstance(value, str) or not value:
        yield from _noted(line, note, pad)
    elif isinstance(value, Mapping):
        yield from _noted(f"{pad}{_key(key)}:", note, pad)
        for name, inner in value.items():
            yield from _entry(name, inner, "", indent + 2)
    else:
        yield from _noted(f"{pad}{_key(key)}:", note, pad)
        for item in value:
            yield f"{pad}  - {flow(item)}"


def _noted(line: str, note: str, pad: str) -> Iterator[str]:
    if note and len(line) + len(note) + 2 > WHOLE:
        yield f"{pad}{note}"
        yield line
    else:
        yield f"{line}  {note}" if note else line


def flow(value: Flow) -> str:
    """On one line."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_key(key)}: {flow(inner)}" for key, inner in value.items()) + "}"
    return "[" + ", ".join(map(flow, value)) + "]"


def _key(text: str) -> str:
    """A key: only as a value is `empty` a word."""
    return text if text == EMPTY else quoted(text)


def one_of(words: Sequence[str]) -> Flow:
    """A condition: this word, or one of these."""
    return words[0] if len(words) == 1 else list(words)


class Word(str):
    """A word of the language, where the same text in quotes would be a value: `empty`."""


EMPTY = Word("empty")


def quoted(text: str) -> str:
    """A text as YAML: in quotes where it would not be plain."""
    if isinstance(text, Word) or (re.fullmatch(r"[A-Za-zÅÄÖåäö_][\wÅÄÖåäö./-]*", text) and text != "empty"):
        return text
    if re.fullmatch(r"[A-Za-zÅÄÖåäö_][\wÅÄÖåäö.-]*([ /][\wÅÄÖåäö.-]+)+", text):
        return text
    escaped = json.dumps(text, ensure_ascii=False)
    return re.sub(r"[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]", _code, escaped)


def _code(sign: re.Match[str]) -> str:
    return f"\\u{ord(sign[0]):04x}"
