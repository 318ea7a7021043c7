"""What can go wrong with one row, and what that means for the item or object it is part of."""

from __future__ import annotations

from adapter.findings import Finding, RowRef, Severity, Span

UNDECIDED = "\x1aundecided"
"""In a merged row, for a cell that tells of protection and that the rows disagree on: whoever reads it fails closed."""


class Impure(str):
    """A cell that held a sign which nobody sees, without it. Equal to the plain text, so that keys match.

    What tells people apart refuses it: whether the sign belongs there, only the source can say.
    """

    sign: str
    __slots__ = ("sign",)

    @classmethod
    def of(cls, text: str, sign: str) -> Impure:
        """The text, and the sign's number and name."""
        found = cls(text)
        found.sign = sign
        return found


class Assumed(str):
    """A protection that no cell tells: an unknown or empty mark, or a constant. It protects, and tells of nobody."""

    __slots__ = ()


LEADS_NOWHERE = frozenset({"M330", "M331"})
"""Codes of references that find no object, or more than one."""


class RowFinding(Exception):
    """The object cannot be built from these rows; its last good version stays published.

    `value` is kept apart from the words, so that whoever reports it decides whether it may be shown.
    """

    def __init__(self, code: str, words: str, row: RowRef, span: Span, subject: str, value: str = "") -> None:
        super().__init__(code)
        self.code = code
        self.words = words
        self.row = row
        self.span = span
        self.subject = subject
        self.value = value

    def told(self, show_value: bool, severity: Severity = Severity.ERROR) -> Finding:
        """The finding as reported; without its value where the person or the attribute is to be masked."""
        shown = f"'{self.value[:60]}' " if show_value and self.value else ""
        return Finding(self.code, f"{shown}{self.words}", severity, self.span, self.row, self.subject)


class ItemFinding(RowFinding):
    """One item of a list is left out and reported; the object goes on without it."""


class ItemOmitted(Exception):
    """One item of a list is left out, as the mapping says; nothing to report."""


class NotExposed(Exception):
    """What is referred to exists but is not published (withheld, filtered): left out without a word."""


class RunStopped(RowFinding):
    """The mapping says `missing: stop`: nothing may be published tonight."""
