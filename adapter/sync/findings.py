"""What a run has to say about rows: every finding is counted, the first few thousand are kept in words."""

from __future__ import annotations

from collections import Counter

from adapter.findings import Finding, Grouped, Severity, report_order
from adapter.mapping.row_findings import RowFinding
from adapter.masking import may_show

KEPT = 5_000


class Findings:
    """Collects; memory does not grow with a bad export."""

    def __init__(self) -> None:
        self.kept: list[Finding] = []
        self.grouped = Grouped()
        self.counts: Counter[str] = Counter()
        self.severities: Counter[Severity] = Counter()
        self.heard = 0
        self.about_persons: frozenset[str] = frozenset()  # sources of which other objects' findings show no value

    @property
    def total(self) -> int:
        """How many findings there were, kept in words or not."""
        return self.counts.total()

    def report(self, finding: RowFinding, severity: Severity = Severity.WARNING, protected: bool = False) -> None:
        """A finding with a row; its value is shown only where that tells nothing of a person."""
        beside = finding.row.source in self.about_persons and not finding.subject.startswith("Person.")
        self.add(finding.told(may_show(finding.code, finding.subject, protected or beside), severity))

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        self.heard += 1
        self.counts[finding.code] += 1
        self.severities[finding.severity] += 1
        self.grouped.add(finding)
        if len(self.kept) < KEPT:
            self.kept.append(finding)

    def in_order(self) -> list[Finding]:
        """Those that are kept, in the order of a report, whatever order rows came in."""
        return sorted(self.kept, key=report_order)
