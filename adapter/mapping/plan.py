"""A mapping, compiled: which rows to read, and for each rule the functions that make objects of them."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field

from adapter.issues import Issue, Span
from adapter.mapping.scope import Frames, Get, Index, Target, View
from adapter.ss12000.types import ResourceType


@dataclass(eq=False)
class Enrichment:
    """A second source's row for the same object: found by the index, by my key."""

    name: str
    index: Index
    key: Callable[[Frames], Hashable]
    span: Span
    matched: int = 0
    missing: int = 0
    ambiguous: int = 0


@dataclass(eq=False)
class Rule:
    """How rows of one source become objects of one type."""

    kind: ResourceType
    view: View
    target: Target
    id: Get  # raises RowProblem where the row has no id
    build: Get
    span: Span
    keep: Get | None = None
    marking: Get | None = None  # persons: the protection mark, told before anything else is built
    distinct: tuple[int, ...] = ()  # slots whose different values are the objects
    enrich: list[Enrichment] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)

    @property
    def name(self) -> str:
        """For people: "Person from elever"."""
        return f"{self.kind} from {self.view.name}"


@dataclass(frozen=True)
class InlineRows:
    """A source that stands in the mapping itself: its columns, and its rows by the line they stand on."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(eq=False)
class Plan:
    """All rules in build order, the views they read, and what `check` tells of them."""

    rules: dict[ResourceType, list[Rule]]
    views: list[View]
    coverage: list[tuple[str, str, Span]]
    issues: list[Issue]
    inline: dict[str, InlineRows] = field(default_factory=dict)

    @property
    def errors(self) -> list[Issue]:
        """What must be mended before anything can run."""
        return [issue for issue in self.issues if issue.severity == "error"]
