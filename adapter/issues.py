"""What is wrong with a file, a row or an object: a value with a place, a reason and a way out."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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
class Issue:
    """One finding. `message` holds at most one value, already masked by whoever made the issue."""

    code: str
    message: str
    severity: Severity = Severity.ERROR
    span: Span | None = None
    row: RowRef | None = None
    subject: str = ""  # "Person.givenName"; for rows only
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f' Did you mean "{self.suggestion}"?' if self.suggestion else ""
        if self.row is not None:
            origin = f" [{self.span}]" if self.span else ""
            return f"{self.row} {self.subject}: {self.message}{hint}{origin}"
        place = f"{self.span}: " if self.span else ""
        subject = f"{self.subject}: " if self.subject else f"{self.code} "
        return f"{place}{subject}{self.message}{hint}"

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
        return found


def did_you_mean(given: str, known: Iterable[str]) -> str:
    """The known name closest to the given one, or "" when none is close."""
    candidates = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(given.casefold(), list(candidates), n=1, cutoff=0.6)
    return candidates[close[0]] if close else ""
