"""What Skolverket's client has complained of, as findings about objects; in our words, for its own may name people."""

from __future__ import annotations

import json

from adapter.findings import Finding, Severity
from adapter.ss12000.types import ResourceType
from adapter.ss12000.units import units_of
from adapter.store import feedback, pages, protected, publish
from adapter.store.engine import Store
from adapter.store.feedback import Complaint

_OLD = 90 * 86_400_000  # ms; a complaint as old as this is of another term
_MOST = 1_000
_MEANING = {
    "2010": "an id that is no uuid (2010)",
    "2011": "a value of the wrong form (2011)",
    "3047": "a user name that resembles the name (3047)",
    "4001": "an object that it does not find (4001)",
    "5004": "an error of unknown kind (5004)",
}
"""Source: domain sheet 10.7."""


def read(store: Store, now: int, before: int) -> list[tuple[Finding, int, bool]]:
    """(finding, when it came, whether since `before`) for each object that is as it was when it was complained of.

    Times in ms. Raises StateError.
    """
    hidden = protected.remembered(store).keys()
    newest: dict[tuple[str, str], Complaint] = {}
    for complaint in feedback.complaints(store, now - _OLD, limit=_MOST):
        if complaint.object_id not in hidden:
            newest.setdefault((complaint.object_id, complaint.code), complaint)
    found: dict[tuple[str, str], tuple[Finding, int, bool]] = {}
    for kind in ResourceType:
        ids = sorted({object_id for object_id, _ in newest})
        modified, bodies = pages.modified(store, kind, ids), publish.bodies(store, kind, ids)
        for known, complaint in newest.items():
            if modified.get(complaint.object_id, complaint.received + 1) <= complaint.received:
                finding = _finding(kind, complaint, bodies[complaint.object_id])
                found[known] = (finding, complaint.received, complaint.received > before)
    return [found[known] for known in newest if known in found]


def _finding(kind: ResourceType, complaint: Complaint, body: bytes) -> Finding:
    meaning = _MEANING.get(complaint.code, complaint.code)
    words = "was complained of by Skolverket's client" + (f": {meaning}" if meaning else "")
    severity = Severity.ERROR if complaint.severity.casefold() == "error" else Severity.WARNING
    units = units_of(kind, json.loads(body))
    return Finding("R160", words, severity, subject=str(kind), about=complaint.object_id, units=units)
