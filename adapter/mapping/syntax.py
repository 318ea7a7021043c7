"""YAML text -> a tree in which every node knows its place and every scalar is text.

A subject code NO is not False and 01234567 is not a number. Duplicate keys, anchors, aliases, merge keys, tags
and tabs are errors: a mapping is read by people, and says things once.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

import yaml

from adapter.findings import Finding, Span
from adapter.mapping.advice import probable


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `quoted`: written with quotes or as a block. `raw`: as it stands in the file.

    `cut`: a # stands right behind it, where a text with # in it was probably meant.
    """

    value: str
    span: Span
    quoted: bool = False
    raw: str = field(default="", compare=False, repr=False)
    cut: bool = field(default=False, compare=False, repr=False)

    def at(self, part: str) -> Span:
        """The place of a part of the text, on whatever line it stands."""
        found = self.raw.find(part)
        if found < 0:
            return self.span
        lines = self.raw.count("\n", 0, found)
        column = found - self.raw.rfind("\n", 0, found) if lines else self.span.column + found
        return Span(self.span.file, self.span.line + lines, column)


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Table:
    """Keys and values in file order; keys are unique."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, name: str) -> Node | None:
        """The value of a key, or None."""
        return next((value for key, value in self.entries if key.value == name), None)

    def __contains__(self, name: str) -> bool:
        return any(key.value == name for key, _ in self.entries)


Node = Scalar | Items | Table

_MAX_DEPTH = 40
_COMMENT = re.compile(r"[ \t]*#")
_CUT = re.compile(r"[ \t]+#[^\s#]")


def parse(text: str, file: str) -> tuple[Table, list[Finding]]:
    """The file as a tree and everything that is wrong with its form; the tree is empty when it has none."""
    tree, findings = _parsed(text, file)
    return tree, list(findings)


@lru_cache(maxsize=2)  # a mapping with tests is compiled once for each of them
def _parsed(text: str, file: str) -> tuple[Table, tuple[Finding, ...]]:
    parser = _Parser(file, text)
    try:
        root = parser.read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        line, column, advice = probable(text, error)
        parser.findings.append(Finding("M100", f"this is not YAML: {advice}.", span=Span(file, line, column)))
        root = None
    except yaml.YAMLError as error:  # a character that YAML forbids
        at = getattr(error, "position", 0)
        place = Span(file, text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at))
        advice = "a control character, which cannot be seen; delete it"
        parser.findings.append(Finding("M100", f"this is not YAML: {advice}.", span=place))
        root = None
    except RecursionError:
        parser.findings.append(Finding("M100", f"this is nested more than {_MAX_DEPTH} levels deep.", span=Span(file)))
        root = None
    if isinstance(root, Table):
        return root, tuple(parser.findings)
    if not parser.findings:
        parser.findings.append(
            Finding("M100", "the mapping is empty or no table: it starts with `mapping: 1`.", span=Span(file))
        )
    return Table((), Span(file, 1, 1)), tuple(parser.findings)


class _Parser:
    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.findings: list[Finding] = []

    def read(self, events: Iterator[yaml.Event]) -> Node | None:
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                root = self._node(next(events), events, 0)
                for rest in events:
                    if isinstance(rest, yaml.DocumentStartEvent):
                        self._wrong(rest, "M102", "a second document; a mapping is one document")
                return root
        return None

    def _node(self, event: yaml.Event, events: Iterator[yaml.Event], depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise RecursionError
        if getattr(event, "anchor", None):
            self._wrong(event, "M102", "anchors and aliases (& and *) are not used here; write it out")
        if getattr(event, "tag", None):
            self._wrong(event, "M102", "tags (!) are not used here; put a text that begins with ! in quotes")
        span = self._span(event)
        if isinstance(event, yaml.MappingStartEvent):
            return self._table(span, events, depth)
        if isinstance(event, yaml.SequenceStartEvent):
            items = []
            while not isinstance(event := next(events), yaml.SequenceEndEvent):
                items.append(self._node(event, events, depth + 1))
            return Items(tuple(items), span)
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, span)
        return Scalar("", span)

    def _scalar(self, event: yaml.ScalarEvent, span: Span) -> Scalar:
        start, end = (mark.index if mark is not None else 0 for mark in (event.start_mark, event.end_mark))
        quoted = event.style is not None
        value = event.value.rstrip("\n") if event.style in ("|", ">") else event.value
        value = unicodedata.normalize("NFC", value)  # as every cell is
        cut = not quoted and bool(_CUT.match(self.text, end) if value else _COMMENT.match(self.text, end))
        return Scalar(value, span, quoted, self.text[start:end], cut)

    def _table(self, span: Span, events: Iterator[yaml.Event], depth: int) -> Table:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                self.findings.append(Finding("M100", "a key is a text, not a list or table.", span=key.span))
            elif key.value == "<<":
                self.findings.append(Finding("M102", "merge keys (<<) are not used here; write it out.", span=key.span))
            elif key.value in entries:
                first = entries[key.value][0].span.line
                message = f'"{key.value}" stands twice here (first on line {first}).'
                self.findings.append(Finding("M101", message, span=key.span))
            else:
                entries[key.value] = (key, value)
        return Table(tuple(entries.values()), span)

    def _span(self, event: yaml.Event) -> Span:
        mark = event.start_mark
        return Span(self.file, mark.line + 1, mark.column + 1) if mark else Span(self.file)

    def _wrong(self, event: yaml.Event, code: str, message: str) -> None:
        self.findings.append(Finding(code, f"{message}.", span=self._span(event)))
