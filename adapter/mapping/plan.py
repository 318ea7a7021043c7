"""A mapping, compiled: which rows to read, and for each rule the functions that make objects of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import NamedTuple

from adapter.findings import Finding, Span
from adapter.mapping.almanac import Almanac
from adapter.mapping.scope import Frames, Get, Index, Target, View
from adapter.ss12000.types import ResourceType

_SURELY = 10  # rows


def shape(key: Hashable) -> str:
    """What a key looks like, without what it says: 999999-9999, aaaaa."""
    parts = key if isinstance(key, tuple) else (key,)
    return " + ".join(re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", str(part))) for part in parts)


@dataclass(eq=False)
class Tally:
    """How often a second source had rows for ours. `shapes`: what its keys and ours look like, at the first miss.

    `counts`: matched, missing, ambiguous.
    """

    what: str
    index: Index
    span: Span
    counts: list[int] = field(default_factory=lambda: [0, 0, 0])
    shapes: tuple[str, str] = ("", "")

    @property
    def matched(self) -> int:
        """For how many of ours there was one."""
        return self.counts[0]

    @property
    def missing(self) -> int:
        """For how many there was none."""
        return self.counts[1]

    @property
    def ambiguous(self) -> int:
        """For how many there were several that say different things."""
        return self.counts[2]

    def missed(self, key: Hashable) -> None:
        """Count a row for which nothing was found."""
        self.counts[1] += 1
        if not self.matched and not self.shapes[1] and key is not None:
            self.shapes = shape(next(iter(self.index.rows), "")), shape(key)

    @property
    def hopeless(self) -> bool:
        """Whether so many found nothing that the two columns can hardly be meant for each other."""
        return not self.matched and self.missing >= _SURELY and all(self.shapes)


@dataclass(eq=False)
class Enrichment:
    """A second source's row for the same object: found by the index, by my key."""

    name: str
    key: Callable[[Frames], Hashable]
    tally: Tally


@dataclass(eq=False)
class Rule:
    """How rows of one source become objects of one type."""

    kind: ResourceType
    view: View
    target: Target
    id: Get  # raises RowFinding where the row has no id
    build: Get
    span: Span
    keep: Get | None = None
    marking: Get | None = None  # persons: the protection mark, told before anything else is built
    number: Get | None = None  # persons: the personnummer
    told_of: tuple[Get | None, ...] = ()  # persons: given name, family name, user name: what protection must hide
    identity: tuple[Get, ...] = ()  # the columns of its id and of its key
    lists_members: bool = False  # groups: whether the rule says who is in them
    merges: bool = False  # with what an earlier rule made of the same id
    distinct: tuple[int, ...] = ()  # slots whose different values are the objects
    enrich: list[Enrichment] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    tallies: list[Tally] = field(default_factory=list)  # of all that it looks up
    whereabouts: list[Get] = field(default_factory=list)  # references to the school units of its objects, alone

    @property
    def name(self) -> str:
        """For people: "Person from elever"."""
        return f"{self.kind} from {self.view.name}"


@dataclass(frozen=True)
class InlineRows:
    """A source that stands in the mapping itself: its columns, and its rows by the line they stand on."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


class Covered(NamedTuple):
    """Where one attribute comes from: `origin` in words ("" where nothing is mapped to it), and by which columns."""

    rule: str
    place: Span  # of the rule
    subject: str
    origin: str
    span: Span
    columns: tuple[str, ...] = ()


@dataclass(eq=False)
class Plan:
    """All rules in build order, the views they read, and what `check` tells of them."""

    rules: dict[ResourceType, list[Rule]]
    views: list[View]
    coverage: list[Covered]
    findings: list[Finding]
    almanac: Almanac
    inline: dict[str, InlineRows] = field(default_factory=dict)
    tallies: list[Tally] = field(default_factory=list)
    lists: list[Index] = field(default_factory=list)  # rows that are code lists: what is translated is remembered

    @property
    def indexes(self) -> list[Index]:
        """All that rows are looked up in; one may be there twice."""
        of_rules = [index for rules in self.rules.values() for rule in rules for index in rule.indexes]
        return [*of_rules, *(index for view in self.views for index in view.made.looked_up)]

    @property
    def errors(self) -> list[Finding]:
        """What must be mended before anything can run."""
        return [finding for finding in self.findings if finding.severity == "error"]
