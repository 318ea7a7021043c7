"""What a run has to say about rows: every finding is counted, the first few thousand are kept in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from adapter.findings import Finding, Grouped, Severity, report_order
from adapter.mapping.row_findings import RowFinding
from adapter.masking import may_show

KEPT = 5_000


class Findings:
    """Collects; memory does not grow with a bad export."""

    def __init__(self) -> None:
        self._words: list[Finding] = []
        self.overheard: list[Finding] | None = None  # what is added from now on, for whoever listens
        self.grouped = Grouped()
        self.counts: Counter[str] = Counter()
        self.severities: Counter[Severity] = Counter()
        self.heard = 0
        self.about_persons: frozenset[str] = frozenset()  # sources of which other objects' findings show no value
        self.waiting: list[Finding] = []  # told while an object is built: which one, is known when it is

    @property
    def total(self) -> int:
        """How many findings there were, kept in words or not."""
        return self.counts.total()

    @property
    def kept(self) -> list[Finding]:
        """Those in words: all, or the first of a report, so that they are the same in whatever order rows came."""
        if len(self._words) > KEPT:
            self._words.sort(key=lambda finding: (*report_order(finding), finding.message))
            del self._words[KEPT:]
        return self._words

    def report(self, finding: RowFinding, severity: Severity = Severity.WARNING, protected: bool = False) -> None:
        """A finding of a row that is being built; its value is shown only where that tells nothing of a person.

        It waits for `settle`.
        """
        beside = finding.row.source in self.about_persons and not finding.subject.startswith("Person.")
        shown = may_show(finding.code, finding.subject, protected or beside)
        self.waiting.append(finding.told(shown, severity))

    def settle(self, about: str, units: tuple[str, ...]) -> None:
        """Add what has waited: it is about this object, which belongs to these school units."""
        waiting, self.waiting = self.waiting, []
        for finding in waiting:
            self.add(replace(finding, about=about, units=units) if about or units else finding)

    def add(self, finding: Finding) -> None:
        """Count a finding, and keep it while there is room."""
        if finding.units and self._tells_of_a_person(finding):
            finding = replace(finding, units=())
        self.heard += 1
        self.counts[finding.code] += 1
        self.severities[finding.severity] += 1
        self.grouped.add(finding)
        self._words.append(finding)
        if len(self._words) >= 2 * KEPT:
            _ = self.kept  # the rest goes
        if self.overheard is not None:
            self.overheard.append(finding)

    def place(self, units_of: Callable[[str], tuple[str, ...]], hidden: Callable[[str], bool]) -> None:
        """Fill in the school units of objects of which it was not known when they were built: id -> units.

        Whose id is `hidden` after all is not named any more.
        """
        for number, finding in enumerate(self.kept):
            if finding.about and hidden(finding.about):
                subject = finding.subject.partition(" ")[0]
                self.kept[number] = replace(finding, about="", units=(), subject=subject)
            elif finding.about and not finding.units and not self._tells_of_a_person(finding):
                self.kept[number] = replace(finding, units=units_of(finding.about))

    def _tells_of_a_person(self, finding: Finding) -> bool:
        """Whether its row is a person's, and it is about another object: beside the row, no school unit is named.

        Who is protected may stand there, and this object cannot know.
        """
        row = finding.row
        return row is not None and row.source in self.about_persons and not finding.subject.startswith("Person.")

    def in_order(self) -> list[Finding]:
        """Those that are kept, in the order of a report, whatever order rows came in."""
        return sorted(self.kept, key=report_order)
