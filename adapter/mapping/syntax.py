"""YAML text -> a tree in which every node knows its place and every scalar is text.

A subject code NO is not False and 01234567 is not a number. Duplicate keys, anchors, aliases, merge keys, tags
and tabs are errors: a mapping is read by people, and says things once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from adapter.issues import Issue, Span


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text. `quoted`: written with quotes or as a block."""

    value: str
    span: Span
    quoted: bool = False


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
_HELP = (
    ("found character '\\t'", "a tab; indent with spaces"),
    ("mapping values are not allowed", "a colon where none fits: quote a text that holds a colon, or check the indent"),
    ("could not find expected ':'", "a key without colon: write `key: value`, with a space after the colon"),
    ("expected <block end>", "the indentation: items of one level start in the same column"),
    ("expected ',' or", "a comma or a closing bracket is missing before this place"),
    ("found unexpected end of stream", "a quote or bracket that is never closed"),
    ("while scanning a quoted scalar", "a quote that is never closed"),
    ("cannot start any token", "a sign with a meaning of its own (% @ `): put the text in quotes"),
)


def parse(text: str, file: str) -> tuple[Table, list[Issue]]:
    """The file as a tree and everything that is wrong with its form; the tree is empty when it has none."""
    parser = _Parser(file)
    try:
        root = parser.read(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        words = f"{error.context or ''} {error.problem or ''}"
        meant = next((help_ for sign, help_ in _HELP if sign in words), error.problem or "not YAML")
        place = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file)
        parser.issues.append(Issue("M100", f"this is not YAML: {meant}.", span=place))
        root = None
    except yaml.YAMLError as error:  # a character that YAML forbids
        place = Span(file, text.count("\n", 0, getattr(error, "position", 0)) + 1)
        parser.issues.append(Issue("M100", f"this is not YAML: {getattr(error, 'reason', error)}.", span=place))
        root = None
    except RecursionError:
        parser.issues.append(Issue("M100", f"this is nested more than {_MAX_DEPTH} levels deep.", span=Span(file)))
        root = None
    if isinstance(root, Table):
        return root, parser.issues
    if not parser.issues:
        parser.issues.append(
            Issue("M100", "the mapping is empty or no table: it starts with `mapping: 1`.", span=Span(file))
        )
    return Table((), Span(file, 1, 1)), parser.issues


class _Parser:
    def __init__(self, file: str) -> None:
        self.file = file
        self.issues: list[Issue] = []

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
            return Scalar(event.value, span, event.style is not None)
        return Scalar("", span)

    def _table(self, span: Span, events: Iterator[yaml.Event], depth: int) -> Table:
        entries: dict[str, tuple[Scalar, Node]] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            key = self._node(event, events, depth + 1)
            value = self._node(next(events), events, depth + 1)
            if not isinstance(key, Scalar):
                self.issues.append(Issue("M100", "a key is a text, not a list or table.", span=key.span))
            elif key.value == "<<":
                self.issues.append(Issue("M102", "merge keys (<<) are not used here; write it out.", span=key.span))
            elif key.value in entries:
                first = entries[key.value][0].span.line
                message = f'"{key.value}" stands twice here (first on line {first}).'
                self.issues.append(Issue("M101", message, span=key.span))
            else:
                entries[key.value] = (key, value)
        return Table(tuple(entries.values()), span)

    def _span(self, event: yaml.Event) -> Span:
        mark = event.start_mark
        return Span(self.file, mark.line + 1, mark.column + 1) if mark else Span(self.file)

    def _wrong(self, event: yaml.Event, code: str, message: str) -> None:
        self.issues.append(Issue(code, f"{message}.", span=self._span(event)))
