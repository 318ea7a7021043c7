"""What is wrong with a file, a row or an object: a value with a place, a reason and a way out."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """error stops a run or rejects an object; warning goes on; note informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a file the administrator wrote. Line and column count from 1; column 0 = the whole line."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        if not self.line:
            return self.file
        return f"{self.file}:{self.line}:{self.column}" if self.column else f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True, order=True)
class RowRef:
    """A row in a source. For files the number is the line as an editor shows it; for SQL the nth row read."""

    source: str
    row: int

    def __str__(self) -> str:
        return f"{self.source}:{self.row}"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding. `message` holds at most one value, already masked by whoever made the finding."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    span: Span | None = None
    row: RowRef | None = None
    subject: str = ""  # "Person.givenName"; for rows only
    suggestion: str = ""
    about: str = ""  # the object's id, as far as it is known and may be told
    units: tuple[str, ...] = ()  # ids of the school units that it belongs to

    def __str__(self) -> str:
        hint = f' Did you mean "{self.suggestion}"?' if self.suggestion else ""
        if self.row is not None:
            origin = f" [{self.span}]" if self.span else ""
            return f"{self.row} {self.subject}: {self.message}{hint}{origin}"
        place = f"{self.span}: " if self.span else ""
        subject = f"{self.subject}: " if self.subject else f"{self.code} "
        return f"{place}{subject}{self.message}{hint}"

    @property
    def known_by(self) -> tuple[str, str, str]:
        """What it is recognised by from one run to the next: of an object by its id, else by its row or line."""
        return (self.code, self.subject.partition(" ")[0], self.about or str(self.row or self.span or ""))

    @property
    def sort_key(self) -> tuple[str, int, int, str, int, str]:
        """Order of a report: by file and place, then by source and row."""
        span = self.span or Span("")
        row = self.row or RowRef("", 0)
        return (span.file, span.line, span.column, row.source, row.row, self.code)

    def as_json(self) -> dict[str, object]:
        """The same facts for machines; absent parts are left out."""
        found: dict[str, object] = {
            "code": self.code,
            "severity": str(self.severity),
            "message": self.message,
        }
        if self.span:
            found |= {"file": self.span.file, "line": self.span.line, "column": self.span.column}
        if self.row:
            found |= {"source": self.row.source, "row": self.row.row}
        if self.subject:
            found["subject"] = self.subject
        if self.suggestion:
            found["suggestion"] = self.suggestion
        if self.about:
            found["about"] = self.about
        if self.units:
            found["units"] = list(self.units)
        return found

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> Finding:
        """What `as_json` was made of."""
        return cls(
            facts["code"],
            facts["message"],
            Severity(facts["severity"]),
            Span(facts["file"], facts["line"], facts["column"]) if "file" in facts else None,
            RowRef(facts["source"], facts["row"]) if "source" in facts else None,
            facts.get("subject", ""),
            facts.get("suggestion", ""),
            facts.get("about", ""),
            tuple(facts.get("units", ())),
        )


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
_QUOTED = re.compile(r"'.*' ")
_PLACES = 3
_KINDS = 5_000


@dataclass
class Repeated:
    """One finding of one line of the mapping, and how often it came. `rows`: the first three."""

    finding: Finding
    count: int = 1
    rows: tuple[RowRef, ...] = ()

    def add(self, finding: Finding) -> None:
        """The same once more."""
        self.count += 1
        if finding.row is None and finding.subject < self.finding.subject:
            self.finding = finding  # whichever came first
        if finding.row is not None and (len(self.rows) < _PLACES or finding.row < self.rows[-1]):
            if finding.row < self.rows[0]:
                self.finding = finding
            self.rows = tuple(sorted((*self.rows, finding.row)))[:_PLACES]

    def __str__(self) -> str:
        if self.count == 1:
            return str(self.finding)
        if self.finding.row is None:
            return f"{self.finding} (and {self.count - 1} more)"
        places = ", ".join(map(str, self.rows))
        more = f" and {self.count - len(self.rows)} more" if self.count > len(self.rows) else ""
        return str(self.finding).replace(f"{self.finding.row} ", f"{places}{more}: ", 1)

    def as_json(self) -> dict[str, object]:
        """The same facts for machines, but for whose they are."""
        whole = replace(self.finding, about="", units=())
        return {"count": self.count, "rows": [str(row) for row in self.rows], **whole.as_json()}


class Grouped:
    """Findings, those of one code, mapping line and attribute together: a line each, however many rows they have."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self._groups: dict[tuple[object, ...], Repeated] = {}
        self.beyond = 0  # how many were of kinds for which there was no room
        for finding in findings:
            self.add(finding)

    def add(self, finding: Finding) -> None:
        """Count one."""
        words = finding.message if finding.row is None else _QUOTED.sub("", finding.message, count=1)
        source = finding.row.source if finding.row else ""
        attribute = finding.subject.partition(" ")[0]  # "Person.id 1f8e…": without whose it is
        key = (finding.severity, finding.code, finding.span, attribute, source, words)
        if (known := self._groups.get(key)) is not None:
            known.add(finding)
        elif len(self._groups) < _KINDS:
            self._groups[key] = Repeated(finding, rows=(finding.row,) if finding.row else ())
        else:
            self.beyond += 1

    def in_order(self) -> list[Repeated]:
        """Errors first, then warnings, then notes; of each by place, whatever order they came in."""
        return sorted(self._groups.values(), key=lambda found: report_order(found.finding))


def report_order(finding: Finding) -> tuple[object, ...]:
    """For sorting a report: errors first, those about rows first, then by attribute and place."""
    return (_RANK[finding.severity], finding.row is None, finding.subject, finding.sort_key)


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The known name closest to the given one, or "" when none is close."""
    candidates = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(given.casefold(), list(candidates), n=1, cutoff=0.6)
    return candidates[close[0]] if close else ""
