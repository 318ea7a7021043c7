"""What a run has to say about rows: every finding is counted, the first few thousand are kept in words."""

from __future__ import annotations

from collections import Counter

from adapter.issues import Grouped, Issue, Severity, report_order
from adapter.mapping.problems import RowProblem
from adapter.masking import may_show

KEPT = 5_000


class Findings:
    """Collects; memory does not grow with a bad export."""

    def __init__(self) -> None:
        self.issues: list[Issue] = []
        self.grouped = Grouped()
        self.counts: Counter[str] = Counter()
        self.severities: Counter[Severity] = Counter()
        self.heard = 0
        self.about_persons: frozenset[str] = frozenset()  # sources of which other objects' findings show no value

    @property
    def total(self) -> int:
        """How many findings there were, kept in words or not."""
        return self.counts.total()

    def report(self, problem: RowProblem, severity: Severity = Severity.WARNING, protected: bool = False) -> None:
        """A problem with a row; its value is shown only where that tells nothing of a person."""
        beside = problem.row.source in self.about_persons and not problem.subject.startswith("Person.")
        self.add(problem.issue(may_show(problem.code, problem.subject, protected or beside), severity))

    def add(self, issue: Issue) -> None:
        """Count an issue, and keep it while there is room."""
        self.heard += 1
        self.counts[issue.code] += 1
        self.severities[issue.severity] += 1
        self.grouped.add(issue)
        if len(self.issues) < KEPT:
            self.issues.append(issue)

    def in_order(self) -> list[Issue]:
        """Those that are kept, in the order of a report, whatever order rows came in."""
        return sorted(self.issues, key=report_order)
